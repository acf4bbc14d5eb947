"""Creep: its order, its closed forms, the rim, and soil that is only moved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from twin.errors import InputError
from twin.landform.creep import CreepLaw, creep, creep_to_failure
from twin.terrain.cells import INTERIOR, OUTLET, cell_flags


def strip(cells: int) -> np.ndarray:
    flags = np.full(cells, INTERIOR, dtype=np.uint8)
    flags[[0, -1]] = OUTLET
    return flags


def order(sizes: list[float], errors: list[float]) -> float:
    """Slope of the errors in a double logarithmic plot."""
    return float(np.polyfit(np.log(sizes), np.log(errors), 1)[0])


def test_linear_creep_is_of_second_order_in_space():
    """Half a sine between its ends decays by exp(-D k2 t); declared order 2.

    The ends take what comes and give nothing, so they stay. Steps in time shrink with
    the square of the cell, so they add no lower order.
    """
    sizes, errors = [], []
    for cells in (17, 33, 65, 129):
        x = np.linspace(0.0, 100.0, cells)
        k = np.pi / 100.0
        z = np.sin(k * x)[None]
        faces = creep(z, strip(cells), float(x[1]), 0.02, 5000.0)
        wanted = z * np.exp(-0.02 * k * k * 5000.0)
        sizes.append(float(x[1]))
        errors.append(float(np.abs(z + faces.rise(strip(cells))[0] - wanted).max()))

    assert order(sizes, errors) >= 1.8


def test_linear_creep_is_of_first_order_in_time():
    """Half a sine on one grid decays by exp(-l t), l = 4 D sin2(k dx/2) / dx2."""
    cells, d = 33, 0.02
    x = np.linspace(0.0, 100.0, cells)
    k, cell = np.pi / 100.0, float(x[1])
    rate = 4.0 * d * np.sin(0.5 * k * cell) ** 2 / cell**2
    steps, errors = [], []
    for years in (80.0, 40.0, 20.0, 10.0):
        z = np.sin(k * x)[None]
        for _ in range(int(4000.0 / years)):
            z = z + creep(z, strip(cells), cell, d, years).rise(strip(cells))[0]
        steps.append(years)
        errors.append(float(np.abs(z - np.sin(k * x) * np.exp(-rate * 4000.0)).max()))

    assert order(steps, errors) >= 0.8


def test_nonlinear_creep_holds_the_profile_of_its_own_law():
    """Steady: U x = D S (1 + (S/Sc)^2 + (S/Sc)^4); slope by root, height by quadrature.

    The profile laid out so loses U a year everywhere; second order, so halving the
    cell leaves a quarter of the error.
    """
    law, uplift = CreepLaw(0.01, 0.6, terms=2, steepest=3.0), 2e-4

    def slope(x: float) -> float:
        def excess(s: float) -> float:
            y = (s / law.critical) ** 2
            return law.diffusivity * s * (1.0 + y + y * y) - uplift * x

        return float(brentq(excess, 0.0, 10.0))

    sizes, errors = [], []
    for cells in (21, 41, 81):
        x = np.linspace(-40.0, 40.0, cells)
        z = np.array([[quad(slope, abs(v), 40.0, epsabs=1e-12)[0] for v in x]])
        cell = float(x[1] - x[0])
        rise, _ = creep_to_failure(z, strip(cells), cell, law, 0.01).rise(strip(cells))
        sizes.append(cell)
        errors.append(float(np.abs(rise[0, 1:-1] / 0.01 + uplift).max()) / uplift)

    assert errors[-1] < 0.02
    assert order(sizes, errors) >= 1.8


def test_with_a_far_slope_of_failure_both_laws_agree():
    """(S/Sc)^2 vanishes as Sc grows."""
    z = np.random.default_rng(1).normal(0.0, 0.2, (12, 14)).cumsum(axis=1)
    flags = cell_flags(z)

    plain = creep(z, flags, 2.0, 0.02, 1.0)
    curved = creep_to_failure(z, flags, 2.0, CreepLaw(0.02, 1e9), 1.0)

    np.testing.assert_allclose(curved.east, plain.east, atol=1e-15)
    np.testing.assert_allclose(curved.south, plain.south, atol=1e-15)


def test_a_plane_creeps_alike_whichever_way_it_falls():
    """The factor of a face sees the whole slope, not only its part across the face.

    Plane of slope 0.5 in direction 30 degrees: q east = D 0.5 cos 30 (1 + (0.5/Sc)^2).
    """
    y, x = np.mgrid[0:9, 0:9] * 2.0
    fall = 0.5 * np.array([np.cos(np.pi / 6), np.sin(np.pi / 6)])
    z = -(fall[0] * x + fall[1] * y)

    faces = creep_to_failure(z, cell_flags(z), 2.0, CreepLaw(0.01, 0.8, 1), 1.0)

    factor = 0.01 * (1.0 + (0.5 / 0.8) ** 2) / 2.0
    np.testing.assert_allclose(faces.east[1:-1, 1:-2], fall[0] * factor, rtol=1e-12)
    np.testing.assert_allclose(faces.south[1:-2, 1:-1], fall[1] * factor, rtol=1e-12)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), bends=st.booleans(), years=st.floats(0.1, 900.0))
def test_soil_is_moved_never_made(seed: int, bends: bool, years: float):
    """What is cut is laid down or gone, also where soil is short; 1e-9 of it."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0.0, 1.0, (11, 13))
    mask = rng.random(z.shape) < 0.9
    flags = cell_flags(z, mask)
    law = CreepLaw(0.02, 0.6)
    faces = (
        creep_to_failure(z, flags, 2.0, law, years)
        if bends
        else creep(z, flags, 2.0, 0.02, years)
    )
    most = rng.choice([0.0, 0.01, 10.0], z.shape)

    held = faces.limited(most)
    change, gone = held.rise(flags)

    cut = held.given().sum()
    assert abs(change.sum() + gone.sum()) <= 1e-9 * max(cut, 1e-300)
    assert (held.given() <= most * (1.0 + 1e-12)).all()
    assert not change[~mask].any()
    assert gone.min() >= 0.0


def test_a_mirrored_ground_creeps_mirrored():
    """Left and right, north and south play no part."""
    z = np.random.default_rng(3).normal(0.0, 1.0, (10, 12))
    law = CreepLaw(0.05, 0.7)

    plain = creep_to_failure(z, cell_flags(z), 1.0, law, 3.0).rise(cell_flags(z))[0]
    turned = z[::-1, ::-1].copy()
    back = creep_to_failure(turned, cell_flags(turned), 1.0, law, 3.0)
    mirrored = back.rise(cell_flags(turned))[0]

    np.testing.assert_allclose(mirrored[::-1, ::-1], plain, rtol=1e-12, atol=1e-15)


def test_a_negative_diffusivity_is_refused():
    z = np.zeros((3, 3))
    with pytest.raises(InputError, match="must not be negative"):
        creep(z, cell_flags(z), 1.0, -0.01, 1.0)
