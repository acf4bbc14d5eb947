"""Water of a cell: limits, closed forms, snow."""

from __future__ import annotations

import numpy as np
import pytest
from cells import see_of, step_of, varied_cells
from hypothesis import given
from hypothesis import strategies as st

from twin.processes.soil_water import (
    SoilWater,
    bucket,
    melt,
    snow_share,
    storm_runoff,
)
from twin.processes.soil_water_storms import storm_bucket

depth = st.floats(0.0, 400.0)


@given(soil=depth, water=depth, potential=depth, capacity=st.floats(0.0, 300.0))
def test_evapotranspiration_and_store_keep_their_limits(
    soil, water, potential, capacity
):
    """AET <= PET, S <= AWC, nothing below zero, and what goes in comes out."""
    s, w, p, c = (np.array([v]) for v in (soil, water, potential, capacity))

    after, actual, drained = bucket(s, w, p, capacity=c)

    assert 0.0 <= actual[0] <= potential
    assert 0.0 <= after[0] <= capacity
    assert drained[0] >= -1e-12
    assert soil + water == pytest.approx(after[0] + actual[0] + drained[0], abs=1e-9)


def test_dry_month_follows_exponential_drying():
    """S' = 60 exp(-(90 - 19) / 100)."""
    after, actual, drained = bucket(
        np.array([60.0]), np.array([19.0]), np.array([90.0]), capacity=np.array([100.0])
    )

    assert after[0] == pytest.approx(60.0 * np.exp(-0.71), rel=1e-14)
    assert actual[0] == pytest.approx(19.0 + 60.0 - after[0], rel=1e-14)
    assert drained[0] == 0.0


def test_all_snow_below_and_all_rain_above():
    share = snow_share(np.array([-9.0, -1.0, 1.0, 3.0, 9.0]), all_snow=-1, all_rain=3)

    assert share.tolist() == [1.0, 1.0, 0.5, 0.0, 0.0]


def test_melt_takes_no_more_than_lies_there():
    melted = melt(np.array([5.0, 500.0]), 2.0, degree_day=3.0, days=30)

    assert melted.tolist() == [5.0, 180.0]
    assert melt(np.array([5.0]), -2.0, degree_day=3.0, days=30).tolist() == [0.0]


def test_runoff_is_the_mean_over_exponential_storms():
    """Compare the quadrature with a brute-force mean of the curve-number equation."""
    rain, storms, number = 100.0, 8.0, 86.0
    retention = 25400.0 / number - 254.0
    depths = rain / storms * -np.log1p(-(np.arange(400_000) + 0.5) / 400_000)
    excess = np.maximum(depths - 0.2 * retention, 0.0)
    truth = storms * np.mean(excess**2 / (excess + retention))

    made = storm_runoff(
        np.array([rain]),
        storms=storms,
        number=np.array([number]),
        cover=np.zeros(1),
        cover_effect=0.0,
    )

    assert made[0] == pytest.approx(truth, rel=0.01)


def test_runoff_rises_with_curve_number_and_falls_with_cover():
    number, cover = np.array([60.0, 75.0, 90.0, 90.0]), np.array([0.0, 0.0, 0.0, 0.8])

    made = storm_runoff(
        np.full(4, 90.0), storms=8.0, number=number, cover=cover, cover_effect=18.0
    )

    assert made[0] < made[1] < made[2]
    assert made[3] < made[2]
    assert (made <= 90.0).all()


def test_no_rain_gives_no_runoff_and_full_sealing_gives_all():
    options = {"storms": 8.0, "cover": np.zeros(1), "cover_effect": 0.0}

    assert storm_runoff(np.zeros(1), number=np.array([90.0]), **options)[0] == 0.0
    sealed = storm_runoff(np.array([80.0]), number=np.array([100.0]), **options)
    assert sealed[0] == pytest.approx(80.0, rel=1e-9)


def test_the_stores_stay_within_their_limits_for_years():
    cells, process = varied_cells(200), SoilWater()
    for month in [*range(1, 13)] * 5:
        made = process.step(see_of(process, cells, month), step_of(month))
        for name in process.adds:
            cells[name] = cells[name] + made[name]
        assert (cells["soil_water"] >= 0.0).all()
        assert (
            cells["soil_water"] <= cells["available_water_capacity"] * (1 + 1e-12)
        ).all()
        assert (cells["snow_water"] >= 0.0).all()


def test_storms_wet_a_soil_that_a_monthly_sum_leaves_dry():
    """With W = PET a sum gives all to the air; storms lose what is beyond capacity.

    Ten storms of 20 mm on 10 mm of capacity: each leaves at most 10, so at least 100
    of 200 mm drain, whatever evaporates.
    """
    start, month = np.array([5.0]), np.array([200.0])
    capacity = np.array([10.0])

    _, once, nothing = bucket(start, month, month, capacity=capacity)
    _, actual, drained = storm_bucket(start, month, month, capacity=capacity, storms=10)

    assert once[0] == pytest.approx(200.0)
    assert nothing[0] == pytest.approx(0.0)
    assert drained[0] >= 100.0
    assert actual[0] == pytest.approx(10 * 10.0 * (1.0 - np.exp(-2.0)))


def test_many_small_storms_of_a_dry_month_come_near_the_steady_store():
    """S' = W - S PET / AWC has the fixed point W AWC / PET; 31 storms come near."""
    soil, capacity = np.array([40.0]), np.array([80.0])
    water, potential = np.array([60.0]), np.array([120.0])
    for _ in range(20):
        soil, *_ = storm_bucket(soil, water, potential, capacity=capacity, storms=31)

    assert soil[0] == pytest.approx(60.0 * 80.0 / 120.0, rel=0.03)
