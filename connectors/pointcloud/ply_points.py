"""PLY, ascii and binary: the vertices of a cloud, whatever else is in the file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import UnreadableFile

HEADER_ROOM = 65_536  # bytes in which a header has to end
TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1",
    "short": "i2", "int16": "i2", "ushort": "u2", "uint16": "u2",
    "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
KINDS = ("classification", "class", "scalar_classification", "label")


def look_at_ply(path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Check the header; what the child is asked, and notes for the audit."""
    with path.open("rb") as file:
        head = file.read(HEADER_ROOM)
    if not head.startswith(b"ply"):
        raise _bad(path, f"is no PLY, it begins with {head[:8]!r}", 0)
    end = head.find(b"end_header")
    if end < 0:
        raise _bad(path, f"has no end_header within {HEADER_ROOM} bytes", 0)
    start = head.find(b"\n", end) + 1
    if not start:
        raise _bad(path, "ends within its header", end)
    lines = head[:end].decode("latin-1").splitlines()
    order = _order(path, lines)
    count, fields = _vertices(path, lines)
    kind = np.dtype([(name, f"{order or '<'}{t}") for name, t in fields])
    room = path.stat().st_size - start
    least = count * (kind.itemsize if order else 2 * len(fields))
    if count <= 0 or least > room + (not order):
        raise _bad(
            path, f"claims {count} vertices, for which {room} bytes do not fit", end
        )
    request = {"kind": "ply", "start": start, "points": count, "fields": fields,
               "order": order}  # fmt: skip
    single = dict(fields)["x"] == "f4"
    told = (
        "x is float32 in the file: beyond 100 km from its origin steps exceed 8 mm",
    )
    return request, told if single else ()


def _order(path: Path, lines: list[str]) -> str:
    words = next((w for w in map(str.split, lines) if w[:1] == ["format"]), [])
    if len(words) < 2 or words[1] not in ORDERS:
        raise _bad(path, f"has the format {' '.join(words[1:]) or 'unstated'}", 4)
    return ORDERS[words[1]]


def _vertices(path: Path, lines: list[str]) -> tuple[int, list[tuple[str, str]]]:
    elements: list[tuple[str, str, list[tuple[str, str]]]] = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if words[:1] == ["element"] and len(words) == 3:
            elements.append((words[1], words[2], []))
        elif words[:1] == ["property"] and elements:
            if elements[-1][0] == "vertex" and (
                len(words) != 3 or words[1] not in TYPES
            ):
                raise _bad(
                    path, f"has the vertex property '{line[:60]}'", number, "line"
                )
            elements[-1][2].append((words[-1], TYPES.get(words[1], "")))
    if not elements or elements[0][0] != "vertex":
        raise _bad(path, "does not begin with the element vertex", 0)
    _, count, fields = elements[0]
    names = [name for name, _ in fields]
    if not {"x", "y", "z"} <= set(names) or len(set(names)) < len(names):
        raise _bad(path, f"has vertices of {', '.join(names)[:80]}, not one x, y, z", 0)
    if not count.isdigit() or len(count) > 15:
        raise _bad(path, f"claims '{count[:40]}' vertices", 0)
    return int(count), fields


def _bad(path: Path, what: str, at: int, unit: str = "byte") -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the PLY file {what} ({unit} {at}); it is damaged or false: "
        "export the cloud again as PLY, binary little endian"
    )


def ply_chunks(
    path: Path, request: dict[str, Any], chunk: int
) -> Iterator[dict[str, Any]]:
    """Yield columns of the vertices; runs in the child."""
    fields = [(name, t) for name, t in request["fields"]]
    names = [name for name, _ in fields]
    kind = next((name for name in names if name in KINDS), None)
    left = int(request["points"])
    with path.open("rb") as file:
        file.seek(request["start"])
        text = io.TextIOWrapper(file, "latin-1")
        while left:
            n = min(chunk, left)
            if request["order"]:
                shape = np.dtype([(a, request["order"] + t) for a, t in fields])
                part = np.frombuffer(file.read(n * shape.itemsize), shape)
            else:
                shape = np.dtype([(a, "f8") for a, _ in fields])
                part = np.loadtxt(islice(text, n), shape, ndmin=1)
            if part.size < n:
                msg = f"it ends {left - part.size} vertices before its header says"
                raise ValueError(msg)
            left -= n
            yield {
                "x": part["x"], "y": part["y"], "z": part["z"],
                "kind": None if kind is None else _bytes(part[kind]),
            }  # fmt: skip


def _bytes(values: Any) -> Any:
    good = (values >= 0) & (values < 255)
    return np.where(good, values, 1).astype(np.uint8)
