"""Functions of terrain and erosion that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.erosion_factors import soil_loss_csle, soil_loss_rusle
from twin.terrain import depressions, derivatives, length_slope, routing

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]


def fill(elevation: Numbers) -> Result:
    """Depressions filled to their lowest outlet."""
    return {"filled": depressions.fill_depressions(elevation)}


def _inner(shape: tuple[int, ...]) -> Numbers:
    """Weight 1 inside, 0 on the rim."""
    weights = np.zeros(shape)
    weights[1:-1, 1:-1] = 1.0
    return weights


def accumulate_d8(elevation: Numbers, *, cell: float) -> Result:
    """Cells that drain through each cell, steepest descent; the rim weighs nothing."""
    receivers = routing.d8_receivers(elevation, cell)
    order = routing.flow_order(receivers)
    total = routing.accumulate(receivers, order, _inner(elevation.shape))
    return {"accumulation": total}


def accumulate_mfd(elevation: Numbers, *, cell: float, exponent: float) -> Result:
    """Cells that drain through each cell, spread over all lower neighbours."""
    receivers = routing.d8_receivers(elevation, cell)
    total = routing.mfd_accumulate(
        elevation, receivers, cell, exponent=exponent, weights=_inner(elevation.shape)
    )
    return {"accumulation": total}


def slope_inside(elevation: Numbers, *, cell: float) -> Result:
    """Horn's slope, m/m, without the rim."""
    degrees = derivatives.slope(elevation, cell)
    return {"slope": np.tan(np.radians(degrees))[1:-1, 1:-1]}


def slope_length_1d(slope: Numbers, length: Numbers) -> Result:
    """Factors of length and steepness of a plane, RUSLE and CSLE."""
    rusle_m = length_slope.rusle_exponent(slope)
    csle_m = length_slope.csle_exponent(slope)
    made = {
        "m_rusle": rusle_m,
        "l_rusle": length_slope.length_factor(length, rusle_m),
        "s_rusle": length_slope.rusle_steepness(slope),
        "m_csle": csle_m,
        "l_csle": length_slope.length_factor(length, csle_m),
        "s_csle": length_slope.csle_steepness(slope),
    }
    made["ls_rusle"] = made["l_rusle"] * made["s_rusle"]
    made["ls_csle"] = made["l_csle"] * made["s_csle"]
    return made


def slope_length_2d(inflow: Numbers, exponent: Numbers, *, cell: float) -> Result:
    """Desmet-Govers length factor of cells on a plane that falls to the south."""
    return {"l": length_slope.length_factor_2d(inflow, cell, exponent)}


def slope_length_plane(exponent: Numbers, cells: Numbers, *, cell: float) -> Result:
    """Mean Desmet-Govers factor along a plane of that many cells."""
    means = []
    for m, count in zip(exponent, cells, strict=True):
        inflow = cell * cell * np.arange(int(count))
        means.append(length_slope.length_factor_2d(inflow, cell, m).mean())
    return {"mean_l": np.array(means)}


def soil_loss(
    r: Numbers, k: Numbers, ls: Numbers, cover: Numbers, practice: Numbers
) -> Result:
    """Gross erosion by CSLE and RUSLE."""
    return {
        "csle": soil_loss_csle(r, k, ls, cover, practice=practice),
        "rusle": soil_loss_rusle(r, k, ls, cover, practice=practice),
    }
