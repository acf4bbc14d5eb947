"""Nitrogen: decay frees it, plants take and give it back, nothing is lost unbooked."""

from __future__ import annotations

import numpy as np
import pytest
from cells import budget, see_of, step_of, varied_cells

from twin.process import Array
from twin.processes.nitrogen_cycle import NitrogenCycle
from twin.processes.nitrogen_demand import RESORBED, demand, fed_share
from twin.processes.plant_types import PLANT_TYPES
from twin.soil.nitrogen import organic_nitrogen


def bare(**given: float) -> dict[str, Array]:
    """One cell of grass ground with nothing on it and nothing in it, but ``given``."""
    process = NitrogenCycle(("grass",))
    pft = ("stocking", "effective_age", "biomass_carbon_above", "biomass_carbon_below")
    see = {n: np.zeros((1, 1) if n in pft else 1) for n in process.reads}
    return see | {
        n: np.full((1, 1) if n in pft else 1, value) for n, value in given.items()
    }


def year(process: NitrogenCycle, see: dict[str, Array]) -> dict[str, float]:
    made = process.step({n: see[n] for n in process.reads}, step_of(12))
    return {name: float(amount[0]) for name, amount in made.items()}


def test_the_book_of_nitrogen_closes_in_every_cell():
    cells = varied_cells(700)
    rng = np.random.default_rng(4)
    cells["soil_nitrogen"] = rng.uniform(0.0, 600.0, 700)
    cells["plant_nitrogen"] = rng.uniform(0.0, 30.0, 700)
    cells["net_primary_production_total"] = rng.uniform(0.0, 1.0, 700)
    process = NitrogenCycle()

    made = process.step(see_of(process, cells, 12), step_of(12))

    net, moved = budget(process, made, "nitrogen")
    assert (np.abs(net) <= 1e-12 * 1e-3 * moved).all()
    assert (cells["soil_nitrogen"] + made["soil_nitrogen"] >= 0.0).all()
    assert (cells["plant_nitrogen"] + made["plant_nitrogen"] >= 0.0).all()


def test_water_that_drains_takes_its_share_of_what_is_free():
    """50 mm through a soil that holds 150 mm: a quarter of 10 + 2 g; 5 % of the rest
    goes as gas.
    """
    see = bare(soil_nitrogen=10.0, recharge_total=80.0, drainage_counted=30.0,
               available_water_capacity=150.0)  # fmt: skip

    made = year(NitrogenCycle(("grass",), deposition=2.0), see)

    assert made["nitrogen_leached_total"] == pytest.approx(3.0, rel=1e-12)
    assert made["nitrogen_gas_total"] == pytest.approx(0.05 * 9.0, rel=1e-12)
    assert made["soil_nitrogen"] == pytest.approx(2.0 - 3.0 - 0.45, rel=1e-12)
    assert made["drainage_counted"] == 50.0


def test_decay_frees_the_nitrogen_of_humus_and_poor_remains_bind_it():
    """1 kg of humus carbon at C:N 11 holds 90.9 g; 1 kg of remains at 40 binds 25 g."""
    humus, remains = {"soil_carbon_hum": 1.0}, {"soil_carbon_rpm": 1.0}
    nothing = bare()

    bound = [organic_nitrogen(nothing | bare(**pool))[0] for pool in (humus, remains)]

    assert bound == pytest.approx([1000.0 / 11.0, 25.0], rel=1e-12)
    # all of the soil's nitrogen is bound: nothing is free to leach
    full = bare(soil_carbon_hum=1.0, soil_nitrogen=80.0, recharge_total=500.0)
    made = year(NitrogenCycle(("grass",), deposition=0.0), full)
    assert made["nitrogen_leached_total"] == 0.0


def grass_stand(age: float = 60.0) -> dict[str, Array]:
    """A grown-up sward: shoots 1 kg, roots 2 kg of carbon, all shed in its turnover."""
    return bare(stocking=1.0, effective_age=age, biomass_carbon_above=1.0,
                biomass_carbon_below=2.0, soil_nitrogen=500.0)  # fmt: skip


def test_a_grown_up_sward_gives_back_what_it_takes():
    """It sheds 1 kg of leaves, of whose nitrogen 60 % was drawn back, and 0.9 of roots.

    So NPP of 1.9 kg takes 1000 (0.4 / 28 + 0.9 / 45) = 34.3 g and gives all of it back.
    """
    grass = PLANT_TYPES["grass"]
    see = grass_stand()
    wanted = demand(("grass",), see)
    see |= {
        "plant_nitrogen": wanted.held,
        "net_primary_production_total": np.full(1, 1.9),
    }
    taken = 1000.0 * ((1.0 - RESORBED) / grass.foliage_cn.value + 0.9 / 45.0)

    made = year(NitrogenCycle(("grass",), deposition=0.0, gas=0.0), see)

    assert wanted.carbon[0, 0] == pytest.approx(1.9, rel=1e-9)
    assert wanted.nitrogen[0, 0] == pytest.approx(taken, rel=1e-9)
    assert made["plant_nitrogen"] == pytest.approx(0.0, abs=1e-9)
    assert made["soil_nitrogen"] == pytest.approx(0.0, abs=1e-9)


def test_what_falls_short_dilutes_plants_and_what_they_shed_alike():
    """Nothing free: of P the share S / (W + S) goes, W what they should hold."""
    see = grass_stand() | {"soil_nitrogen": np.zeros(1)}
    wanted = demand(("grass",), see)
    see |= {
        "plant_nitrogen": wanted.held,
        "net_primary_production_total": np.full(1, 1.9),
    }
    full, shed = float(wanted.held[0]), float(wanted.nitrogen[0, 0])

    made = year(NitrogenCycle(("grass",), deposition=0.0, gas=0.0), see)

    gone = full * shed / (full + shed)
    assert made["plant_nitrogen"] == pytest.approx(-gone, rel=1e-9)
    assert made["soil_nitrogen"] == pytest.approx(gone, rel=1e-9)


def test_legumes_fix_their_share_and_grow_by_it_where_nothing_is_free():
    """Alfalfa fixes 0.7 of its uptake, so it grows by 0.7 on spoil without nitrogen."""
    types = ("alfalfa", "grass")
    see = {n: np.concatenate([v, v]) if v.ndim == 2 else v
           for n, v in grass_stand().items()}  # fmt: skip
    wanted = demand(types, see)
    see |= {"plant_nitrogen": wanted.held, "soil_nitrogen": np.zeros(1)}
    see["net_primary_production_total"] = wanted.carbon.sum(axis=0)

    fed = fed_share(types, wanted, wanted.held, np.zeros(1))
    made = year(NitrogenCycle(types, deposition=0.0), see)

    assert fed[:, 0] == pytest.approx([0.7, 0.0])
    fixed = 0.7 * float(wanted.nitrogen[0, 0])
    assert made["nitrogen_fixed_total"] == pytest.approx(fixed, rel=1e-9)


def test_half_of_what_all_want_feeds_all_by_half():
    types = ("grass", "pioneer")
    see = {n: np.concatenate([v, v]) if v.ndim == 2 else v
           for n, v in grass_stand(5.0).items()}  # fmt: skip
    wanted = demand(types, see)

    fed = fed_share(types, wanted, wanted.held, 0.5 * wanted.nitrogen.sum(axis=0))

    np.testing.assert_allclose(fed, 0.5, rtol=1e-12)
