"""Move a design up or down until its cut gives the fill that it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from ..errors import InputError, OutsideSite
from ..surface import Surface
from .area import Mask, cells_in
from .designed import Designed, designed
from .mass_haul import check_same_ground
from .parameters import Terms

Array = NDArray[np.float64]
POLISH: Final = 50  # of Newton's steps; they end by themselves, mostly after two


def balance(
    surface: Surface, design: Surface, area: Mask | Any, *, terms: Terms | None = None
) -> Designed:
    """Shift a design in height within an area until cut and fill balance.

        bulking sum max(z - d - s, 0) = sum max(d + s - z, 0)

    whose left side falls and right side grows with the shift s: one root, bracketed by
    the least and greatest z - d and found by Brent's method; the equation is linear
    between heights, so Newton's steps then end on it. Reports

    shift     m, upward positive
    residual  m3 as placed, bulking * cut - fill after rounding heights to float32
    cut_before, fill_before   m3, of the design as it was given

    Outside the area, and where the design has holes, the ground stays: shifted edges
    are tied in by ``tie_in``, whose earth is not in this balance.
    """
    terms = terms or Terms()
    check_same_ground(surface, design)
    cells = cells_in(surface, area, "balance") & np.isfinite(design.elevation)
    if not cells.any():
        raise OutsideSite(
            f"balance: design {design.id} has no height inside the area; draw the area "
            "where the design is"
        )
    z = surface.elevation[cells].astype(np.float64)
    d = design.elevation[cells].astype(np.float64)
    shift = shift_for(z - d, terms.bulking)
    whole = surface.elevation.astype(np.float64)
    whole[cells] = d + shift
    area_of = surface.grid.cell_area
    made = designed(surface, whole, "balance", terms=terms)
    report = {
        "shift": shift,
        "residual": terms.bulking * made.cut - made.fill,
        "cut_before": float(np.maximum(z - d, 0.0).sum()) * area_of,
        "fill_before": float(np.maximum(d - z, 0.0).sum()) * area_of,
    }
    return replace(made, report=report)


def shift_for(above: Array, bulking: float) -> float:
    """Shift s with bulking sum max(e - s, 0) = sum max(s - e, 0).

    above  e (n,), ground above the design, m
    """
    if not above.size:
        raise InputError("balance: no cells are given; give an area with ground")

    def unbalanced(s: float) -> float:
        over = above - s
        return float(bulking * over[over > 0.0].sum() + over[over < 0.0].sum())

    low, high = float(above.min()), float(above.max())
    if low == high:
        return low
    s = float(brentq(unbalanced, low, high, xtol=1e-9 * max(high - low, 1.0)))
    for _ in range(POLISH):
        more = above > s
        n = bulking * np.count_nonzero(more) + np.count_nonzero(~more)
        step = float((bulking * above[more].sum() + above[~more].sum()) / n)
        if step == s:
            break
        s = step
    return s
