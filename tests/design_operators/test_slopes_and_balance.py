"""Concave slopes, ties to daylight, and the level at which cut gives the fill."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from drawn_grounds import NORTH, WEST, box, hills, level_ground, line, places, surface

from twin.design.backfill import ToLevel, backfill_to_level
from twin.design.balance import balance, shift_for
from twin.design.concave_slope import Concavity, concave_slope
from twin.design.parameters import Terms
from twin.design.tie_in import TieSlopes, tie_in
from twin.errors import InputError


def straight_slope(rows: int = 60, columns: int = 160, height: float = 30.0):
    """High in the west to x = 30 m, low in the east from x = 130 m."""
    east, _ = places(rows, columns)
    z = height * np.clip((130.0 - east) / 100.0, 0.0, 1.0)
    return surface(np.repeat(z, rows, axis=0))


ENDS = (line((30, 0), (30, 60)), line((130, 0), (130, 60)))


@pytest.mark.parametrize("exponent", [0.0, 0.4, 0.8, 1.0])
def test_the_slope_falls_with_a_power_of_the_distance(exponent):
    """S = S_0 to u = c, then S_0 (u / c)^-theta: seen in the differences of heights."""
    shape = Concavity(exponent=exponent, straight=0.2)

    made = concave_slope(straight_slope(), box(30, 0, 130, 60), ENDS, shape)

    profile = made.surface.elevation[30, 30:130].astype(float)
    u = np.arange(1, 100) / 100.0
    expected = np.maximum(u / 0.2, 1.0) ** -exponent
    fall = -np.diff(profile)
    off_kink = np.abs(u - 0.2) > 0.006
    assert (fall / fall[0])[off_kink] == pytest.approx(expected[off_kink], rel=5e-3)
    steepest = np.degrees(np.arctan(fall.max()))
    assert made.report["steepest"] == pytest.approx(steepest, abs=0.02)
    assert made.report["gentlest"] == pytest.approx(
        np.degrees(np.arctan(fall.min())), abs=0.1
    )


def test_no_concavity_is_the_straight_slope_itself():
    """Crest and toe lie between two cells: a kink of fall g is cut by g h / 4."""
    made = concave_slope(
        straight_slope(), box(30, 0, 130, 60), ENDS, Concavity(exponent=0.0)
    )

    assert np.abs(made.rise).max() <= 0.3 / 4.0 + 1e-5


@pytest.mark.parametrize("exponent", [0.3, 0.6])
def test_the_volume_cut_is_the_integral_of_the_profile(exponent):
    """H L (1/2 - mean of what is left), by quadrature of the published power law."""
    shape = Concavity(exponent=exponent, straight=0.1)

    made = concave_slope(straight_slope(), box(30, 0, 130, 60), ENDS, shape)

    u = (np.arange(100_000) + 0.5) / 100_000
    k = 1.0 - exponent
    fallen = np.where(u < 0.1, u, 0.1 + 0.1**exponent * (u**k - 0.1**k) / k)
    fallen /= 0.1 + 0.1**exponent * (1.0 - 0.1**k) / k
    volume = 30.0 * 100.0 * 60.0 * (fallen.mean() - 0.5)
    assert made.cut - made.fill == pytest.approx(volume, rel=5e-3)


def test_a_crest_below_its_toe_is_refused():
    with pytest.raises(InputError, match="below the toe"):
        concave_slope(straight_slope(), box(30, 0, 130, 60), ENDS[::-1], Concavity())


def test_a_platform_is_tied_in_by_a_frustum_with_round_corners():
    """Platform a x a, h high, ties of 1 : m: h a^2 + 2 m h^2 a + pi / 3 m^2 h^3.

    Straight sides are exact; round corners are swept with first-order error.
    """
    ground, area = level_ground(160, 160), box(50, 50, 110, 110)
    platform = backfill_to_level(ground, area, ToLevel(level=110.0)).surface
    slope = np.degrees(np.arctan(0.5))

    made = tie_in(ground, platform, area, TieSlopes(cut_slope=40.0, fill_slope=slope))

    m, h, a = 2.0, 10.0, 60.0
    exact = h * a * a + 2.0 * m * h * h * a + np.pi / 3.0 * m * m * h**3
    assert made.fill == pytest.approx(exact, rel=5e-3)
    assert made.report["reach"] == pytest.approx(20.0, abs=1.0)
    np.testing.assert_allclose(
        made.rise[80, 110:130], 9.75 - 0.5 * np.arange(20), atol=2e-5
    )


def test_a_cut_is_tied_in_with_the_slope_of_cuts():
    ground, area = level_ground(160, 160), box(50, 50, 110, 110)
    pit = surface(np.full((160, 160), 92.0))

    made = tie_in(ground, pit, area, TieSlopes(cut_slope=45.0, fill_slope=20.0))

    np.testing.assert_allclose(made.rise[80, 110:118], np.arange(8) - 7.5, atol=2e-5)
    assert made.fill == 0.0


def test_tying_in_what_is_tied_in_changes_nothing_more():
    """Slopes that run out to daylight are left alone by themselves."""
    ground, area = hills(), box(60, 40, 100, 80)
    pad = surface(np.full(ground.grid.shape, 52.0))
    slopes = TieSlopes(cut_slope=40.0, fill_slope=30.0)

    once = tie_in(ground, pad, area, slopes)
    twice = tie_in(once.surface, pad, area, slopes)

    assert once.report["tied"] > 0.0
    assert np.abs(twice.rise).max() < 1e-4


def test_a_tie_that_runs_out_of_the_site_is_refused():
    pad = surface(np.full((120, 160), 160.0))
    with pytest.raises(InputError, match="do not meet the ground within the site"):
        tie_in(
            level_ground(),
            pad,
            box(40, 40, 100, 80),
            TieSlopes(cut_slope=30, fill_slope=30),
        )


def test_a_level_design_on_a_tilted_plane_balances_at_its_middle():
    """By symmetry; with 5 % fall over 100 m cut and fill are g L^2 / 8 a metre."""
    east, _ = places(60, 140)
    before = surface(np.repeat(0.05 * east, 60, axis=0))
    level = surface(np.full((60, 140), 30.0))

    made = balance(before, level, box(20, 10, 120, 50))

    assert made.report["shift"] == pytest.approx(0.05 * 70.0 - 30.0, abs=1e-6)
    assert made.cut == pytest.approx(0.05 * 100.0**2 / 8.0 * 40.0, rel=1e-5)
    assert made.report["residual"] == pytest.approx(0.0, abs=1e-5 * made.cut)


@pytest.mark.parametrize("bulking", [0.8, 1.0, 1.35])
def test_swell_raises_the_level_at_which_a_plane_balances(bulking):
    """Cut width c, fill width L - c: bulking c^2 = (L - c)^2, c = L / (1 + sqrt(b))."""
    east, _ = places(60, 140)
    before = surface(np.repeat(0.05 * east, 60, axis=0))

    made = balance(
        before,
        level_ground(60, 140),
        box(20, 10, 120, 50),
        terms=Terms(bulking=bulking),
    )

    pivot = 120.0 - 100.0 / (1.0 + np.sqrt(bulking))
    # between two cells' heights the sums are linear: the pivot is off by h^2 / L
    assert made.surface.elevation[30, 60] == pytest.approx(0.05 * pivot, abs=5e-4)
    assert made.fill == pytest.approx(bulking * made.cut, rel=1e-6)
    assert abs(made.report["residual"]) < 1e-6 * made.cut


def test_the_shift_is_the_root_to_rounding():
    above = np.random.default_rng(9).normal(3.0, 5.0, 20_000)
    s = shift_for(above, 1.2)
    cut, fill = np.maximum(above - s, 0.0).sum(), np.maximum(s - above, 0.0).sum()
    assert 1.2 * cut == pytest.approx(fill, rel=1e-12)
    assert shift_for(np.full(5, 2.5), 1.2) == 2.5


def test_a_balanced_design_stays_where_it_is():
    before, area = hills(), box(20, 20, 140, 100)
    once = balance(before, level_ground(), area)
    twice = balance(before, once.surface, area)

    assert twice.report["shift"] == pytest.approx(0.0, abs=1e-5)


def test_a_design_on_other_cells_or_of_another_datum_is_refused():
    other = level_ground(50, 50)
    with pytest.raises(InputError, match="not on the same cells"):
        balance(level_ground(), other, box(10, 10, 40, 40))
    grid = replace(level_ground().grid, vertical="EPSG:5703")
    shifted = replace(level_ground(), grid=grid)
    with pytest.raises(InputError, match="vertical"):
        tie_in(
            level_ground(),
            shifted,
            box(40, 40, 80, 80),
            TieSlopes(cut_slope=30, fill_slope=30),
        )


def test_a_design_that_is_a_hole_in_the_area_is_refused():
    empty = surface(np.full((120, 160), np.nan))
    with pytest.raises(InputError, match="no height inside"):
        balance(level_ground(), empty, shapely.box(WEST, NORTH - 50, WEST + 50, NORTH))
