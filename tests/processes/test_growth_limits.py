"""What the soil lets of growth, and that plants grow by no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from cells import step_of, varied_cells

from twin.grid import Grid
from twin.process import Array
from twin.processes.growth_limits import DEPTH, EDGES, PH, GrowthLimits
from twin.processes.plant_types import METAL_LIMITS, PLANT_TYPES
from twin.processes.seed_dispersal import SeedDispersal
from twin.processes.vegetation import Vegetation

WEATHER = {
    "air_temperature": 15.0,
    "actual_evapotranspiration": np.full(40, 80.0),
    "potential_evapotranspiration": np.full(40, 100.0),
}


def month(process: Vegetation, limit: Array | None = None) -> dict[str, Array]:
    """Amounts of one summer month on cells that are all unlike."""
    cells = varied_cells(40, seed=3) | WEATHER
    known = cells if limit is None else {**cells, "growth_limit": limit}
    return dict(process.step({n: known[n] for n in process.reads}, step_of(7)))


def test_a_limit_of_one_changes_no_bit():
    free, limited = Vegetation(), Vegetation(limits=("soil_ph",))
    k = len(free.plant_types)

    one, other = month(free), month(limited, np.ones((k, 40)))

    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_limit_slows_each_type_s_ageing_by_its_share():
    """Effective age grows by m(t) dt (science.md section 2): by the limit times."""
    types = ("pine", "grass")  # none spreads by itself, which would dilute the age
    free, limited = (Vegetation(types, limits=x) for x in ((), ("soil_ph",)))
    rng = np.random.default_rng(5)
    limit = rng.random((2, 40))
    cells = varied_cells(40, seed=3) | WEATHER
    for name in ("stocking", "effective_age"):
        cells[name] = cells[name][:2].clip(0.0, 0.5) + 0.1
    for name in ("biomass_carbon_above", "biomass_carbon_below"):
        cells[name] = cells[name][:2]
    cells["growth_limit"] = limit

    one, other = (
        p.step({n: cells[n] for n in p.reads}, step_of(7)) for p in (free, limited)
    )

    np.testing.assert_allclose(
        other["effective_age"], limit * one["effective_age"], rtol=1e-14
    )


def ground(n: int, **given: Array) -> dict[str, Array]:
    """Columns of 3 m at pH 7, 1000 kg m-3, without metals; ``given`` stands instead."""
    see = {
        "stocking": np.full((1, n), 0.5),
        "soil_mass": np.full(n, 300.0),
        "soil_mass_below": np.array([[700.0], [2000.0]]) * np.ones(n),
        "bulk_density": np.full(n, 1000.0),
        "bulk_density_below": np.full((2, n), 1000.0),
        "soil_ph": np.full(n, 7.0),
        "soil_ph_below": np.full((2, n), 7.0),
    }
    return see | given


def limit(process: GrowthLimits, see: dict[str, Array]) -> Array:
    made = process.step({n: see[n] for n in process.reads}, step_of(1))
    return made["growth_limit"][0]


@pytest.mark.parametrize("name", PLANT_TYPES)
def test_growth_by_ph_is_the_trapezoid_of_ecocrop(name):
    """0, 1, 1, 0 at the four edges and straight between: numpy's interpolation."""
    ph = np.linspace(1.5, 12.0, 500)
    edges = [getattr(PLANT_TYPES[name], key).value for key in EDGES]
    see = ground(500, soil_ph=ph, soil_ph_below=np.stack([ph, ph]))

    made = limit(GrowthLimits((name,), (PH,)), see)

    np.testing.assert_allclose(made, np.interp(ph, edges, [0, 1, 1, 0]), atol=1e-12)


