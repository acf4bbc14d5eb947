"""A small mine in memory: a steep dump beside flat ground, carbon everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from scenarios.initial import blocks, initial_state
from scenarios.interventions.measure import Place
from twin.grid import Grid
from twin.process import Array
from twin.state import State

PILE_CONTENT = 4.0 / (0.3 * 1350.0) * 1000.0  # g/kg: 40 t/ha in 0.3 m


@dataclass(frozen=True)
class SmallMine:
    grid: Grid
    state: State
    dump: np.ndarray
    stockpile: np.ndarray

    @property
    def see(self) -> Mapping[str, Array]:
        return self.state.stocks

    def place(self, origin: bool = False) -> Place:
        return Place(
            self.grid,
            self.dump,
            self.stockpile if origin else None,
            self.state.axes,
            "plan.yaml: interventions.0",
        )


def dump_ground(rows: int = 60, columns: int = 80, cell: float = 5.0) -> np.ndarray:
    """A spoil heap of 30 m at 36 degrees on ground that falls by 2 %."""
    y, x = np.mgrid[0:rows, 0:columns] * cell
    away = np.hypot(x - 150.0, y - 150.0)
    heap = np.clip((100.0 - away) * np.tan(np.radians(36.0)), 0.0, 30.0)
    return 1200.0 + 0.02 * x + heap


@pytest.fixture
def mine() -> SmallMine:
    z = dump_ground()
    mask = np.ones(z.shape, dtype=bool)
    mask[:3, -4:] = False
    grid = Grid("EPSG:32649", "unknown", 500000.0, 4300000.0, 5.0, z.shape, mask)
    y, x = np.mgrid[0 : z.shape[0], 0 : z.shape[1]] * 5.0
    dump = grid.compress(np.hypot(x - 150.0, y - 150.0) < 140.0)
    pile = grid.compress((x > 340.0) & (y > 220.0))
    zones = np.where(dump, 1, np.where(pile, 2, 0)).astype(np.int64)
    told = {
        "dump": {
            "soil_organic_carbon": 6.0,
            "geogenic_carbon": 2.0,
            "plants": {
                "pioneer": {"age": 6, "stocking": 0.4},
                "robinia": {"age": 4, "stocking": 0.1},
            },
        },
        "pile": {
            "soil_depth": 8.0,
            "soil_organic_carbon": 40.0,
            "subsoil": {"soil_organic_carbon": PILE_CONTENT},
            "spoil": {"soil_organic_carbon": PILE_CONTENT},
        },
    }
    ground = blocks(told, ["dump", "pile"], "site.yaml")
    state = initial_state(grid, grid.compress(z), zones, ground=ground, start=(2025, 1))
    stocks = {name: array.copy() for name, array in state.stocks.items()}
    stocks["litter_carbon"] += 0.2
    stocks["dead_wood_carbon"] += 0.1
    return SmallMine(grid, State(grid, 2025, 1, stocks, state.axes), dump, pile)
