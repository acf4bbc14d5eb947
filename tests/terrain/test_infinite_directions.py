"""D infinity: planes in any direction, shares, and water that is all there."""

from __future__ import annotations

import numpy as np
import pytest

from twin.terrain.depressions import fill_depressions
from twin.terrain.infinite_directions import dinf_accumulate
from twin.terrain.routing import d8_receivers


@pytest.mark.parametrize("degrees", [0.0, 20.0, 45.0, 70.0, 110.0, 200.0, 290.0, 355.0])
def test_a_plane_shares_its_flow_by_the_angles(degrees: float):
    """One wet cell: the two neighbours beside the fall get 1 - a/45 and a/45 of it."""
    turn = np.radians(degrees)
    y, x = np.mgrid[0:7, 0:7].astype(float)
    z = -(np.cos(turn) * x - np.sin(turn) * y)
    wet = np.zeros(z.shape)
    wet[3, 3] = 1.0

    total = dinf_accumulate(z, d8_receivers(z, 1.0), 1.0, weights=wet)

    around = [(3, 4), (2, 4), (2, 3), (2, 2), (3, 2), (4, 2), (4, 3), (4, 4)]
    first = int(degrees // 45.0)
    share = degrees / 45.0 - first
    wanted = np.zeros(8)
    wanted[first] += 1.0 - share
    wanted[(first + 1) % 8] += share
    np.testing.assert_allclose([total[p] for p in around], wanted, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_all_water_reaches_the_rim(seed: int):
    """Filled ground with flats and a hole: what falls is what arrives at outlets."""
    z = np.round(np.random.default_rng(seed).normal(0.0, 1.0, (25, 30)), 1)
    z[10:13, 12:16] = np.nan
    filled = fill_depressions(z)
    receivers = d8_receivers(filled, 2.0)

    total = dinf_accumulate(filled, receivers, 2.0)

    ends = receivers.ravel() == np.arange(z.size)
    assert total.ravel()[ends].sum() == pytest.approx(np.isfinite(z).sum(), rel=1e-12)
    assert not total[np.isnan(z)].any()
