"""Functions of soil carbon that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.processes.deep_carbon import slowing
from twin.processes.rothc import (
    BARE_LIMIT,
    co2_ratio,
    greatest_deficit,
    moisture_modifier,
    next_deficit,
    steady_state,
    temperature_modifier,
)
from twin.processes.rothc_initial import fitted_pools, mine_soil_pools
from twin.processes.rothc_kernel import (
    BIO,
    CO2,
    DEFICIT,
    DPM,
    HUM,
    RPM,
    rothc_month,
    soil_constants,
)
from twin.soil.nitrogen import organic_nitrogen

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]
PAN = 0.75  # of open-pan evaporation; RothC description
NO_DROUGHT = 1e6  # mm of rain: keeps the soil moist
SPUN_UP = 1e-6  # t ha-1, greatest change of the total over the last year of a spin-up


def modifiers(temperature: Numbers) -> Result:
    """Rate modifier of temperature."""
    return {"temperature_modifier": temperature_modifier(temperature)}


def clay_effects(clay: Numbers, *, depth: float = 0.23) -> Result:
    """What clay decides: CO2 ratio, share kept, greatest deficits."""
    ratio, most = co2_ratio(clay), greatest_deficit(clay, depth=depth)
    return {
        "co2_ratio": ratio,
        "kept": 1.0 / (1.0 + ratio),
        "greatest_deficit": most,
        "bare_deficit": BARE_LIMIT * most,
    }


def deficit_months(
    rain: Numbers, pan_evaporation: Numbers, *, clay: float, depth: float = 0.23
) -> Result:
    """Moisture deficit through months under plants, from 0."""
    most = greatest_deficit(np.array([clay]), depth=depth)
    cover, deficit, track = np.ones(1), np.zeros(1), []
    for fallen, pan in zip(rain, pan_evaporation, strict=True):
        deficit = next_deficit(deficit, fallen - PAN * pan, most, cover=cover)
        track.append(deficit[0])
    made = np.array(track)
    return {"deficit": made, "moisture_modifier": moisture_modifier(made, most)}


def month(
    modifier: Numbers, clay: Numbers, dpm: Numbers, rpm: Numbers, bio: Numbers,
    hum: Numbers
) -> Result:  # fmt: skip
    """One month of decay at a given rate modifier, without inputs."""
    out = np.zeros((7, clay.size))
    wet, bare = np.full(clay.size, NO_DROUGHT), np.zeros(clay.size)
    pools = (dpm.copy(), rpm.copy(), bio.copy(), hum.copy())
    rothc_month(
        pools,
        np.zeros(clay.size),
        (modifier.copy(), wet),
        (soil_constants(clay.copy(), 0.23), bare),
        out,
    )
    names = ("dpm", "rpm", "bio", "hum")
    after = {n: p + d for n, p, d in zip(names, pools, out[:4], strict=True)}
    return {**after, "co2": out[CO2]}


def years(
    temperature: Numbers, rain: Numbers, pan_evaporation: Numbers, inputs: Numbers,
    cover: Numbers, *, clay: float, depth: float, inert: float, dpm_rpm: float
) -> Result:  # fmt: skip
    """Pools at the end of each year after a spin-up on the first twelve months.

    The spin-up repeats the first year until the total changes by less than 1e-6 t ha-1.
    """
    warmth = temperature_modifier(temperature)
    gain = rain - PAN * pan_evaporation
    soil = soil_constants(np.array([clay]), depth)
    pools, deficit = np.zeros((4, 1)), np.zeros(1)
    share = dpm_rpm / (1.0 + dpm_rpm)

    def step(i: int) -> None:
        out = np.zeros((7, 1))
        rothc_month(
            (pools[0], pools[1], pools[2], pools[3]), deficit,
            (warmth[i : i + 1], gain[i : i + 1]), (soil, cover[i : i + 1]), out,
        )  # fmt: skip
        pools[:] += out[[DPM, RPM, BIO, HUM]]
        deficit[:] += out[DEFICIT]
        pools[0] += share * inputs[i]
        pools[1] += (1.0 - share) * inputs[i]

    before = -1.0
    while abs(pools.sum() - before) > SPUN_UP:
        before = float(pools.sum())
        for i in range(12):
            step(i)
    rows = [pools[:, 0].copy()]
    for i in range(12, temperature.size):
        step(i)
        if i % 12 == 11:
            rows.append(pools[:, 0].copy())
    table = np.array(rows)
    names = ("dpm", "rpm", "bio", "hum")
    made = {name: table[:, k] for k, name in enumerate(names)}
    return {**made, "total": table.sum(axis=1) + inert}


def steady(
    modifier: Numbers, clay: Numbers, inputs: Numbers, dpm_rpm: Numbers
) -> Result:
    """Pools that constant conditions lead to."""
    rows = [
        steady_state(m, c, inputs=i, dpm=d / (1.0 + d))
        for m, c, i, d in zip(modifier, clay, inputs, dpm_rpm, strict=True)
    ]
    table = np.array(rows)
    names = ("dpm", "rpm", "bio", "hum")
    made = {name: table[:, k] for k, name in enumerate(names)}
    return {**made, "total": table.sum(axis=1)}


def fitted(total: Numbers, clay: Numbers) -> Result:
    """Pools by pedotransfer, DPM as the residual."""
    return fitted_pools(total, clay)


def mine_soil(total: Numbers, clay: Numbers) -> Result:
    """Pools by the mine-soil rule, with their sum and the smallest of them."""
    pools = mine_soil_pools(total, clay)
    stacked = np.array(list(pools.values()))
    return {**pools, "sum": stacked.sum(axis=0), "smallest": stacked.min(axis=0)}


def slowed(depth: Numbers, *, per_cm: float) -> Result:
    """Modifier of decay by depth, m."""
    return {"modifier": slowing(depth, per_cm=per_cm)}


def bound_nitrogen(
    dpm: Numbers, rpm: Numbers, bio: Numbers, hum: Numbers, iom: Numbers
) -> Result:
    """Nitrogen that the pools bind, g m-2 for pools in kg m-2."""
    named = {"dpm": dpm, "rpm": rpm, "bio": bio, "hum": hum, "iom": iom}
    pools = {f"soil_carbon_{name}": values for name, values in named.items()}
    return {"nitrogen": organic_nitrogen(pools)}
