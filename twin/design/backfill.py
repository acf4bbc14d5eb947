"""Backfill a pit: to an elevation, or with a volume of material."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..surface import Surface
from .area import Mask, cells_in
from .designed import Designed, designed
from .parameters import Parameters, Terms, number


@dataclass(frozen=True, kw_only=True)
class ToLevel(Parameters):
    """How high is filled."""

    level: float = number(
        unit="m",
        labels=("Elevation of the fill", "回填高程"),
        limits=(-1000.0, 9000.0),
    )


@dataclass(frozen=True, kw_only=True)
class WithVolume(Parameters):
    """How much is filled in."""

    volume: float = number(
        unit="m3",
        labels=("Volume as placed", "回填方量"),
        limits=(0.0, 1e11),
        source="user; cut times bulking where it comes from a cut",
    )


def backfill_to_level(
    surface: Surface, area: Mask | Any, to: ToLevel, *, terms: Terms | None = None
) -> Designed:
    """Fill what lies below an elevation in an area.

        new = max(z, level)

    Reports ``level`` (m), ``filled`` (m2) and ``deepest`` (m of fill). The surface is
    level: no fall for drainage, and no settlement (deep fill settles by some percent of
    its depth: raise the level). Where the ground just outside the area lies below the
    level, the fill stands as a wall there: ``wall`` tells its greatest height, m;
    ``tie_in`` slopes it.
    """
    cells = cells_in(surface, area, "backfill-to-level")
    return _filled(surface, cells, to.level, "backfill-to-level", terms)


def backfill_volume(
    surface: Surface,
    area: Mask | Any,
    amount: WithVolume,
    *,
    terms: Terms | None = None,
) -> Designed:
    """Fill an area from below with a volume V, level at the top.

        sum over cells of max(level - z, 0) A = V

    solved in closed form over the sorted heights, as water fills a basin. All low
    places of the area fill to one level, connected or not: draw one area per pit.
    Reports as ``backfill_to_level``.
    """
    cells = cells_in(surface, area, "backfill-volume")
    z = surface.elevation[cells].astype(np.float64)
    level = level_for(z, amount.volume / surface.grid.cell_area)
    return _filled(surface, cells, level, "backfill-volume", terms)


def level_for(z: NDArray[np.float64], depth: float) -> float:
    """Level below which heights ``z`` (n,) hold ``depth``, sum of max(level - z, 0).

    With z sorted, k z_k - sum_{i<k} z_i is what fits below z_k; it grows with k.
    """
    low = np.sort(z)
    base = low[0]
    sums = np.concatenate([[0.0], np.cumsum(low - base)])
    held = np.arange(z.size) * (low - base) - sums[:-1]
    k = int(np.searchsorted(held, depth, side="right"))
    return float(base + (depth + sums[k]) / k)


def _filled(
    surface: Surface, cells: Mask, level: float, operator: str, terms: Terms | None
) -> Designed:
    z = surface.elevation.astype(np.float64)
    fill = cells & (z < np.float32(level))  # as stored: filled twice is filled once
    report = {
        "level": level,
        "filled": float(np.count_nonzero(fill)) * surface.grid.cell_area,
        "deepest": float((level - z[fill]).max(initial=0.0)),
        "wall": _wall(z, cells, fill, level),
    }
    return designed(
        surface, np.where(fill, level, z), operator, terms=terms, report=report
    )


def _wall(z: NDArray[np.float64], cells: Mask, fill: Mask, level: float) -> float:
    """Greatest height of fill above the ground just outside the area, m."""
    from scipy.ndimage import binary_dilation

    beside = binary_dilation(fill) & ~cells & np.isfinite(z)
    return float((level - z[beside]).max(initial=0.0))
