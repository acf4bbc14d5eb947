"""Small processes with closed answers, for the tests of the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from twin.grid import Grid
from twin.kernel import Forcing, Model, Output
from twin.process import Array, Process, Step
from twin.state import State

GRID = Grid("EPSG:32649", "EPSG:5737", 500_000.0, 4_370_000.0, 5.0, (110, 190))
START, END = (2025, 1), (2030, 1)
OUTPUT = Output("year", ("soil_organic_carbon", "soil_carbon_hum", "slope"))


@dataclass(frozen=True)
class Decay:
    """Humus decays into the air."""

    rate: float = 0.01
    name: ClassVar[str] = "decay"
    reads: ClassVar[tuple[str, ...]] = ("soil_carbon_hum", "air_temperature")
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = ("soil_carbon_hum", "carbon_respired_total")
    scope: ClassVar[Any] = "cell"
    every: ClassVar[Any] = "month"
    source: ClassVar[str] = "toy"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        lost = see["soil_carbon_hum"] * self.rate * (1.0 + see["air_temperature"] / 50)
        return {"soil_carbon_hum": -lost, "carbon_respired_total": lost}


@dataclass(frozen=True)
class Litter:
    """Litter becomes humus, faster where it is steep."""

    name: ClassVar[str] = "litter"
    reads: ClassVar[tuple[str, ...]] = ("litter_carbon", "slope", "soil_organic_carbon")
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = ("litter_carbon", "soil_carbon_hum")
    scope: ClassVar[Any] = "cell"
    every: ClassVar[Any] = "month"
    source: ClassVar[str] = "toy"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        moved = see["litter_carbon"] * (0.02 + 0.001 * see["slope"] / 90.0)
        moved = moved / (1.0 + see["soil_organic_carbon"])
        return {"litter_carbon": -moved, "soil_carbon_hum": moved}


@dataclass(frozen=True)
class Pools:
    """Diagnostic: soil organic carbon is humus."""

    name: ClassVar[str] = "pools"
    reads: ClassVar[tuple[str, ...]] = ("soil_carbon_hum",)
    writes: ClassVar[tuple[str, ...]] = ("soil_organic_carbon",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Any] = "cell"
    every: ClassVar[Any] = "month"
    source: ClassVar[str] = "toy"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        return {"soil_organic_carbon": see["soil_carbon_hum"] * 1.0}


@dataclass(frozen=True)
class Form:
    """Yearly diagnostic: a stand-in for slope, from elevation."""

    name: ClassVar[str] = "form"
    reads: ClassVar[tuple[str, ...]] = ("elevation",)
    writes: ClassVar[tuple[str, ...]] = ("slope",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Any] = "grid"
    every: ClassVar[Any] = "year"
    source: ClassVar[str] = "toy"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        return {"slope": np.abs(see["elevation"]) % 90.0}


@dataclass(frozen=True)
class Wash:
    """Yearly transport: soil moves one cell on, the last cell exports."""

    name: ClassVar[str] = "wash"
    reads: ClassVar[tuple[str, ...]] = ("soil_mass", "slope")
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = ("soil_mass", "sediment_exported_total")
    scope: ClassVar[Any] = "grid"
    every: ClassVar[Any] = "year"
    source: ClassVar[str] = "toy"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        gone = see["soil_mass"] * 0.001 * see["slope"] / 90.0
        come = np.concatenate([[0.0], gone[:-1]])
        out = np.zeros_like(gone)
        out[-1] = gone[-1]
        return {"soil_mass": come - gone, "sediment_exported_total": out}


ALL: tuple[Process, ...] = (Decay(), Litter(), Pools(), Form(), Wash())


@dataclass(frozen=True)
class Compost:
    """An event: carbon comes in with compost, and the ground is raised."""

    date: tuple[int, int] = (2026, 4)
    name: str = "compost"
    amount: float = 0.5

    def apply(self, stocks: Mapping[str, Array], grid: Grid) -> Mapping[str, Array]:
        full = np.full(grid.n, self.amount)
        return {
            "soil_carbon_hum": full,
            "carbon_imported_total": full,
            "elevation": np.full(grid.n, 7.0),
        }


def model(processes: tuple[Process, ...] = ALL, grid: Grid = GRID) -> Model:
    """The processes on the toy grid with three zones."""
    zones = (np.arange(grid.n) * 3 // grid.n).astype(np.int64)
    return Model(grid, processes, zones, ("a", "b", "c"))


def state(seed: int = 0, grid: Grid = GRID) -> State:
    """Seeded start values."""
    rng = np.random.default_rng(seed)
    zero = np.zeros(grid.n)
    stocks = {
        "elevation": rng.uniform(1000, 1100, grid.n),
        "soil_carbon_hum": rng.uniform(0.1, 3.0, grid.n),
        "litter_carbon": rng.uniform(0.0, 1.0, grid.n),
        "carbon_respired_total": zero,
        "carbon_imported_total": zero,
        "soil_mass": rng.uniform(200, 500, grid.n),
        "sediment_exported_total": zero,
    }
    return State(grid, *START, stocks)


def forcing() -> Forcing:
    """Five years of seeded temperature."""
    values = np.random.default_rng(1).uniform(-10, 25, 60)
    return Forcing(START, {"air_temperature": values})
