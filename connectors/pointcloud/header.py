"""Look at a LAS header with our own eyes before any decoder sees the file.

Decoders crash on malformed input, hang on a count of 2**32-1 records and take gigabytes
on a lying header; everything here is a few reads of known size.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from twin.errors import UnreadableFile

MIN_BYTES_A_POINT = (
    0.01  # LAZ of surveys holds 2 to 10 bytes a point, of a lattice 0.04
)
MAX_VLRS = 10_000
RECORD_LENGTHS = {
    0: 20, 1: 28, 2: 26, 3: 34, 4: 57, 5: 63,
    6: 30, 7: 36, 8: 38, 9: 59, 10: 67,
}  # fmt: skip
HEADER_SIZES = {0: 227, 1: 227, 2: 227, 3: 235, 4: 375}
VLR_HEAD = 54
EVLR_HEAD = 60


@dataclass(frozen=True, slots=True)
class LasHeader:
    """What the header claims, after it was found plausible."""

    path: Path
    version: tuple[int, int]
    point_format: int
    points: int
    scales: tuple[float, float, float]
    offsets: tuple[float, float, float]
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    compressed: bool
    notes: tuple[str, ...] = ()  # what is odd about it, and how a text was read
    request: str = '{"kind": "las"}'  # what the child is asked, JSON


def read_header(path: Path) -> LasHeader:
    """Read and check the public header and the list of VLRs; else UnreadableFile."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(375)
            return _checked(path, head, size, file)
    except OSError as error:
        raise UnreadableFile(
            f"{path}: cannot be opened ({error.strerror}); check the name"
        ) from error


def _checked(path: Path, head: bytes, size: int, file: BinaryIO) -> LasHeader:
    if head[:4] != b"LASF":
        raise UnreadableFile(
            f"{path}: not LAS or LAZ, whatever its name says (byte 0: it "
            f"begins with {head[:8]!r}); export the cloud as LAS 1.2 to 1.4"
        )
    if len(head) < 227:
        raise _bad(path, f"ends within its header, after {len(head)} bytes", "byte 0")
    major, minor = head[24], head[25]
    if (major, minor) not in {(1, m) for m in HEADER_SIZES}:
        raise _bad(path, f"claims version {major}.{minor}", "byte 24")
    header_size, start, vlrs = struct.unpack_from("<HII", head, 94)
    code, length = struct.unpack_from("<BH", head, 104)
    compressed, point_format = bool(code & 0x80), code & 0x3F
    if header_size < HEADER_SIZES[minor] or header_size > size:
        raise _bad(path, f"claims a header of {header_size} bytes", "byte 94")
    if start < header_size or start > size:
        raise _bad(
            path, f"claims points from byte {start}; the file has {size}", "byte 96"
        )
    if vlrs > MAX_VLRS or vlrs * VLR_HEAD > start - header_size:
        raise _bad(
            path,
            f"claims {vlrs} variable length records, for which there is no room",
            "byte 100",
        )
    _check_format(path, point_format, length)
    points = _count(head, minor)
    _enough(path, points, size - start, length, compressed=compressed)
    scales, offsets, low, high = _numbers(path, head, points)
    _walk_vlrs(path, file, header_size, start, vlrs)
    if minor >= 4:
        _walk_evlrs(path, file, head, size)
    ends = _end_of_points(head, minor, size)
    notes = _more_points(file, (start, ends), length, points, compressed=compressed)
    return LasHeader(
        path, (major, minor), point_format, points, scales, offsets, low, high,
        compressed, (*notes, *_legacy_differs(head, minor, points)),
    )  # fmt: skip


def _end_of_points(head: bytes, minor: int, size: int) -> int:
    """Byte at which points end: at waveforms or extended records, or with the file."""
    ends = [size]
    if minor >= 3:
        ends.append(int(struct.unpack_from("<Q", head, 227)[0]))
    if minor >= 4 and struct.unpack_from("<I", head, 243)[0]:
        ends.append(int(struct.unpack_from("<Q", head, 235)[0]))
    return min(end for end in ends if end)


def _more_points(
    file: BinaryIO, span: tuple[int, int], length: int, points: int, *, compressed: bool
) -> tuple[str, ...]:
    """Tell when the file holds more points than its header claims."""
    start, end = span
    room = (end - start) // length
    if compressed:
        room = _points_of_chunks(file, start, end, points)
    if room <= points:
        return ()
    least = "at least " if compressed else ""
    return (
        f"the header claims {points} points, the file has room for {least}{room}; "
        "only those claimed are read: export it again if points are missing",
    )


