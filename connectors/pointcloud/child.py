"""The guarded child: decodes one file and hands its points over, chunk by chunk.

Started as ``python -m connectors.pointcloud.child FILE EXCHANGE SLOTS CHUNK``. Points
go into the exchange file (columns of a slot, one after another); a line on standard
output tells the slot and how many; a line on standard input gives the slot back.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from .limits import limit_memory, say

COLUMNS = (
    ("x", "f8"), ("y", "f8"), ("z", "f8"),
    ("kind", "u1"), ("last", "u1"), ("first", "u1"),
)  # fmt: skip


def slot_views(memory: Any, slot: int, chunk: int) -> dict[str, Any]:
    """Cut one slot of the exchange into its columns."""
    size = sum(np.dtype(t).itemsize for _, t in COLUMNS) * chunk
    at = slot * size
    views = {}
    for name, kind in COLUMNS:
        # frombuffer keeps the map open as long as a view lives
        views[name] = np.frombuffer(memory, kind, chunk, at)
        at += np.dtype(kind).itemsize * chunk
    return views


def fill(views: dict[str, Any], points: Any, start: int, stop: int) -> None:
    """Copy points [start, stop) into a slot, scaled, noise and withheld marked 255."""
    n = stop - start
    part = points[start:stop]
    for name, raw, axis in (("x", "X", 0), ("y", "Y", 1), ("z", "Z", 2)):
        out = views[name][:n]
        np.multiply(part.array[raw], part.scales[axis], out=out)
        out += part.offsets[axis]
    kind = np.asarray(part.classification, dtype=np.uint8)
    if "withheld" in part.point_format.dimension_names:
        kind = np.where(np.asarray(part.withheld) != 0, np.uint8(255), kind)
    views["kind"][:n] = kind
    number = np.asarray(part.return_number)
    views["last"][:n] = number >= np.asarray(part.number_of_returns)
    views["first"][:n] = number <= 1


def decode(path: Path, memory: Any, slots: int, chunk: int) -> None:
    """Read the file and pass every chunk on."""
    import laspy

    wanted = (
        laspy.DecompressionSelection.xy_returns_channel()
        | laspy.DecompressionSelection.Z
        | laspy.DecompressionSelection.CLASSIFICATION
        | laspy.DecompressionSelection.FLAGS
    )
    free = list(range(slots))
    with laspy.open(
        path, laz_backend=laspy.LazBackend.LazrsParallel, decompression_selection=wanted
    ) as reader:
        for points in reader.chunk_iterator(chunk):
            while not free:
                free.append(int(sys.stdin.readline()))
            slot = free.pop()
            fill(slot_views(memory, slot, chunk), points, 0, len(points))
            say(slot=slot, count=len(points))


def main() -> int:
    """Decode, and say what went wrong in one line."""
    file, exchange, slots, chunk = sys.argv[1:5]
    limit_memory()
    memory = np.memmap(exchange, dtype=np.uint8, mode="r+")
    try:
        decode(Path(file), memory, int(slots), int(chunk))
    except MemoryError:
        say(error="needs more memory than a file of its size may")
        return 3
    except BaseException as error:  # noqa: BLE001 - native decoders raise anything
        say(error=f"{type(error).__name__}: {error}")
        return 4
    say(end=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
