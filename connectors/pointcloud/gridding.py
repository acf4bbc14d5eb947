"""Points to cells: count, minimum, maximum, mean and scatter, on all cores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.grid import Grid

COUNT, LOW, HIGH, SUM, SQUARES = range(5)
STRIPE = 16  # rows; stripes are dealt out so that all cores have work


@njit(cache=True, nogil=True)
def _scatter(
    cells: Any, x: Any, y: Any, z: Any, use: Any, frame: Any, part: int, parts: int
) -> int:
    """Add the points of this part's stripes to ``cells`` (rows*columns, 5).

    frame  west, north, cell size, base height, rows, columns
    """
    west, north, inverse, base = frame[0], frame[1], 1.0 / frame[2], frame[3]
    rows, columns = int(frame[4]), int(frame[5])
    outside = 0
    for i in range(x.size):
        if not use[i]:
            continue
        down, across = (north - y[i]) * inverse, (x[i] - west) * inverse
        # the southern and eastern edge of the grid belong to it
        row = rows - 1 if down == rows else int(np.floor(down))
        column = columns - 1 if across == columns else int(np.floor(across))
        if row < 0 or row >= rows or column < 0 or column >= columns:
            outside += part == 0
            continue
        if (row // STRIPE) % parts != part:
            continue
        cell = row * columns + column
        height = z[i] - base
        if cells[cell, 0] == 0.0:
            cells[cell, 1] = height
            cells[cell, 2] = height
        else:
            cells[cell, 1] = min(cells[cell, 1], height)
            cells[cell, 2] = max(cells[cell, 2], height)
        cells[cell, 0] += 1.0
        cells[cell, 3] += height
        cells[cell, 4] += height * height
    return outside


@dataclass
class Gridded:
    """Running statistics of the points in each cell of a grid.

    base  height that is subtracted before squaring, so that scatter keeps its digits
    """

    grid: Grid
    base: float
    cells: NDArray[np.float64] = field(init=False, repr=False)
    outside: int = 0

    def __post_init__(self) -> None:
        """Make empty cells: count, low, high, sum, sum of squares."""
        rows, columns = self.grid.shape
        self.cells = np.zeros((rows * columns, 5))

    def add(
        self, points: tuple[Any, Any, Any], use: Any, pool: ThreadPoolExecutor
    ) -> None:
        """Add points x, y, z where ``use`` is true."""
        rows, columns = self.grid.shape
        g = self.grid
        frame = np.array([g.west, g.north, g.cell, self.base, rows, columns])
        parts = pool._max_workers
        jobs = [
            pool.submit(_scatter, self.cells, *points, use, frame, k, parts)
            for k in range(parts)
        ]
        self.outside += sum(int(job.result()) for job in jobs)

    def _column(self, which: int) -> NDArray[np.float64]:
        return self.cells[:, which].reshape(self.grid.shape)

    @property
    def count(self) -> NDArray[np.float64]:
        """Points in each cell."""
        return self._column(COUNT)

    def _where(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(self.count > 0, values + self.base, np.nan)

    @property
    def low(self) -> NDArray[np.float64]:
        """Lowest height, m; NaN without points."""
        return self._where(self._column(LOW))

    @property
    def high(self) -> NDArray[np.float64]:
        """Highest height, m."""
        return self._where(self._column(HIGH))

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean height, m."""
        return self._where(self._column(SUM) / np.maximum(self.count, 1.0))

    @property
    def variance(self) -> NDArray[np.float64]:
        """Sample variance of height, m2; NaN below two points."""
        n = self.count
        spread = self._column(SQUARES) - self._column(SUM) ** 2 / np.maximum(n, 1.0)
        found = np.maximum(spread, 0.0) / np.maximum(n - 1.0, 1.0)
        return np.where(n > 1, found, np.nan)