def _points_of_chunks(file: BinaryIO, start: int, end: int, points: int) -> int:
    """Least number of points in chunks of one size; ``points`` where unknown."""
    file.seek(start)
    at = struct.unpack("<q", file.read(8).ljust(8, b"\xff"))[0]
    chunk = _chunk_size(file, start)
    if not start < at <= end - 8 or chunk is None:
        return points
    file.seek(at + 4)
    chunks = int(struct.unpack("<I", file.read(4).ljust(4, b"\0"))[0])
    return (chunks - 1) * chunk + 1 if chunks <= (end - start) else points


def _chunk_size(file: BinaryIO, start: int) -> int | None:
    """Points of a chunk as the laszip record says; None where they vary."""
    file.seek(94)
    at, _, count = struct.unpack("<HII", file.read(10))
    for _ in range(count):
        file.seek(at)
        head = file.read(VLR_HEAD)
        user, number = head[2:18].rstrip(b"\0"), struct.unpack_from("<HH", head, 18)
        if user == b"laszip encoded" and number[0] == 22204 and number[1] >= 16:
            size = int(struct.unpack_from("<I", file.read(16), 12)[0])
            return None if size in (0, 2**32 - 1) else size
        at += VLR_HEAD + number[1]
    return None


def _legacy_differs(head: bytes, minor: int, points: int) -> tuple[str, ...]:
    legacy = int(struct.unpack_from("<I", head, 107)[0])
    if minor < 4 or legacy in (0, points) or points >= 2**32:
        return ()
    return (f"the header claims {points} points, its older count {legacy}",)


def _check_format(path: Path, point_format: int, length: int) -> None:
    shortest = RECORD_LENGTHS.get(point_format)
    if shortest is None or length < shortest:
        raise _bad(
            path,
            f"claims point format {point_format} with {length} bytes a point",
            "byte 104",
        )


def _count(head: bytes, minor: int) -> int:
    legacy = int(struct.unpack_from("<I", head, 107)[0])
    if minor >= 4 and len(head) >= 255:
        return int(struct.unpack_from("<Q", head, 247)[0]) or legacy
    return legacy


def _enough(
    path: Path, points: int, room: int, length: int, *, compressed: bool
) -> None:
    if points == 0:
        raise _bad(path, "holds no point", "byte 107")
    needed = points * (MIN_BYTES_A_POINT if compressed else length)
    if needed > room:
        raise _bad(
            path,
            f"claims {points} points, for which {room} bytes are too few",
            "byte 107; truncated, or a false header",
        )


Three = tuple[float, float, float]


def _numbers(path: Path, head: bytes, points: int) -> tuple[Three, Three, Three, Three]:
    values = struct.unpack_from("<12d", head, 131)
    if not all(math.isfinite(v) for v in values):
        raise _bad(path, "has NaN or infinite scale, offset or bounds", "byte 131")
    scales, offsets = values[:3], values[3:6]
    if any(s <= 0 for s in scales):
        raise _bad(path, f"has scales {scales}; they must be positive", "byte 131")
    high, low = values[6:12:2], values[7:12:2]
    if any(a > b for a, b in zip(low, high, strict=True)):
        raise _bad(path, f"has bounds from {low} to {high}", "byte 179")
    return scales, offsets, low, high


def _walk_vlrs(path: Path, file: BinaryIO, at: int, end: int, count: int) -> None:
    for number in range(count):
        file.seek(at)
        head = file.read(VLR_HEAD)
        if len(head) < VLR_HEAD:
            raise _bad(
                path, f"ends within record {number + 1} of {count}", f"byte {at}"
            )
        length = struct.unpack_from("<H", head, 20)[0]
        at += VLR_HEAD + length
        if at > end:
            raise _bad(
                path,
                f"record {number + 1} of {count} claims {length} bytes, past points",
                f"byte {at}",
            )


def _walk_evlrs(path: Path, file: BinaryIO, head: bytes, size: int) -> None:
    at, count = struct.unpack_from("<QI", head, 235)
    if count and (count > MAX_VLRS or at > size or count * EVLR_HEAD > size - at):
        raise _bad(
            path,
            f"claims {count} extended records, for which there is no room",
            "byte 235",
        )
    for number in range(count):
        file.seek(at)
        length = struct.unpack_from("<Q", file.read(EVLR_HEAD).ljust(60, b"\0"), 20)[0]
        at += EVLR_HEAD + length
        if at > size:
            raise _bad(
                path,
                f"extended record {number + 1} of {count} claims {length} bytes, "
                "past the end of the file",
                f"byte {at - length}",
            )


def _bad(path: Path, what: str, where: str) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the LAS file {what} ({where}); it is damaged or false: "
        "copy or export it again"
    )
