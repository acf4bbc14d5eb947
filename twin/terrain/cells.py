"""Which cells of a raster are ground, and which of them let water out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..errors import InputError

Raster = NDArray[np.float64]
Flags = NDArray[np.uint8]
Mask = NDArray[np.bool_]

OUTSIDE: Final = 0
INTERIOR: Final = 1
OUTLET: Final = 2
# Fixed order of the neighbours, that of ties: E, N, W, S, NE, NW, SW, SE.
ROW_STEPS: Final = (0, -1, 0, 1, -1, -1, 1, 1)
COLUMN_STEPS: Final = (1, 0, -1, 0, 1, -1, -1, 1)


@njit(inline="always")
def at(i: int) -> np.uint64:
    """Index that is never negative: spares the test for counting from the end."""
    return np.uint64(i)


def offsets(columns: int) -> NDArray[np.int64]:
    """Flat index steps to the eight neighbours, in the fixed order."""
    return np.array(
        [r * columns + c for r, c in zip(ROW_STEPS, COLUMN_STEPS, strict=True)],
        dtype=np.int64,
    )


def as_raster(z: NDArray[np.floating]) -> Raster:
    """Two-dimensional C-contiguous float64; refuses anything else."""
    if z.ndim != 2:
        raise InputError(
            f"terrain: a raster has two axes, this has {z.ndim}; "
            "expand cells with Grid.expand first"
        )
    return np.ascontiguousarray(z, dtype=np.float64)


def cell_flags(
    z: Raster, mask: Mask | None = None, outlets: Mask | None = None
) -> Flags:
    """Flag each cell: 0 outside, 1 interior, 2 outlet; flat (rows * columns).

    z        (rows, columns), NaN = no ground
    mask     True where there is ground, or None
    outlets  further cells where water leaves (the bottom of a pit that is kept)

    A cell on the rim of the raster, or with a neighbour that is no ground, is an
    outlet: what reaches it leaves the site.
    """
    ground = np.isfinite(z) if mask is None else np.isfinite(z) & mask
    flags = np.zeros(z.shape, dtype=np.uint8)
    _flag(ground, flags)
    if outlets is not None:
        flags[ground & outlets] = OUTLET
    return flags.ravel()


@njit(cache=True, nogil=True)
def _flag(ground: Mask, flags: Flags) -> None:
    rows, columns = ground.shape
    for r in range(rows):
        for c in range(columns):
            if not ground[r, c]:
                continue
            if r == 0 or c == 0 or r == rows - 1 or c == columns - 1:
                flags[r, c] = OUTLET
                continue
            inner = True
            for i in range(r - 1, r + 2):
                for j in range(c - 1, c + 2):
                    inner = inner and ground[i, j]
            flags[r, c] = INTERIOR if inner else OUTLET
