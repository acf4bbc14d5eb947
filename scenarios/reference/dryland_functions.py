"""Functions of soil moisture in RothC for drylands that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.processes.rothc_dryland import (
    MoistureLimits,
    bare_limits,
    dry_modifier,
    dryland_limits,
    next_dry_deficit,
    retention_parameters,
)

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]


def limits(
    clay: Numbers, silt: Numbers, density: Numbers, carbon: Numbers, depth: Numbers
) -> Result:
    """Deficits of soils at which decay slows, is slowest, and drying ends."""
    saturated, alpha, shape = retention_parameters(clay, silt, density, carbon)
    made = [
        dryland_limits((saturated[[i]], alpha[[i]], shape[[i]]), depth=float(d))
        for i, d in enumerate(depth)
    ]
    return {
        "moist": np.array([m.moist[0] for m in made]),
        "wilting": np.array([m.wilting[0] for m in made]),
        "driest": np.array([m.driest[0] for m in made]),
    }


def _months(
    rain: Numbers, lost: Numbers, cover: Numbers, ends: MoistureLimits, least: float
) -> Result:
    deficit, track = np.zeros(1), []
    for fallen, pet, green in zip(rain, lost, cover, strict=True):
        deficit = next_dry_deficit(
            deficit, float(fallen - pet), ends, cover=np.array([green])
        )
        track.append((deficit[0], dry_modifier(deficit, ends, least=least)[0]))
    made = np.array(track)
    return {"deficit": made[:, 0], "moisture_modifier": made[:, 1]}


def dry_months(
    rain: Numbers, evaporation: Numbers, cover: Numbers, *, clay: float, silt: float,
    density: float, carbon: float, depth: float, least: float
) -> Result:  # fmt: skip
    """Deficit and modifier through months by water retention, from 0."""
    soil = (np.array([float(v)]) for v in (clay, silt, density, carbon))
    ends = dryland_limits(retention_parameters(*soil), depth=depth)
    return _months(rain, evaporation, cover, ends, least)


def bare_months(
    rain: Numbers, evaporation: Numbers, cover: Numbers, *, clay: float, depth: float,
    least: float
) -> Result:  # fmt: skip
    """Deficit and modifier where bare soil dries to the wilting point, from 0."""
    ends = bare_limits(np.array([float(clay)]), depth=depth)
    return _months(rain, evaporation, cover, ends, least)
