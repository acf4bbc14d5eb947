"""Metals that drain, that plants take, and that acid frees: no gram is lost."""

from __future__ import annotations

import numpy as np
import pytest
from cells import budget, see_of, step_of, varied_cells

from twin.contaminants.metal_chemistry import available_after, chemistry, distribution
from twin.processes.metal_cycle import MetalCycle
from twin.soil.constituents import METALS

ACID = ("sulfide_sulfur", "neutralising_potential")
CADMIUM = ("soil_cadmium", "cadmium_available_share")


def cells(n: int = 400) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    made = varied_cells(n)
    change = rng.uniform(-3.0, 3.0, (3, n))
    made["soil_ph_change"], made["soil_ph_change_below"] = change[0], change[1:]
    return made


@pytest.mark.parametrize("carried", [CADMIUM, (*CADMIUM, *ACID)])
def test_what_leaves_the_soil_is_in_plants_or_below_it(carried):
    process = MetalCycle(carried=carried)
    see = cells()

    made = process.step(see_of(process, see, 12), step_of(12))

    net, moved = budget(process, made, "cadmium")
    assert (np.abs(net) <= 1e-12 * np.maximum(moved, 1e-12)).all()
    for name in ("soil_cadmium", "soil_cadmium_below", "plant_cadmium"):
        assert (see[name] + made[name] >= 0.0).all()
    for name in ("cadmium_available_share", "cadmium_available_share_below"):
        after = see[name] + made[name]
        assert after.min() >= -1e-15
        assert after.max() <= 1.0 + 1e-15
    assert made["cadmium_leached_total"].min() >= 0.0


def one(**given: float) -> dict[str, np.ndarray]:
    """A cell of 0.3 m of topsoil at 1350 kg/m3 and nothing below."""
    process = MetalCycle()
    see = {n: np.zeros((2, 1) if n.endswith("_below") else 1) for n in process.reads}
    see["biomass_carbon_above"] = see["biomass_carbon_below"] = np.zeros((1, 1))
    told = {"soil_mass": 405.0, "bulk_density": 1350.0, "soil_ph": 7.0} | given
    see |= {n: np.full(see[n].shape, v) for n, v in told.items()}
    see["bulk_density_below"] = np.full((2, 1), 1350.0)
    return process.step(see, step_of(12))


def test_water_takes_its_share_of_what_is_available():
    """Kd 10^(-1.9 + 3.5) = 39.8 L/kg: 405 kg hold 16 124 mm, the pores 75 mm; 100 mm
    take 100 / 16 299 of half of 0.2 g.
    """
    made = one(soil_cadmium=0.2, cadmium_available_share=0.5, recharge_total=100.0)

    held = 405.0 * 10.0**1.6 + 75.0
    assert made["cadmium_leached_total"][0] == pytest.approx(0.1 * 100 / (100 + held))


def test_plants_hold_a_content_in_proportion_to_the_available_one():
    """0.1 g in 405 kg: 0.247 mg/kg; 2 kg of dry matter hold 0.49 mg, taken from it."""
    made = one(
        soil_cadmium=0.2, cadmium_available_share=0.5, biomass_carbon_above=2.0 * 0.47
    )

    assert made["plant_cadmium"][0] == pytest.approx(2.0 * 0.1 / 405.0, rel=1e-12)
    assert made["soil_cadmium"][0] == -made["plant_cadmium"][0]


def test_plants_that_are_gone_give_back_all_they_held():
    made = one(soil_cadmium=0.2, cadmium_available_share=0.5, plant_cadmium=0.003)

    assert made["plant_cadmium"][0] == -0.003
    assert made["soil_cadmium"][0] == 0.003


def test_cations_are_freer_in_acid_soil_and_arsenic_is_not():
    """A fall of pH by two; the slopes of the table, by their signs."""
    half, down = np.array([0.1]), np.array([-2.0])

    assert available_after("cadmium", half, down)[0] == pytest.approx(0.1 * 10**0.6)
    assert available_after("arsenic", half, down)[0] < 0.1
    assert distribution("lead", np.array([5.0])) < distribution("lead", np.array([8.0]))


def test_every_metal_has_its_row_and_nobody_claims_it_was_checked():
    assert set(chemistry()) == set(METALS)
    assert not any(row.verified for row in chemistry().values())
