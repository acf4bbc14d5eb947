"""Scales of M3C2 follow from density and roughness; core points from voxels."""

from __future__ import annotations

import numpy as np
import pytest

from twin.change.cloud_scales import Patch, Scales, deep_enough, propose, roughness
from twin.change.core_points import core_points
from twin.errors import InputError


def rough_plane(n: int, noise: float, seed: int, side: float = 40.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, side, (2, n))
    return np.stack([x, y, 0.3 * x + rng.normal(0.0, noise, n)], axis=1)


def patch(n: int, noise: float, later: int | None = None) -> Patch:
    a, b = rough_plane(n, noise, 1), rough_plane(later or n, noise, 2)
    inside = (np.abs(a[:, :2] - 20.0) < 8.0).all(axis=1)
    return Patch(a, b, a[inside][::20])


def test_roughness_is_the_noise_square_to_the_plane() -> None:
    """Vertical noise s on a slope of tan 0.3 is s / sqrt(1.09) along the normal."""
    points = rough_plane(60_000, 0.05, 1)

    found = roughness(points, points[:200], 2.0)

    assert np.median(found) == pytest.approx(0.05 / np.sqrt(1.09), rel=0.02)
    assert np.isnan(roughness(points, np.array([[200.0, 0.0, 0.0]]), 2.0)).all()


def test_a_cylinder_holds_thirty_points_of_the_sparser_cloud() -> None:
    """10 points per m2, then 2.5: pi r2 times density is 30, rounded up to two digits.

    Cells of three spacings hold nine points, so that next to none is empty.
    """
    dense = propose([patch(16_000, 0.01)])
    sparse = propose([patch(16_000, 0.01, later=4_000)])

    for found, density in ((dense, 10.0), (sparse, 2.5)):
        assert found.density == pytest.approx(density, rel=0.05)
        wanted = np.sqrt(30.0 / (np.pi * density))
        assert wanted * 0.95 < found.radius < wanted * 1.1


def test_normals_are_fitted_within_25_times_the_roughness() -> None:
    """Smooth ground keeps D = d; with 0.2 m of noise D must reach 25 x 0.19 m = 4.8 m.

    The ladder's step is a factor of sqrt(2).
    """
    smooth, rough = propose([patch(16_000, 0.01)]), propose([patch(16_000, 0.2)])

    assert smooth.normal == smooth.radius
    least = 25.0 * 0.2 / np.sqrt(1.09)
    assert least <= 2.0 * rough.normal < least * np.sqrt(2.0) * 1.05
    assert rough.steady >= 0.75


def test_a_cylinder_reaches_what_changed_most() -> None:
    """A fill of 12 m under 1 % of the cells is reached, 1.5 times 12 m deep."""
    scales = Scales(1.0, 1.0, 4.0, 10.0, 0.02, 1.0)
    change = np.full(10_000, 0.05)
    change[:100], change[200] = 12.0, np.nan

    assert deep_enough(scales, change).depth == pytest.approx(18.0)
    assert deep_enough(scales, np.full(9, np.nan)) == scales


def test_clouds_apart_have_no_scales() -> None:
    with pytest.raises(InputError, match="no place in common"):
        propose([Patch(rough_plane(500, 0.01, 1), np.zeros((0, 3)), np.zeros((0, 3)))])


def test_core_points_are_points_of_the_cloud_and_the_same_by_blocks() -> None:
    """Blocks whose edges are edges of voxels cut no voxel in two."""
    points = rough_plane(30_000, 0.02, 3)
    origin = np.zeros(3)

    whole = core_points(points, origin, 2.0)
    left = points[:, 0] < 20.0
    halves = [core_points(part, origin, 2.0) for part in (points[left], points[~left])]

    def in_order(found: np.ndarray) -> np.ndarray:
        return found[np.lexsort(found.T)]

    assert np.array_equal(in_order(whole), in_order(np.concatenate(halves)))
    assert {tuple(p) for p in whole} <= {tuple(p) for p in points}
    # 20 x 20 columns; where the slope leaves a voxel in mid-column there are two
    assert 400 <= len(whole) <= 560


def test_level_ground_on_an_edge_of_voxels_is_not_counted_twice() -> None:
    """Noise about height 2 falls into two voxels of each of 20 x 20 columns."""
    points = rough_plane(30_000, 0.0, 3)
    points[:, 2] = 2.0 + np.random.default_rng(5).normal(0.0, 0.02, len(points))

    found = core_points(points, np.zeros(3), 2.0)

    assert 400 <= len(found) <= 420
