"""Safety of slopes: limits of the formula, water, roots, and the year's recharge."""

from __future__ import annotations

import numpy as np
import pytest

from twin.grid import Grid
from twin.landform.stability import (
    Root,
    factor_of_safety,
    root_cohesion,
    steady_wetness,
)
from twin.process import Step
from twin.processes.slope_stability import SAFE, SlopeStability

WHEN = Step(2025, 12, 31, Grid("EPSG:32649", "unknown", 0.0, 1.0, 1.0, (1, 1)))


def one(value: float) -> np.ndarray:
    return np.array([value])


def cell(**change: float) -> dict[str, np.ndarray]:
    """A slope of 30 degrees with 1 m of soil, a little carbon in roots."""
    see = {
        "slope": one(30.0),
        "specific_catchment_area": one(50.0),
        "soil_mass": one(0.3 * 1500.0),
        "bulk_density": one(1500.0),
        "soil_mass_below": np.array([[0.7 * 1500.0], [0.0]]),
        "bulk_density_below": np.array([[1500.0], [1500.0]]),
        "biomass_carbon_below": np.array([[0.5], [0.0]]),
        "recharge_total": one(40.0),
        "recharge_counted": one(40.0),
    }
    return see | {name: one(value) for name, value in change.items()}


def test_dry_sand_fails_at_its_angle_of_friction():
    """Without cohesion and water FS = tan phi / tan b, so 1 where b = phi."""
    safety = factor_of_safety(
        one(34.0), one(2.0), one(0.0), weight=one(18.0), friction=34.0, wetness=one(0.0)
    )

    assert safety[0] == pytest.approx(1.0, rel=1e-12)


def test_full_saturation_takes_the_share_of_waters_weight():
    """Without cohesion FS falls by the factor 1 - gw/g = 1 - 9.81/18."""
    dry, wet = (
        factor_of_safety(
            one(20.0), one(2.0), one(0.0), weight=one(18.0), friction=34.0, wetness=m
        )
        for m in (one(0.0), one(1.0))
    )

    assert wet[0] / dry[0] == pytest.approx(1.0 - 9.81 / 18.0, rel=1e-12)


def test_wetness_is_what_the_slope_must_drain_over_what_it_can():
    """q a / (T sin b): 0.001 x 500 / (2 x 0.5) = 0.5; held at 1."""
    slope = np.array([30.0, 30.0])
    share = steady_wetness(
        np.array([0.001, 0.1]), np.full(2, 500.0), slope, np.full(2, 2.0)
    )

    np.testing.assert_allclose(share, [0.5, 1.0], rtol=1e-12)


def test_roots_hold_by_their_area_in_the_slip_plane():
    """Roots 2 kg m-2 with b = 0.97: density -100 ln b b^100d m-1; by hand at 0.5 m.

    2 x 3.0459 x 0.97^50 / 500 = 0.0026569; x 0.48 x 10 MPa = 12.753 kPa.
    """
    held = root_cohesion(one(2.0), one(0.5), reach=0.97, root=Root(10_000.0, 500.0))

    area = 2.0 * 3.045920748 * 0.97**50 / 500.0
    assert held[0] == pytest.approx(0.48 * 10_000.0 * area, rel=1e-9)


def test_flat_ground_and_ground_without_soil_stand():
    process = SlopeStability()
    bare = cell(soil_mass=0.0) | {"soil_mass_below": np.zeros((2, 1))}

    flat = process.step(cell(slope=0.0), WHEN)
    rock = process.step(bare, WHEN)

    assert flat["factor_of_safety"][0] == SAFE
    assert rock["factor_of_safety"][0] == SAFE
    assert rock["root_cohesion"][0] == rock["slope_wetness"][0] == 0.0


def test_recharge_counts_once_and_lowers_safety():
    """400 mm of new recharge wet the slope; next year they are counted already."""
    process = SlopeStability(conductivity=0.5)

    wet = process.step(cell(recharge_total=440.0), WHEN)
    later = process.step(cell(recharge_total=440.0, recharge_counted=440.0), WHEN)

    assert wet["recharge_counted"][0] == 400.0
    assert wet["slope_wetness"][0] > 0.3
    assert later["slope_wetness"][0] == 0.0
    assert wet["factor_of_safety"][0] < later["factor_of_safety"][0]


def test_roots_and_gentler_slopes_are_safer():
    process = SlopeStability()

    plain = process.step(cell(), WHEN)["factor_of_safety"][0]
    rooted = cell() | {"biomass_carbon_below": np.array([[3.0], [0.0]])}

    assert process.step(rooted, WHEN)["factor_of_safety"][0] > plain
    assert process.step(cell(slope=20.0), WHEN)["factor_of_safety"][0] > plain
