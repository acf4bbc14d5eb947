"""Hollows of a ground that hold water: how much, and how full they stand."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from connectors.monthly import Monthly, read_monthly
from twin.errors import InputError
from twin.process import Step
from twin.processes.warm_up import ONE_CELL
from twin.terrain.depressions import fill_depressions
from twin.terrain.first_met import first_met
from twin.terrain.routing import d8_receivers, flow_order
from twin.water.ponds import Ponds, ponds

from .model import first_set, processes
from .preparation import CLIMATE, latitude

if TYPE_CHECKING:
    from twin.grid import Grid
    from twin.site import Site
    from twin.surface import Surface

Numbers = NDArray[np.float64]
POTENTIAL = "potential_evapotranspiration"
RUNOFF = 0.1  # of the rain that reaches a hollow; order of magnitude, semi-arid


@dataclass(frozen=True)
class Balance:
    """What decides how full a hollow stands in an average year.

    rain         mm a year
    evaporation  of open water, mm a year
    runoff       share of the rain on the catchment that reaches the water, 1
    """

    rain: float
    evaporation: float
    runoff: float


@dataclass(frozen=True)
class Pond:
    """One hollow: full to where it spills, and as it stands in the long run.

    east, north  of its deepest cell, m in the ground's CRS
    catchment_ha  what drains into it first, its own area included, ha
    stands        share of its full area that the balance keeps under water, 1
    """

    east: float
    north: float
    spill_level: float
    deepest: float
    area_ha: float
    volume_m3: float
    catchment_ha: float
    stands: float
    standing_area_ha: float
    standing_volume_m3: float
    standing_level: float


def ponds_of(
    surface: Surface, balance: Balance, *, shallowest: float, smallest: float
) -> list[Pond]:
    """Hollows of a ground, largest first.

    shallowest  hollows no deeper than this are dips of the survey, m
    smallest    hollows of less volume are left out, m3

    In the long run a hollow loses by evaporation what it gains: the area A of water
    follows from C P (Ac - A) + P A = E A, its level from the ground's own shape.
    Seepage, groundwater and what spills from above are not counted.
    """
    z = surface.elevation.astype(np.float64)
    cell = surface.grid.cell
    found = ponds(z, cell, shallowest=shallowest)
    if found.volume.size == 0:
        return []
    receivers = d8_receivers(fill_depressions(z), cell)
    met, _ = first_met(receivers, flow_order(receivers), found.number, cell)
    count = np.bincount(met[met > 0].ravel(), minlength=found.volume.size + 1)[1:]
    order = np.argsort(found.number.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(found.number.ravel()))
    largest = np.argsort(-found.volume, kind="stable")
    return [
        _pond(surface, found, k, order[ends[k] : ends[k + 1]], balance, int(count[k]))
        for k in largest[found.volume[largest] >= smallest].tolist()
    ]


def _pond(
    surface: Surface, found: Ponds, k: int, cells: NDArray[np.int64],
    balance: Balance, catchment: int,
) -> Pond:  # fmt: skip
    """Tell one hollow; ``cells`` are its flat indices."""
    grid, side = surface.grid, surface.grid.cell
    heights = np.sort(surface.elevation.ravel()[cells].astype(np.float64))
    row, column = divmod(int(cells[np.argmin(surface.elevation.ravel()[cells])]),
                         grid.shape[1])  # fmt: skip
    share = standing_share(balance, catchment, cells.size)
    wet = max(round(share * cells.size), 0)
    level = heights[min(wet, cells.size - 1)] if share < 1.0 else found.level[k]
    held = float(np.maximum(level - heights, 0.0).sum()) * side * side
    return Pond(
        east=grid.west + (column + 0.5) * side,
        north=grid.north - (row + 0.5) * side,
        spill_level=float(found.level[k]),
        deepest=float(found.level[k] - heights[0]),
        area_ha=float(found.area[k]) / 1e4,
        volume_m3=float(found.volume[k]),
        catchment_ha=catchment * side * side / 1e4,
        stands=share,
        standing_area_ha=wet * side * side / 1e4,
        standing_volume_m3=held if wet else 0.0,
        standing_level=float(level) if wet else float(heights[0]),
    )


def standing_share(balance: Balance, catchment: float, full: float) -> float:
    """Share of its full area that stands under water, 0 to 1.

    catchment, full  areas in the same unit
    """
    gain = balance.runoff * balance.rain
    lost = balance.evaporation - balance.rain + gain  # by each area of water
    if lost <= 0.0:
        return 1.0
    return min(gain * catchment / (lost * full), 1.0)


def balance_of(site: Site, grid: Grid, runoff: float = RUNOFF) -> Balance:
    """Rain and evaporation of the site's average year, at the latitude of a grid."""
    file = site.layers_dir / CLIMATE
    if not file.is_file():
        raise InputError(
            f"{site.folder}: the site has no climate; give rain and evaporation, or "
            "name a climate file in site.yaml and build the site again"
        )
    climate = read_monthly(file)
    months = climate.months // 12 * 12
    rain = float(climate.values["precipitation"][:months].sum()) * 12.0 / months
    return Balance(rain, _potential(climate, latitude(grid), months), runoff)


def _potential(climate: Monthly, north: float, months: int) -> float:
    """Potential evaporation of the average year on level ground, mm."""
    names = [n for n in first_set(climate.values) if n.startswith("pet_")]
    (process,) = processes(names, {}, {"latitude": north})
    total = 0.0
    for k in range(months):
        year, month = divmod(climate.start[0] * 12 + climate.start[1] - 1 + k, 12)
        see: dict[str, Any] = {n: np.ones(1) for n in process.reads}
        see |= {n: float(v[k]) for n, v in climate.values.items() if n in see}
        days = monthrange(year, month + 1)[1]
        made = process.step(see, Step(year, month + 1, days, ONE_CELL))
        total += float(np.asarray(made[POTENTIAL]).ravel()[0])
    return total * 12.0 / months


def rows_of(found: list[Pond]) -> list[dict[str, Any]]:
    """Plain rows of all that is known."""
    return [asdict(pond) for pond in found]
