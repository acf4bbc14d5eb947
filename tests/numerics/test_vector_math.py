"""The vectorised exponential and logarithm against the C library."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.numerics.vector_math import vexp, vlog


def test_exponential_is_as_good_as_the_library():
    x = np.concatenate([np.linspace(-700, 700, 4001), np.linspace(-1e-3, 1e-3, 501)])

    mine = np.array([vexp(v) for v in x])

    assert np.abs(mine / np.exp(x) - 1.0).max() < 1e-15


def test_exponential_is_exact_at_zero_and_clamped_far_out():
    assert vexp(0.0) == 1.0
    assert 0.0 < vexp(-1e9) < 1e-300
    assert math.isfinite(vexp(1e9))
    assert math.isnan(vexp(math.nan))


def test_logarithm_is_as_good_as_the_library():
    x = np.exp(np.linspace(-690, 690, 4001))

    mine = np.array([vlog(v) for v in x])

    assert mine == pytest.approx(np.log(x), rel=1e-15, abs=1e-15)
    assert vlog(1.0) == 0.0
    assert math.isfinite(vlog(0.0))
