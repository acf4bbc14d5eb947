"""Heights of plants from returns: percentiles, spread, cover, gaps and leaf area.

Percentiles interpolate linearly (R's type 7, NumPy's default). Cover is a share of
returns, not of area: first returns for canopy cover and gaps (Morsdorf et al. 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError
from twin.grid import Grid

Floats = NDArray[np.float64]
PERCENTILES = (25, 50, 75, 90, 95, 99)
EXTINCTION = 0.5  # 1; leaves of spherical orientation, pulses from overhead; unverified


@dataclass(frozen=True, slots=True)
class Plants:
    """Settings.

    height_break  m; a return above it is canopy, one below it is a gap
    counted_from  m; heights below it are left out of percentiles, mean and spread;
                  -inf counts all
    extinction    k of Beer and Lambert, 1; a guess unless measured at the site
    """

    height_break: float = 2.0
    counted_from: float = 2.0
    extinction: float = EXTINCTION


def plot_metrics(
    heights: Floats, first: NDArray[np.bool_], settings: Plants
) -> dict[str, float]:
    """Metrics of one plot from heights above ground (n,), m, and the first returns."""
    one = np.zeros(heights.size, dtype=np.int64)
    found = _metrics(one, 1, heights, first, settings)
    return {name: float(values[0]) for name, values in found.items()}


def cell_metrics(
    points: tuple[Floats, Floats, Floats],
    first: NDArray[np.bool_],
    grid: Grid,
    settings: Plants,
) -> dict[str, Floats]:
    """Metrics (rows, columns) from x, y and height above ground (n,), m.

    Points outside the grid or of no known height (NaN) have no say.
    """
    x, y, heights = points
    rows, columns = grid.shape
    row = np.floor((grid.north - y) / grid.cell)
    column = np.floor((x - grid.west) / grid.cell)
    use = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    use &= np.isfinite(heights)
    cell = (row[use] * columns + column[use]).astype(np.int64)
    found = _metrics(cell, rows * columns, heights[use], first[use], settings)
    return {name: values.reshape(grid.shape) for name, values in found.items()}


def leaf_area_index(gap_fraction: Floats, extinction: float = EXTINCTION) -> Floats:
    """Leaf area per ground, LAI = -ln(P) / k (Beer and Lambert; Nilson 1971).

    gap_fraction  P, share of pulses that meet no canopy, 1
    extinction    k, 1: 0.5 for spherical leaves seen from overhead
    →             LAI, m2 m-2; NaN where no pulse passed: it is then only above a bound

    Clumping is not corrected: in open stands the result is an effective, lower LAI.
    """
    if not 0.0 < extinction <= 1.0:
        raise InputError(
            f"leaf area: extinction is {extinction:g}; it lies above 0 and up to 1, "
            "0.5 for leaves of any direction"
        )
    open_sky = np.where(gap_fraction > 0.0, gap_fraction, np.nan)
    found: Floats = np.abs(np.log(open_sky)) / extinction
    return found


def _metrics(
    cell: NDArray[np.int64],
    cells: int,
    heights: Floats,
    first: NDArray[np.bool_],
    s: Plants,
) -> dict[str, Floats]:
    """Metrics of all cells at once, each (cells,); NaN where there is nothing."""
    counted = heights >= s.counted_from
    high = heights > s.height_break
    found = _distribution(cell[counted], cells, heights[counted])
    cover = _share(cell[first], cells, high[first])
    found["cover_first"], found["cover_all"] = cover, _share(cell, cells, high)
    found["gap_fraction"] = 1.0 - cover
    found["leaf_area_index"] = leaf_area_index(1.0 - cover, s.extinction)
    found["returns"] = np.bincount(cell, minlength=cells).astype(np.float64)
    return found


def _share(cell: NDArray[np.int64], cells: int, marked: NDArray[np.bool_]) -> Floats:
    """Share of the points of each cell that are marked."""
    n = np.bincount(cell, minlength=cells)
    hits = np.bincount(cell[marked], minlength=cells)
    return np.where(n > 0, hits / np.maximum(n, 1), np.nan)


def _distribution(
    cell: NDArray[np.int64], cells: int, heights: Floats
) -> dict[str, Floats]:
    """Percentiles, mean, maximum, spread and canopy relief ratio of each cell."""
    ordered = heights[np.lexsort((heights, cell))]
    n = np.bincount(cell, minlength=cells)
    start = np.concatenate([[0], np.cumsum(n)[:-1]])
    some = n > 0
    found = {f"p{p}": np.full(cells, np.nan) for p in PERCENTILES}
    for p in PERCENTILES:
        place = (n[some] - 1) * (p / 100.0)
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, n[some] - 1)
        low, high = ordered[start[some] + below], ordered[start[some] + above]
        found[f"p{p}"][some] = low + (place - below) * (high - low)
    mean = np.bincount(cell, heights, cells) / np.where(some, n, np.nan)
    apart = np.bincount(cell, (heights - mean[cell]) ** 2, cells)
    least, most = np.full(cells, np.nan), np.full(cells, np.nan)
    least[some], most[some] = ordered[start[some]], ordered[(start + n - 1)[some]]
    found["mean"], found["max"] = mean, most
    found["sd"] = np.sqrt(apart / np.where(n > 1, n - 1, np.nan))
    extent = np.where(most > least, most - least, np.nan)
    found["relief_ratio"] = (mean - least) / extent
    return found
