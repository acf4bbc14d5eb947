"""Malformed clouds of every kind, made from sound ones: truncated, lying, flipped.

``python tests/pointcloud/malformed.py FOLDER`` writes them all.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import laspy
import numpy as np
from clouds import cut, spoil, write_cloud

from connectors.pointcloud.copc_write import layout_of, write_copc

Make = Callable[[Path], Path]
NAN, INF = float("nan"), float("inf")
PLY = "ply\nformat {} 1.0\nelement vertex {}\nproperty {} x\nproperty double y\n"
PLY += "property double z\nend_header\n"


def laz(folder: Path) -> Path:
    """Return a sound LAZ of 20 000 points."""
    return write_cloud(folder / "survey.laz")


def copc(folder: Path) -> Path:
    """Return a sound COPC of 60 000 points in several nodes."""
    plain = write_cloud(folder / "plain.las", points=60_000)
    with laspy.open(plain) as reader:
        layout = layout_of(reader.header)
        array = reader.read().points.array
    plain.unlink()
    return write_copc(folder / "survey.copc.laz", [array], layout).path


def text(name: str, content: str | bytes) -> Make:
    """Write a file of text as it is."""

    def make(folder: Path) -> Path:
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
        return folder / name

    return make


def laz_lie(at: int, form: str, *values: float) -> Make:
    """Overwrite a place of the LAZ."""
    return lambda folder: spoil(laz(folder), at, form, *values)


def laz_cut(keep: float) -> Make:
    """Leave a part of the LAZ."""
    return lambda folder: cut(laz(folder), keep)


def flipped(seed: int, share: float, make: Make, folder: Path) -> Path:
    """Flip bits of some bytes, anywhere."""
    path = make(folder)
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    rng = np.random.default_rng(seed)
    at = rng.integers(0, data.size, max(int(share * data.size), 1))
    data[at] ^= (1 << rng.integers(0, 8, at.size)).astype(np.uint8)
    path.write_bytes(data.tobytes())
    return path


def long_vlr(folder: Path) -> Path:
    """First record claims 65 535 bytes."""
    return spoil(laz(folder), 375 + 20, "<H", 65_535)


def long_evlr(folder: Path) -> Path:
    """Append an extended record of an exabyte."""
    path = laz(folder)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"\0" * 60)
    spoil(path, 235, "<QI", size, 1)
    return spoil(path, size + 20, "<Q", 2**60)


def bomb(folder: Path) -> Path:
    """Claim as many points as the gate lets pass, in a file padded with zeros."""
    path = laz(folder)
    path.write_bytes(path.read_bytes() + b"\0" * 2_000_000)
    return spoil(path, 247, "<Q", 200_000_000)


def table_lie(value: int, folder: Path) -> Path:
    """Chunk table at a false place."""
    path = laz(folder)
    start = struct.unpack_from("<I", path.read_bytes(), 96)[0]
    return spoil(path, start, "<q", value)


def chunks_lie(folder: Path) -> Path:
    """Chunk table of 4 thousand million chunks."""
    path = laz(folder)
    data = path.read_bytes()
    start = struct.unpack_from("<I", data, 96)[0]
    table = struct.unpack_from("<q", data, start)[0]
    return spoil(path, table + 4, "<I", 2**32 - 1)


def hierarchy(place: int, form: str, value: int) -> Make:
    """Overwrite a place of the root page, counted from its begin."""

    def make(folder: Path) -> Path:
        path = copc(folder)
        at = struct.unpack_from("<Q", path.read_bytes(), 429 + 40)[0]
        return spoil(path, at + place, form, value)

    return make


def loop(folder: Path) -> Path:
    """Second entry is a page: the root page itself."""
    path = copc(folder)
    at, size = struct.unpack_from("<2Q", path.read_bytes(), 429 + 40)
    return spoil(path, at + 32 + 16, "<Qii", at, size, -1)


def node_bomb(folder: Path) -> Path:
    """One node claims nearly all points that the gate lets pass, in a padded file."""
    path = copc(folder)
    at = struct.unpack_from("<Q", path.read_bytes(), 429 + 40)[0]
    path.write_bytes(path.read_bytes() + b"\0" * 100_000)
    spoil(path, 247, "<Q", 10_000_000)
    return spoil(path, at + 28, "<i", 3_900_000)


def info(at: int, form: str, value: float) -> Make:
    """Overwrite a place of the COPC info."""
    return lambda folder: spoil(copc(folder), 429 + at, form, value)


def ply(form: str, claimed: str, kind: str = "double", rows: bytes = b"") -> Make:
    """PLY with a stated header."""
    return text("survey.ply", PLY.format(form, claimed, kind).encode() + rows)


def e57_head(length: int, xml_at: int, xml_size: int, page: int = 1024) -> Make:
    """E57 file header followed by zeros."""
    head = struct.pack("<8sII4Q", b"ASTM-E57", 1, 0, length, xml_at, xml_size, page)
    return text("survey.e57", head.ljust(4096, b"\0"))


REFUSED: dict[str, Make] = {
    "empty laz": text("survey.laz", b""),
    **{f"laz cut at {k}": laz_cut(k) for k in (0.001, 0.005, 0.02, 0.3, 0.7, 0.9999)},
    "a trillion points": laz_lie(247, "<Q", 10**12),
    "4 thousand million records": laz_lie(100, "<I", 2**32 - 1),
    "header of 65 000 bytes": laz_lie(94, "<H", 65_000),
    "points past the end": laz_lie(96, "<I", 2**31),
    "points within the header": laz_lie(96, "<I", 100),
    "records of two bytes": laz_lie(105, "<H", 2),
    "point format 63": laz_lie(104, "<B", 0xBF),
    "scale NaN": laz_lie(131, "<d", NAN),
    "scale zero": laz_lie(139, "<d", 0.0),
    "offset infinite": laz_lie(155, "<d", INF),
    "bounds NaN": laz_lie(187, "<d", NAN),
    "version 7.9": laz_lie(24, "<BB", 7, 9),
    "long record": long_vlr,
    "long extended record": long_evlr,
    "many extended records": laz_lie(235, "<QI", 400, 2**32 - 1),
    "decompression bomb": bomb,
    "copc loop": loop,
    "copc page of no size": info(48, "<Q", 0),
    "copc page of an exabyte": info(48, "<Q", 2**60),
    "copc page past the end": info(40, "<Q", 2**50),
    "copc page size no multiple": info(48, "<Q", 33),
    "copc half side NaN": info(24, "<d", NAN),
    "copc spacing negative": info(32, "<d", -1.0),
    "copc node past the end": hierarchy(16, "<Q", 2**40),
    "copc node size negative": hierarchy(24, "<i", -5),
    "copc node of 2 thousand million": hierarchy(28, "<i", 2**31 - 1),
    "copc count of -7": hierarchy(28, "<i", -7),
    "copc key outside": hierarchy(4, "<i", 99),
    "copc level of 2 thousand million": hierarchy(0, "<i", 2**31 - 1),
    "copc named twice": hierarchy(32, "<i", 0),
    "copc node bomb": node_bomb,
    "ply without end": text("survey.ply", "ply\nformat ascii 1.0\n" + "comment\n" * 99),
    "ply of 10^14": ply("binary_little_endian", "9" * 14),
    "ply of -3": ply("ascii", "-3"),
    "ply of unknown type": ply("ascii", "1", "quaternion", b"1 2 3\n"),
    "ply of unknown format": ply("binary_middle_endian", "1", rows=b"0" * 24),
    "ply short": ply("ascii", "4", rows=b"1 2 3\n4 5 6\n7 8 9\n" + b"#" * 40),
    "ply words": ply("ascii", "2", rows=b"1 2 3\nfour five six\n"),
    "ply NaN": ply("ascii", "2", rows=b"1 2 3\nnan 5 6\n"),
    "xyz binary": text("survey.xyz", bytes(range(256)) * 40),
    "xyz one line of 3 MB": text("survey.xyz", b"1 2 " + b"3" * 3_000_000),
    "xyz long line later": text("survey.xyz", b"1 2 3\n" * 20_000 + b"7" * 9_000_000),
    "xyz words": text("survey.xyz", "1 2 3\n" * 9 + "four five six\n"),
    "xyz ragged": text("survey.xyz", "1 2 3\n" * 9 + "1 2\n"),
    "xyz infinite": text("survey.xyz", "1 2 3\n1 inf 3\n"),
    "csv without header": text("survey.csv", "1,2,3\n4,5,6\n"),
    "csv prose": text("survey.csv", "x,y,z\nno number here\n"),
    "dat of four columns": text("survey.dat", "1,500000,4400000,7\n"),
    "e57 too short": text("survey.e57", b"ASTM-E57\1\0"),
    "e57 disguised": text("survey.e57", b"PK\3\4" * 99),
    "e57 length lies": e57_head(2**60, 48, 100),
    "e57 XML past the end": e57_head(4096, 2**50, 100),
    "e57 pages of one byte": e57_head(4096, 1024, 100, 1),
    "e57 of zeros": e57_head(4096, 1024, 2048),
}  # fmt: skip
HARMLESS: dict[str, Make] = {  # may be read or refused, but nothing breaks
    **{f"laz flipped {s}": partial(flipped, s, 1e-3, laz) for s in range(6)},
    **{f"copc flipped {s}": partial(flipped, s, 3e-4, copc) for s in range(6)},
    "chunk table far away": partial(table_lie, 2**40),
    "chunk table at -1": partial(table_lie, -1),
    "chunk table of chunks": chunks_lie,
}
KINDS = {**REFUSED, **HARMLESS}


def main(folder: Path) -> None:
    """Write one of each into a folder of its own."""
    for name, make in KINDS.items():
        home = folder / name.replace(" ", "_")
        home.mkdir(parents=True, exist_ok=True)
        make(home)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
