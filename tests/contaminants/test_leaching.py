"""Leaching: against closed forms, at its declared order, without losing a gram."""

from __future__ import annotations

import numpy as np
import pytest

from twin.contaminants.leaching import DECLARED_ORDER, Layers, leach
from twin.contaminants.transport import ogata_banks
from twin.errors import InputError

WATER = 0.3


def column(
    layers: int,
    length: float,
    *,
    velocity: float,
    dispersivity: float,
    factor: float = 1.0,
    decay: float = 0.0,
) -> Layers:
    """Equal layers with drainage v x theta."""
    return Layers(
        np.full(layers, length / layers),
        np.full(layers, WATER),
        np.full((layers, 1), factor),
        dispersivity,
        np.full(1, velocity * WATER),
        decay,
    )


def contents(layers: Layers, held: np.ndarray) -> np.ndarray:
    """Concentration in the water, g m-3, (k, n)."""
    return held / (layers.factor * (layers.thickness * layers.water)[:, None])


def stepped(layers: Layers, years: float, inflow: float = 1.0, **told: bool):
    """Columns clean at first, whose water comes in with the same concentration."""
    k, n = layers.factor.shape
    return leach(layers, np.zeros((k, n)), years, inflow=np.full(n, inflow), **told)


def error(layers: int) -> float:
    """Mean difference from Ogata and Banks, R 1.8, after 2 years, (1,)."""
    v, reach, factor, years = 0.6, 0.1, 1.8, 2.0
    soil = column(layers, 3.0, velocity=v, dispersivity=reach, factor=factor)
    made = contents(soil, stepped(soil, years, fixed=True).held)[:, 0]
    # means of the layers by Gauss' two points, exact to the fourth order
    size = 3.0 / layers
    middle = (np.arange(layers) + 0.5) * size
    means = np.zeros(layers)
    for x in (middle - size / np.sqrt(12.0), middle + size / np.sqrt(12.0)):
        means += 0.5 * ogata_banks(
            x, np.full(layers, years), velocity=np.full(layers, v),
            dispersion=np.full(layers, v * reach), factor=np.full(layers, factor),
        )  # fmt: skip
    return float(np.abs(made - means).mean())


def test_the_error_falls_with_the_declared_order():
    """log2 of the ratio of errors; layers from 30 mm, a third of the dispersivity."""
    errors = [error(n) for n in (100, 200, 400)]

    orders = np.log2(np.array(errors[:-1]) / errors[1:])

    assert (orders >= DECLARED_ORDER - 0.2).all(), (errors, orders)


@pytest.mark.parametrize("fixed", [True, False])
def test_no_gram_is_lost_and_none_is_below_zero(fixed: bool):
    """Uneven layers, pulses, decay: held = before + in - out - decayed."""
    rng = np.random.default_rng(3)
    k, n = 23, 300
    soil = Layers(
        rng.uniform(0.02, 0.3, k), rng.uniform(0.1, 0.45, k),
        rng.uniform(1.0, 200.0, (k, n)), 0.05, rng.uniform(0.0, 0.6, n), 0.1,
    )  # fmt: skip
    before = rng.uniform(0.0, 5.0, (k, n)) * (rng.random((k, n)) < 0.2)

    made = leach(soil, before, 7.0, inflow=rng.uniform(0.0, 2.0, n), fixed=fixed)

    change = (made.held - before).sum(axis=0)
    moved = before.sum(axis=0) + made.entered
    leak = np.abs(change - (made.entered - made.left - made.decayed))
    assert (leak <= 1e-13 * np.maximum(moved, 1e-3)).all()
    assert (made.held >= 0.0).all()


def test_a_sharp_pulse_neither_overshoots_nor_is_smeared_like_the_first_order():
    """Plug flow for a year moves by v / R = 0.5 m. First order would smear each edge by
    s = sqrt(v / R dz (1 - 0.4) t), 2 s / sqrt(2 pi) in the mean: at most half of that.
    """
    soil = column(200, 2.0, velocity=1.0, dispersivity=0.0, factor=2.0)
    before = np.zeros((200, 1))
    before[20:80, 0] = 0.01 * WATER * 2.0  # 1 g m-3 from 0.2 to 0.8 m

    made = contents(soil, leach(soil, before, 1.0, inflow=np.zeros(1)).held)[:, 0]

    exact = np.zeros(200)
    exact[70:130] = 1.0
    assert made.max() <= 1.0 + 1e-12
    assert made[90:110] == pytest.approx(1.0, abs=1e-3)
    smeared = 2.0 * 2.0 * np.sqrt(0.5 * 0.01 * 0.6) / np.sqrt(2.0 * np.pi)
    assert np.abs(made - exact).sum() * 0.01 < 0.5 * smeared
    assert made.sum() == pytest.approx(60.0, rel=1e-12)


def test_decay_at_rest_follows_its_law():
    """Without drainage exp(-lambda t) is left, to rounding."""
    soil = column(5, 1.0, velocity=0.0, dispersivity=0.1, decay=0.5)

    made = leach(soil, np.ones((5, 1)), 3.0, inflow=np.zeros(1))

    np.testing.assert_allclose(made.held, np.exp(-1.5), rtol=1e-12)


def test_steady_decay_falls_with_depth_as_its_closed_form():
    """c = exp((v - sqrt(v2 + 4 lambda R D)) x / 2 D), van Genuchten & Alves 1982, A."""
    v, reach, factor, decay = 0.8, 0.1, 3.0, 0.2
    soil = column(200, 6.0, velocity=v, dispersivity=reach, factor=factor, decay=decay)

    made = contents(soil, stepped(soil, 60.0, fixed=True).held)[:, 0]

    x = (np.arange(200) + 0.5) * 0.03
    rate = (v - np.sqrt(v * v + 4.0 * decay * factor * v * reach)) / (2.0 * v * reach)
    assert np.abs(made - np.exp(rate * x))[:150].max() < 1e-3


def test_layers_that_hold_no_water_are_refused_by_name():
    with pytest.raises(InputError, match="water: below"):
        Layers(np.ones(2), np.array([0.3, 0.0]), np.ones((2, 1)), 0.1, np.zeros(1))
