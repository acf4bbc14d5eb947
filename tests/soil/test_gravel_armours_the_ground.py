"""Gravel on top lowers the erodibility of what it lies in, slot by slot."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.initial import DEFAULT_GROUND
from scenarios.initial_soil import soil_column

K = DEFAULT_GROUND["soil_erodibility"]
ZONES = np.array([0, 1])


def erodibility(**more: object) -> tuple[np.ndarray, np.ndarray]:
    """Of topsoil (n,) and of subsoil and spoil (2, n): a plain cell and this one."""
    plain = dict(DEFAULT_GROUND, soil_depth=5.0)
    made = soil_column([plain, {**plain, **more}], ZONES)
    return made["soil_erodibility"], made["soil_erodibility_below"]


def test_thirty_percent_of_gravel_leaves_a_fifth():
    """exp(-0.0534 x 30) = 0.2015; layers that state none have the cell's own."""
    top, below = erodibility(gravel=30.0)

    assert top == pytest.approx([K, 0.2015 * K], rel=1e-3)
    assert below[:, 1] == pytest.approx(0.2015 * K, rel=1e-3)


def test_stony_spoil_waits_below_fine_soil():
    """Only the layer that states gravel is armoured, for when it comes to light."""
    top, below = erodibility(spoil={"gravel": 50.0})

    assert top == pytest.approx([K, K])
    assert below[:, 0] == pytest.approx(K)
    assert below[:, 1] == pytest.approx([K, K * np.exp(-2.67)])
