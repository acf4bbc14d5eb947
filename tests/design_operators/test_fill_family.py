"""Grounds of a level come out the same however they are reached, and keep the slope."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_grounds import cone, hills

from twin.design.fill_family import Family
from twin.design.slope_envelope import lowered, raised
from twin.design.steep_cells import hold_back, too_steep
from twin.terrain.derivatives import horn_gradient


def family(z: np.ndarray, rise: np.ndarray) -> Family:
    """All cells but the outermost may change; the ring leaves all room."""
    inside = np.zeros(z.shape, dtype=bool)
    inside[1:-1, 1:-1] = True
    far = np.full(z.shape, np.inf)
    upper = raised(z, inside, rise)
    return Family(z, inside.astype(np.uint8), upper, -far, far)


def ground(seed: int) -> np.ndarray:
    z = hills(70, 90, seed=seed).elevation.astype(float)
    return z + np.random.default_rng(seed).normal(0.0, 0.3, z.shape)


@pytest.mark.parametrize("seed", range(6))
def test_a_level_looked_for_from_others_is_that_found_from_nothing(seed):
    """L is monotone and commutes with constants, so the start lies above; L is one.

    Levels go up and down; the rise is made less half way, as holding back does.
    """
    rng = np.random.default_rng(seed)
    z = ground(seed)
    rise = rng.uniform(0.2, 0.5, z.shape)
    tried = family(z, rise)

    for k in range(12):
        if k == 6:
            rise = rise * rng.uniform(0.9, 1.0, z.shape)
        level = float(rng.uniform(0.0, tried.top))
        warm = tried.graded(level, rise)
        cold = lowered(tried.filled(level), tried.inside != 0, rise)
        np.testing.assert_allclose(warm[1:-1, 1:-1], cold[1:-1, 1:-1], atol=1e-6)


@pytest.mark.parametrize("bulking", [0.8, 1.0, 1.3])
@pytest.mark.parametrize("near", [0.0, 0.5, 3.0, 500.0])
def test_the_level_balances_wherever_it_is_looked_for_first(bulking, near):
    """One root, whatever is thought near it: the balance grows with the level."""
    z = ground(3)
    rise = np.full(z.shape, 0.3)
    one, other = family(z, rise), family(z, rise)

    level = one.level(rise, bulking, near)

    change = (one.graded(level, rise) - z)[1:-1, 1:-1]
    cut, fill = -change[change < 0].sum(), change[change > 0].sum()
    assert fill == pytest.approx(bulking * cut, rel=1e-6)
    assert level == pytest.approx(other.level(rise, bulking, 0.0), abs=1e-6)


def test_a_ground_that_was_lowered_is_the_highest_that_keeps_the_rise():
    """Each cell is as high as z or as its neighbours allow, by Godunov's root."""
    z, rise = ground(4), 0.3
    g = np.pad(lowered(z, np.ones(z.shape, bool), rise), 1, constant_values=np.inf)

    n, s, w, e = g[:-2, 1:-1], g[2:, 1:-1], g[1:-1, :-2], g[1:-1, 2:]
    a, b = np.minimum(w, e), np.minimum(n, s)
    gap = np.minimum(np.abs(a - b), rise)
    both = 0.5 * (a + b + np.sqrt(2 * rise**2 - gap**2))
    allowed = np.where(np.abs(a - b) < rise, both, np.minimum(a, b) + rise)
    corners = [g[:-2, :-2], g[:-2, 2:], g[2:, :-2], g[2:, 2:]]
    allowed = np.minimum(allowed, np.min(corners, axis=0) + np.sqrt(2.0) * rise)
    np.testing.assert_allclose(g[1:-1, 1:-1], np.minimum(z, allowed), atol=1e-8)


def test_too_steep_is_what_horns_slope_says_of_the_stored_heights():
    """The same formula as terrain.derivatives, on float32 heights."""
    z = cone(n=60).elevation.astype(float) + 1000.1
    within = np.zeros(z.shape, dtype=bool)
    within[1:-1, 1:-1] = True

    cells, steep = too_steep(z, within, 1.0, 0.5)

    east, north = horn_gradient(z.astype(np.float32).astype(float), 1.0)
    expected = np.where(within, np.hypot(east, north), 0.0)
    np.testing.assert_array_equal(cells, np.flatnonzero(expected > 0.5))
    np.testing.assert_allclose(steep, expected.ravel()[cells], rtol=1e-12)


def test_a_cell_between_two_steep_ones_is_held_back_by_the_larger_share():
    rise = np.ones((5, 7))

    touched = hold_back(rise, np.array([2 * 7 + 2, 2 * 7 + 4]), np.array([0.1, 0.5]))

    np.testing.assert_allclose(rise[2], [1.0, 0.9, 0.9, 0.8, 0.8, 0.8, 1.0])
    np.testing.assert_array_equal(touched.astype(bool), rise < 1.0)
