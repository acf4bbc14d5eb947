"""A drain has the volume of a prismatic cut, and tells where it comes out."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_grounds import level_ground, line, places, surface

from twin.design.drain import Channel, drain
from twin.errors import InputError


def test_an_even_channel_through_level_ground_is_a_prism():
    """(b + m D) D a metre; edges of bottom and top lie on cell edges, so exact."""
    made = drain(
        level_ground(),
        line((0.0, 60.0), (160.0, 60.0)),
        Channel(bottom=4.0, side=2.0, grade=0.0, depth=3.0),
    )

    assert made.cut == pytest.approx((4.0 + 2.0 * 3.0) * 3.0 * 160.0, rel=1e-6)
    section = 100.0 - made.surface.elevation[52:60, 80]
    np.testing.assert_allclose(
        section, [0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0, 3.0], atol=1e-5
    )
    assert made.report["width"] == pytest.approx(16.0)


@pytest.mark.parametrize("angle", [0.0, 30.0, 45.0, 77.0, 180.0])
def test_the_volume_does_not_depend_on_the_direction(angle):
    """A deepening channel: integral of (b + m D) D, plus two half cones at its ends.

    At the ends the bottom is half a disc of radius b / 2 with banks all around: half of
    pi (r^2 D + r m D^2 + m^2 D^3 / 3) at each.
    """
    turn = np.radians(angle)
    half = 40.0 * np.array([np.cos(turn), np.sin(turn)])
    channel = Channel(bottom=6.0, side=2.0, grade=0.02, depth=2.0)

    made = drain(level_ground(160, 160), line(80.0 - half, 80.0 + half), channel)

    depth = 2.0 + 0.02 * np.linspace(0.0, 80.0, 2001)
    prism = np.trapezoid((6.0 + 2.0 * depth) * depth, dx=80.0 / 2000)
    ends = sum(
        np.pi / 2 * (9.0 * d + 6.0 * d**2 + 4.0 * d**3 / 3.0) for d in (2.0, 3.6)
    )
    assert made.cut == pytest.approx(prism + ends, rel=5e-3)


def test_a_drain_that_falls_less_than_the_ground_comes_out_of_it():
    """Ground falls 5 %, bottom 1 % from 2 m below: out after 2 / 0.04 = 50 m."""
    east, _ = places(60, 160)
    before = surface(np.repeat(100.0 - 0.05 * east, 60, axis=0))

    made = drain(
        before,
        line((20.0, 30.0), (140.0, 30.0)),
        Channel(bottom=3.0, grade=0.01, depth=2.0),
    )

    (out,) = made.report["daylights"]
    assert out["way"] == "out"
    assert out["chainage"] == pytest.approx(50.0, abs=1e-3)
    assert out["x"] == pytest.approx(500_070.0, abs=1e-3)
    assert made.report["open"] == pytest.approx(50.0, abs=0.5)
    assert made.report["ends_below"] is False
    assert made.report["profile"][0]["ground_grade"] == pytest.approx(0.05, abs=1e-5)
    assert made.report["deepest_at"] == 0.0


def test_a_drain_that_ends_in_the_ground_says_so():
    made = drain(
        level_ground(), line((20, 60), (140, 60)), Channel(bottom=2.0, grade=0.01)
    )

    assert made.report["ends_below"] is True
    assert made.report["daylights"] == []
    assert made.report["deepest"] == pytest.approx(0.5 + 1.2, abs=1e-4)


def test_the_same_drain_twice_changes_nothing_more():
    """With its level stated; else it starts at the ground that it cut."""
    channel = Channel(bottom=4.0, grade=0.005, level=98.0)
    path = line((20, 30), (80, 70), (140, 60))
    once = drain(level_ground(), path, channel)

    assert once.cut > 0.0
    assert drain(once.surface, path, channel).area == 0.0


def test_a_bottom_above_the_ground_is_refused():
    with pytest.raises(InputError, match="nowhere below the ground"):
        drain(
            level_ground(),
            line((20, 60), (140, 60)),
            Channel(bottom=2.0, grade=0.0, level=105.0),
        )


def test_lines_that_are_none_are_refused():
    channel = Channel(bottom=2.0, grade=0.01)
    with pytest.raises(InputError, match="shorter than a cell"):
        drain(level_ground(), line((20.0, 20.0), (20.2, 20.0)), channel)
    with pytest.raises(InputError, match="out of the grid"):
        drain(level_ground(), line((20, 20), (400, 20)), channel)
    with pytest.raises(InputError, match="Point"):
        drain(level_ground(), line((20, 20), (40, 20)).centroid, channel)
    holes = level_ground().elevation.copy()
    holes[50:70, 60:70] = np.nan
    with pytest.raises(InputError, match="no height at"):
        drain(surface(holes), line((20, 60), (140, 60)), channel)


@pytest.mark.parametrize(
    "wrong", [{"bottom": -1.0}, {"side": 0.0}, {"grade": 0.9}, {"depth": -0.1}]
)
def test_a_channel_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        Channel(**{"bottom": 2.0, "grade": 0.01, **wrong})
