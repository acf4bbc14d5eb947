"""Look at the first directory of a TIFF with our own eyes before GDAL sees the file."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from twin.errors import UnreadableFile

MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
MAX_CELLS = 250_000_000  # 16 km x 16 km at 1 m; 1 GB once decoded
MAX_BANDS, MAX_TAGS = 4096, 4096
MAX_RATIO = 20_000  # bytes out of one byte; Deflate reaches 1032
WIDTH, HEIGHT, BITS, PACKING, BANDS = 256, 257, 258, 259, 277
STRIP_BYTES, TILE_BYTES = 279, 325
SIZES = {1: 1, 3: 2, 4: 4, 16: 8}  # bytes of the whole-number types
FORMS = {1: "B", 3: "H", 4: "I", 16: "Q"}
Entry = tuple[int, int, bytes]  # type, count, value or its place


@dataclass(frozen=True, slots=True)
class TiffHeader:
    """What the first directory claims, after it was found plausible."""

    path: Path
    width: int
    height: int


def read_tiff_header(path: Path) -> TiffHeader:
    """Read magic and first directory; UnreadableFile when they cannot be true."""
    try:
        with path.open("rb") as file:
            return _checked(path, file, path.stat().st_size)
    except OSError as error:
        raise UnreadableFile(
            f"{path}: cannot be opened ({error.strerror}); check the name"
        ) from error
    except struct.error as error:
        raise _bad(path, "ends within its directory", "first directory") from error


def _checked(path: Path, file: BinaryIO, size: int) -> TiffHeader:
    start = file.read(4)
    if start not in MAGIC:
        raise UnreadableFile(
            f"{path}: not a TIFF, whatever its name says (it begins with {start!r}); "
            "export it as GeoTIFF"
        )
    order = "<" if start[:1] == b"I" else ">"
    big = b"+" in start
    tags = _directory(path, file, order, size, big=big)
    width, height = (_first(tags, tag, order) for tag in (WIDTH, HEIGHT))
    bands, bits = (_first(tags, tag, order) or 1 for tag in (BANDS, BITS))
    if not width or not height:
        raise _bad(path, f"claims {width} x {height} cells", "tags 256 and 257")
    if width * height > MAX_CELLS:
        raise UnreadableFile(
            f"{path}: claims {width} x {height} cells (tags 256 and 257), more than "
            f"{MAX_CELLS}; it is false, or too large: cut it into smaller rasters"
        )
    if bands > MAX_BANDS:
        raise _bad(path, f"claims {bands} bands", "tag 277")
    packed = _first(tags, PACKING, order) not in (0, 1)
    needed = width * height * bands * bits // 8 // (MAX_RATIO if packed else 1)
    if needed > size:
        raise _bad(
            path,
            f"claims {width} x {height} cells, for which {size} bytes are too few",
            "tags 256 and 257; truncated, or a false header",
        )
    for tag in (STRIP_BYTES, TILE_BYTES):
        kind, count, _ = tags.get(tag, (1, 0, b""))
        if count * SIZES.get(kind, 8) > size:
            raise _bad(path, f"claims {count} blocks", f"tag {tag}")
    return TiffHeader(path, width, height)


def _directory(
    path: Path, file: BinaryIO, order: str, size: int, *, big: bool
) -> dict[int, Entry]:
    file.seek(8 if big else 4)
    wide = "Q" if big else "I"
    (at,) = struct.unpack(order + wide, file.read(8 if big else 4))
    if at >= size:
        raise _bad(path, f"has its directory at byte {at} of {size}", "header")
    file.seek(at)
    (count,) = struct.unpack(order + ("Q" if big else "H"), file.read(8 if big else 2))
    form = order + ("HHQ8s" if big else "HHI4s")
    if count > MAX_TAGS or count * struct.calcsize(form) > size - at:
        raise _bad(path, f"claims {count} tags", f"byte {at}")
    tags = {}
    for _ in range(count):
        tag, kind, number, value = struct.unpack(form, file.read(struct.calcsize(form)))
        tags[tag] = (kind, number, value)
    return tags


def _first(tags: dict[int, Entry], tag: int, order: str) -> int:
    """First whole number of a tag; 0 where there is none, 1 where it lies elsewhere."""
    kind, count, value = tags.get(tag, (1, 0, b""))
    if count == 0 or kind not in FORMS:
        return 0
    if count * SIZES[kind] > len(value):  # e.g. bits of each of several bands
        return 1
    return int(struct.unpack_from(order + FORMS[kind], value)[0])


def _bad(path: Path, what: str, where: str) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the TIFF {what} ({where}); it is damaged or false: "
        "copy or export it again"
    )
