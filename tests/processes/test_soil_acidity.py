"""Acid from pyrite: what it eats, when pH falls, how far, and what lime mends."""

from __future__ import annotations

import numpy as np
import pytest
from cells import step_of

from twin.processes.soil_acidity import SoilAcidity
from twin.soil.constituents import below

MASS = (405.0, 945.0, 1350.0)  # kg m-2 of 0.3, 0.7 and 1 m at 1350 kg m-3


def spoil(sulfur: float, carbonate: float, ph: float) -> dict[str, np.ndarray]:
    """A column of one spoil; sulfur in percent, carbonate in kg/t."""
    mass = np.array(MASS)[:, None]
    slots = {
        "soil_mass": mass, "bulk_density": np.full((3, 1), 1350.0),
        "sulfide_sulfur": mass * sulfur / 100.0,
        "neutralising_potential": mass * carbonate / 1000.0,
        "soil_ph": np.full((3, 1), ph),
    }  # fmt: skip
    made = {}
    for name, values in slots.items():
        made[name], made[below(name)] = values[0].copy(), values[1:].copy()
    return made


def after(
    see: dict[str, np.ndarray], years: int, process: SoilAcidity | None = None
) -> dict[str, np.ndarray]:
    """Run years of it."""
    process, now = process or SoilAcidity(), {k: v.copy() for k, v in see.items()}
    for _ in range(years):
        made = process.step({n: now[n] for n in process.reads}, step_of(12))
        for name in process.adds:
            now[name] = now[name] + made[name]
    return now


def test_all_the_sulfur_takes_31_25_kg_of_calcite_a_tonne_and_percent():
    """Sobek: 1 % of sulfur and 40 kg/t of carbonate leave 8.75, and pH as it was."""
    fast = SoilAcidity(rate=5.0, reach=20.0)

    done = after(spoil(1.0, 40.0, 7.0), 30, fast)

    left = done["neutralising_potential"] / MASS[0] * 1000.0
    assert left[0] == pytest.approx(40.0 - 31.25, rel=1e-9)
    assert done["soil_ph"][0] == 7.0
    assert done["sulfide_sulfur"][0] < 1e-9


def test_without_carbonate_ph_falls_as_far_as_it_goes():
    done = after(spoil(1.0, 0.0, 7.0), 30)

    assert done["soil_ph"][0] == pytest.approx(2.5)


def test_oxidation_follows_its_first_order_law():
    """Slot middles 0.15, 0.65 and 1.5 m, reach 0.5 m, 0.1 a year, ten years."""
    see = spoil(1.0, 100.0, 7.0)

    done = after(see, 10)

    slots = np.array([done["sulfide_sulfur"][0], *done["sulfide_sulfur_below"][:, 0]])
    rate = 0.1 * np.exp(-np.array([0.15, 0.65, 1.5]) / 0.5)
    np.testing.assert_allclose(slots, np.array(MASS) * 0.01 * np.exp(-10 * rate))


def test_carbonate_raises_acid_soil_to_the_neutral_ph_and_stays():
    """From 4.5 to 6.5 takes 2 x 1.25 = 2.5 kg/t; 7.5 of 10 kg/t stay."""
    done = after(spoil(0.0, 10.0, 4.5), 3)

    assert done["soil_ph"][0] == pytest.approx(6.5)
    left = done["neutralising_potential"] / MASS[0] * 1000.0
    assert left[0] == pytest.approx(7.5)


def test_a_slot_without_soil_stays_as_it_is():
    see = spoil(1.0, 0.0, 7.0)
    for name in ("soil_mass", "sulfide_sulfur"):
        see[below(name)][:] = 0.0

    done = after(see, 5)

    assert (done["soil_ph_below"] == 7.0).all()
