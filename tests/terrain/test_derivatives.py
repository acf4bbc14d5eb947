"""Slope, aspect, wetness and sun: peers' numbers and planes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twin.terrain.derivatives import (
    aspect,
    hillshade,
    horn_gradient,
    slope,
    topographic_wetness,
)
from twin.terrain.radiation import beam_ratio, radiation_factor
from twin.terrain.routing import accumulate, d8_receivers, flow_order


def table(shared: Path, name: str) -> np.ndarray:
    return np.loadtxt(
        shared / "reference_cases" / f"accum_30x36_{name}.csv", delimiter=","
    )


@pytest.mark.shared
def test_slope_aspect_and_wetness_equal_richdem_inside(shared: Path) -> None:
    """The tables have six decimals (aspect four)."""
    z = table(shared, "dem")
    receivers = d8_receivers(z, 10.0)
    weights = np.zeros(z.shape)
    weights[1:-1, 1:-1] = 1.0
    cells = accumulate(receivers, flow_order(receivers), weights)[1:-1, 1:-1]

    gradient = np.hypot(*horn_gradient(z, 10.0))[1:-1, 1:-1]
    turned = aspect(z, 10.0)[1:-1, 1:-1]
    wetness = topographic_wetness(cells * 100.0 / 10.0, gradient)

    wanted = table(shared, "slope_horn_interior_expected")
    np.testing.assert_allclose(gradient, wanted, atol=1e-6)
    np.testing.assert_allclose(
        turned, table(shared, "aspect_deg_interior_richdem"), atol=1e-4
    )
    np.testing.assert_allclose(
        wetness, table(shared, "twi_interior_expected"), atol=1e-6
    )


@pytest.mark.parametrize("turn", [0.0, 30.0, 90.0, 200.0, 359.0])
def test_a_plane_has_its_slope_and_aspect_up_to_its_rim_and_beside_holes(
    turn: float,
) -> None:
    """Horn's differences are exact on a plane; missing neighbours are extrapolated."""
    y, x = np.mgrid[20:0:-1, 0:20] * 5.0
    t = np.radians(turn)
    z = -np.tan(np.radians(17.0)) * (x * np.sin(t) + y * np.cos(t))
    z[8:10, 8:10] = np.nan

    steep, turned = slope(z, 5.0), aspect(z, 5.0)

    ground = np.isfinite(z)
    np.testing.assert_allclose(steep[ground], 17.0, rtol=1e-9)
    off = np.abs((turned[ground] - turn + 180.0) % 360.0 - 180.0)
    assert off.max() < 1e-6
    assert np.all(np.isnan(steep[~ground]))


def test_hillshade_is_brightest_towards_the_sun() -> None:
    """A slope of 45 degrees towards a sun at 45 degrees is lit in full."""
    y = np.mgrid[20:0:-1, 0:20][0] * 5.0

    lit = hillshade(-y, 5.0, azimuth=0.0, altitude=45.0)
    dark = hillshade(y, 5.0, azimuth=0.0, altitude=45.0)

    np.testing.assert_allclose(lit, 1.0, atol=1e-12)
    np.testing.assert_allclose(dark, 0.0, atol=1e-12)


def test_level_ground_gets_what_level_ground_gets() -> None:
    """The factor is 1 there, whatever the aspect that a flat cell is given."""
    level = radiation_factor(np.zeros(5), np.linspace(0.0, 359.0, 5), 39.5)
    np.testing.assert_allclose(level, 1.0, atol=1e-12)


def test_south_slopes_get_more_than_north_slopes_and_east_as_much_as_west() -> None:
    """In the northern hemisphere, most of all in winter."""
    steep = np.full(4, 20.0)
    faces = np.array([0.0, 90.0, 180.0, 270.0])

    north, east, south, west = radiation_factor(steep, faces, 39.5)
    winter = radiation_factor(steep, faces, 39.5, month=12)

    assert south > 1.0 > north
    assert east == pytest.approx(west, abs=1e-12)
    assert winter[2] > south
    assert winter[0] < north


def test_the_table_of_sun_is_as_good_as_the_sum_itself() -> None:
    """Linear between whole degrees of slope and two of aspect: under 1e-3 wrong."""
    rng = np.random.default_rng(1)
    steep, faces = rng.uniform(0.0, 60.0, 300), rng.uniform(0.0, 360.0, 300)

    quick = radiation_factor(steep, faces, 39.5, diffuse_fraction=0.0)

    ground = 0.2 * 0.5 * (1.0 - np.cos(np.radians(steep)))
    exact = beam_ratio(steep, faces, 39.5) + ground
    np.testing.assert_allclose(quick, exact, atol=1e-3)


def test_a_slope_tilted_by_its_latitude_sees_the_sun_of_the_equator() -> None:
    """Facing south by phi, the sun's incidence is cos(d) cos(w); in winter the day ends
    at the horizon, cos(ws) = -tan(phi) tan(d), so the daily ratio has a closed form:
    cos(d) sin(ws) / (cos(phi) cos(d) sin(ws) + ws sin(phi) sin(d)).
    """
    phi = np.radians(40.0)
    d = 0.409 * np.sin(2.0 * np.pi * 15.0 / 365.0 - 1.39)
    ws = np.arccos(-np.tan(phi) * np.tan(d))
    level = np.cos(phi) * np.cos(d) * np.sin(ws) + ws * np.sin(phi) * np.sin(d)

    ratio = beam_ratio(np.array([40.0]), np.array([180.0]), 40.0, month=1)

    assert ratio[0] == pytest.approx(np.cos(d) * np.sin(ws) / level, rel=5e-3)
