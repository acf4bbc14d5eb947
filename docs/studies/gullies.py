"""Gullies mapped on mined land against the twin's erosion and landform processes.

Run it: ``python docs/studies/gullies.py SHARED`` with the folder of real data. It
prints the tables of gullies.md.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from twin.erosion_factors import soil_loss_rusle
from twin.grid import Grid
from twin.kernel import Forcing, Model, Output, simulate
from twin.processes.cover_factor import biological_factor
from twin.processes.hillslope_diffusion import HillslopeDiffusion
from twin.processes.stream_power import StreamPower
from twin.processes.terrain_form import TerrainForm
from twin.soil.constituents import BASE, below
from twin.state import State
from twin.terrain.length_slope import (
    LONGEST_SLOPE,
    length_factor,
    rusle_exponent,
    rusle_steepness,
)

FILE = "data/dem/mtr/gullies/gullies_bencreek_laurelcreek_whiteoak.csv"
FITTED_ON, TESTED_ON = ("bencreek", "laurelcreek"), ("whiteoak",)
DENSITY = 1600.0  # kg m-3 of mine spoil; order of magnitude
RAIN = 2800.0  # MJ mm ha-1 h-1 year-1 in the southern Appalachians; unverified
SOIL = 0.040  # t ha h ha-1 MJ-1 mm-1 of spoil; unverified
KNOWN = StreamPower()
M, N = KNOWN.area_exponent, KNOWN.slope_exponent
TOP_OF_RANGE = 1e-4  # of what science.md section 4 gives for spoil
ACROSS, BEYOND = 15, 8  # cells; cells below the point
SIDES = 0.6  # fall of the sides over that of the axis: D8 gathers on it above 0.41


@dataclass(frozen=True)
class Gullies:
    """What was mapped, (n,) each.

    years  between the first and the last image that shows a gully: a least age
    """

    depth: np.ndarray  # m
    area: np.ndarray  # m2
    slope: np.ndarray  # m/m
    years: np.ndarray
    basin: np.ndarray

    def within(self, basins: Sequence[str]) -> Gullies:
        """Those of some basins."""
        own = np.isin(self.basin, basins)
        return Gullies(*(values[own] for values in vars(self).values()))


def read(shared: Path) -> Gullies:
    """All that have an area, a slope and an age of at least a year."""
    with (shared / FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = {
        key: np.array([float(row[key]) for row in rows])
        for key in ("avg_depth", "DA", "slope", "max_year", "min_year")
    }
    years = told["max_year"] - told["min_year"]
    kept = (years >= 1.0) & (told["DA"] > 0.0) & (told["slope"] > 0.0)
    names = ("avg_depth", "DA", "slope")
    basins = np.array([row["shed"] for row in rows])
    return Gullies(*(told[n][kept] for n in names), years[kept], basins[kept])


def power(told: Gullies) -> np.ndarray:
    """Depth that the stream power law cuts for K = 1 if nothing is laid down, m."""
    return told.years * told.area**M * told.slope**N


def sheet_and_rill(told: Gullies, cover: float) -> np.ndarray:
    """Depth that RUSLE takes from the whole slope, m; a lowering, not a channel."""
    degrees = np.degrees(np.arctan(told.slope))
    length = length_factor(LONGEST_SLOPE, rusle_exponent(degrees))
    ls = length * rusle_steepness(degrees)
    left = biological_factor(np.array([cover]))
    loss = soil_loss_rusle(np.full(ls.shape, RAIN), SOIL, ls, left)
    return told.years * loss * 0.1 / DENSITY


def fitted(told: Gullies) -> float:
    """K with the least squares of the logarithms: the geometric mean."""
    return float(np.exp(np.mean(np.log(told.depth / power(told)))))


def hollow(area: float, slope: float) -> tuple[Grid, np.ndarray, int]:
    """A hollow that gathers ``area`` and falls by ``slope``; the row of its outlet."""
    along = 3 * ACROSS // 2
    cell = float(np.sqrt(area / (ACROSS * along)))
    rows = np.arange(along + BEYOND)[:, None] * cell
    aside = np.abs(np.arange(ACROSS) - ACROSS // 2)[None, :] * cell
    z = 500.0 - slope * rows + SIDES * slope * aside
    grid = Grid("EPSG:32617", "unknown", 4e5, 4.2e6, cell, z.shape)
    return grid, grid.compress(z), along


def simulated(area: float, slope: float, years: int, erodibility: float) -> float:
    """Depth of the channel below its banks at the point, run year by year, m.

    Routing, stream power with deposition and hillslope diffusion in the kernel, on 30 m
    of loose spoil.
    """
    grid, z, row = hollow(area, slope)
    processes = (
        TerrainForm(),
        StreamPower(erodibility=erodibility),
        HillslopeDiffusion(),
    )
    model = Model(grid, processes, np.zeros(grid.n, dtype=np.int64))
    start = {name: np.zeros(grid.n) for name in model.stocks}
    for name in model.stocks:
        if name.endswith("_below"):
            start[name] = np.zeros((2, grid.n))
    start |= _spoil(grid.n) | {"elevation": z}
    state = State(grid, 2000, 1, start, {"soil_layer": ("subsoil", "spoil")})
    keeper = _Last()
    simulate(
        model, state, Forcing((2000, 1), {"air_temperature": np.zeros(12 * years)}),
        until=(2000 + years, 1), output=Output("year", ("elevation",)), writer=keeper,
    )  # fmt: skip
    cut = (z - keeper.elevation).reshape(grid.shape)
    channel = cut[row - 3 : row, ACROSS // 2].mean()
    banks = cut[row - 3 : row, [2, -3]].mean()
    return float(channel - banks)


def _spoil(cells: int) -> dict[str, np.ndarray]:
    """30 m of one material that carries nothing."""
    thickness = np.array([0.3, 0.7, 29.0])[:, None] * np.ones(cells)
    same = np.ones((3, cells))
    slots = dict.fromkeys((c.name for c in BASE), 0.0 * same)
    slots |= {"soil_mass": thickness * DENSITY, "bulk_density": DENSITY * same}
    slots |= {"clay_content": 20.0 * same, "soil_ph": 7.0 * same}
    made = {}
    for name, values in slots.items():
        made[name], made[below(name)] = values[0].copy(), values[1:].copy()
    return made


class _Last:
    """Keeps the last ground."""

    elevation: np.ndarray

    def write(self, index: int, layers: Mapping[str, np.ndarray]) -> None:
        self.elevation = layers["elevation"].copy()

    def checkpoint(self, arrays: object, about: object) -> None:
        """Nothing is resumed here."""


@dataclass(frozen=True)
class Skill:
    """A model beside the mapped depths, m."""

    name: str
    middle: float
    bias: float
    rmse: float
    rank: float

    @classmethod
    def of(cls, name: str, modelled: np.ndarray, told: Gullies) -> Skill:
        """Median, mean error, RMSE, rank correlation."""
        off = modelled - told.depth
        same = bool(np.ptp(modelled) == 0.0)
        rank = np.nan if same else float(spearmanr(modelled, told.depth).statistic)
        rmse = float(np.sqrt(np.mean(off**2)))
        return cls(name, float(np.median(modelled)), float(off.mean()), rmse, rank)


@dataclass(frozen=True)
class Study:
    """Everything that the page tells."""

    told: Gullies
    k: float
    implied: tuple[float, float, float]
    skills: tuple[Skill, ...]


def run(shared: Path) -> Study:
    """Fit K on two basins, score every model on the third."""
    told = read(shared)
    k = fitted(told.within(FITTED_ON))
    each = told.depth / power(told)
    test = told.within(TESTED_ON)
    mean = np.full(test.depth.shape, told.within(FITTED_ON).depth.mean())
    skills = [
        Skill.of("sheet and rill, bare", sheet_and_rill(test, 0.0), test),
        Skill.of("sheet and rill, 60 % cover", sheet_and_rill(test, 0.6), test),
        Skill.of("mean depth of the fitted basins", mean, test),
    ]
    for name, value in (
        ("default K", KNOWN.erodibility), ("largest K of the range", TOP_OF_RANGE),
        ("fitted K", k),
    ):  # fmt: skip
        skills.append(Skill.of(f"law alone, {name}", value * power(test), test))
        depths = np.array(
            [
                simulated(a, s, int(y), value)
                for a, s, y in zip(test.area, test.slope, test.years, strict=True)
            ]
        )
        skills.append(Skill.of(f"run, {name}", depths, test))
    ends = tuple(float(v) for v in np.percentile(each, (5.0, 50.0, 95.0)))
    return Study(told, k, ends, tuple(skills))


def main() -> None:
    """Print the tables of the page."""
    study = run(Path(sys.argv[1]))
    told = study.told
    print(
        f"{told.depth.size} gullies, depth {np.median(told.depth):.1f} m, "
        f"{np.median(told.years):.0f} years"
    )
    print("K that each would need, 5, 50, 95 %:", *(f"{v:.2g}" for v in study.implied))
    print(f"fitted on {FITTED_ON}: {study.k:.2g}\n")
    print("| model | median | bias | RMSE | rank correlation |\n|---|---|---|---|---|")
    for s in study.skills:
        numbers = " | ".join(f"{v:.2f}" for v in (s.middle, s.bias, s.rmse, s.rank))
        print(f"| {s.name} | {numbers} |")


if __name__ == "__main__":
    main()
