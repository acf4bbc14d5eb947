"""Noise is marked, counted and told apart; clean ground keeps every point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from connectors.pointcloud.noise import Noise, isolated, noise
from twin.errors import InputError


def hillside(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One point per m2 of a slope of 30 degrees and trees up to 25 m."""
    rng = np.random.default_rng(11)
    x, y = rng.uniform(0.0, np.sqrt(n), (2, n))
    tree = rng.random(n) < 0.2
    return x, y, 500.0 + 0.58 * x + tree * rng.uniform(0.0, 25.0, n)


def test_a_wooded_slope_has_no_low_or_high_points() -> None:
    """Heights differ by 115 m along the slope, by 25 m at a place."""
    found = noise(*hillside(40_000), Noise())

    assert found.counts["low"] == found.counts["high"] == 0
    assert found.mask.mean() < 0.01


def test_birds_and_multipath_are_marked_and_counted() -> None:
    """Three points 120 m above and two 60 m below the ground, one at a time."""
    x, y, z = hillside(40_000)
    birds, deep = [5, 20_000, 39_000], [77, 12_345]
    z[birds] += 120.0
    z[deep] -= 60.0

    found = noise(x, y, z, Noise())

    assert found.mask[birds + deep].all()
    assert (found.counts["high"], found.counts["low"]) == (3, 2)
    assert found.counts["isolated"] >= 5


def test_isolation_agrees_with_counting_all_neighbours() -> None:
    """The points of a point's voxel and its 26 neighbours, one pair at a time."""
    rng = np.random.default_rng(12)
    x, y, z = rng.uniform(0.0, 30.0, (3, 600))
    settings = Noise(edge=4.0, fewest=12)

    found = isolated(x, y, z, settings)

    voxel = [np.floor((a - a.min()) / 4.0) for a in (x, y, z)]
    near = np.ones((600, 600), dtype=bool)
    for a in voxel:
        near &= np.abs(a[:, None] - a[None, :]) <= 1
    np.testing.assert_array_equal(found, near.sum(axis=1) < 12)


def test_the_statistical_rule_finds_a_straggler() -> None:
    """A point 6 m over a plane of one point per m2: 6 m to each of its neighbours."""
    x, y, _ = hillside(2_500)
    z = np.zeros(x.size)
    z[1_000] = 6.0
    only = Noise(fewest=0, low=0.0, high=0.0, neighbours=8, deviations=8.0)

    found = noise(x, y, z, only)

    assert found.mask[1_000]
    assert found.counts["sparse"] == found.mask.sum() <= 5
    assert noise(x, y, z, replace(only, neighbours=0)).mask.sum() == 0


def test_points_without_place_are_refused_with_their_number() -> None:
    """A NaN among the heights would hide in every median."""
    x, y, z = hillside(100)
    z[3] = np.nan

    with pytest.raises(InputError, match="1 of 100 points"):
        noise(x, y, z, Noise())


def test_no_points_make_no_noise() -> None:
    """An empty tile is no error."""
    none = np.zeros(0)

    assert noise(none, none, none, Noise()).mask.size == 0
