"""Mass haul closes its books and takes the shortest ways."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_grounds import box, hills, level_ground, surface
from scipy.optimize import linear_sum_assignment

from twin.design.mass_haul import mass_haul
from twin.errors import InputError


def moved(before, *, seed: int = 1, tilt: float = 0.0):
    """The ground changed by noise of either sign, and by more of one sign."""
    rng = np.random.default_rng(seed)
    rise = rng.normal(tilt, 1.0, before.grid.shape)
    return surface(before.elevation + rise, name="design")


@pytest.mark.parametrize("bulking", [0.85, 1.0, 1.3])
@pytest.mark.parametrize("tilt", [-0.4, 0.0, 0.4])
def test_bulked_cut_is_what_is_hauled_and_what_is_left_over(bulking, tilt):
    """bulking * cut + borrow = fill + surplus, and row by row the same."""
    before = hills()

    table = mass_haul(before, moved(before, tilt=tilt), bulking=bulking)

    assert bulking * table.cut + table.borrow == pytest.approx(
        table.fill + table.surplus, rel=1e-9
    )
    rows = {"borrow": 0.0, "surplus": 0.0, "within": 0.0}
    for flow in table.flows:
        assert flow.volume > 0.0
        assert flow.volume == pytest.approx(bulking * flow.in_place, rel=1e-12)
        kind = flow.origin if flow.origin in rows else flow.destination
        rows[kind if kind in rows else "within"] += flow.volume
    assert rows["within"] + rows["surplus"] == pytest.approx(
        bulking * table.cut, rel=1e-9
    )
    assert rows["within"] + rows["borrow"] == pytest.approx(table.fill, rel=1e-9)
    assert min(table.borrow, table.surplus) == 0.0


def test_volumes_are_those_of_the_cells():
    """Cut and fill are sums of float32 differences, whatever zones they are put in."""
    before = hills()
    after = moved(before)
    rise = (after.elevation - before.elevation).astype(np.float64)

    table = mass_haul(before, after)

    assert table.cut == pytest.approx(-rise[rise < 0].sum(), rel=1e-12)
    assert table.fill == pytest.approx(rise[rise > 0].sum(), rel=1e-12)


def test_two_squares_are_hauled_from_middle_to_middle():
    """10 x 10 m cut by 2 m fills 10 x 10 m by 2 m, 70 m away: 200 m3, 14 m3 km."""
    z = np.full((60, 120), 100.0)
    before = surface(z)
    z[20:30, 10:20] -= 2.0
    z[20:30, 80:90] += 2.0

    table = mass_haul(before, surface(z))

    assert sum(f.volume for f in table.flows) == pytest.approx(200.0)
    assert table.haul == pytest.approx(14.0, rel=1e-9)
    assert table.mean_distance == pytest.approx(70.0, rel=1e-9)


def test_equal_heaps_go_to_equal_holes_as_in_the_assignment_problem():
    """With one volume everywhere the transport problem is an assignment."""
    rng = np.random.default_rng(3)
    spots = rng.permutation(144)[:16]
    rows, columns = 2 + 5 * (spots // 12), 2 + 5 * (spots % 12)
    z = np.full((64, 64), 10.0)
    before = surface(z)
    z[rows[:8], columns[:8]] -= 1.0
    z[rows[8:], columns[8:]] += 1.0
    apart = np.hypot(
        rows[:8, None] - rows[None, 8:], columns[:8, None] - columns[None, 8:]
    )

    table = mass_haul(before, surface(z))

    least = apart[linear_sum_assignment(apart)].sum()
    assert table.haul * 1000.0 == pytest.approx(least, rel=1e-9)


def test_zones_of_a_user_give_and_take_under_their_names():
    """Cut 300 m3 in A, fill 100 in B, 250 in C, bulking 1.1: 20 m3 are borrowed."""
    z = np.full((40, 100), 5.0)
    before = surface(z)
    z[10:20, 10:40] -= 1.0
    z[10:20, 50:60] += 1.0
    z[10:20, 70:95] += 1.0
    zones = {"A": box(0, 0, 45, 40), "B": box(45, 0, 65, 40), "C": box(65, 0, 100, 40)}

    table = mass_haul(before, surface(z), zones=zones, bulking=1.1)

    # least haul leaves the farther zone short
    told = {(f.origin, f.destination): f.volume for f in table.flows}
    assert told == pytest.approx(
        {("A", "B"): 100.0, ("A", "C"): 230.0, ("borrow", "C"): 20.0}
    )
    assert table.haul == pytest.approx((100.0 * 30.0 + 230.0 * 57.5) / 1000.0)


def test_ground_outside_all_zones_is_a_zone_of_its_own():
    z = np.full((20, 40), 5.0)
    before = surface(z)
    z[5, 5] -= 1.0
    z[5, 30] += 1.0

    table = mass_haul(before, surface(z), zones={"heap": box(25, 0, 40, 20)})

    assert [(f.origin, f.destination) for f in table.flows] == [("elsewhere", "heap")]


def test_zones_that_overlap_are_refused():
    with pytest.raises(InputError, match="zone b lies over another"):
        mass_haul(
            level_ground(),
            level_ground(),
            zones={"a": box(0, 0, 50, 50), "b": box(40, 0, 90, 50)},
        )


def test_nothing_moved_is_an_empty_table():
    table = mass_haul(level_ground(), level_ground())

    assert table.flows == ()
    assert table.cut == table.fill == table.haul == 0.0
    assert np.isnan(table.mean_distance)


def test_a_ring_of_fill_about_its_cut_is_not_hauled_nowhere():
    """Both centroids lie in the middle; parted by squares the way is told.

    A disc of radius R cut evenly fills the ring from R to 2 R: all its earth has to
    leave the disc, so the mean way is at least the difference of the mean radii,
    (14/9 - 2/3) R = 8/9 R, which radial haul attains.
    """
    n, radius = 240, 50.0
    x = np.arange(n) + 0.5 - n / 2
    away = np.hypot(x[:, None], x[None, :])
    rise = np.where(away < radius, -3.0, np.where(away < 2 * radius, 1.0, 0.0))
    before = surface(np.full((n, n), 20.0))

    table = mass_haul(before, surface(20.0 + rise))

    assert table.mean_distance == pytest.approx(8.0 / 9.0 * radius, rel=0.05)


def test_another_grid_is_refused():
    with pytest.raises(InputError, match="not on the same cells"):
        mass_haul(level_ground(), level_ground(50, 50))


@pytest.mark.parametrize("bulking", [0.0, -1.0, float("nan"), float("inf")])
def test_a_bulking_that_is_no_ratio_is_refused(bulking):
    with pytest.raises(InputError, match="bulking"):
        mass_haul(level_ground(), level_ground(), bulking=bulking)
