"""Grading reaches the slope, balances cut and fill, leaves the rest alone."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.interventions.slope_limit import grade


def scarp(angle: float = 40.0, height: float = 20.0) -> tuple[np.ndarray, np.ndarray]:
    """A straight face between two level grounds, 5 m cells, and its area."""
    x = np.arange(120) * 5.0
    profile = np.clip((300.0 - x) * np.tan(np.radians(angle)) + height / 2, 0.0, height)
    z = np.repeat(profile[None, :], 40, axis=0)
    area = np.ones(z.shape, dtype=bool)
    area[:, :5] = area[:, -5:] = False
    return z, area


def test_a_scarp_becomes_a_straight_flatter_slope_about_its_middle():
    """Least earth is moved by turning the face about its mid point."""
    z, area = scarp()

    graded = grade(z, area, 5.0, slope_deg=20.0)

    row = graded.elevation[20]
    middle = np.argmin(np.abs(row - 10.0))
    assert abs(middle * 5.0 - 300.0) <= 5.0
    on_face = (row > 2.0) & (row < 18.0)
    fall = -np.diff(row)[on_face[:-1] & on_face[1:]] / 5.0
    assert fall == pytest.approx(np.tan(np.radians(20.0)), rel=1e-3)
    least = 10.0**2 / 2 * (1 / np.tan(np.radians(20)) - 1 / np.tan(np.radians(40)))
    assert graded.cut == pytest.approx(least * 40 * 5.0, rel=0.02)


@pytest.mark.parametrize("bulking", [0.9, 1.0, 1.15])
@pytest.mark.parametrize("limit", [15.0, 25.0])
def test_a_heap_reaches_the_slope_and_balances(mine, bulking, limit):
    """Steepest Horn slope within 0.1 degree of the limit; fill = bulking x cut."""
    z = mine.grid.expand(mine.see["elevation"])
    area = mine.grid.expand(mine.dump.astype(float), fill=0.0) > 0

    graded = grade(z, area, 5.0, slope_deg=limit, bulking=bulking)

    assert graded.steepest <= limit + 0.1
    assert graded.fill == pytest.approx(bulking * graded.cut, rel=1e-6)
    change = graded.elevation - z
    assert np.nanmax(np.abs(change[~area])) == 0.0


def test_a_ground_that_is_gentle_enough_stays_as_it_is(mine):
    """Nothing is moved when nothing is too steep."""
    z = mine.grid.expand(mine.see["elevation"])
    area = mine.grid.expand(mine.dump.astype(float), fill=0.0) > 0

    graded = grade(z, area, 5.0, slope_deg=45.0)

    assert graded.cut == graded.fill == 0.0
    np.testing.assert_array_equal(graded.elevation, z)


def test_a_mirrored_ground_is_graded_to_the_mirror_image(mine):
    """Sweeping has no favoured direction."""
    z = mine.grid.expand(mine.see["elevation"])
    area = mine.grid.expand(mine.dump.astype(float), fill=0.0) > 0

    one = grade(z, area, 5.0, slope_deg=20.0).elevation
    other = grade(z[::-1, ::-1], area[::-1, ::-1], 5.0, slope_deg=20.0).elevation

    np.testing.assert_allclose(other[::-1, ::-1], one, atol=1e-4)


def test_a_boundary_steeper_than_the_limit_is_told_not_hidden():
    """The ring stays where it is, so a face that crosses it keeps its angle there."""
    z, area = scarp()
    area[:10] = area[-10:] = False

    graded = grade(z, area, 5.0, slope_deg=20.0)

    assert graded.steepest > 21.0
    np.testing.assert_array_equal(graded.elevation[~area], z[~area])
