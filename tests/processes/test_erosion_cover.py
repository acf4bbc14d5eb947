"""Cover factors, exposure, erosivity and erodibility."""

from __future__ import annotations

import numpy as np
import pytest
from cells import step_of

from twin import erosion_factors
from twin.processes.cover_exposure import CoverExposure
from twin.processes.cover_factor import biological_factor, greenness_factor
from twin.processes.erosivity import (
    daily_erosivity,
    fournier_erosivity,
    rainfall_erosivity_month,
)


def test_biological_factor_follows_cai_and_stays_between_0_and_1():
    cover = np.array([0.0, 0.01, 0.1, 0.5, 0.9, 1.0])

    made = biological_factor(cover)

    assert made[0] == 1.0
    assert made[2] == pytest.approx(0.6508 - 0.3436, abs=1e-12)
    assert made[3] == pytest.approx(0.6508 - 0.3436 * np.log10(50.0), abs=1e-12)
    assert made[4] == made[5] == 0.0
    assert (np.diff(made) <= 0.0).all()


def test_greenness_factor_falls_from_bare_to_full_cover():
    made = greenness_factor(np.linspace(0.0, 1.0, 11), bare=0.05, full=0.86)

    assert made[0] == pytest.approx(np.exp(-2 * 0.05 / 0.95))
    assert made[-1] < 1e-4
    assert (np.diff(made) < 0.0).all()


def test_exposure_is_erosivity_times_cover_factor():
    made = CoverExposure().step(
        {"rainfall_erosivity": 300.0, "cover_factor": np.array([0.0, 0.5, 1.0])},
        step_of(7),
    )

    assert made["erosive_exposure"].tolist() == [0.0, 150.0, 300.0]


def test_only_rain_of_10_mm_and_more_erodes_and_summer_rain_more():
    rain = np.array([9.9, 10.0, 30.0, 30.0, np.nan])
    months = np.array([6, 6, 7, 11, 11])

    made = daily_erosivity(rain, months)

    assert made[0] == made[4] == 0.0
    assert made[1] == pytest.approx(0.3937 * 10.0**1.7265)
    assert made[2] / made[3] == pytest.approx(0.3937 / 0.3101)


def test_days_are_summed_month_by_month_in_order():
    """Two Januaries of different years are two months."""
    months = np.array([12, 12, 1, 1, 1, 2, 1])
    rain = np.array([20.0, 0.0, 0.0, 0.0, 0.0, 50.0, 20.0])

    made = rainfall_erosivity_month(rain, months)

    assert made.shape == (5 - 1,)
    assert made[0] == made[3] > 0.0
    assert made[1] == 0.0
    assert rainfall_erosivity_month(np.zeros(0), np.zeros(0, int)).size == 0


def test_monthly_fallback_gives_nothing_for_a_dry_year():
    rain = np.zeros((2, 12))
    rain[1, 6] = 100.0

    made = fournier_erosivity(rain)

    assert not made[0].any()
    assert made[1, 6] == pytest.approx(17.02 * 1.735 * 10**-0.8188 * 1000.0)


def test_erodibility_of_loess_is_high_and_gravel_armours():
    k = erosion_factors.erodibility_epic(
        np.array([30.0, 80.0]), np.array([52.0, 10.0]), np.array([18.0, 10.0]),
        np.array([0.5, 0.5]),
    )  # fmt: skip

    assert 0.03 < k[0] < 0.07
    assert k[1] < k[0]
    assert erosion_factors.gravel_correction(np.array([0.0, 30.0])) == pytest.approx(
        [1.0, np.exp(-1.602)]
    )
