"""Storm water: printed examples, limits that hold for any soil."""

from __future__ import annotations

import numpy as np
import pytest

from twin.water.curve_number import retention, slope_number, storm_runoff
from twin.water.green_ampt import (
    capacity,
    ponded_depth,
    ponding_time,
    steady_rain_depth,
)

PULL = np.array([16.7 * 0.7 * 0.486])  # cm: Chow's silt loam at saturation 0.3
CONDUCTIVITY = np.array([0.65])  # cm/h


def test_chows_ponded_hour_soaks_in_as_printed():
    """Chow et al. 1988, example 4.3.1: F = 3.17 cm and f = 1.81 cm/h after 1 h."""
    soaked = ponded_depth(np.array([1.0]), CONDUCTIVITY, PULL)

    assert soaked == pytest.approx(3.17, rel=0.01)
    assert capacity(soaked, CONDUCTIVITY, PULL) == pytest.approx(1.81, rel=0.01)


@pytest.mark.parametrize(("rain", "hours"), [(1.0, 10.5), (5.0, 0.17)])
def test_chows_rain_ponds_when_printed(rain, hours):
    """Chow et al. 1988, example 4.4.1; tolerance of the reference case, 1 %."""
    found = ponding_time(np.array([rain]), CONDUCTIVITY, PULL)

    assert found == pytest.approx(hours, rel=0.01)


def test_infiltration_keeps_its_implicit_equation_on_many_soils():
    """F - s ln(1 + F/s) = K t must hold at the root, whatever the soil."""
    rng = np.random.default_rng(4)
    pull, k = rng.uniform(0.01, 30, 5000), 10 ** rng.uniform(-3, 1.5, 5000)
    hours = 10 ** rng.uniform(-3, 2.5, 5000)

    soaked = ponded_depth(hours, k, pull)

    left = soaked - pull * np.log1p(soaked / pull)
    assert np.allclose(left, k * hours, rtol=1e-9, atol=1e-12)


def test_infiltration_never_exceeds_the_rain_and_takes_all_of_gentle_rain():
    """i <= K never ponds; else F <= i t, and F grows with time."""
    rain = np.array([0.3, 0.65, 2.0, 9.0])

    first, later = (
        steady_rain_depth(np.full(4, t), rain, CONDUCTIVITY, PULL) for t in (0.0, 3.0)
    )

    assert np.all(first == 0.0)
    assert np.allclose(later[:2], 3.0 * rain[:2], rtol=1e-15)
    assert np.all(later <= 3.0 * rain)
    assert np.all(later[2:] < 3.0 * rain[2:])


@pytest.mark.parametrize("share", [0.2, 0.05])
def test_runoff_lies_between_nothing_and_the_rain(share):
    """Q = 0 up to λS, Q = P on CN 100, 0 <= Q <= P between."""
    rain, number = np.meshgrid(np.linspace(0, 300, 61), np.linspace(20, 100, 41))
    storage = retention(number)

    runoff = storm_runoff(rain, storage, share=share)

    assert np.all(runoff[rain <= share * storage] == 0.0)
    assert np.all((runoff >= 0.0) & (runoff <= rain))
    assert np.allclose(runoff[-1], rain[-1], rtol=1e-12)


def test_slopes_shed_more_and_no_number_passes_100():
    """The correction rises with slope and stays a curve number."""
    found = slope_number(np.array([80.0, 80.0, 99.9]), np.array([0.1, 0.9, 1.4]))

    assert found[1] > found[0]
    assert found[2] == 100.0
