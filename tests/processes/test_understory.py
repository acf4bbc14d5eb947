"""Low plants come up between young crowns and yield as these close."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.model import USUAL, named_set
from twin.grid import Grid
from twin.process import Step
from twin.processes.register import FIRST_SET
from twin.processes.seed_dispersal import SeedDispersal
from twin.processes.understory import Understory

TYPES = ("robinia", "seabuckthorn", "grass")
SIDE = 7
GRID = Grid("EPSG:32649", "unknown", 0.0, 100.0, 10.0, (SIDE, SIDE))
CARBON = (
    "biomass_carbon_above", "biomass_carbon_below", "litter_carbon",
    "dead_wood_carbon", "subsoil_litter_dpm", "subsoil_litter_rpm",
)  # fmt: skip


def stands(*rows: tuple[float, float]) -> dict[str, np.ndarray]:
    """Every cell with these (stocking, carbon above) of each type; roots a third."""
    ones = np.ones(GRID.n)
    share, above = (np.array(c)[:, None] * ones for c in zip(*rows, strict=True))
    return {
        "stocking": share,
        "effective_age": np.where(share > 0.0, 5.0, 0.0),
        "biomass_carbon_above": above,
        "biomass_carbon_below": above / 3.0,
        "soil_carbon_rpm": 2.0 * ones,
        "soil_carbon_hum": 2.0 * ones,
    }


def stepped(
    see: dict[str, np.ndarray], process: object = None
) -> dict[str, np.ndarray]:
    process = process or Understory(plant_types=TYPES)
    return dict(process.step(see, Step(2025, 12, 31, GRID)))


def test_herbs_come_up_in_a_young_plantation_where_stocking_leaves_no_room():
    """0.95 planted, crowns of seedlings cover little: seeds of the few herbs take."""
    see = stands((0.95, 0.01), (0.0, 0.0), (0.05, 0.02))

    beside = SeedDispersal(plant_types=TYPES)
    assert stepped(see, beside)["stocking"][2].max() == 0.0
    assert stepped(see)["stocking"][2].min() > 0.001
    assert (stepped(see)["effective_age"][2] < 0.0).all()


def test_a_closed_canopy_lets_what_is_below_it_fade_and_keeps_every_gram():
    """Carbon leaves the herbs and lies in the litter, roots where they were."""
    see = stands((1.0, 4.0), (0.0, 0.0), (0.8, 0.15))
    made = stepped(see)

    assert (made["stocking"][2] < -0.1).all()
    assert (made["stocking"][0] == 0.0).all()
    lost = -made["biomass_carbon_above"][2] / see["biomass_carbon_above"][2]
    np.testing.assert_allclose(lost, -made["stocking"][2] / 0.8, rtol=1e-12)
    total = sum(made[name].reshape(-1, GRID.n).sum(axis=0) for name in CARBON)
    np.testing.assert_allclose(total, 0.0, atol=1e-15)
    assert made["dead_wood_carbon"].max() == 0.0, "herbs leave no wood"


def test_shrubs_yield_to_trees_and_herbs_to_both_never_the_other_way():
    see = stands((0.7, 3.0), (0.7, 1.0), (0.7, 0.15))
    made = stepped(see)["stocking"]

    assert (made[0] >= 0.0).all()
    assert (made[2] < made[1]).all()
    assert (made[1] < 0.0).all()
    assert stepped(see)["dead_wood_carbon"].min() > 0.0


@pytest.mark.parametrize("seed", range(5))
def test_no_form_grows_beyond_full_and_nothing_below_zero(seed: int):
    """Random stands: stocking stays in 0 to 1 by form, age and carbon above 0."""
    rng = np.random.default_rng(seed)
    see = stands((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    see["stocking"] = rng.random((3, GRID.n)) * (rng.random((3, GRID.n)) < 0.7)
    for name in ("biomass_carbon_above", "biomass_carbon_below"):
        see[name] = see["stocking"] * rng.gamma(1.0, 1.5, (3, GRID.n))
    see["effective_age"] = see["stocking"] * 30.0
    made = stepped(see)

    after = {n: see[n] + made[n] for n in ("stocking", *CARBON[:2], "effective_age")}
    assert all(values.min() >= -1e-15 for values in after.values())
    assert after["stocking"].max() <= 1.0 + 1e-12


def test_default_and_understory_leave_the_seeds_to_it():
    """``default`` is spelled out less what the others stand instead of."""
    names = named_set((USUAL, "understory"), FIRST_SET)

    assert "understory" in names
    assert "seed_dispersal" not in names
    assert set(FIRST_SET) - set(names) == {"seed_dispersal"}
    assert named_set((USUAL, "pet_hamon"), FIRST_SET).count("pet_hargreaves") == 0
    assert named_set(("vegetation",), FIRST_SET) == ["vegetation"]
