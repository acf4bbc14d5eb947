"""E57 of terrestrial scanners through pye57, in the child only; extra ``cloud``."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import MissingExtra, UnreadableFile

SIGNATURE = b"ASTM-E57"
HEAD = 48
AXES = ("cartesianX", "cartesianY", "cartesianZ")


def look_at_e57(path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Check the 48-byte file header; what the child is asked."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.startswith(SIGNATURE):
        raise _bad(path, f"is no E57, it begins with {head[:8]!r}", 0)
    if len(head) < HEAD:
        raise _bad(path, "ends within its header", len(head))
    size = path.stat().st_size
    length, xml_at, xml_size, page = struct.unpack_from("<4Q", head, 16)
    if length != size:
        raise _bad(path, f"claims {length} bytes and has {size}", 16)
    if xml_at < HEAD or xml_at >= size or xml_size > size - xml_at or page != 1024:
        raise _bad(path, f"claims {xml_size} bytes of XML at byte {xml_at}", 24)
    if find_spec("pye57") is None:
        raise MissingExtra(
            f"{path}: reading E57 needs pye57; pip install 'minetwin[cloud]'"
        )
    return {"kind": "e57"}, ("E57: scans placed by the poses in the file",)


def _bad(path: Path, what: str, at: int) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the E57 file {what} (byte {at}); it is damaged or truncated: copy or "
        "export it again"
    )


def e57_chunks(
    path: Path, request: dict[str, Any], chunk: int
) -> Iterator[dict[str, Any]]:
    """Yield columns of all scans, valid points only; runs in the child."""
    import pye57

    del request  # nothing to choose
    file = pye57.E57(str(path))
    for number in range(file.scan_count):
        header = file.get_header(number)
        if not set(AXES) <= set(header.point_fields):
            msg = f"scan {number + 1} has no Cartesian coordinates; export it with them"
            raise ValueError(msg)
        yield from _scan(file, header, min(chunk, 200_000))


def _scan(file: Any, header: Any, chunk: int) -> Iterator[dict[str, Any]]:
    invalid = "cartesianInvalidState"
    names = [*AXES, *([invalid] if invalid in header.point_fields else [])]
    data, buffers = file.make_buffers(names, chunk)
    reader = header.points.reader(buffers)
    posed = header.has_pose()
    while count := reader.read():
        xyz = np.stack([data[name][:count] for name in AXES], axis=1).astype(float)
        if invalid in data:
            xyz = xyz[data[invalid][:count] == 0]
        if posed:
            xyz = xyz @ header.rotation_matrix.T + header.translation
        yield {"x": xyz[:, 0], "y": xyz[:, 1], "z": xyz[:, 2]}
    reader.close()