def test_an_acid_subsoil_counts_by_the_roots_in_it():
    """Grass roots, b = 0.952 (Jackson et al. 1996): b^30 of them lie below 0.3 m."""
    see = ground(1, soil_ph_below=np.full((2, 1), 3.0))  # nothing grows at pH 3

    made = limit(GrowthLimits(("grass",), (PH,)), see)

    deeper = 0.952**30 - 0.952**300
    assert made == pytest.approx([1.0 - deeper / (1.0 - 0.952**300)], rel=1e-12)


@pytest.mark.parametrize(("name", "depth"), [("grass", 0.61), ("robinia", 0.983)])
def test_soil_as_deep_as_95_percent_of_the_roots_does_not_limit(name, depth):
    """ln 0.05 / ln b: 61 cm of grass, b 0.952, and 98 cm of trees, b 0.97."""
    process = GrowthLimits((name,), (DEPTH,))
    shallow = {"soil_mass_below": np.zeros((2, 2))}
    deep = ground(2) | {"soil_mass": 1000.0 * np.array([depth - 0.02, depth + 0.02])}

    made = limit(process, deep | shallow)
    bare = limit(process, ground(1, soil_mass=np.zeros(1)) | {
        "soil_mass_below": np.zeros((2, 1))})  # fmt: skip

    assert 0.97 < made[0] < 1.0
    assert made[1] == 1.0
    assert bare[0] == 0.0


def test_only_what_is_available_of_the_worst_metal_above_its_threshold_limits():
    """Half the growth at the threshold times the root of the span: doses act by log."""
    lead, cadmium = METAL_LIMITS["lead"].value, METAL_LIMITS["cadmium"].value
    process = GrowthLimits(("grass",), ("soil_lead", "soil_cadmium"))
    per = np.array([0.9, np.sqrt(10.0), 10.0])  # of the threshold is available
    slots = np.array([[700.0], [2000.0]])
    see = ground(3) | {
        "soil_lead": 2.0 * per * lead * 0.3,  # g m-2 in 300 kg m-2, half available
        "soil_lead_below": 2.0 * per * lead * slots / 1000.0,
        "lead_available_share": np.full(3, 0.5),
        "lead_available_share_below": np.full((2, 3), 0.5),
        "soil_cadmium": np.full(3, cadmium * 0.3),
        "soil_cadmium_below": cadmium * slots / 1000.0 * np.ones(3),
        "cadmium_available_share": np.full(3, 0.9),
        "cadmium_available_share_below": np.full((2, 3), 0.9),
    }

    made = limit(process, see)

    np.testing.assert_allclose(made, [1.0, 0.5, 0.0], atol=1e-12)


def test_the_least_of_all_responses_holds_not_their_product():
    """Liebig's minimum, as in EPIC and in SWAT+ (pl_biomass_gro: reg, a minimum)."""
    acid = ground(1, soil_ph=np.full(1, 4.5), soil_ph_below=np.full((2, 1), 4.5))
    acid |= {"soil_mass": np.full(1, 200.0), "soil_mass_below": np.zeros((2, 1))}

    one, other = (limit(GrowthLimits(("grass",), (x,)), acid) for x in (PH, DEPTH))
    both = limit(GrowthLimits(("grass",), (PH, DEPTH)), acid)

    assert both[0] == min(one[0], other[0]) < 1.0
    assert max(one[0], other[0]) < 1.0


def test_seeds_establish_less_where_growth_is_limited():
    types = ("grass",)
    grid = Grid("EPSG:32649", "unknown", 0.0, 3.0, 1.0, (3, 3))
    see = {
        "stocking": np.full((1, 9), 0.4),
        "effective_age": np.full((1, 9), 5.0),
        "soil_carbon_rpm": np.full(9, 1.0),
        "soil_carbon_hum": np.full(9, 1.0),
        "growth_limit": np.full((1, 9), 0.0),
    }
    when = replace(step_of(12), grid=grid)

    free = SeedDispersal(types)
    poor = SeedDispersal(types, limits=(PH,))

    assert (free.step(see, when)["stocking"] > 0.0).all()
    assert (poor.step(see, when)["stocking"] == 0.0).all()
