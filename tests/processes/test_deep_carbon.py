"""Carbon below the topsoil: roots bring it, depth keeps it."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from cells import step_of, varied_cells

from twin.processes.deep_carbon import DeepCarbon, slowing
from twin.processes.rothc import co2_ratio
from twin.processes.vegetation import COLUMNS, Vegetation


def subsoil(mass: float = 1000.0) -> dict[str, np.ndarray]:
    """One column with 1 kg/m2 of humus in each slot below, and roots that died."""
    process = DeepCarbon()
    see = {name: np.zeros_like(varied_cells(1)[name]) for name in process.reads}
    see["soil_mass_below"] = np.array([[mass], [mass]])
    see["bulk_density_below"] = np.full((2, 1), 1400.0)
    see["clay_content_below"] = np.full((2, 1), 20.0)
    see["soil_carbon_hum_below"] = np.full((2, 1), 1.0)
    see["decay_exposure"] = np.array([0.5])
    see["subsoil_litter_dpm"] = np.array([0.02])
    see["subsoil_litter_rpm"] = np.array([0.03])
    return see


def test_without_slowing_humus_decays_as_in_the_topsoil():
    """Half a year of full decay: HUM loses 1 - exp(-0.01), 0.54 / (1 + x) stays."""
    made = DeepCarbon(depth_decay=0.0).step(subsoil(), step_of(12))

    lost = 1.0 - exp(-0.02 * 0.5)
    stays = lost / (1.0 + float(co2_ratio(np.array(20.0))))
    assert made["soil_carbon_hum_below"][1, 0] == pytest.approx(0.54 * stays - lost)
    assert made["carbon_respired_total"][0] == pytest.approx(2.0 * (lost - stays))
    assert made["decay_exposure"][0] == -0.5


def test_decay_is_slower_by_the_depth_of_the_middle_of_each_slot():
    """1000 kg/m2 at 1400 kg/m3 are 0.714 m: middles at 0.657 and 1.371 m."""
    h = 1000.0 / 1400.0

    factor = slowing(np.array([0.3 + 0.5 * h, 0.3 + 1.5 * h]), per_cm=0.03)

    assert factor == pytest.approx(
        [exp(-0.03 * (30 + 50 * h - 15)), exp(-0.03 * (30 + 150 * h - 15))]
    )


def test_dead_roots_enter_the_subsoil_and_the_topsoil_where_there_is_none():
    """All of the year's litter goes one way or the other."""
    deep = DeepCarbon().step(subsoil(), step_of(12))
    shallow = DeepCarbon().step(
        subsoil(mass=0.0) | {"soil_carbon_hum_below": np.zeros((2, 1))}, step_of(12)
    )

    assert deep["soil_carbon_rpm_below"][:, 0] == pytest.approx([0.03, 0.0])
    assert deep["soil_carbon_rpm"][0] == 0.0
    assert shallow["soil_carbon_dpm"][0] == pytest.approx(0.02)
    assert shallow["soil_carbon_dpm_below"][0, 0] == 0.0
    assert shallow["subsoil_litter_dpm"][0] == -0.02


def test_grasses_leave_less_of_their_roots_below_the_topsoil_than_trees():
    """Jackson 1996: 1 - b^d; grasses b 0.952, so 23 % below 30 cm; conifers 48 %."""
    table = Vegetation(plant_types=("grass", "pine"))._table
    shares = table[:, COLUMNS.index("root_reach")]

    assert shares == pytest.approx([0.952**30, 0.976**30])
    assert shares == pytest.approx([0.229, 0.483], abs=1e-3)
