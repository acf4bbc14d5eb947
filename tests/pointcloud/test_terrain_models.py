"""Terrain from ground points: planes are exact, holes stay, errors are honest."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import LinearNDInterpolator

from connectors.pointcloud.inverse_distance import (
    InverseDistance,
    inverse_distance,
    weighted_mean,
)
from connectors.pointcloud.tin_terrain import (
    along_curve,
    delaunay,
    sampled,
    tin_terrain,
    triangulated,
)
from twin.errors import InputError
from twin.grid import Grid

WEST, SOUTH = 500_000.0, 4_400_000.0
GRID = Grid("EPSG:32649", "unknown", WEST, SOUTH + 100.0, 1.0, (100, 100))


def scattered(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Places all over the grid and a little beyond it."""
    x, y = np.random.default_rng(seed).uniform(-5.0, 105.0, (2, n))
    return WEST + x, SOUTH + y


def middles() -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of the cells' middles."""
    return np.meshgrid(WEST + np.arange(100) + 0.5, SOUTH + 99.5 - np.arange(100))


def test_a_plane_is_met_exactly() -> None:
    """Three points determine it; every triangle is a part of it."""
    x, y = scattered(3_000)

    found = tin_terrain((x, y, 0.3 * (x - WEST) - 0.2 * (y - SOUTH)), GRID)

    east, north = middles()
    wanted = 0.3 * (east - WEST) - 0.2 * (north - SOUTH)
    np.testing.assert_allclose(found.elevation, wanted, rtol=0, atol=1e-8)
    assert not found.filled.any()


def test_rough_ground_agrees_with_another_triangulation() -> None:
    """Qhull's Delaunay triangles of the same points, where the two are unique."""
    x, y = scattered(4_000)
    z = np.random.default_rng(2).normal(0.0, 1.0, x.size)

    found = tin_terrain((x, y, z), GRID).elevation

    place = np.column_stack([x - WEST, y - SOUTH])
    east, north = middles()
    peer = LinearNDInterpolator(place, z)(east - WEST, north - SOUTH)
    assert np.mean(np.abs(found - peer) < 1e-6) > 0.999


def test_a_hole_stays_a_hole_unless_asked() -> None:
    """No point within 20 m of the middle: triangles across are longer than 15 m."""
    x, y = scattered(5_000)
    away = np.hypot(x - WEST - 50.0, y - SOUTH - 50.0) > 20.0
    points = (x[away], y[away], np.full(int(away.sum()), 7.0))

    holed = tin_terrain(points, GRID, longest=15.0)
    filled = tin_terrain(points, GRID, longest=15.0, fill=5.0)

    east, north = middles()
    distance = np.hypot(east - WEST - 50.0, north - SOUTH - 50.0)
    assert np.isnan(holed.elevation[distance < 12.0]).all()
    assert not np.isnan(holed.elevation[distance > 25.0]).any()
    assert np.isnan(filled.elevation[50, 50])
    np.testing.assert_array_equal(
        filled.filled, np.isfinite(filled.elevation) & np.isnan(holed.elevation)
    )
    assert filled.filled.any()
    assert (filled.elevation[filled.filled] == 7.0).all()


def test_outside_the_hull_is_nothing() -> None:
    """Points in the western half only."""
    x, y = scattered(4_000)
    west = x < WEST + 50.0
    points = (x[west], y[west], np.zeros(int(west.sum())))

    found = tin_terrain(points, GRID).elevation

    assert np.isnan(found[:, 51:]).all()
    assert not np.isnan(found[:, :48]).any()


def test_the_tin_is_what_the_raster_was_sampled_from() -> None:
    """Same triangles, same heights; double points count once."""
    x, y = scattered(1_000)
    x, y = np.append(x, x[:50]), np.append(y, y[:50])
    z = np.random.default_rng(3).normal(0.0, 1.0, x.size)

    tin = triangulated((x, y, z), longest=15.0)

    wanted = tin_terrain((x, y, z), GRID, longest=15.0).elevation
    np.testing.assert_allclose(sampled(tin, GRID), wanted, atol=1e-9)
    assert len(delaunay(x, y, z)[0]) == 1_001  # and the vertex at infinity


def test_too_few_points_are_refused() -> None:
    """Two points make a line."""
    with pytest.raises(InputError, match="2 ground points"):
        tin_terrain((np.zeros(2), np.zeros(2), np.zeros(2)), GRID)


def test_the_curve_goes_from_neighbour_to_neighbour() -> None:
    """Hilbert's curve visits each of 64 places once, and never leaps."""
    y, x = (a.ravel().astype(float) for a in np.mgrid[:8, :8])

    number = along_curve(x, y, bits=3)

    path = np.column_stack([x, y])[np.argsort(number)]
    assert sorted(number) == list(range(64))
    np.testing.assert_array_equal(np.abs(np.diff(path, axis=0)).sum(axis=1), 1.0)


def test_the_standard_error_is_that_of_the_mean() -> None:
    """Level ground, noise of 0.1 m: errors in z over their standard error are N(0, 1).

    The biweight and the scatter estimated from 12 points widen it by a fifth at most.
    """
    x, y = scattered(40_000)
    z = 50.0 + np.random.default_rng(4).normal(0.0, 0.1, x.size)

    found = inverse_distance((x, y, z), GRID, InverseDistance())

    score = (found.elevation - 50.0) / found.error
    assert found.count.min() >= 6
    assert found.count.max() <= 12
    assert abs(score.mean()) < 0.1
    assert 0.9 < score.std() < 1.35


def test_equal_points_weigh_as_their_mean() -> None:
    """Weights alike, no outlier near: mean of n with s / sqrt(n), by hand."""
    heights = np.array([[1.0, 2.0, 3.0, np.nan]])

    z, error, count = weighted_mean(heights, np.ones((1, 4)))

    assert z[0] == pytest.approx(2.0)
    assert count[0] == 3
    # the biweight of the outer two: (1 - (1 / (4.685 · 1.4826))2)2
    w = (1.0 - (1.0 / (4.685 * 1.4826)) ** 2) ** 2
    total = 1.0 + 2.0 * w
    variance = 2.0 * w / total
    wanted = np.sqrt(variance * 1.5 * (1.0 + 2.0 * w * w) / total**2)
    assert error[0] == pytest.approx(wanted)


def test_a_shrub_among_the_ground_points_has_no_say() -> None:
    """One point in fifteen stands 2 m above level ground."""
    x, y = scattered(30_000)
    rng = np.random.default_rng(5)
    z = rng.normal(0.0, 0.03, x.size) + 2.0 * (rng.random(x.size) < 1 / 15)

    found = inverse_distance((x, y, z), GRID, InverseDistance())

    assert np.abs(found.elevation).max() < 0.3
    assert abs(found.elevation.mean()) < 0.01


def test_weighted_holes_stay_holes_and_one_point_has_no_error() -> None:
    """A single point: its neighbourhood has its height, an unknown error, count 1."""
    point = (np.array([WEST + 50.0]), np.array([SOUTH + 50.0]), np.array([9.0]))

    found = inverse_distance(point, GRID, InverseDistance(reach=5.0, fill=3.0))

    measured = found.count == 1
    assert (found.elevation[measured | found.filled] == 9.0).all()
    assert np.isnan(found.error).all()
    assert np.isnan(found.elevation[0, 0])
    assert found.count[found.filled].sum() == 0
