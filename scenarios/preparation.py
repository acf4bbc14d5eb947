"""Everything a run needs, gathered from site and scenario before the first month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadScenario, InputError, MissingCRS, unknown_name
from twin.grid import Grid
from twin.kernel import Model
from twin.processes.vegetation import Vegetation
from twin.state import State

from .area import Ground
from .checked import month_of
from .ensemble.changes import Changes
from .events import PlannedEvent, planned
from .forcing import repeat
from .growing_season import growing_season
from .initial import blocks, initial_state, types_in
from .initial_soil import carried_by, limits_in
from .model import (
    USUAL,
    asked_set,
    dead_pools,
    first_set,
    growing,
    named_set,
    processes,
    soil_set,
)
from .provenance import inputs
from .scenario import DEFAULT_LAYERS

if TYPE_CHECKING:
    from connectors.monthly import Monthly
    from twin.site import Site
    from twin.surface import Surface

    from .scenario import Scenario

CLIMATE, PARCELS = "climate_monthly.csv", "parcels.gpkg"
OUTSIDE, WHOLE = "outside", "site"  # name of the cells that lie in no parcel
NO_CHANGES = Changes()


@dataclass(frozen=True)
class Prepared:
    """A run that is ready to start.

    weather  forcing name -> (months,)
    inputs   files read, by hash
    """

    model: Model
    state: State
    weather: Mapping[str, NDArray[np.float64]]
    events: tuple[PlannedEvent, ...]
    inputs: list[dict[str, str]]
    surface: str


def prepare(
    scenario: Scenario,
    site: Site,
    *,
    beside: Scenario | None = None,
    changes: Changes = NO_CHANGES,
) -> Prepared:
    """Read the site's ground, parcels and climate and set up the first month.

    beside   the plan of which this is the control: both carry the same plant types
    changes  what sets a member of an ensemble apart
    """
    from connectors.monthly import read_monthly
    from connectors.vector import rasterise

    surface = choose_surface(scenario, site)
    grid = _with_ground(surface)
    parcels = site_parcels(site)
    ids = [parcel.id for parcel in parcels]
    zones = grid.compress(rasterise(parcels, grid)).astype(np.int64)
    climate_file = site.layers_dir / CLIMATE
    if not climate_file.is_file():
        raise InputError(
            f"{site.folder}: the site has no climate, so nothing can be run on it; "
            "name a climate file in site.yaml and build the site again"
        )
    climate = read_monthly(climate_file)
    start = month_of(scenario.start)
    usual = repeat(
        climate.start, climate.values, first=start, months=scenario.years * 12
    )
    weather = changes.weather(usual)
    told = f"{site.folder / 'site.yaml'}"
    stated = _ground_blocks(site)
    ground = [changes.block(block) for block in blocks(stated, ids, told)]
    limits, carried = limits_in(list(stated.values())), carried_by(ground)
    usual_set = [*first_set(weather), *soil_set(limits, carried)]
    named = scenario.processes or (USUAL,)
    names = named_set(named, usual_set)
    if USUAL in named:
        more = [n for n in scenario.output.layers if n not in DEFAULT_LAYERS]
        names += asked_set(more, names)
    types = changes.plants(types_in(ground, _planted(beside or scenario)))
    settings = {
        "latitude": latitude(grid),
        "plant_types": types,
        "carried": carried,
        "limits": limits if "growth_limits" in names else (),
        "dead_pools": dead_pools(names),
    }
    # the average year is the site's, whatever the weather of a member
    year = _average_year(names, scenario.parameters, settings, climate)
    made = processes(names, scenario.parameters, settings | year)
    elevation = grid.compress(surface.elevation).astype(np.float64)
    state = initial_state(
        grid,
        elevation,
        zones,
        ground=ground,
        start=start,
        site_factor=scenario.parameters.get(f"{growing(names)}.site_factor"),
        plant_types=types,
        kept={name for process in made for name in process.adds},
    )
    around = Ground(grid, parcels, scenario.folder)
    events = planned(
        scenario.interventions, around, state.axes, where=f"scenario {scenario.name}"
    )
    outside = OUTSIDE if ids else WHOLE
    model = Model(grid, made, zones, (outside, *ids))
    _complete(model, weather, scenario.name)
    read = inputs(site.folder, _files(scenario, site, surface.id))
    return Prepared(model, state, weather, tuple(events), read, surface.id)


def _complete(model: Model, weather: Mapping[str, Any], name: str) -> None:
    """Refuse a model that lacks a forcing or a derived value before it starts."""
    lacking = [f for f in model.forcings if f not in weather]
    if lacking:
        raise BadScenario(
            f"scenario {name}: the site's climate has no {', '.join(lacking)}; "
            "add a column, a constant or normals for it under climate: in site.yaml"
        )
    if model.unfilled:
        raise BadScenario(
            f"scenario {name}: processes: none of them computes "
            f"{', '.join(model.unfilled)}; add the one that does, or leave out the key"
        )


def _planted(scenario: Scenario) -> set[str]:
    """Plant types that a measure brings in."""
    mixes = (getattr(measure, "mix", {}) for measure in scenario.interventions)
    return {name for mix in mixes for name in mix}


def choose_surface(scenario: Scenario, site: Site) -> Surface:
    """Return the surface that the scenario names, else the latest surveyed one."""
    from connectors.surfaces import list_surfaces, load_surface

    headers = list_surfaces(site)
    known = [header.id for header in headers]
    if not known:
        raise InputError(
            f"{site.folder}: the site has no surface yet; "
            f"run: minetwin build {site.folder}"
        )
    surveyed = [header.id for header in headers if header.kind == "surveyed"]
    chosen = scenario.surface or (surveyed or known)[-1]
    if chosen not in known:
        where = f"scenario {scenario.name}: surface"
        raise unknown_name("surface", chosen, known, where)
    return load_surface(site.surfaces_dir / chosen)


def _with_ground(surface: Surface) -> Grid:
    """Grid of a surface with the cells that have an elevation as its mask."""
    known = np.isfinite(surface.elevation)
    if not known.any():
        raise InputError(f"surface {surface.id}: no cell has an elevation")
    g = surface.grid
    return Grid(g.crs, g.vertical, g.west, g.north, g.cell, g.shape, known)


def site_parcels(site: Site) -> list[Any]:
    """Parcels of a site in its CRS; none when site.yaml names none."""
    from connectors.vector import read_parcels

    file = site.layers_dir / PARCELS
    return list(read_parcels(file, site.grid().crs)) if file.is_file() else []


def _files(scenario: Scenario, site: Site, surface: str) -> list[Path]:
    """Name every file that decides the run's results."""
    drawn = [measure.area.polygon for measure in scenario.interventions]
    files = [
        site.folder / "site.yaml",
        site.layers_dir / CLIMATE,
        site.layers_dir / PARCELS,
        site.surfaces_dir / surface / "elevation.tif",
        *(scenario.folder / name for name in drawn if isinstance(name, str)),
    ]
    return [file for file in files if file.is_file()]


