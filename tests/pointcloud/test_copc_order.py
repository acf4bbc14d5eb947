"""The sorts behind the octree, beside numpy's stable ones."""

from __future__ import annotations

import laspy
import numpy as np
import pytest

from connectors.pointcloud.copc_order import gathered, in_order, radix_order


@pytest.mark.parametrize("bits", [1, 12, 40, 62])
def test_codes_are_sorted_stably(bits: int) -> None:
    """numpy's stable argsort is the answer; many codes occur more than once."""
    rng = np.random.default_rng(bits)
    codes = rng.integers(0, 1 << bits, 5000)
    codes[::3] = codes[0]
    codes += 5 << 55 if bits < 50 else 0  # what all share is no reason to sort
    wanted = np.argsort(codes, kind="stable")
    sorted_codes, order = codes.copy(), np.zeros(codes.size, dtype=np.int32)

    radix_order(sorted_codes, order)

    np.testing.assert_array_equal(order, wanted)
    np.testing.assert_array_equal(sorted_codes, codes[wanted])


def test_small_numbers_are_sorted_stably_and_their_begins_told() -> None:
    """The begins are those that numpy finds among the sorted numbers."""
    which = np.random.default_rng(2).integers(0, 7, 1000).astype(np.int8)
    which[which == 4] = 5  # one that does not occur

    order, starts = in_order(which, 7)

    np.testing.assert_array_equal(order, np.argsort(which, kind="stable"))
    np.testing.assert_array_equal(starts, np.searchsorted(np.sort(which), range(8)))


def test_records_are_taken_whole() -> None:
    """As numpy takes them by fields."""
    rng = np.random.default_rng(3)
    records = np.zeros(100, laspy.PointFormat(7).dtype())
    records["X"], records["gps_time"] = rng.integers(0, 9, 100), rng.random(100)
    order = rng.permutation(100).astype(np.int32)

    np.testing.assert_array_equal(gathered(records, order), records[order])
