"""Cap an area with a cover of a thickness, its edge feathered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from ..surface import Surface
from ..terrain.derivatives import horn_gradient
from .area import Mask, cells_in, window_of
from .designed import Designed, designed
from .parameters import Parameters, Terms, number

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Cover(Parameters):
    """How thick a cover is, and how wide its edge."""

    thickness: float = number(
        unit="m",
        labels=("Thickness of the cover", "覆盖厚度"),
        limits=(0.01, 50.0),
        source="user; 0.3 to 1 m of topsoil, 1 to 3 m over waste, is usual",
    )
    feather: float = number(
        0.0,
        unit="m",
        labels=("Width of the feathered edge", "边缘渐变宽度"),
        limits=(0.0, 1000.0),
    )


def cap_vertical(
    surface: Surface, area: Mask | Any, cover: Cover, *, terms: Terms | None = None
) -> Designed:
    """Lay a cover measured upright.

        new = z + t min(d / f, 1),   d distance to the area's edge, f feather

    Volume = area * t less the feathered edge. Reports ``covered`` (m2 in plan) and
    ``full`` (m2 in plan at full thickness). Distances are from cell centres to the
    edges of cells outside: exact along rows and columns, within half a cell otherwise.
    """
    cells = cells_in(surface, area, "cap-vertical")
    share = _share(cells, cover, surface.grid.cell)
    depth = cover.thickness * share
    return _laid(surface, depth, share, "cap-vertical", terms)


def cap_normal(
    surface: Surface, area: Mask | Any, cover: Cover, *, terms: Terms | None = None
) -> Designed:
    """Lay a cover measured at right angles to the ground, as compaction tests see it.

        new = z + t sqrt(1 + |grad z|^2) min(d / f, 1)

    Volume = sloping area * t. Slope by Horn 1981, of the ground before. Holds where
    the thickness is small against the ground's radius of curvature, and below about
    45 degrees: no cover stays on steeper ground. Reports as ``cap_vertical``.
    """
    cells = cells_in(surface, area, "cap-normal")
    share = _share(cells, cover, surface.grid.cell)
    depth = np.zeros(share.shape)
    window = window_of(cells, margin=2)
    east, north = horn_gradient(surface.elevation[window], surface.grid.cell)
    upright = np.sqrt(1.0 + east**2 + north**2)
    depth[window] = cover.thickness * share[window] * np.nan_to_num(upright, nan=1.0)
    return _laid(surface, depth, share, "cap-normal", terms)


def _share(cells: Mask, cover: Cover, cell: float) -> Array:
    """Share of the thickness in each cell (rows, columns): 1 within, 0 outside."""
    share = cells.astype(np.float64)
    if cover.feather > 0.0:
        window = window_of(cells)
        # beyond the grid, as beyond the area, the cover ends
        away = distance_transform_edt(np.pad(cells[window], 1))[1:-1, 1:-1]
        share[window] = np.clip((away - 0.5) * cell / cover.feather, 0.0, 1.0)
    return share


def _laid(
    surface: Surface, depth: Array, share: Array, operator: str, terms: Terms | None
) -> Designed:
    area = surface.grid.cell_area
    report = {
        "covered": float(np.count_nonzero(share > 0.0)) * area,
        "full": float(np.count_nonzero(share >= 1.0)) * area,
    }
    new = surface.elevation.astype(np.float64) + depth
    return designed(surface, new, operator, terms=terms, report=report)
