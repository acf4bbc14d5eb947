"""State at the start of a run: surface, ground of each parcel, plants."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadScenario
from twin.grid import Grid
from twin.process import Array
from twin.processes.nitrogen_demand import demand
from twin.processes.plant_types import (
    DEFAULT_TYPES,
    PLANT_TYPES,
    SITE_FACTOR,
    PlantType,
    plant_type,
    standing_carbon,
)
from twin.soil.slots import LAYERS
from twin.state import State
from twin.vocabulary import VOCABULARY
from twin.vocabulary.alternatives import ALTERNATIVE_STOCKS
from twin.water.curve_table import curve_number

from .checked import nearest
from .initial_soil import carried_by, left_out, soil_column

DEFAULT_GROUND: Mapping[
    str, float
] = {  # raw loess spoil; unverified, a site states its own
    "clay_content": 18.0,
    "bulk_density": 1350.0,
    "soil_depth": 0.5,
    "soil_organic_carbon": 8.0,
    "available_water_capacity": 80.0,
    "soil_ph": 8.1,
    "curve_number": 86.0,
    "soil_erodibility": 0.045,
    "practice_factor": 1.0,
    "geogenic_carbon": 0.0,
    "soil_share": 1.0,
}
OF_CELLS = ("available_water_capacity", "curve_number", "practice_factor")
Blocks = Mapping[str, Mapping[str, Any]]


def initial_state(
    grid: Grid,
    elevation: Array,
    zones: NDArray[np.int64],
    *,
    ground: Sequence[Mapping[str, Any]],
    start: tuple[int, int],
    site_factor: float | None = None,
    plant_types: Sequence[str | PlantType] = DEFAULT_TYPES,
    kept: Collection[str] = (),
) -> State:
    """Fill every stock and parameter, but of constituents that no ground states.

    grid       with the mask of cells that have a ground
    elevation  (n,), m
    zones      (n,) index into ``ground``
    ground     one block per zone, complete (see ``blocks``)
    start      first month of the run
    site_factor  growth relative to native ground, 1; default that of the plants
    plant_types  of the axis "pft" (see ``types_in``), by name or with own values
    kept         stocks that the run's processes keep; of ALTERNATIVE_STOCKS no other
    """
    types = tuple(plant_type(told) for told in plant_types)
    n = grid.n
    sizes = {"pft": len(types), "soil_layer": len(LAYERS)}
    absent = left_out(carried_by(ground)) | {*ALTERNATIVE_STOCKS} - {*kept}
    stocks: dict[str, Array] = {}
    for var in VOCABULARY.values():
        if var.kind in ("stock", "parameter") and var.name not in absent:
            stocks[var.name] = np.zeros((*var.lead(sizes), n))

    def cells(key: str) -> Array:
        return np.array([float(block[key]) for block in ground])[zones]

    stocks["elevation"] = np.ascontiguousarray(elevation, dtype=np.float64)
    for name in OF_CELLS:
        stocks[name] = cells(name)
    column = soil_column(ground, zones)
    stocks |= {name: array for name, array in column.items() if name in stocks}
    stocks["soil_water"] = 0.5 * stocks["available_water_capacity"]
    factor = SITE_FACTOR if site_factor is None else site_factor
    _plants(stocks, types, ground, zones, site_factor=factor)
    if "plant_nitrogen" in stocks:
        stocks["plant_nitrogen"] = demand(types, stocks).held
    for array in stocks.values():
        array.flags.writeable = False
    axes = {"pft": tuple(t.name for t in types), "soil_layer": LAYERS}
    return State(grid, start[0], start[1], stocks, axes)


def _plants(
    stocks: dict[str, Array],
    types: Sequence[PlantType],
    ground: Sequence[Mapping[str, Any]],
    zones: NDArray[np.int64],
    *,
    site_factor: float,
) -> None:
    """Stand age, stocking and the biomass that belongs to them."""
    for k, plant in enumerate(types):
        blocks = [block.get("plants", {}).get(plant.name) for block in ground]
        age = np.array([float(b["age"]) if b else 0.0 for b in blocks])[zones]
        share = np.array([float(b["stocking"]) if b else 0.0 for b in blocks])[zones]
        above, below = standing_carbon(plant, age, share, site_factor=site_factor)
        stocks["effective_age"][k] = age
        stocks["stocking"][k] = share
        stocks["biomass_carbon_above"][k] = above
        stocks["biomass_carbon_below"][k] = below


def types_in(ground: Sequence[Mapping[str, Any]], planted: Set[str]) -> tuple[str, ...]:
    """Plant types that a run can meet: standing, planted, or coming by themselves.

    Others are left out, so that they cost neither time nor memory.
    """
    used = {*planted, *(name for block in ground for name in block["plants"])}
    return tuple(
        name
        for name, kind in PLANT_TYPES.items()
        if name in used or kind.spread.value > 0.0
    )


def blocks(ground: Blocks, parcels: Sequence[str], where: str) -> list[dict[str, Any]]:
    """Complete ground block of each zone: outside the parcels, then parcel by parcel.

    Keys a parcel does not state come from ``default``, then from DEFAULT_GROUND.
    """
    known = {"default", *parcels}
    for name in ground:
        if name not in known:
            raise BadScenario(f"{where}: ground: {nearest('parcel', name, known)}")
    base = {**DEFAULT_GROUND, "plants": {}, **_stated(ground.get("default", {}))}
    made = [base] + [{**base, **_stated(ground.get(name, {}))} for name in parcels]
    for block in made:
        for plant in block["plants"]:
            if plant not in PLANT_TYPES:
                told = nearest("plant type", plant, PLANT_TYPES)
                raise BadScenario(f"{where}: ground: plants: {told}")
    return made


def _stated(block: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what a block says; nothing where it is silent.

    A hydrologic soil group stands for the curve number of bare ground.
    """
    told = {key: value for key, value in block.items() if value is not None}
    group = told.pop("soil_group", None)
    if group is not None:
        told.setdefault("curve_number", curve_number("bare", "poor", str(group)))
    return told
