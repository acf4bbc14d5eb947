"""Benches: heights, widths and batters as a section shows them; volumes of steps."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from drawn_grounds import NORTH, WEST, box, level_ground, line, places, surface

from twin.design.benches import (
    Benches,
    CountedBenches,
    heap_above_toe,
    heap_below_crest,
    pit_above_floor,
    pit_below_crest,
)
from twin.errors import InputError

SIDE = 60.0
BATTER = np.degrees(np.arctan(2.0))  # 2 m down per metre: batters of whole cells
STEPS = {"height": 4.0, "width": 3.0, "batter": BATTER}


def frustum(area_a: float, area_b: float, height: float) -> float:
    """Volume between two similar squares, m3 (Heron)."""
    return height / 3.0 * (area_a + area_b + np.sqrt(area_a * area_b))


def inner_volume(count: int) -> float:
    """Pit of square benches inward: frusta of the batters on ever smaller squares."""
    side, volume = SIDE, 0.0
    sides = []
    for _ in range(count):
        sides.append((side, side - 4.0))
        side -= 4.0 + 6.0
    for top, floor in sides:
        volume += frustum(top**2, floor**2, 4.0)
    # below each batter the prism over all deeper steps is counted by the next frusta
    return volume


def test_a_section_shows_batters_and_benches_of_the_stated_size():
    """From the crest: 2 m of batter falling 4 m, then 3 m of bench, three times."""
    made = pit_below_crest(
        level_ground(), box(40, 30, 100, 90), CountedBenches(count=3, **STEPS)
    )

    section = 100.0 - made.surface.elevation[60, 40:60]
    expected = [1, 3, 4, 4, 4, 5, 7, 8, 8, 8, 9, 11, 12, 12, 12, 12, 12, 12, 12, 12]
    np.testing.assert_allclose(section, expected, atol=2e-5)
    assert made.report["floor"] == pytest.approx(88.0)
    assert made.report["steps"] == 3.0
    assert made.report["overall"] == pytest.approx(np.degrees(np.arctan2(4.0, 5.0)))


def test_a_pit_holds_the_frusta_of_its_steps():
    """Square frusta of 4 m: the batter's mitred corners are straight inward.

    A cell is its centre's depth; along the batters' edges this errs evenly either way,
    on the mitres by a part of a cell.
    """
    made = pit_below_crest(
        level_ground(), box(40, 30, 100, 90), CountedBenches(count=3, **STEPS)
    )

    assert made.cut == pytest.approx(inner_volume(3), rel=1e-3)
    assert made.fill == 0.0


def test_a_heap_is_the_pit_turned_over():
    """Same ring, same steps, other sign: the same depths as heights."""
    steps = CountedBenches(count=3, **STEPS)
    pit = pit_below_crest(level_ground(), box(40, 30, 100, 90), steps)
    heap = heap_above_toe(level_ground(), box(40, 30, 100, 90), steps)

    np.testing.assert_allclose(heap.rise, -pit.rise, atol=2e-5)
    assert heap.report["top"] == pytest.approx(112.0)


@pytest.mark.parametrize(
    ("operator", "level"), [(heap_below_crest, 108.0), (pit_above_floor, 92.0)]
)
def test_outward_steps_reach_the_ground_with_rounded_corners(operator, level):
    """Level square, then two steps outward; an offset square has round corners.

    Area within the distance d of a square of side a: A(d) = a^2 + 4 a d + pi d^2; the
    volume is the integral of A over height, batters by Simpson (exact for squares).
    """
    made = operator(level_ground(), box(60, 40, 100, 80), Benches(level=level, **STEPS))

    def within(d):
        return 40.0**2 + 160.0 * d + np.pi * d * d

    def batter(d):
        return 4.0 / 6.0 * (within(d) + 4.0 * within(d + 1.0) + within(d + 2.0))

    moved = made.fill + made.cut
    assert moved == pytest.approx(batter(0.0) + batter(5.0), rel=2e-3)
    assert made.report["reach"] == pytest.approx(7.0, abs=0.75)
    assert min(made.fill, made.cut) == 0.0


def test_the_benches_of_a_sloping_crest_follow_it():
    """The level left out is the ground at the nearest point of the crest."""
    east, _ = places(120, 160)
    before = surface(np.repeat(100.0 + 0.05 * east, 120, axis=0))

    made = pit_below_crest(
        before, box(40, 30, 100, 90), CountedBenches(count=1, **STEPS)
    )

    # beside the northern crest, 4 cells down: on the bench 4 m below the crest there
    np.testing.assert_allclose(made.rise[34, 50:90], -4.0, atol=1e-4)


@pytest.mark.parametrize("angle", [17.0, 45.0, 90.0, 180.0])
def test_a_turned_ring_gives_the_turned_pit(angle):
    """Volume does not depend on how the ring lies on the cells, to a part of a cell."""
    ring = shapely.affinity.rotate(box(50, 30, 110, 90), angle)
    steps = CountedBenches(count=3, level=100.0, **STEPS)

    made = pit_below_crest(level_ground(), ring, steps)

    assert made.cut == pytest.approx(inner_volume(3), rel=0.005)


@pytest.mark.parametrize("operator", [pit_below_crest, heap_above_toe])
def test_the_same_benches_twice_change_nothing_more(operator):
    steps = CountedBenches(count=3, level=100.0, **STEPS)
    once = operator(level_ground(), box(40, 30, 100, 90), steps)
    twice = operator(once.surface, box(40, 30, 100, 90), steps)

    assert once.area > 0.0
    assert twice.area == 0.0


def test_a_heap_that_runs_out_of_the_site_is_refused():
    with pytest.raises(InputError, match="do not meet the ground within the site"):
        heap_below_crest(
            level_ground(), box(5, 5, 60, 60), Benches(level=150.0, **STEPS)
        )


def test_an_open_line_and_a_ring_beyond_the_site_are_refused():
    steps = CountedBenches(count=2, **STEPS)
    with pytest.raises(InputError, match="line is open"):
        pit_below_crest(level_ground(), line((10, 10), (50, 10), (50, 50)), steps)
    beyond = shapely.box(WEST - 50.0, NORTH - 50.0, WEST + 50.0, NORTH)
    with pytest.raises(InputError, match="out of the grid"):
        pit_below_crest(level_ground(), beyond, steps)


@pytest.mark.parametrize(
    "wrong",
    [{"height": 0.0}, {"width": -1.0}, {"batter": 90.0}, {"count": 0}, {"count": 1.5}],
)
def test_steps_that_cannot_be_built_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        CountedBenches(**{"count": 2, **STEPS, **wrong})