def _average_year(
    names: Sequence[str],
    overrides: Mapping[str, float],
    settings: Mapping[str, Any],
    climate: Monthly,
) -> dict[str, float]:
    """Season that the plants of a run grow by, of the site's climate."""
    told = {"base": "base_temperature", "enough": "enough_water"}
    own = {
        key: overrides.get(f"{growing(names)}.{name}", getattr(Vegetation, name))
        for key, name in told.items()
    }
    asked = processes(names, overrides, settings)
    season = growing_season(asked, climate.values, climate.start, **own)
    return {"warmth_of_year": season}


def _ground_blocks(site: Site) -> dict[str, dict[str, Any]]:
    """Return the ground section of site.yaml as plain data."""
    told = site.config.model_dump(mode="python").get("ground") or {}
    return {str(name): dict(block) for name, block in told.items()}


def latitude(grid: Grid) -> float:
    """Latitude of the middle of the grid, degrees north."""
    from pyproj import CRS, Transformer

    west, south, east, north = grid.bounds
    try:
        crs = CRS.from_user_input(grid.crs)
        there = Transformer.from_crs(
            crs, CRS.from_epsg(4326), always_xy=True, allow_ballpark=False
        )
        _, lat = there.transform((west + east) / 2, (south + north) / 2)
    except Exception as error:
        raise MissingCRS(
            f"the CRS {grid.crs} gives no latitude ({error}); "
            "set crs: in site.yaml to a projected CRS with a known datum"
        ) from error
    return float(lat)
