"""Dead organic matter in nine pools: mass, warmth and what falls."""

from __future__ import annotations

import numpy as np
import pytest

from twin.processes.dead_matter import (
    Living,
    decay_shares,
    pools,
    roots,
    turnover,
    year,
)


def some(seed: int, cells: int = 40) -> tuple[np.ndarray, Living]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.0, 3.0, (9, cells)), Living(*rng.uniform(0.0, 8.0, (5, cells)))


@pytest.mark.parametrize("wood", ["softwood", "hardwood"])
@pytest.mark.parametrize("temperature", [-5.0, 6.5, 28.0])
def test_what_is_left_and_respired_is_what_was_there_and_fell(wood, temperature):
    dead, stand = some(1)

    left, fallen, air = year(dead, stand, temperature, wood)

    before = dead.sum(axis=0) + fallen.sum(axis=0)
    np.testing.assert_allclose(left.sum(axis=0) + air, before, rtol=1e-14)
    assert left.min() >= 0.0
    assert air.min() >= 0.0


def test_ten_degrees_warmer_means_q10_times_faster_up_to_all_in_a_year():
    cold, warm, hot = (decay_shares(t) for t in (5.0, 15.0, 60.0))

    np.testing.assert_allclose(warm / cold, pools().q10, rtol=1e-12)
    assert hot.max() == 1.0


def test_the_stand_drops_each_part_by_its_rate():
    _, stand = some(2)
    rate = turnover("hardwood")

    _, fallen, _ = year(np.zeros((9, 40)), stand, 10.0, "hardwood")

    names = ("stem", "branch", "foliage", "coarse_root", "fine_root")
    whole = sum(rate[n] * part for n, part in zip(names, stand, strict=True))
    np.testing.assert_allclose(fallen.sum(axis=0), whole, rtol=1e-14)


def test_roots_of_100_tonnes_of_shoots():
    """Softwood 22.2 t/ha; hardwood 1.576 x 100^0.615 = 26.77 t/ha; half is carbon."""
    shoots = np.array([100.0 * 0.5 / 10.0])

    soft, hard = (sum(roots(shoots, wood)) for wood in ("softwood", "hardwood"))

    assert soft[0] == pytest.approx(22.2 * 0.5 / 10.0, rel=1e-12)
    assert hard[0] == pytest.approx(1.576 * 100.0**0.615 * 0.05, rel=1e-12)
