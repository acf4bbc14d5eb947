"""Small mines to run landform processes on: hills, a pit, a dump, thin soil."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.grid import Grid
from twin.kernel import Forcing, Model, Outcome, Output, simulate
from twin.process import Array, Process, Step
from twin.processes.terrain_form import TerrainForm
from twin.soil.constituents import BASE, below
from twin.state import State

POOLS = tuple(c.name for c in BASE if c.rule == "amount")
START = (2025, 1)


def mine(seed: int, *, holes: bool = True) -> tuple[Grid, Array]:
    """Hills with a pit and a steep dump, 30 x 36 cells of 5 m, heights (n,)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:30, 0:36] * 5.0
    z = 1200.0 + 4.0 * np.sin(x / 30.0) * np.cos(y / 35.0) + 0.05 * x
    z -= 12.0 * (np.hypot(x - 50.0, y - 60.0) < 25.0)
    z += np.clip(14.0 - 0.6 * np.hypot(x - 125.0, y - 80.0), 0.0, 8.0)
    z += rng.normal(0.0, 0.05, z.shape)
    mask = np.ones(z.shape, dtype=bool)
    if holes:
        mask[5:8, 28:31] = False
        mask[:2, :3] = False
    grid = Grid("EPSG:32649", "unknown", 0.0, 0.0, 5.0, z.shape, mask)
    return grid, np.ascontiguousarray(grid.compress(z))


def stocks(
    grid: Grid, z: Array, seed: int, *, metals: bool = False
) -> dict[str, Array]:
    """Soil from none to 3 m deep, with carbon, texture and perhaps lead in it."""
    rng = np.random.default_rng(seed)
    depth = rng.choice([0.0, 0.004, 0.25, 0.31, 0.6, 1.02, 3.0], grid.n)
    edges = np.stack([np.minimum(depth, 0.3), np.minimum(depth, 1.0), depth])
    density = rng.uniform(1200.0, 1700.0, (3, grid.n))
    mass = np.diff(edges, axis=0, prepend=0.0) * density
    slots = {name: mass * rng.uniform(0.0, 0.01, (3, grid.n)) for name in POOLS}
    slots |= {"soil_mass": mass, "bulk_density": density}
    slots |= {
        "clay_content": rng.uniform(5.0, 40.0, (3, grid.n)),
        "soil_ph": rng.uniform(5.0, 8.5, (3, grid.n)),
        "soil_share": rng.uniform(0.0, 1.0, (3, grid.n)),
        "soil_erodibility": rng.uniform(0.01, 0.06, (3, grid.n)),
    }
    if metals:
        slots["soil_lead"] = mass * 0.03
        slots["lead_available_share"] = rng.uniform(0.0, 0.5, (3, grid.n))
    made = {"elevation": z}
    for name, values in slots.items():
        made[name] = values[0].copy()
        made[below(name)] = values[1:].copy()
    return made


def seen(grid: Grid, z: Array, seed: int, *, metals: bool = False) -> dict[str, Any]:
    """Stocks and the paths of water."""
    form = TerrainForm().step({"elevation": z}, year(grid))
    return {**stocks(grid, z, seed, metals=metals), **form}


def year(grid: Grid) -> Step:
    return Step(2025, 12, 31, grid)


def whole(added: Any, name: str) -> Array:
    """Change of a constituent in the whole column, (n,)."""
    total: Array = added[name] + added[below(name)].sum(axis=0)
    return total


def run(
    grid: Grid, start: dict[str, Array], processes: tuple[Process, ...], years: int
) -> Outcome:
    """Run the kernel, with its checks of every step, for some years."""
    model = Model(grid, processes, np.zeros(grid.n, dtype=np.int64))
    zero = {n: np.zeros(grid.n) for n in model.stocks if n not in start}
    state = State(grid, *START, {**zero, **start}, {"soil_layer": ("subsoil", "spoil")})
    forcing = Forcing(START, {"air_temperature": np.zeros(12 * years)})
    return simulate(
        model, state, forcing, until=(START[0] + years, 1),
        output=Output("year", ("elevation",)),
    )  # fmt: skip
