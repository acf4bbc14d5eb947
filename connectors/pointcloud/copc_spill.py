"""Points of any number on disk, sorted into top-level cells that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .copc_levels import BITS, GRID, morton
from .copc_order import gathered, in_order

BATCH = 1_000_000  # points read back at a time
CELL_POINTS = 2_000_000  # points of a top-level cell; about 150 bytes each are used


@dataclass(frozen=True, slots=True)
class Cell:
    """One node of the octree whose points are handled together.

    level  of the node; first, stop: its Morton codes at level GRID
    start  its first point in the sorted spill, count of them
    """

    level: int
    first: int
    stop: int
    start: int
    count: int


def read_back(path: Path, kind: Any) -> Iterator[NDArray[Any]]:
    """Records of a spill file, a batch at a time."""
    with path.open("rb") as file:
        while data := file.read(BATCH * kind.itemsize):
            yield np.frombuffer(data, kind)


def codes_of(points: NDArray[Any], frame: NDArray[np.float64]) -> NDArray[np.int64]:
    """Morton codes of records."""
    codes = np.zeros(points.size, dtype=np.int64)
    x, y, z = (np.ascontiguousarray(points[name]) for name in "XYZ")
    morton(x, y, z, frame, codes)
    return codes


def cells_of(path: Path, kind: Any, frame: NDArray[np.float64]) -> list[Cell]:
    """Cut the cube into nodes of at most CELL_POINTS, in Morton order."""
    counts = np.zeros(1 << 3 * GRID, dtype=np.int64)
    for points in read_back(path, kind):
        at = codes_of(points, frame) >> 3 * (BITS - GRID)
        counts += np.bincount(at, minlength=counts.size)
    before = np.concatenate([[0], np.cumsum(counts)])
    found: list[Cell] = []
    waiting = [(0, 0)]
    while waiting:
        level, first = waiting.pop()
        width = 1 << 3 * (GRID - level)
        start, stop = int(before[first]), int(before[first + width])
        if start == stop:
            continue
        if stop - start <= CELL_POINTS or level == GRID:
            found.append(Cell(level, first, first + width, start, stop - start))
            continue
        part = width // 8
        waiting += [(level + 1, first + k * part) for k in reversed(range(8))]
    return found


def sort_spill(
    path: Path, sorted_path: Path, kind: Any, frame: NDArray[np.float64],
    cells: list[Cell],
) -> None:  # fmt: skip
    """Write the points of each cell together, in the order of the cells."""
    cursor = np.array([c.start for c in cells])
    firsts = np.array([c.first for c in cells])
    with sorted_path.open("wb") as out:
        for batch in read_back(path, kind):
            at = codes_of(batch, frame) >> 3 * (BITS - GRID)
            which = np.searchsorted(firsts, at, side="right") - 1
            order, starts = in_order(which, len(cells))
            points = gathered(batch, order)
            for cell in np.flatnonzero(np.diff(starts)):
                part = points[starts[cell] : starts[cell + 1]]
                out.seek(int(cursor[cell]) * kind.itemsize)
                out.write(part.view(np.uint8).data)
                cursor[cell] += part.size
