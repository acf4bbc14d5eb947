"""Grading reaches the slope with the least earth and leaves gentle ground alone."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_grounds import box, cone, hills, level_ground, places, surface

from twin.design.grade import GradeTo, grade, lay_back
from twin.design.parameters import Terms
from twin.errors import InputError
from twin.terrain.derivatives import slope


def test_a_cone_keeps_its_volume_and_loses_its_height():
    """V = pi H^3 / (3 s^2) stays, so H falls to H (s'/s)^(2/3), R = H / s' grows.

    The apex is blunt by about the rise over two cells: sweeps are of first order and
    no cell's centre is the middle. Half way up the radius is right within a cell.
    """
    before = cone(n=240, height=40.0, angle=38.0)

    made = grade(before, box(0, 0, 240, 240), GradeTo(max_slope=20.0))

    s = np.tan(np.radians(20.0))
    height = 40.0 * (s / np.tan(np.radians(38.0))) ** (2 / 3)
    z = made.surface.elevation
    assert made.fill == pytest.approx(made.cut, rel=1e-6)
    assert z.sum(dtype=float) == pytest.approx(
        before.elevation.sum(dtype=float), rel=1e-6
    )
    assert height - 2.0 * s < z.max() <= height
    for cells, step in ((z[120, 120:], 1.0), (np.diagonal(z)[120:], np.sqrt(2.0))):
        radius = step * (0.5 + np.interp(-height / 2, -cells, np.arange(cells.size)))
        assert radius == pytest.approx(height / (2.0 * s), abs=1.0)


@pytest.mark.parametrize("bulking", [0.9, 1.0, 1.25])
def test_a_scarp_turns_about_its_face_with_the_least_earth(bulking):
    """A face of height H from angle a to b: triangles above and below a pivot.

    Cut a triangle of height p, fill one of H - p on the other side, each with area
    p^2 / 2 (cot b - cot a); bulking p^2 = (H - p)^2 gives p = H / (1 + sqrt(bulking)).
    """
    height, a, b = 20.0, np.radians(40.0), np.radians(20.0)
    east, _ = places(60, 300)
    profile = np.clip((150.0 - east) * np.tan(a) + height / 2, 0.0, height)
    before = surface(np.repeat(profile, 60, axis=0))

    made = grade(
        before,
        box(10, 0, 290, 60),
        GradeTo(max_slope=20.0),
        terms=Terms(bulking=bulking),
    )

    pivot = height / (1.0 + np.sqrt(bulking))
    least = 0.5 * pivot**2 * (1 / np.tan(b) - 1 / np.tan(a))
    assert made.cut == pytest.approx(least * 60.0, rel=0.005)
    assert made.fill == pytest.approx(bulking * made.cut, rel=1e-6)
    assert made.haul.surplus + made.haul.borrow < 1e-5 * made.cut


def test_laying_a_scarp_back_cuts_the_whole_triangle():
    """Only cut: H^2 / 2 (cot b - cot a) per metre of face; the toe, a centre, stays."""
    height, a, b = 20.0, np.radians(40.0), np.radians(20.0)
    east, _ = places(40, 300)
    profile = np.clip((124.5 - east) * np.tan(a), 0.0, height)
    before = surface(np.repeat(profile[:, ::-1], 40, axis=0))

    made = lay_back(before, box(1, 0, 299, 40), GradeTo(max_slope=20.0))

    area = 0.5 * height**2 * (1 / np.tan(b) - 1 / np.tan(a))
    assert made.fill == 0.0
    assert made.cut == pytest.approx(area * 40.0, rel=0.005)
    assert "unbalanced" not in made.report


@pytest.mark.parametrize("operator", [grade, lay_back])
def test_no_slope_is_left_above_the_limit(operator):
    """Horn's slope within the area; 0.2 % of the limit is allowed for."""
    before = hills()
    assert slope(before.elevation, 1.0).max() > 35.0

    made = operator(before, box(10, 10, 150, 110), GradeTo(max_slope=25.0))

    left = slope(made.surface.elevation, 1.0)
    assert left[11:109, 11:149].max() <= 25.06
    assert made.report["steepest"] <= 25.06


@pytest.mark.parametrize("operator", [grade, lay_back])
@pytest.mark.parametrize("before", [cone(), hills()], ids=["cone", "hills"])
def test_grading_twice_changes_nothing_more(operator, before):
    """A ground as gentle as asked stays as it is, to the last bit."""
    rows, columns = before.grid.shape
    area = box(8, 8, columns - 8, rows - 8)

    once = operator(before, area, GradeTo(max_slope=22.0))
    twice = operator(once.surface, area, GradeTo(max_slope=22.0))

    assert once.cut > 0.0
    np.testing.assert_array_equal(twice.surface.elevation, once.surface.elevation)
    assert twice.cut == twice.fill == twice.area == 0.0


def test_ground_outside_the_area_stays_to_the_last_bit():
    before = hills()
    area = np.zeros(before.grid.shape, dtype=bool)
    area[30:90, 40:120] = True

    made = grade(before, area, GradeTo(max_slope=15.0))

    np.testing.assert_array_equal(
        made.surface.elevation[~area], before.elevation[~area]
    )


def test_a_wall_across_the_rim_of_the_area_is_told_as_forced():
    """The face goes on outside: beside it no ground can keep the limit."""
    east, _ = places(60, 200)
    profile = np.clip((100.0 - east) * np.tan(np.radians(40.0)) + 10.0, 0.0, 20.0)
    before = surface(np.repeat(profile, 60, axis=0))

    made = grade(before, box(10, 10, 190, 50), GradeTo(max_slope=20.0))

    assert made.report["forced"] > 0.0
    assert made.report["steepest"] <= 20.05


def test_level_ground_has_nothing_to_grade():
    made = grade(level_ground(), box(0, 0, 160, 120), GradeTo(max_slope=5.0))

    assert made.area == made.cut == made.fill == 0.0
    assert made.haul.flows == ()


@pytest.mark.parametrize("angle", [0.0, -5.0, 90.0, float("nan"), float("inf")])
def test_a_slope_that_is_none_is_refused(angle):
    with pytest.raises(InputError, match="max_slope"):
        GradeTo(max_slope=angle)
