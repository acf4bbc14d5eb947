"""Tie a design into the ground around it: slopes that run out to daylight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import binary_erosion

from ..errors import OutsideSite
from ..surface import Surface
from .area import Mask, cells_in, window_of
from .designed import Designed, designed
from .mass_haul import check_same_ground
from .parameters import Parameters, Terms, number
from .slope_envelope import Raster, lowered, raised

AROUND = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, kw_only=True)
class TieSlopes(Parameters):
    """How steep the slopes are that tie a design in."""

    cut_slope: float = number(
        unit="degree",
        labels=("Slope where ground is cut", "挖方边坡角"),
        limits=(1.0, 80.0),
    )
    fill_slope: float = number(
        unit="degree",
        labels=("Slope where ground is filled", "填方边坡角"),
        limits=(1.0, 45.0),
        source="user; not above the angle of repose, 34 to 38 degrees for spoil",
    )


def tie_in(
    surface: Surface,
    design: Surface,
    area: Mask | Any,
    slopes: TieSlopes,
    *,
    terms: Terms | None = None,
) -> Designed:
    """Put a design into the ground and run its edge out to daylight.

        inside   new = design
        outside  new = max(min(z, C), F)
                 C = min over edge y of (design(y) + tan(cut) |x - y|)
                 F = max over edge y of (design(y) - tan(fill) |x - y|)

    design  heights inside ``area``, on the same cells; what it has outside, and where
            it is a hole, is not used
    Reports ``reach`` (m, farthest daylight from the area, to half a cell), ``tied`` (m2
    changed outside) and ``crossing`` (cells where F > C: the edge itself is steeper
    than its ties, and the fill stands). Refused where a tie does not meet the ground
    within the site: at holes it ends, at the rim of the grid it is refused. Slopes by
    slope_envelope: planes exact, cones around corners to some percent of a cell.
    """
    check_same_ground(surface, design)
    cells = cells_in(surface, area, "tie-in") & np.isfinite(design.elevation)
    if not cells.any():
        raise OutsideSite(
            f"tie-in: design {design.id} has no height inside the area; draw the area "
            "where the design is"
        )
    ground = surface.elevation.astype(np.float64)
    known = np.isfinite(ground)
    edge = cells & ~binary_erosion(cells, AROUND, border_value=1)
    domain = (known & ~cells) | edge
    cell = surface.grid.cell
    cut, fill = (
        np.tan(np.radians(s)) * cell for s in (slopes.cut_slope, slopes.fill_slope)
    )
    at_edge = design.elevation.astype(np.float64)
    # the area ends half a cell beyond the centres of its outermost cells
    ceiling = lowered(np.where(edge, at_edge - cut / 2, np.inf), domain, cut)
    floor = raised(np.where(edge, at_edge + fill / 2, -np.inf), domain, fill)
    tied = np.maximum(np.minimum(ground, ceiling), floor)
    new = np.where(cells, at_edge, np.where(domain, tied, ground))
    report = _told(surface, new, cells, (floor > ceiling) & domain & ~cells)
    return designed(surface, new, "tie-in", terms=terms, report=report)


def _told(
    surface: Surface, new: Raster, cells: Mask, crossing: Mask
) -> dict[str, float]:
    from scipy.ndimage import distance_transform_edt

    stored = new.astype(np.float32)
    changed = (stored != surface.elevation) & np.isfinite(surface.elevation) & ~cells
    rim = np.concatenate([changed[0], changed[-1], changed[:, 0], changed[:, -1]])
    if rim.any():
        raise OutsideSite(
            f"tie-in: the slopes do not meet the ground within the site; they change "
            f"{np.count_nonzero(rim)} cells of its rim: steepen them, or move the "
            "design further inside"
        )
    reach = 0.0
    if changed.any():
        window = window_of(changed | cells)
        away = distance_transform_edt(~cells[window])
        reach = float(away[changed[window]].max()) * surface.grid.cell
    return {
        "reach": reach,
        "tied": float(np.count_nonzero(changed)) * surface.grid.cell_area,
        "crossing": float(np.count_nonzero(crossing)),
    }
