"""3-PG on many cells at once: mass, water, leaves that fall and grow again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.processes.three_pg import (
    Month,
    Soil,
    Stand,
    daylength,
    partition,
    step,
    temperature_modifier,
)
from twin.processes.three_pg_species import species

BEECH = species("beech")
EVERGREEN = replace(BEECH, leaf_grow=0, leaf_fall=0)


def stand(cells: int = 30) -> Stand:
    rng = np.random.default_rng(3)
    foliage, roots, stems = rng.uniform((1, 5, 20), (6, 20, 200), (cells, 3)).T
    return Stand(
        foliage, roots, stems, np.zeros(cells), rng.uniform(300, 2000, cells),
        rng.uniform(5, 90, cells), 2.0 * foliage, rng.uniform(0.0, 100.0, cells),
    )  # fmt: skip


def soil(cells: int = 30) -> Soil:
    rng = np.random.default_rng(4)
    return Soil(np.full(cells, 100.0), rng.uniform(0.0, 1.0, cells), 0.5, 5.0)


def month(number: int, rain: float = 60.0) -> Month:
    warm = 10.0 - 11.0 * np.cos(2.0 * np.pi * (number - 0.5) / 12.0)
    return Month(number, 30, 40.0, warm - 5.0, warm + 5.0, warm, rain, 14.0, 3.0)


@pytest.mark.parametrize("rain", [0.0, 5.0, 200.0])
def test_water_that_comes_is_drunk_caught_spilt_or_kept(rain):
    now = stand()
    for number in range(1, 13):
        after, made = step(now, month(number, rain), soil(), EVERGREEN)
        gone = made.transpired + made.intercepted + made.runoff
        np.testing.assert_allclose(after.water + gone, now.water + rain, atol=1e-9)
        assert after.water.min() >= 0.0
        assert after.water.max() <= 100.0
        now = after


@pytest.mark.parametrize("kind", [BEECH, EVERGREEN], ids=["beech", "evergreen"])
def test_dry_matter_changes_by_what_is_made_less_what_falls(kind):
    """Over whole years: the debt of leafless trees is paid within the summer."""
    now = stand()
    if kind is BEECH:  # in January
        bare = np.zeros(30)
        now = replace(now, foliage=bare, lai=bare, debt=now.foliage)
    before = now.foliage + now.roots + now.stems
    change = np.zeros(30)
    for number in [*range(1, 13), *range(1, 13), *range(1, 10)]:
        now, made = step(now, month(number), soil(), kind)
        change += made.production - made.foliage_fall - made.root_fall

    assert now.debt.max() == 0.0
    after = now.foliage + now.roots + now.stems
    np.testing.assert_allclose(after - before, change, rtol=1e-10, atol=1e-9)


def test_a_cell_alone_gives_what_it_gives_among_others():
    together, _ = step(stand(), month(6), soil(), EVERGREEN)
    one = Stand(*(values[7:8] for values in vars(stand()).values()))
    ground = replace(
        soil(), capacity=np.array([100.0]), fertility=soil().fertility[7:8]
    )

    alone, _ = step(one, month(6), ground, EVERGREEN)

    for name, values in vars(alone).items():
        assert values[0] == pytest.approx(getattr(together, name)[7], rel=1e-14)


def test_shares_of_production_add_up_to_one():
    shares = partition(np.array([2.0, 20.0]), np.array([0.1, 1.0]), np.ones(2), BEECH)

    np.testing.assert_allclose(sum(shares), 1.0, rtol=1e-14)
    assert shares[0][0] / shares[2][0] == pytest.approx(BEECH.pfs2)
    assert shares[0][1] / shares[2][1] == pytest.approx(BEECH.pfs20)


def test_warmth_limits_as_its_three_points_say():
    made = temperature_modifier(np.array([-5.0, 20.0, 25.0, 40.0]), BEECH)

    assert made.tolist() == [0.0, 1.0, 0.0, 0.0]


def test_days_at_the_equator_last_twelve_hours():
    assert daylength(0.0, 6) == pytest.approx(43_200.0)
