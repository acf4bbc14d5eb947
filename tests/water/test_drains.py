"""Peak flow and drains: identities, closed forms, examples of textbooks."""

from __future__ import annotations

import numpy as np
import pytest

from twin.errors import InputError
from twin.water.channel import Channel, check_channel, normal_depth, uniform_flow
from twin.water.peak_flow import (
    kirpich_time,
    rational_peak,
    time_to_peak,
    triangular_flow,
    unit_peak,
)

FOOT = 0.3048


def test_a_hectare_of_rock_sheds_a_tenth_of_its_hourly_rain_in_litres():
    """C = 1, 36 mm/h on 10 000 m2: 0.01 mm/s x 1e4 m2 = 0.1 m3/s."""
    found = rational_peak(np.ones(1), np.full(1, 36.0), np.full(1, 1e4))

    assert found == pytest.approx(0.1, rel=1e-14)


def test_unit_hydrograph_of_three_square_kilometres():
    """Chow et al. 1988, example 7.7.1: tr 10 min, Tc 1.25 h, 3 km2: 7.49 m3/s per cm.

    Printed numbers from memory, unverified; the arithmetic is 2.08 x 3 / 0.8333.
    """
    peak_time = time_to_peak(np.array([1.0 / 6.0]), np.array([1.25]))

    assert peak_time == pytest.approx(5.0 / 6.0, rel=1e-14)
    assert unit_peak(np.array([3.0]), peak_time) == pytest.approx(7.49, abs=0.005)


def test_the_triangle_holds_the_excess_and_peaks_as_the_unit_hydrograph():
    """Area under the flow = excess x area; its peak is 2.08 A / Tp within rounding.

    2 V / (8/3 Tp) = 0.75 V / Tp; 1 cm on 1 km2 is 1e4 m3 = 2.0833 m3/s over an hour
    at 0.75, printed as 2.08.
    """
    hours = np.linspace(0.0, 6.0, 60001)
    flow = triangular_flow(
        hours, np.array([10.0]), 3.0, concentration=1.25, step=1.0 / 6.0
    )
    volume = np.trapezoid(flow, hours) * 3600.0

    assert volume == pytest.approx(0.010 * 3e6, rel=1e-6)
    assert flow.max() == pytest.approx(7.49, rel=2e-3)


def test_storms_add_up():
    """The hydrograph is linear: two steps are the sum of each, one later."""
    hours = np.linspace(0.0, 8.0, 200)
    both = triangular_flow(
        hours, np.array([5.0, 9.0]), 2.0, concentration=1.0, step=0.5
    )
    first = triangular_flow(hours, np.array([5.0]), 2.0, concentration=1.0, step=0.5)
    second = triangular_flow(
        hours - 0.5, np.array([9.0]), 2.0, concentration=1.0, step=0.5
    )

    np.testing.assert_allclose(both, first + second, atol=1e-12)


def test_time_of_concentration_grows_with_length_and_falls_with_slope():
    long = kirpich_time(np.array([100.0, 1000.0, 1000.0]), np.array([0.1, 0.1, 0.02]))

    assert long[0] < long[1] < long[2]
    assert long[1] == pytest.approx(0.0195 * 1000.0**0.77 * 0.1**-0.385 / 60.0)


def test_the_trapezoid_of_chow_runs_three_feet_deep():
    """Chow 1959, example 6-2: b 20 ft, z 2, S 0.0016, n 0.025, 400 cfs: 3.36 ft.

    Printed numbers from memory, unverified; checked by hand: A 89.8 ft2, P 35.0 ft,
    1.49 / n A R^(2/3) S^(1/2) = 400 cfs.
    """
    drain = Channel(width=20 * FOOT, side=2.0, gradient=0.0016, roughness=0.025)

    depth = normal_depth(np.array([400.0 * FOOT**3]), drain)

    assert depth[0] / FOOT == pytest.approx(3.36, abs=0.01)


def test_depth_and_flow_are_inverse_and_a_wide_channel_has_a_closed_form():
    """R tends to the depth in a wide channel: y = (q n / S^0.5)^(3/5)."""
    wide = Channel(width=1e5, side=0.0, gradient=0.002, roughness=0.03)
    narrow = Channel(width=0.0, side=1.5, gradient=0.05, roughness=0.03)
    flow = np.array([0.0, 0.01, 0.4, 7.0])

    assert uniform_flow(normal_depth(flow, narrow), narrow) == pytest.approx(flow)
    depth = normal_depth(np.array([1e5 * 2.0]), wide)[0]
    assert depth == pytest.approx((2.0 * 0.03 / 0.002**0.5) ** 0.6, rel=1e-4)


def test_a_steep_drain_is_fast_shallow_and_scours():
    steep = Channel(width=0.5, side=1.5, gradient=0.2, roughness=0.03)
    gentle = Channel(width=0.5, side=1.5, gradient=0.005, roughness=0.03)
    flow = np.array([0.6])

    fast = check_channel(flow, steep, deep=0.6, freeboard=0.2, fastest=1.2)
    slow = check_channel(flow, gentle, deep=0.6, freeboard=0.2, fastest=1.2)

    assert fast.depth[0] < slow.depth[0]
    assert fast.froude[0] > 1.0 > slow.froude[0]
    assert fast.scours[0]
    assert not slow.scours[0]
    assert fast.holds[0]
    assert fast.shear[0] > slow.shear[0]


def test_a_drain_that_is_too_small_does_not_hold():
    drain = Channel(width=0.3, side=1.0, gradient=0.01, roughness=0.025)

    found = check_channel(
        np.array([0.02, 3.0]), drain, deep=0.5, freeboard=0.1, fastest=2.0
    )

    assert found.holds.tolist() == [True, False]


@pytest.mark.parametrize(
    ("width", "side", "gradient"),
    [(0.0, 0.0, 0.01), (1.0, -1.0, 0.01), (1.0, 1.0, 0.0)],
)
def test_a_drain_without_shape_or_fall_is_refused(width, side, gradient):
    with pytest.raises(InputError, match="channel"):
        Channel(width=width, side=side, gradient=gradient, roughness=0.03)
