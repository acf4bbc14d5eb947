"""3-PG on the carbon of a run: equal to 3-PG itself, and no leaf is counted twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from cells import GRID, forcings, see_of, step_of, varied_cells

from twin.process import Step
from twin.processes.three_pg import Month, Soil, Stand, leaf_area, step
from twin.processes.three_pg_species import species
from twin.processes.three_pg_stand import Trees, grow, in_leaf
from twin.processes.vegetation import STAND, Vegetation
from twin.processes.vegetation_three_pg import VegetationThreePg

BEECH = species("beech")
EVERGREEN = replace(BEECH, leaf_grow=0, leaf_fall=0)
PER_TONNE = 0.047  # kg m-2 of carbon in 1 t ha-1 of dry matter
N = 12
WET = Soil(np.full(N, 120.0), np.full(N, 0.5), response=np.full(N, 0.8))


def month(number: int, solar: float = 15.0) -> Month:
    warm = 9.0 - 12.0 * np.cos(2.0 * np.pi * (number - 0.5) / 12.0)
    return Month(number, 30, 40.0, warm - 6.0, warm + 6.0, warm, 60.0, solar, 2.0)


def closed_stand(share: float = 0.6) -> Trees:
    """A stand in January, in tonnes of dry matter turned to carbon."""
    rng = np.random.default_rng(5)
    leafy, roots, wood = rng.uniform((2, 8, 30), (5, 20, 150), (N, 3)).T
    carbon = PER_TONNE * share
    return Trees(
        np.full(N, share), rng.uniform(10.0, 60.0, N), carbon * (leafy + wood),
        carbon * roots, carbon * leafy, np.zeros(N),
    )  # fmt: skip


def bare(trees: Trees) -> Trees:
    """The same with its leaves fallen."""
    return trees._replace(
        above=trees.above - trees.foliage, foliage=np.zeros(N), debt=trees.foliage
    )


def after(trees: Trees, made) -> Trees:
    return Trees(
        trees.share, trees.age + 1.0 / 12.0, trees.above + made.above,
        trees.below + made.below, made.foliage, made.debt,
    )  # fmt: skip


@pytest.mark.parametrize("kind", [BEECH, EVERGREEN], ids=["beech", "evergreen"])
def test_four_years_of_a_stand_are_those_of_three_pg(kind):
    trees = closed_stand() if kind is EVERGREEN else bare(closed_stand())
    carbon, water = PER_TONNE * 0.6, np.full(N, 90.0)
    now = Stand(
        trees.foliage / carbon, trees.below / carbon,
        (trees.above - trees.foliage) / carbon, trees.debt / carbon,
        np.full(N, 900.0), trees.age,
        0.1 * trees.foliage / carbon * leaf_area(trees.age - 1.0 / 12.0, kind), water,
    )  # fmt: skip
    for number in [*range(1, 13)] * 4:
        made = grow(trees, water, month(number), WET, kind, stems=900.0)
        now, told = step(replace(now, water=water), month(number), WET, kind)
        trees = after(trees, made)
        np.testing.assert_allclose(made.fixed, carbon * told.production, rtol=1e-11)
        np.testing.assert_allclose(
            made.leaf_fall, carbon * told.foliage_fall, rtol=1e-11
        )
    np.testing.assert_allclose(trees.below, carbon * now.roots, rtol=1e-11)
    np.testing.assert_allclose(trees.above, carbon * (now.foliage + now.stems))
    np.testing.assert_allclose(trees.debt, carbon * now.debt, rtol=1e-11)


def test_leaves_that_a_dark_summer_does_not_pay_back_are_taken_off_the_stems():
    trees = start = bare(closed_stand())
    fallen = np.zeros(N)
    for number in range(1, 13):
        made = grow(trees, np.full(N, 90.0), month(number, 0.0), WET, BEECH, stems=900)
        assert made.fixed.max() == 0.0
        trees, fallen = after(trees, made), fallen + made.leaf_fall
        assert (trees.foliage.max() > 0.0) == in_leaf(number % 12 + 1, BEECH)

    np.testing.assert_allclose(trees.above, start.above - fallen, rtol=1e-13)
    assert (fallen > 0.9 * start.debt).all()
    assert (trees.debt <= trees.above).all()


def test_dark_years_leave_nothing_below_zero():
    small = bare(closed_stand())
    trees = small._replace(above=0.5 * small.debt, debt=0.5 * small.debt)
    for number in [*range(1, 13)] * 6:
        made = grow(trees, np.full(N, 90.0), month(number, 0.0), WET, BEECH, stems=900)
        trees = after(trees, made)
        for values in trees:
            assert values.min() >= 0.0


def test_seedlings_become_a_stand():
    planted = np.full(N, 2e-3 * 0.6)
    none = np.zeros(N)
    trees = Trees(np.full(N, 0.6), none, planted, 0.5 * planted, none, none)
    trees = trees._replace(debt=0.45 * planted)
    for number in [*range(1, 13)] * 30:
        made = grow(trees, np.full(N, 90.0), month(number), WET, BEECH, stems=1111)
        trees = after(trees, made)
    tonnes = trees.above / (PER_TONNE * 0.6)
    assert (tonnes > 30.0).all()
    assert (tonnes < 300.0).all()


def test_what_is_no_tree_grows_as_in_vegetation():
    process, cells = VegetationThreePg(), varied_cells(60)
    cells["stocking"][:2] = 0.0  # robinia, pine
    for name in STAND[1:]:
        cells[name][:2] = 0.0

    mine = process.step(see_of(process, cells, 6), step_of(6))
    theirs = Vegetation().step(see_of(Vegetation(), cells, 6), step_of(6))

    for name, values in theirs.items():
        assert np.array_equal(mine[name], values), name


def test_a_soil_that_lets_nothing_grow_lets_no_tree_grow():
    process = VegetationThreePg(limits=("soil_ph",))
    cells = varied_cells(60)
    cells["growth_limit"] = np.zeros_like(cells["stocking"])

    made = process.step(see_of(process, cells, 7), step_of(7))

    assert made["net_primary_production_total"].max() == 0.0


def test_a_year_in_the_south_is_half_a_year_off():
    cells, north = varied_cells(80), VegetationThreePg(latitude=30.0)
    weather = forcings(7)
    see = {**see_of(north, cells, 7), **{k: weather[k] for k in weather}}
    south = VegetationThreePg(latitude=-30.0)

    first = north.step(see, Step(2025, 7, 30, GRID))
    second = south.step(see, Step(2025, 1, 30, GRID))

    name = "net_primary_production_total"
    np.testing.assert_allclose(first[name], second[name], rtol=0.01)


def test_old_trees_die_at_the_rate_of_their_type():
    types = ("poplar",)
    process, cells = VegetationThreePg(plant_types=types), varied_cells(20)
    rng = np.random.default_rng(2)
    for name in (*STAND, "foliage_ratio", "foliage_debt_ratio"):
        cells[name] = np.full((1, 20), 0.0)
    cells["stocking"][0] = 0.7
    cells["effective_age"][0] = np.where(rng.random(20) < 0.5, 60.0, 20.0)
    cells["biomass_carbon_above"][0], cells["biomass_carbon_below"][0] = 4.0, 1.0

    made = process.step(see_of(process, cells, 7), step_of(7))

    old = cells["effective_age"][0] > 45.0
    np.testing.assert_allclose(made["stocking"][0, old], -0.7 * 0.02 / 12.0)
    assert made["stocking"][0, ~old].tolist() == [0.0] * int((~old).sum())
    assert (made["wood_fall"][old] > 0.0).all()
