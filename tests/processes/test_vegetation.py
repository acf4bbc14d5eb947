"""Plants: closed growth curve, turnover, death and natural recovery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from cells import step_of

from twin.errors import DeclarationError
from twin.process import Array
from twin.processes import vegetation as module
from twin.processes.canopy_cover import CanopyCover
from twin.processes.plant_types import PLANT_TYPES, column, standing_carbon
from twin.processes.vegetation import Vegetation, water_modifier

ONE_TWELFTH = (
    5.0 + Vegetation.warmth_of_year / 12.0
)  # degC: a month that ages a stand by a twelfth of a year


def stand(types: tuple[str, ...], shares: tuple[float, ...]) -> dict[str, Array]:
    k = len(types)
    return {
        "stocking": np.array(shares).reshape(k, 1),
        "effective_age": np.zeros((k, 1)),
        "biomass_carbon_above": np.zeros((k, 1)),
        "biomass_carbon_below": np.zeros((k, 1)),
        "litter_carbon": np.zeros(1),
        "dead_wood_carbon": np.zeros(1),
        "subsoil_litter_dpm": np.zeros(1),
        "subsoil_litter_rpm": np.zeros(1),
        "net_primary_production_total": np.zeros(1),
    }


def months(process: Vegetation, cells: dict[str, Array], count: int) -> None:
    """Grow without stress, in months that are all alike."""
    weather = {
        "air_temperature": ONE_TWELFTH,
        "actual_evapotranspiration": np.full(1, 100.0),
        "potential_evapotranspiration": np.full(1, 100.0),
    }
    for _ in range(count):
        see = {k: v for k, v in cells.items() if k in process.reads} | weather
        made = process.step(see, step_of(6))
        for name in process.adds:
            cells[name] = cells[name] + made[name]


@pytest.mark.parametrize("name", ["robinia", "pine", "caragana", "grass"])
@pytest.mark.parametrize("years", [1, 10, 60])
def test_without_stress_a_stand_follows_the_closed_curve(name, years):
    """Modifiers 1: biomass is B(a) of Chapman-Richards, whatever is shed on the way."""
    process, cells = Vegetation(plant_types=(name,)), stand((name,), (0.7,))

    months(process, cells, 12 * years)

    above, below = standing_carbon(
        PLANT_TYPES[name], np.array([float(years)]), np.array([0.7])
    )
    assert cells["effective_age"][0, 0] == pytest.approx(years, rel=1e-12)
    assert cells["biomass_carbon_above"][0, 0] == pytest.approx(above[0], rel=1e-11)
    assert cells["biomass_carbon_below"][0, 0] == pytest.approx(below[0], rel=1e-11)


def test_a_stand_that_is_grown_up_sheds_what_it_fixes():
    """Far along the curve net growth is nil, so NPP equals turnover."""
    process, cells = Vegetation(plant_types=("grass",)), stand(("grass",), (1.0,))
    months(process, cells, 12 * 80)
    before = {k: v.copy() for k, v in cells.items()}

    months(process, cells, 12)

    fixed, *fallen = (
        (cells[k] - before[k])[0]
        for k in (
            "net_primary_production_total",
            "litter_carbon",
            "subsoil_litter_dpm",
            "subsoil_litter_rpm",
        )
    )
    shed = sum(fallen)
    turnover = (
        before["biomass_carbon_above"][0, 0] * 1.0
        + before["biomass_carbon_below"][0, 0] * 0.45
    )
    assert fixed == pytest.approx(shed, rel=1e-9)
    assert shed == pytest.approx(turnover, rel=1e-9)


def test_old_sea_buckthorn_dies_back_into_litter_and_wood():
    process = Vegetation(plant_types=("seabuckthorn",))
    cells = stand(("seabuckthorn",), (1.0,))

    months(process, cells, 12 * 12)
    full = cells["stocking"][0, 0]
    months(process, cells, 12 * 10)

    assert full == 1.0
    assert cells["stocking"][0, 0] == pytest.approx((1 - 0.03 / 12) ** 119, rel=0.01)
    assert cells["dead_wood_carbon"][0] > 0.0


def test_pioneers_take_free_ground_slowly_and_never_more_than_there_is():
    types = ("robinia", "pioneer")
    process, cells = Vegetation(plant_types=types), stand(types, (0.6, 0.0))

    months(process, cells, 12 * 10)
    ten = cells["stocking"][1, 0]
    months(process, cells, 12 * 190)

    assert ten == pytest.approx(0.4 * (1 - np.exp(-0.02 * 10)), rel=0.01)
    assert 0.38 < cells["stocking"][1, 0] < 0.4
    assert cells["stocking"].sum() <= 1.0 + 1e-12


def test_newcomers_keep_the_biomass_of_a_stand_on_its_curve():
    """f B(a) is the carbon that stands there, though a is a mean over ages."""
    process, cells = Vegetation(plant_types=("pioneer",)), stand(("pioneer",), (0.05,))

    months(process, cells, 12 * 40)

    above, below = standing_carbon(
        PLANT_TYPES["pioneer"], cells["effective_age"][0], cells["stocking"][0]
    )
    assert cells["biomass_carbon_above"][0] == pytest.approx(above, rel=1e-9)
    assert cells["biomass_carbon_below"][0] == pytest.approx(below, rel=1e-9)
    assert 0.0 < cells["effective_age"][0, 0] < 40.0


def test_bare_ground_without_pioneers_stays_bare():
    process, cells = Vegetation(plant_types=("pine",)), stand(("pine",), (0.0,))

    months(process, cells, 24)

    assert all(not cells[name].any() for name in process.adds)


def test_drought_and_cold_slow_growth():
    actual, potential = np.array([0.0, 30.0, 60.0, 90.0, 0.0]), np.full(5, 100.0)
    potential[4] = 0.0

    made = water_modifier(actual, potential, enough=0.6)

    assert made == pytest.approx([0.0, 0.5, 1.0, 1.0, 1.0])


def test_better_ground_carries_more():
    raw, native = Vegetation(site_factor=0.6), Vegetation(site_factor=1.0)
    types = raw.plant_types
    one, other = (stand(types, (1.0, *[0.0] * 6)) for _ in range(2))

    months(raw, one, 120)
    months(native, other, 120)

    ratio = one["biomass_carbon_above"][0, 0] / other["biomass_carbon_above"][0, 0]
    assert ratio == pytest.approx(0.6, rel=1e-12)


def test_every_value_of_a_plant_type_has_a_source():
    for plant in PLANT_TYPES.values():
        for key in module.COLUMNS:
            assert getattr(plant, key).source
            assert column((plant.name,), key).shape == (1,)


def test_full_stands_cover_the_ground_and_bare_ground_is_bare():
    """Stands of 30 years on a raw dump: more than half covered, bare ground not."""
    process = CanopyCover(plant_types=("robinia", "grass", "pine"))
    shares = np.array(
        [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    )
    above = np.zeros((3, 4))
    for i, name in enumerate(process.plant_types):
        above[i] = standing_carbon(PLANT_TYPES[name], np.full(4, 30.0), shares[i])[0]

    cover = process.step(
        {"stocking": shares, "biomass_carbon_above": above}, step_of(7)
    )["vegetation_cover"]

    assert (cover[:3] > 0.5).all()
    assert (cover <= 1.0).all()
    assert cover[3] == 0.0


@pytest.mark.parametrize("kind", [Vegetation, CanopyCover])
def test_another_number_of_plant_types_than_the_run_holds_is_refused(kind):
    process = kind(plant_types=("pine", "grass"))
    see = {name: np.ones((3, 1)) for name in process.reads}

    with pytest.raises(DeclarationError, match="holds 3 plant types"):
        process.step(see, step_of(7))


def test_parameters_of_a_process_are_frozen():
    process = Vegetation()

    assert replace(process, site_factor=0.5).site_factor == 0.5
    with pytest.raises(AttributeError):
        process.site_factor = 0.5  # type: ignore[misc]
