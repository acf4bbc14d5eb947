"""Co-registration: known shifts come back, bias is bias, flat ground is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from twin.change.coregister import coregister, level
from twin.change.correlation import Correlation, Spherical
from twin.change.shift_error import median_excess, shift_covariance
from twin.change.stable_ground import StableRules, stable_ground
from twin.errors import InputError
from twin.grid import Grid
from twin.surface import Surface

CELL = 2.0
WAVES = 14


def hills(east: np.ndarray, north: np.ndarray, seed: int = 3) -> np.ndarray:
    """A sum of plane waves 60 to 400 m long: smooth ground known everywhere."""
    rng = np.random.default_rng(seed)
    z = np.zeros(np.broadcast(east, north).shape)
    for _ in range(WAVES):
        length, turn = rng.uniform(60.0, 400.0), rng.uniform(0.0, 2.0 * np.pi)
        along = east * np.sin(turn) + north * np.cos(turn)
        z += 0.012 * length * np.sin(2 * np.pi * along / length + rng.uniform(0, 6.28))
    return z


def surface(
    z: np.ndarray, name: str, west: float = 0.0, north: float = 600.0, **layers: object
) -> Surface:
    grid = Grid("EPSG:32649", "EPSG:5737", west, north, CELL, z.shape)
    when = date(2020, 1, 1) if name == "a" else date(2024, 1, 1)
    told = {k: np.asarray(v, dtype=np.float32) for k, v in layers.items()}
    return Surface(name, when, "surveyed", {}, grid, z.astype(np.float32), layers=told)


def ground(east: float = 0.0, north: float = 0.0, shape: object = (300, 320)):
    """Heights of hills that were carried by (east, north)."""
    rows, columns = shape
    x = (np.arange(columns)[None, :] + 0.5) * CELL - east
    y = 600.0 - (np.arange(rows)[:, None] + 0.5) * CELL - north
    return hills(x, y)


def sum_of_squared_weights(offset: float) -> float:
    """Of Keys' four weights at a fraction of a cell, a = -1/2."""
    u = offset % 1.0
    near, far = np.array([u, 1.0 - u]), np.array([1.0 + u, 2.0 - u])
    inner = 1.5 * near**3 - 2.5 * near**2 + 1.0
    outer = -0.5 * far**3 + 2.5 * far**2 - 4.0 * far + 2.0
    return float((inner**2).sum() + (outer**2).sum())


@pytest.mark.parametrize(
    ("east", "north", "up"),
    [(0.7, -1.3, 0.4), (-0.31, 0.05, -0.54), (5.2, -7.4, 2.0), (0.0, 0.0, 0.0)],
)
def test_a_known_shift_comes_back_within_a_few_hundredths_of_a_cell(
    east: float, north: float, up: float
) -> None:
    """B is the hills carried by (e, n, u); the move that aligns it is (-e, -n, -u).

    What is left is A's noise and B's after interpolation, which averages it: its
    variance is the sum of the squared weights, here of cubic convolution.
    """
    noise = np.random.default_rng(7).normal(0.0, 0.05, (2, 300, 320))
    a = surface(ground() + noise[0], "a")
    b = surface(ground(east, north) + up + noise[1], "b")

    found = coregister(a, b, stable_ground(a, b))

    assert found.east == pytest.approx(-east, abs=0.03 * CELL)
    assert found.north == pytest.approx(-north, abs=0.03 * CELL)
    assert found.up == pytest.approx(-up, abs=0.01)
    kept = sum_of_squared_weights(east / CELL) * sum_of_squared_weights(north / CELL)
    assert found.nmad_after == pytest.approx(0.05 * np.sqrt(1.0 + kept), rel=0.03)
    assert found.rmse_after <= found.rmse_before + 1e-3


def test_the_standard_errors_are_those_of_repeated_surveys() -> None:
    """Over 30 seeds the spread of the shift found is what each of them states.

    Half the noise is shared within some 12 cells, which makes the true spread several
    times that of independent cells.
    """
    truth, seen, stated = ground(), [], []
    for seed in range(30):
        noise = np.random.default_rng(seed).normal(0.0, 0.1, (3, 300, 320))
        # a Gaussian filter of s cells leaves a spread of 1 / (2 s sqrt pi)
        noise[2] = gaussian_filter(noise[2], 4.0, mode="wrap") * 8.0 * np.sqrt(np.pi)
        a = surface(truth + noise[0], "a")
        b = surface(truth + noise[1] + noise[2], "b")
        found = coregister(a, b, stable_ground(a, b))
        seen.append((found.east, found.north, found.up))
        stated.append((found.east_error, found.north_error, found.up_error))

    ratio = np.std(seen, axis=0) / np.mean(stated, axis=0)

    # the standard deviation of 30 is known to 13 %
    assert (ratio > 0.64).all()
    assert (ratio < 1.36).all()


def test_covariance_of_a_shift_is_that_of_all_pairs_of_cells() -> None:
    """(X'X)^-1 X'CX (X'X)^-1 with every pair written out, on ragged ground."""
    rng = np.random.default_rng(6)
    rise = rng.normal(0.1, 0.3, (2, 17, 13))
    stable = rng.random((17, 13)) < 0.7
    model = Correlation(0.02, (Spherical(0.03, 8.0),))
    r, c = np.nonzero(stable)
    x = np.stack([rise[0][stable], rise[1][stable], np.ones(r.size)], axis=1)
    apart = 2.0 * np.hypot(r[:, None] - r, c[:, None] - c)
    errors = model.covariance(apart) + model.nugget * np.eye(r.size)
    inverse = np.linalg.inv(x.T @ x)
    wanted = inverse @ x.T @ errors @ x @ inverse
    wanted[2, 2] += median_excess(stable, 2.0, model)

    found = shift_covariance(stable, (rise[0], rise[1]), 2.0, model, drawn=r.size)

    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-9)


