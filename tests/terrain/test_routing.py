"""Flow: peers' accumulations, ties, flats, order, conservation, mirrors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.terrain.depressions import fill_depressions
from twin.terrain.routing import accumulate, d8_receivers, flow_order, mfd_accumulate

pytestmark = pytest.mark.filterwarnings("error")


def table(shared: Path, name: str) -> np.ndarray:
    return np.loadtxt(
        shared / "reference_cases" / f"accum_30x36_{name}.csv", delimiter=","
    )


def inner_weights(z: np.ndarray) -> np.ndarray:
    weights = np.zeros(z.shape)
    weights[1:-1, 1:-1] = 1.0
    return weights


@pytest.mark.shared
def test_d8_accumulation_equals_landlab_exactly(shared: Path) -> None:
    """Interior cells weigh 1, the rim is outlets of weight 0."""
    z = table(shared, "dem")

    receivers = d8_receivers(z, 10.0)
    total = accumulate(receivers, flow_order(receivers), inner_weights(z))

    np.testing.assert_array_equal(total, table(shared, "d8_expected"))


@pytest.mark.shared
@pytest.mark.parametrize("exponent", [1.0, 1.1])
def test_multiple_flow_directions_equal_peers(shared: Path, exponent: float) -> None:
    """landlab (p = 1) and brute force (p = 1.1), tolerance 2e-5."""
    z = table(shared, "dem")
    receivers = d8_receivers(z, 10.0)

    total = mfd_accumulate(
        z, receivers, 10.0, exponent=exponent, weights=inner_weights(z)
    )

    wanted = table(shared, f"mfd_p{exponent:g}_expected")
    np.testing.assert_allclose(total, wanted, atol=2e-5, rtol=0)


def test_of_equal_slopes_the_first_in_the_order_takes_the_flow() -> None:
    """East before north before west before south; straight before diagonal."""
    z = np.ones((5, 5))
    z[2, 2] = 2.0
    assert d8_receivers(z, 1.0)[2, 2] == 2 * 5 + 3
    z[2, 3] = 2.0
    assert d8_receivers(z, 1.0)[2, 2] == 1 * 5 + 2


def test_a_diagonal_needs_root_two_more_fall() -> None:
    """A fall of 1.4 over the diagonal is less steep than 1 straight, 1.5 is steeper."""
    z = np.full((5, 5), 9.0)
    z[2, 2], z[2, 1], z[1, 1] = 5.0, 4.0, 3.6
    assert d8_receivers(z, 1.0)[2, 2] == 2 * 5 + 1
    z[1, 1] = 3.5
    assert d8_receivers(z, 1.0)[2, 2] == 1 * 5 + 1


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), step=st.sampled_from([0.0, 1.0]))
def test_all_water_reaches_the_rim_of_filled_ground(seed: int, step: float) -> None:
    """No cell of filled ground keeps water, none is passed twice: the rim gets all."""
    z = np.random.default_rng(seed).normal(0.0, 3.0, (19, 27))
    z = np.round(z) if step else z
    filled = fill_depressions(z)

    receivers = d8_receivers(filled, 5.0)
    order = flow_order(receivers)

    place = np.empty(z.size, dtype=int)
    place[order] = np.arange(z.size)
    flat = receivers.ravel()
    assert np.all(place[flat] <= place)
    ends = np.flatnonzero(flat == np.arange(z.size))
    rim = np.ones(z.shape, dtype=bool)
    rim[1:-1, 1:-1] = False
    np.testing.assert_array_equal(ends, np.flatnonzero(rim))
    assert accumulate(receivers, order).ravel()[ends].sum() == z.size
    spread = mfd_accumulate(filled, receivers, 5.0).ravel()
    assert spread[ends].sum() == pytest.approx(z.size, rel=1e-12)
    assert np.all(filled.ravel()[flat] <= filled.ravel())


def test_cells_outside_the_mask_take_no_part() -> None:
    """Receivers are -1 there and no flow enters them."""
    z = np.add.outer(np.arange(12.0), np.zeros(12))
    mask = np.ones(z.shape, dtype=bool)
    mask[5:7, 5:7] = False

    receivers = d8_receivers(z, 5.0, mask)
    order = flow_order(receivers)
    total = accumulate(receivers, order)

    assert np.all(receivers[~mask] == -1)
    assert order.size == mask.sum()
    assert np.all(total[~mask] == 0.0)
    assert not np.isin(receivers[mask], np.flatnonzero(~mask)).any()


def test_mirrored_ground_gives_mirrored_flow() -> None:
    """East and west are alike where there are no ties."""
    z = np.random.default_rng(3).normal(0.0, 3.0, (40, 50))
    there = d8_receivers(z, 5.0)
    back = d8_receivers(z[:, ::-1].copy(), 5.0)

    a = accumulate(there, flow_order(there))
    b = accumulate(back, flow_order(back))

    np.testing.assert_array_equal(a, b[:, ::-1])
