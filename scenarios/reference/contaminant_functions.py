"""Functions of contaminants and standards that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from twin.contaminants import indices
from twin.contaminants.acid_base import acid_account, limed_water_ph
from twin.contaminants.leaching import Layers, leach
from twin.contaminants.metal_chemistry import distribution as distribution_of
from twin.contaminants.transport import ogata_banks, retardation
from twin.processes.metal_cycle import MetalCycle
from twin.processes.soil_acidity import CALCITE_PER_SULFUR, SoilAcidity

from ..standards.standard import standard

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]
LAYERS, POROSITY = 400, 0.3  # of the columns that the solver is tried on


def account(sulfide: Numbers, capacity: Numbers) -> Result:
    """Acid-base account."""
    return acid_account(sulfide, capacity)


def limed_water(lime: Numbers, *, acid: float) -> Result:
    """Liming of one acid water."""
    return {"ph": limed_water_ph(np.full_like(lime, acid), lime)}


def held_back(density: Numbers, distribution: Numbers, water: Numbers) -> Result:
    """Retardation."""
    return {"factor": retardation(density, distribution, water)}


def step(
    x: Numbers, t: Numbers, velocity: Numbers, dispersion: Numbers, factor: Numbers
) -> Result:
    """Step of concentration at the top of a column."""
    share = ogata_banks(x, t, velocity=velocity, dispersion=dispersion, factor=factor)
    return {"share": share}


def leached_step(
    x: Numbers, t: Numbers, velocity: Numbers, dispersion: Numbers, factor: Numbers
) -> Result:
    """The same step by finite volumes, one column for each set of numbers."""
    share = np.zeros_like(x)
    rows = np.stack([t, velocity, dispersion, factor])
    for told in np.unique(rows, axis=1).T:
        here = (rows == told[:, None]).all(axis=0)
        share[here] = _solved(x[here], *told)
    return {"share": share}


def _solved(x: Numbers, t: float, v: float, spread: float, factor: float) -> Numbers:
    """Concentration at depths x of one column, long enough to seem without end."""
    size = (1.5 * x.max() + 10.0 * spread / v) / LAYERS
    layers = Layers(
        np.full(LAYERS, size), np.full(LAYERS, POROSITY),
        np.full((LAYERS, 1), factor), spread / v, np.full(1, v * POROSITY),
    )  # fmt: skip
    clean = np.zeros((LAYERS, 1))
    made = leach(layers, clean, t, inflow=np.ones(1), fixed=True)
    content = made.held[:, 0] / (size * POROSITY * factor)
    middle = (np.arange(LAYERS) + 0.5) * size
    found: Numbers = np.interp(x, [0.0, *middle], [1.0, *content])
    return found


def metal_indices(
    content: Numbers, background: Numbers, limit: Numbers, response: Numbers
) -> Result:
    """Indices of each metal."""
    return {
        "single": indices.single_factor(content, limit),
        "geo": indices.geo_accumulation(content, background),
        "risk": indices.ecological_risk(content, background, response),
    }


def metal_sums(
    content: Numbers, background: Numbers, limit: Numbers, response: Numbers
) -> Result:
    """Indices over all metals."""
    each = metal_indices(content, background, limit, response)
    return {
        "nemerow": np.atleast_1d(indices.nemerow(each["single"])),
        "risk": np.atleast_1d(each["risk"].sum()),
        "load": np.atleast_1d(indices.pollution_load(content / background)),
    }


def gb15618(ph: Numbers) -> Result:
    """Limits of agricultural soil."""
    return _limits("gb15618-2018", ph)


def gb36600() -> Result:
    """Limits of development land."""
    return _limits("gb36600-2018", np.zeros(1))


def _limits(name: str, by: Numbers) -> Result:
    told = standard(name)
    return {
        f"{kind}.{metal}": told.limit(kind, metal, by)
        for kind, metals in told.limits.items()
        for metal in metals
    }


def drained_share(
    ph: Numbers, drained: Numbers, *, metals: Sequence[str], mass: float, water: float
) -> Result:
    """Kd, L kg-1, and the share of what is available that leaves one topsoil."""
    process = MetalCycle()
    made: dict[str, Numbers] = {}
    for name in metals:
        made[f"{name}_kd"] = distribution_of(name, ph)
        made[f"{name}_share"] = process.leaving(
            drained, np.full_like(ph, water), np.full_like(ph, mass), made[f"{name}_kd"]
        )
    return made


def oxidised(
    sulfur: Numbers, depth: Numbers, years: Numbers, *, rate: float, reach: float
) -> Result:
    """Sulfur left after years at a depth, percent, and CaCO3 taken, kg t-1."""
    process = SoilAcidity(rate=rate, reach=reach)
    left = sulfur.copy()
    for year in range(int(years.max())):
        left -= np.where(year < years, process.oxidised(left, depth), 0.0)
    gone = (sulfur - left) / 100.0 * 1000.0  # kg t-1
    return {"left": left, "calcite": CALCITE_PER_SULFUR * gone}
