"""Cells to run processes on: plausible, varied, and the same every time."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.grid import Grid
from twin.process import Array, Process, Step
from twin.processes.plant_types import DEFAULT_TYPES, PLANT_TYPES, standing_carbon
from twin.processes.rothc_initial import initial_pools
from twin.soil.slots import LAYERS
from twin.vocabulary import VOCABULARY
from twin.vocabulary.alternatives import DEAD, FOLIAGE

AXES = {"pft": len(DEFAULT_TYPES), "soil_layer": len(LAYERS)}
GRID = Grid("EPSG:32649", "unknown", 0.0, 1.0, 1.0, (1, 1))
TEMPERATURE = (-10.0, -6.0, 1.0, 8.5, 15.0, 19.0, 21.5, 19.5, 14.0, 7.5, -1.0, -8.5)
RAIN = (2.5, 4.0, 9.0, 19.0, 33.0, 55.0, 105.0, 100.0, 55.0, 22.0, 8.0, 2.5)


def step_of(month: int) -> Step:
    return Step(2025, month, 30, GRID)


def forcings(month: int) -> dict[str, float]:
    t = TEMPERATURE[month - 1]
    return {
        "air_temperature": t,
        "air_temperature_min": t - 7.0,
        "air_temperature_max": t + 7.0,
        "precipitation": RAIN[month - 1],
        "relative_humidity": 55.0,
        "wind_speed": 2.4,
        "solar_radiation": 15.0,
        "rainfall_erosivity": 3.0 * RAIN[month - 1],
    }


def varied_cells(n: int, seed: int = 7) -> dict[str, Array]:
    """Stocks, parameters and derived values of n unlike cells, some without plants."""
    rng = np.random.default_rng(seed)
    k = len(DEFAULT_TYPES)
    made = {
        v.name: np.zeros((*v.lead(AXES), n))
        for v in VOCABULARY.values()
        if v.kind in ("stock", "parameter")
    }
    share = rng.dirichlet(np.ones(k + 1), n).T[:k] * (rng.random((k, n)) < 0.5)
    age = rng.uniform(0.0, 40.0, (k, n)) * (share > 0.0)
    made["stocking"], made["effective_age"] = np.ascontiguousarray(share), age
    for i, name in enumerate(DEFAULT_TYPES):
        above, below = standing_carbon(PLANT_TYPES[name], age[i], share[i])
        made["biomass_carbon_above"][i] = above
        made["biomass_carbon_below"][i] = below
    made["clay_content"] = rng.uniform(3.0, 45.0, n)
    made |= initial_pools(rng.uniform(0.1, 6.0, n), made["clay_content"])
    made["available_water_capacity"] = rng.uniform(30.0, 200.0, n)
    made["soil_water"] = rng.random(n) * made["available_water_capacity"]
    made["snow_water"] = rng.uniform(0.0, 60.0, n)
    made["curve_number"] = rng.uniform(55.0, 95.0, n)
    made["soil_moisture_deficit"] = rng.uniform(-20.0, 0.0, n)
    made["litter_carbon"] = rng.uniform(0.0, 0.5, n)
    made["dead_wood_carbon"] = rng.uniform(0.0, 0.5, n)
    made["wood_fall"] = rng.uniform(0.0, 0.01, n)
    made["root_litter"] = rng.uniform(0.0, 0.01, n)
    made |= _column(rng, n)
    made["elevation"] = rng.uniform(900.0, 1500.0, n)
    made["radiation_factor"] = rng.uniform(0.4, 1.4, n)
    made["potential_evapotranspiration"] = rng.uniform(0.0, 180.0, n)
    made["actual_evapotranspiration"] = (
        rng.random(n) * made["potential_evapotranspiration"]
    )
    made["vegetation_cover"] = rng.random(n)
    made["cover_factor"] = rng.random(n)
    made["litter_quality"] = rng.uniform(0.2, 0.6, n)
    made["slope"] = rng.uniform(0.0, 45.0, n) * (rng.random(n) < 0.9)
    made["specific_catchment_area"] = rng.uniform(5.0, 500.0, n)
    made["bulk_density"] = rng.uniform(1100.0, 1800.0, n)
    made["soil_mass"] = 0.3 * made["bulk_density"] * (rng.random(n) < 0.9)
    made["recharge_total"] = rng.uniform(0.0, 300.0, n)
    for name in DEAD:
        made[name] = np.random.default_rng(seed + n).uniform(0.0, 0.5, n)
    for name, least in zip(FOLIAGE, (0.0, 0.2), strict=True):
        leafy = np.random.default_rng(seed + 2 * n).uniform(0.0, 0.3, (k, n))
        made[name] = np.where(share > 0.0, np.maximum(leafy - least, 0.0), 0.0)
    return made | _chemistry(n, made)


def _chemistry(n: int, cells: dict[str, Array]) -> dict[str, Array]:
    """pH, sulfide, carbonate and cadmium of the slots, from nothing to plenty."""
    rng = np.random.default_rng(n)
    mass = np.concatenate([cells["soil_mass"][None], cells["soil_mass_below"]])
    some = rng.random((3, n)) < 0.7
    slots = {
        "soil_ph": rng.uniform(2.6, 8.5, (3, n)),
        "sulfide_sulfur": 0.01 * mass * rng.random((3, n)) * some,
        "neutralising_potential": 0.05 * mass * rng.random((3, n)) * some[::-1],
        "soil_cadmium": 1e-3 * mass * rng.random((3, n)),
        "cadmium_available_share": rng.random((3, n)),
    }
    made = {"plant_cadmium": rng.uniform(0.0, 0.01, n)}
    for name, values in slots.items():
        made[name], made[f"{name}_below"] = values[0].copy(), values[1:].copy()
    return made


def _column(rng: np.random.Generator, n: int) -> dict[str, Array]:
    """Slots of unlike thickness; some columns end within the topsoil."""
    thickness = rng.uniform(0.0, 1.0, (2, n)) * (rng.random(n) < 0.8)
    density = rng.uniform(1100.0, 1800.0, (2, n))
    clay = rng.uniform(3.0, 45.0, (2, n))
    made = {
        "soil_mass_below": thickness * density,
        "bulk_density_below": density,
        "clay_content_below": clay,
        "decay_exposure": rng.uniform(0.0, 0.8, n),
        "subsoil_litter_dpm": rng.uniform(0.0, 0.1, n),
        "subsoil_litter_rpm": rng.uniform(0.0, 0.1, n),
    }
    carbon = thickness * density * rng.uniform(0.0, 0.02, (2, n))
    pools = initial_pools(carbon, clay)
    return made | {f"{name}_below": amount for name, amount in pools.items()}


def see_of(process: Process, cells: dict[str, Array], month: int) -> dict[str, Any]:
    """What the process reads, forcings as floats."""
    known: dict[str, Any] = {**cells, **forcings(month)}
    return {name: known[name] for name in process.reads}


def budget(process: Process, made: Any, element: str) -> tuple[Array, Array]:
    """Sum of what a process adds to a book, and of the amounts moved, by cell."""
    net: Any = 0.0
    moved: Any = 0.0
    for name in process.adds:
        var = VOCABULARY[name]
        if var.budget == element:
            lead = tuple(range(len(var.axes)))
            amount = made[name].sum(axis=lead) if lead else made[name]
            net = net + var.factor * amount
            moved = moved + np.abs(amount)
    return np.asarray(net), np.asarray(moved)
