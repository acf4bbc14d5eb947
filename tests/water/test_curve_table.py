"""Curve numbers by cover and soil group, and on slopes; rain that changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.initial import blocks
from twin.errors import UnknownName
from twin.water.curve_number import slope_number, slope_number_williams
from twin.water.curve_table import GROUPS, curve_number, curve_numbers
from twin.water.green_ampt import steady_rain_depth
from twin.water.green_ampt_storm import storm_infiltration


def test_slow_soils_and_poor_covers_shed_more():
    """Within a row CN rises from A to D; within a cover from good to poor."""
    for row in curve_numbers().values():
        assert list(row.numbers) == sorted(row.numbers)
        assert 25.0 <= row.numbers[0] <= row.numbers[3] <= 98.0
    for cover in ("pasture", "brush", "woods", "desert-shrub"):
        for group in GROUPS:
            good, fair, poor = (
                curve_number(cover, k, group) for k in ("good", "fair", "poor")
            )
            assert good <= fair <= poor


def test_pasture_and_woods_are_those_of_tr55():
    assert curve_number("pasture", "good", "B") == 61.0
    assert curve_number("woods", "fair", "C") == 73.0


def test_a_cover_that_is_not_there_is_refused_with_the_table():
    with pytest.raises(UnknownName, match=r"curve-numbers\.csv"):
        curve_number("pastur", "good", "B")


def test_a_site_that_states_its_soil_group_gets_the_number_of_bare_ground():
    """A stated number stands above the group; a parcel's group above the default."""
    made = blocks(
        {
            "default": {"soil_group": "B"},
            "pit": {"soil_group": "D"},
            "road": {"soil_group": "D", "curve_number": 96},
        },
        ["pit", "road", "field"],
        "site.yaml",
    )

    assert [b["curve_number"] for b in made] == [86.0, 94.0, 96, 86.0]


def test_williams_leaves_the_slope_of_the_handbook_as_it_is():
    """1 - 2 exp(-13.86 x 0.05) = 0 to four digits; steeper sheds more, gentler less."""
    number = np.full(4, 75.0)

    found = slope_number_williams(number, np.array([0.0, 0.05, 0.2, 2.0]))

    third = (75.0 * np.exp(0.00673 * 25.0) - 75.0) / 3.0
    assert found[1] == pytest.approx(75.0, abs=1e-2)
    assert found[[0, 3]] == pytest.approx([75.0 - third, 75.0 + third])
    assert 75.0 < found[2] < found[3]


def test_both_corrections_stay_below_a_hundred_and_agree_that_steep_sheds_more():
    number, steep = np.full(50, 95.0), np.linspace(0.14, 1.4, 50)

    for corrected in (slope_number, slope_number_williams):
        found = corrected(number, steep)
        assert (np.diff(found) >= 0.0).all()
        assert (found <= 100.0).all()


def test_a_steady_storm_in_pieces_soaks_in_as_the_whole():
    """The ponded equation starts anew from F, so cutting the rain changes nothing."""
    k, pull = np.array([0.65, 1.09, 0.1]), np.array([5.68, 2.72, 3.0])
    hours = np.full(50, 0.06)
    rain = np.full(50, 4.0 * 0.06)

    found = storm_infiltration(rain, hours, k, pull)

    want = steady_rain_depth(np.full(3, 3.0), np.full(3, 4.0), k, pull)
    np.testing.assert_allclose(found.soaked[-1], want, rtol=1e-11)


@given(seed=st.integers(0, 200))
def test_no_storm_makes_or_loses_water(seed):
    """Rain = soaked + excess in every interval; rain below K soaks in wholly."""
    rng = np.random.default_rng(seed)
    hours = rng.uniform(0.05, 1.0, 20)
    rain = rng.gamma(0.5, 1.0, 20) * hours
    k, pull = rng.uniform(0.01, 3.0, 15), rng.uniform(0.1, 20.0, 15)

    found = storm_infiltration(rain, hours, k, pull)

    each = np.diff(found.soaked, axis=0, prepend=0.0)
    np.testing.assert_allclose(each + found.excess, rain[:, None] + 0.0 * k, atol=1e-10)
    assert (each >= -1e-12).all()
    gentle = (rain / hours)[:, None] <= k
    assert (found.excess[gentle] <= 1e-12).all()


def test_the_same_rain_runs_off_more_when_it_comes_at_once():
    k, pull = np.array([0.5]), np.array([4.0])
    hours = np.ones(6)
    even, burst = np.full(6, 1.0), np.array([0.0, 0.0, 6.0, 0.0, 0.0, 0.0])

    calm = storm_infiltration(even, hours, k, pull).excess.sum()
    wild = storm_infiltration(burst, hours, k, pull).excess.sum()

    assert wild > calm
