"""Free ground is taken by what seeds and suckers from around: natural recovery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from ..grid import Grid
from ..process import Array, Every, Scope, Step, parameter
from .plant_types import DEFAULT_TYPES, check_types, column
from .vegetation import GROWTH_LIMIT

GROWN_UP = 1e-12  # share of growth still to come from which age means nothing
TINY = 1e-300


def seed_pressure(stocking: Array, grid: Grid, reach: float) -> Array:
    """Stocking of a type around each cell, (n,), 1; none comes from beyond the site.

    reach  standard deviation of the distance that seeds are carried, m
    """
    whole = grid.expand(stocking, fill=0.0)
    spread = gaussian_filter(whole, reach / grid.cell, mode="constant", truncate=3.0)
    made: Array = np.maximum(grid.compress(spread), 0.0)
    return made


def recruits(free: Array, pressure: Array) -> Array:
    """Ground (k, n) that types take of the free ground (n,) in a year.

    pressure  rate of each type, year-1, (k, n)

    free (1 - exp(-sum r)) r / sum r: no more than there is, shared by the rates.
    """
    total = pressure.sum(axis=0)
    taken = free * -np.expm1(-total)
    share = np.divide(pressure, total, out=np.zeros_like(pressure), where=total > 0.0)
    made: Array = taken * share
    return made


class Seeds(NamedTuple):
    """What a type's recruitment goes by, (k,) each."""

    recruitment: Array
    dispersal: Array
    rate: Array
    shape: Array


def seeds_of(types: tuple[str, ...]) -> Seeds:
    """Recruitment of these types."""
    keys = ("recruitment", "dispersal", "rate", "shape")
    return Seeds(*(column(types, key) for key in keys))


def arrival(see: Mapping[str, Any], seeds: Seeds, grid: Grid, half: float) -> Array:
    """Rate at which each type takes ground here, (k, n), year-1.

    half  soil organic carbon at which half of the seeds establish, kg m-2
    """
    stocking = see["stocking"]
    carbon = see["soil_carbon_rpm"] + see["soil_carbon_hum"]
    established = carbon / np.maximum(carbon + half, TINY)
    made = np.zeros(stocking.shape)
    for row in np.flatnonzero(seeds.recruitment > 0.0):
        if stocking[row].any():
            around = seed_pressure(stocking[row], grid, float(seeds.dispersal[row]))
            made[row] = seeds.recruitment[row] * established * around
    return made


def younger(age: Array, stocking: Array, more: Array, seeds: Seeds) -> Array:
    """Change of a stand's age as newcomers without carbon join it, (k, n), year.

    The stand's carbon stays on its curve.
    """
    ratio = stocking / np.maximum(stocking + more, TINY)
    k, p = seeds.rate[:, None], seeds.shape[:, None]
    grown = -np.expm1(-k * age) * ratio ** (1.0 / p)
    new = -np.log(np.maximum(1.0 - grown, GROWN_UP)) / k
    made: Array = np.where(more > 0.0, np.minimum(new - age, 0.0), 0.0)
    return made


@dataclass(frozen=True)
class SeedDispersal:
    """Plants take free ground from those around, the slower the poorer the soil.

    Where growth is limited (``growth_limits``) as much fewer seeds establish. Newcomers
    carry no carbon yet; the stand's age falls so that its carbon stays on its
    curve. Long-range arrival is the slow ``spread`` of pioneers in ``vegetation``.

    Equation: taken = free (1 - exp(-sum r)) r / sum r a year, r = recruitment x
    stocking around (Gaussian) x C / (C + half).

    Validity: seeds within a few hundred metres; none come from beyond the site.
    """

    plant_types: tuple[str, ...] = parameter(
        DEFAULT_TYPES,
        unit="",
        label="plant functional types of the run",
        source="plant_types.py",
    )
    half_carbon: float = parameter(
        1.0,
        unit="kg m-2",
        label="soil organic carbon at which half of the seeds establish",
        source="order of magnitude",
        low=0.0,
        high=20.0,
    )
    limits: tuple[str, ...] = parameter(
        (),
        unit="",
        label="what of the soil limits growth; then growth_limits says how much",
        source="what the site states",
    )
    least_recruit: float = parameter(
        1e-6,
        unit="year-1",
        label="rate of recruitment below which no plant comes: 1 cm2 in 100 m2 a year",
        source="a seedling's ground, order of magnitude",
        low=0.0,
        high=0.01,
    )

    name: ClassVar[str] = "seed_dispersal"
    reads: ClassVar[tuple[str, ...]] = (
        "stocking",
        "effective_age",
        "soil_carbon_rpm",
        "soil_carbon_hum",
    )
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = ("stocking", "effective_age")
    scope: ClassVar[Scope] = "grid"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = "Gaussian dispersal; establishment by soil, unverified"

    def __post_init__(self) -> None:
        """Read what the soil allows where anything of it limits growth."""
        if self.limits:
            # the declaration of one run's process; the class keeps that of the base
            object.__setattr__(self, "reads", (*type(self).reads, GROWTH_LIMIT))

    @cached_property
    def _seeds(self) -> Seeds:
        return seeds_of(self.plant_types)

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the year's recruits."""
        stocking, age = see["stocking"], see["effective_age"]
        check_types(self.plant_types, stocking, self.name)
        pressure = arrival(see, self._seeds, when.grid, self.half_carbon)
        if self.limits:
            pressure *= see[GROWTH_LIMIT]
        # tails of tails would put 1e-15 of a plant into every cell
        pressure[pressure < self.least_recruit] = 0.0
        free = np.maximum(1.0 - stocking.sum(axis=0), 0.0)
        more = recruits(free, pressure)
        return {
            "stocking": more,
            "effective_age": younger(age, stocking, more, self._seeds),
        }
