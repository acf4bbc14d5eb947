"""Natural recovery: seeds from around take free ground, never more than there is."""

from __future__ import annotations

import numpy as np
import pytest

from twin.grid import Grid
from twin.process import Step
from twin.processes.plant_types import PLANT_TYPES, standing_carbon
from twin.processes.seed_dispersal import SeedDispersal, recruits, seed_pressure

GRID = Grid("EPSG:32649", "unknown", 0.0, 410.0, 10.0, (41, 41))
DECEMBER = Step(2025, 12, 31, GRID)


def meadow(types: tuple[str, ...], carbon: float = 1.0) -> dict[str, np.ndarray]:
    """Grass on the middle cells of bare ground."""
    stocking = np.zeros((len(types), *GRID.shape))
    stocking[0, 18:23, 18:23] = 0.8
    flat = stocking.reshape(len(types), -1)
    return {
        "stocking": flat,
        "effective_age": np.where(flat > 0.0, 6.0, 0.0),
        "soil_carbon_rpm": np.full(GRID.n, 0.25 * carbon),
        "soil_carbon_hum": np.full(GRID.n, 0.75 * carbon),
    }


def test_seeds_are_spread_and_none_is_made():
    """Far from the rim the pressure sums to what stands there; at it some leaves."""
    one = np.zeros(GRID.n)
    one[20 * 41 + 20] = 1.0
    rim = np.zeros(GRID.n)
    rim[20 * 41] = 1.0

    assert seed_pressure(one, GRID, 20.0).sum() == pytest.approx(1.0)
    assert 0.5 < seed_pressure(rim, GRID, 20.0).sum() < 0.7


def test_types_share_free_ground_by_their_rates_and_leave_none_over():
    """free (1 - exp(-r)) in all; three to one."""
    made = recruits(np.array([0.5, 0.0]), np.array([[0.3, 9.0], [0.1, 9.0]]))

    assert made[:, 0].sum() == pytest.approx(0.5 * (1.0 - np.exp(-0.4)))
    assert made[0, 0] == pytest.approx(3.0 * made[1, 0])
    assert made[:, 1].sum() == 0.0


def test_a_meadow_widens_from_its_edge_and_faster_on_better_soil():
    """Beyond three reaches nothing comes; twice the humus, more seedlings."""
    process = SeedDispersal(plant_types=("grass",))

    rich, poor = (process.step(meadow(("grass",), c), DECEMBER) for c in (2.0, 0.2))

    new = rich["stocking"].reshape(GRID.shape)
    assert new[20, 24] > new[20, 26] > 0.0
    assert new[20, 40] == 0.0
    beside = 20 * 41 + 24
    ratio = rich["stocking"][0, beside] / poor["stocking"][0, beside]
    assert ratio == pytest.approx((2.0 / 3.0) / (0.2 / 1.2), rel=0.01)


def test_newcomers_leave_the_stands_carbon_on_its_curve():
    """Carbon of stocking and age before = that of both after."""
    process, see = SeedDispersal(plant_types=("grass",)), meadow(("grass",))

    made = process.step(see, DECEMBER)

    at = 20 * 41 + 20
    before = standing_carbon(
        PLANT_TYPES["grass"], see["effective_age"][0, at], see["stocking"][0, at]
    )
    after = standing_carbon(
        PLANT_TYPES["grass"],
        see["effective_age"][0, at] + made["effective_age"][0, at],
        see["stocking"][0, at] + made["stocking"][0, at],
    )
    assert made["stocking"][0, at] > 0.0
    assert after == pytest.approx(before, rel=1e-12)


def test_full_ground_stays_as_it_is():
    see = meadow(("grass", "pioneer"))
    see["stocking"][0] = 0.6
    see["stocking"][1] = 0.4

    made = SeedDispersal(plant_types=("grass", "pioneer")).step(see, DECEMBER)

    assert np.abs(made["stocking"]).max() == pytest.approx(0.0, abs=1e-16)
    assert np.abs(made["effective_age"]).max() < 1e-12