def test_a_quarry_does_not_pull_the_shift() -> None:
    """A fifth of the site is dug out by 12 m; the shift is that of the rest."""
    noise = np.random.default_rng(1).normal(0.0, 0.05, (2, 300, 320))
    dug = np.zeros((300, 320))
    dug[80:200, 100:260] = -12.0
    a = surface(ground() + noise[0], "a")
    b = surface(ground(0.9, 0.6) + dug + noise[1], "b")

    stable = stable_ground(a, b)
    found = coregister(a, b, stable)

    assert not stable.mask[90:190, 110:250].any()
    assert found.east == pytest.approx(-0.9, abs=0.03 * CELL)
    assert found.north == pytest.approx(-0.6, abs=0.03 * CELL)
    assert abs(found.up) < 0.01


def test_moving_by_the_shift_found_leaves_only_noise() -> None:
    """``apply`` carries the surface back: what remains is the noise of two surveys."""
    a = surface(ground(), "a")
    b = surface(ground(0.7, -1.1) + 0.3, "b")

    found = coregister(a, b, stable_ground(a, b))
    left = found.apply(b).elevation - a.elevation

    inner = left[5:-5, 5:-5]
    assert np.abs(inner).max() < 0.02


def test_no_move_leaves_heights_as_they_are() -> None:
    """A shift of nothing resamples nothing: the same bits."""
    a = surface(ground(), "a")
    still = level(a, a, stable_ground(a, a))

    again = still.apply(a)

    assert still.up == 0.0
    np.testing.assert_array_equal(again.elevation, a.elevation)


def test_surveys_of_other_extents_are_brought_onto_each_other() -> None:
    """B begins half a cell and 20 cells further; its heights are of the same hills."""
    a = surface(ground(), "a")
    x = 41.0 + (np.arange(260)[None, :] + 0.5) * CELL
    y = 559.0 - (np.arange(220)[:, None] + 0.5) * CELL
    b = surface(hills(x, y) - 0.54, "b", west=41.0, north=559.0)

    found = coregister(a, b, stable_ground(a, b))

    assert np.hypot(found.east, found.north) < 0.03 * CELL
    assert found.up == pytest.approx(0.54, abs=5e-3)


def test_flat_ground_tells_no_shift_in_plan_but_a_height() -> None:
    """A plain: coregister refuses and names level, which finds the bias."""
    noise = np.random.default_rng(5).normal(0.0, 0.03, (2, 300, 320))
    noise -= noise.mean(axis=(1, 2), keepdims=True)
    plain = np.zeros((300, 320))
    a, b = (
        surface(plain + noise[0] / 10, "a"),
        surface(plain + noise[1] / 10 - 0.5, "b"),
    )
    stable = stable_ground(a, b)

    with pytest.raises(InputError, match=r"level\(\)"):
        coregister(a, b, stable)
    found = level(a, b, stable)

    assert found.up == pytest.approx(0.5, abs=2e-4)
    assert (found.east, found.north) == (0.0, 0.0)


def test_plants_and_steep_walls_are_not_stable_ground() -> None:
    """Canopy above 0.5 m, cells without points and slopes above the limit are out."""
    z = ground()
    canopy = np.zeros(z.shape)
    canopy[:50] = 3.0
    density = np.ones(z.shape)
    density[:, :40] = 0.0
    a = surface(z, "a", canopy_height=canopy)
    b = surface(z + 0.01, "b", point_density=density)

    found = stable_ground(a, b, StableRules(max_slope_deg=8.0))

    assert found.origin == "found"
    assert not found.mask[:50].any()
    assert not found.mask[:, :40].any()
    slope = np.hypot(*np.gradient(z, CELL))
    assert slope[found.mask].max() < np.tan(np.radians(9.0))
    assert found.share == pytest.approx(found.mask.mean())


def test_given_ground_is_taken_as_it_is_and_too_little_is_refused() -> None:
    """A person's mask wins over clipping; 99 cells tell no spread."""
    z = ground()
    a, b = surface(z, "a"), surface(z + 0.2, "b")
    mask = np.zeros(z.shape, dtype=bool)
    mask[:10, :10] = True

    found = stable_ground(a, b, given=mask)
    mask = mask.copy()
    mask[0, 0] = False

    assert (found.origin, found.rounds) == ("given", 0)
    assert found.bias == pytest.approx(0.2, abs=1e-5)
    with pytest.raises(InputError, match="99 of"):
        stable_ground(a, b, given=mask)
    with pytest.raises(InputError, match="rasterise it"):
        stable_ground(a, b, given=mask[1:])


def test_cells_of_another_size_are_refused() -> None:
    """Averaging is a decision of the import, not of the subtraction."""
    a = surface(ground(), "a")
    coarse = replace(a.grid, cell=4.0)
    with pytest.raises(InputError, match="cells of 4 m"):
        stable_ground(a, replace(a, grid=coarse))
