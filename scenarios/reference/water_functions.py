"""Functions of storm water and delivery that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.processes.soil_water_run_on import run_on
from twin.terrain.connectivity import sediment_delivery_ratio
from twin.water import curve_number, green_ampt
from twin.water.green_ampt_storm import storm_infiltration

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]


def storm_runoff(P_mm: Numbers, CN: Numbers, *, share: float) -> Result:
    """Retention and runoff of storms, initial loss the given share of S."""
    storage = curve_number.retention(CN)
    runoff = curve_number.storm_runoff(P_mm, storage, share=share)
    return {"S_mm": storage, "Q_mm": runoff}


def wetness_numbers(CN2: Numbers) -> Result:
    """Curve numbers of dry and wet ground."""
    return {
        "CN1": curve_number.dry_number(CN2),
        "CN3": curve_number.wet_number(CN2),
    }


def steady_rain(
    psi_cm: Numbers,
    K_cm_h: Numbers,
    dtheta: Numbers,
    rain_cm_h: Numbers,
    *,
    hours_ponded: float,
) -> Result:
    """Ponding under steady rain, and infiltration some hours after ponding began."""
    pull = psi_cm * dtheta
    ponds = green_ampt.ponding_time(rain_cm_h, K_cm_h, pull)
    soaked = green_ampt.steady_rain_depth(ponds + hours_ponded, rain_cm_h, K_cm_h, pull)
    return {
        "t_pond_h": ponds,
        "F_pond_cm": rain_cm_h * ponds,
        "F_cm": soaked,
        "f_cm_h": green_ampt.capacity(soaked, K_cm_h, pull),
    }


def delivery(IC: Numbers) -> Result:
    """Sediment delivery ratio by the index of connectivity, InVEST's defaults."""
    return {"SDR": sediment_delivery_ratio(IC)}


def storm_of_parts(
    psi_cm: Numbers,
    K_cm_h: Numbers,
    dtheta: Numbers,
    rain_cm_h: Numbers,
    *,
    hours_ponded: float,
    parts: int,
) -> Result:
    """Steady rain handed over in intervals, until some hours after ponding."""
    pull, made = psi_cm * dtheta, []
    whole = green_ampt.ponding_time(rain_cm_h, K_cm_h, pull) + hours_ponded
    for k in range(pull.size):
        each = np.full(parts, whole[k] / parts)
        one = slice(k, k + 1)
        storm = storm_infiltration(rain_cm_h[k] * each, each, K_cm_h[one], pull[one])
        made.append((storm.soaked[-1, 0], storm.excess.sum()))
    table = np.array(made)
    return {"F_cm": table[:, 0], "excess_cm": table[:, 1]}


def slope_of_cells(shed: Numbers, room: Numbers, *, share: float) -> Result:
    """Run-on down a straight slope, from the first cell to the last."""
    cells = np.arange(shed.size)
    receiver = np.minimum(cells + 1, shed.size - 1)
    taken, ends = run_on(shed, room, receiver, cells[::-1].copy(), share)
    return {"taken": taken, "ends": ends}
