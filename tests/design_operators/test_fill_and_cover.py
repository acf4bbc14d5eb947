"""Backfill and covers have the volumes of their closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from drawn_grounds import box, hills, level_ground, places, surface

from twin.design.backfill import (
    ToLevel,
    WithVolume,
    backfill_to_level,
    backfill_volume,
    level_for,
)
from twin.design.cap import Cover, cap_normal, cap_vertical
from twin.errors import InputError


def ramp(grade: float = 0.1, rows: int = 80, columns: int = 200):
    east, _ = places(rows, columns)
    return surface(np.repeat(grade * east, rows, axis=0))


def test_a_ramp_backfilled_is_a_wedge():
    """Below the level L a ramp of grade g holds L^2 / (2 g) per metre of width.

    Cell centres on a ramp stand for their cells exactly while the water line lies on a
    cell's edge: L = 8 m at 80 m.
    """
    made = backfill_to_level(ramp(), box(0, 10, 200, 70), ToLevel(level=8.0))

    assert made.fill == pytest.approx(8.0**2 / 0.2 * 60.0, rel=1e-6)
    assert made.cut == 0.0
    assert made.haul.borrow == pytest.approx(made.fill, rel=1e-9)
    assert made.report["filled"] == pytest.approx(80.0 * 60.0)
    assert made.report["deepest"] == pytest.approx(7.95, abs=1e-5)


def test_the_volume_of_the_wedge_gives_its_level_back():
    made = backfill_volume(
        ramp(), box(0, 10, 200, 70), WithVolume(volume=8.0**2 / 0.2 * 60.0)
    )

    assert made.report["level"] == pytest.approx(8.0, abs=1e-5)
    assert made.surface.elevation[40, :80] == pytest.approx(8.0, abs=1e-5)


@pytest.mark.parametrize("volume", [1.0, 5_000.0, 50_000.0, 1e6])
def test_any_volume_is_placed_to_the_last_cubic_metre(volume):
    """The closed form over sorted heights, on ground of any shape."""
    made = backfill_volume(hills(), box(20, 20, 140, 100), WithVolume(volume=volume))

    assert made.fill == pytest.approx(volume, rel=1e-5, abs=0.02)


def test_the_level_is_the_root_of_what_the_heights_hold():
    z = np.random.default_rng(2).normal(300.0, 20.0, 5000)
    level = level_for(z, 12_345.0)

    assert np.maximum(level - z, 0.0).sum() == pytest.approx(12_345.0, rel=1e-12)
    assert level_for(z, 0.0) == z.min()
    assert level_for(np.array([3.0, 3.0, 3.0]), 6.0) == pytest.approx(5.0)


def test_backfilling_twice_changes_nothing_more():
    """Also at a level that float32 cannot hold."""
    once = backfill_to_level(ramp(), box(0, 0, 200, 80), ToLevel(level=8.1))
    twice = backfill_to_level(once.surface, box(0, 0, 200, 80), ToLevel(level=8.1))

    assert twice.area == twice.fill == 0.0


def test_fill_that_stands_as_a_wall_is_told():
    """North and south of the area the ramp lies up to 7.95 m lower."""
    made = backfill_to_level(ramp(), box(0, 10, 200, 70), ToLevel(level=8.0))

    assert made.report["wall"] == pytest.approx(7.95, abs=1e-5)


def test_a_cover_holds_area_times_thickness():
    made = cap_vertical(hills(), box(20, 20, 140, 100), Cover(thickness=0.5))

    assert made.fill == pytest.approx(120.0 * 80.0 * 0.5, rel=1e-5)
    assert made.report["covered"] == made.area == 120.0 * 80.0


def test_a_feathered_edge_takes_its_part_off_the_volume():
    """Square of side a: t (a^2 - 2 a f + 4 f^2 / 3), the edge a mitred ramp.

    Depth is that of cell centres: on the mitres one part in thousands more.
    """
    made = cap_vertical(
        level_ground(), box(30, 10, 130, 110), Cover(thickness=2.0, feather=10.0)
    )

    assert made.fill == pytest.approx(
        2.0 * (100.0**2 - 2.0 * 1000.0 + 400.0 / 3.0), rel=1e-3
    )
    assert made.report["full"] == 80.0 * 80.0
    np.testing.assert_allclose(
        made.rise[60, 30:42], np.minimum(0.1 + 0.2 * np.arange(12), 2.0), atol=2e-5
    )


@pytest.mark.parametrize("angle", [0.0, 20.0, 40.0])
def test_a_cover_at_right_angles_holds_its_thickness_on_the_sloping_area(angle):
    """Plane: upright thickness t / cos(slope), volume t times the sloping area."""
    made = cap_normal(
        ramp(np.tan(np.radians(angle))), box(20, 10, 180, 70), Cover(thickness=0.4)
    )

    assert made.fill == pytest.approx(
        0.4 * 160.0 * 60.0 / np.cos(np.radians(angle)), rel=1e-4
    )


def test_a_polygon_counts_the_cells_whose_centres_it_holds():
    """A disc of 30 m: its area to the fluctuation of lattice points (Gauss)."""
    disc = shapely.Point(500_080.0, 4_100_000.0 - 60.0).buffer(30.0, quad_segs=64)

    made = cap_vertical(level_ground(), disc, Cover(thickness=1.0))

    assert made.area == pytest.approx(np.pi * 900.0, abs=30.0)


@pytest.mark.parametrize("thickness", [0.0, -1.0, float("nan"), 1e6, True, "1"])
def test_a_thickness_that_is_none_is_refused(thickness):
    with pytest.raises(InputError, match="thickness"):
        Cover(thickness=thickness)
