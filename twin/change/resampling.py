"""Heights between the middles of cells: cubic convolution, bilinear beside holes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..surface import Raster

Indices = NDArray[np.int64]


def resampled(
    z: NDArray[np.floating[Any]],
    offset: tuple[float, float],
    shape: tuple[int, int],
    up: float,
) -> Raster:
    """Raster of ``shape`` whose cell (r, c) is z at (r, c) + offset, plus ``up``.

    z       (rows, columns), NaN = hole
    offset  rows and columns, of any size

    Cubic convolution (Keys 1981, a = -1/2), exact for quadratics; where one of its 16
    cells is missing, bilinear; where one of those 4 is missing that counts, a hole.
    """
    found = np.full(shape, np.nan, dtype=np.float32)
    _fill(np.ascontiguousarray(z, dtype=np.float32), offset[0], offset[1], up, found)
    return found


def sampled(
    z: NDArray[np.floating[Any]],
    rows: Indices,
    columns: Indices,
    offset: tuple[float, float],
) -> NDArray[np.float64]:
    """Heights at the cells (rows, columns) + offset, as in ``resampled``; (n,)."""
    found = np.full(rows.size, np.nan)
    raster = np.ascontiguousarray(z, dtype=np.float32)
    _take(raster, rows, columns, np.array(offset, dtype=np.float64), found)
    return found


@compiled
def _fill(z: Any, down: float, right: float, up: float, found: Any) -> None:
    for r in range(found.shape[0]):
        for c in range(found.shape[1]):
            found[r, c] = _between(z, r + down, c + right) + up


@compiled
def _take(z: Any, rows: Any, columns: Any, offset: Any, found: Any) -> None:
    for i in range(rows.size):
        found[i] = _between(z, rows[i] + offset[0], columns[i] + offset[1])


@compiled
def _between(z: Any, y: float, x: float) -> float:
    r, c = int(np.floor(y)), int(np.floor(x))
    v, u = y - r, x - c
    rows, columns = z.shape
    if v == 0.0 and u == 0.0:
        if 0 <= r < rows and 0 <= c < columns:
            return float(z[r, c])
        return np.nan
    if 1 <= r < rows - 2 and 1 <= c < columns - 2:
        smooth = 0.0
        for i in range(4):
            along = 0.0
            for j in range(4):
                along += _keys(j - 1 - u) * z[r + i - 1, c + j - 1]
            smooth += _keys(i - 1 - v) * along
        if not np.isnan(smooth):
            return smooth
    flat = 0.0
    for i in range(2):
        for j in range(2):
            weight = (v if i else 1.0 - v) * (u if j else 1.0 - u)
            if weight > 0.0:
                if not (0 <= r + i < rows and 0 <= c + j < columns):
                    return np.nan
                flat += weight * z[r + i, c + j]
    return flat


@compiled
def _keys(d: float) -> float:
    """Weight of a cell at distance d, in cells. Keys 1981, eq. 15, a = -1/2."""
    d = abs(d)
    if d <= 1.0:
        return (1.5 * d - 2.5) * d * d + 1.0
    if d < 2.0:
        return ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0
    return 0.0
