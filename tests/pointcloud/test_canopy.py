"""Surface, canopy and plant metrics: against published rules and reference numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from connectors.pointcloud.surface_model import (
    PitFree,
    canopy_height,
    heights_above,
    surface_elevation,
)
from connectors.pointcloud.vegetation_metrics import (
    PERCENTILES,
    Plants,
    cell_metrics,
    leaf_area_index,
    plot_metrics,
)
from twin.errors import InputError
from twin.grid import Grid

WEST, SOUTH = 500_000.0, 4_400_000.0
GRID = Grid("EPSG:32649", "unknown", WEST, SOUTH + 40.0, 1.0, (40, 40))


def crowns(pits: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First returns of a dome 12 m high; a share of them slips through to ground."""
    rng = np.random.default_rng(8)
    x, y = rng.uniform(0.0, 40.0, (2, 16_000))
    dome = 12.0 - 0.02 * ((x - 20.0) ** 2 + (y - 20.0) ** 2)
    z = np.where(rng.random(x.size) < pits, 0.1, np.maximum(dome, 0.0))
    return x + WEST, y + SOUTH, z


def test_pits_close_and_the_crown_keeps_its_height() -> None:
    """A tenth of the pulses slips through: the dome is met within its own slope."""
    x, y, z = crowns(0.1)

    plain = canopy_height(x, y, z, GRID, PitFree(levels=(0.0,)))
    closed = canopy_height(x, y, z, GRID, PitFree())

    row, column = np.mgrid[:40, :40] - 19.5
    dome = 12.0 - 0.02 * (row**2 + column**2)
    crown = dome > 6.0
    assert (plain[crown] < dome[crown] - 2.0).mean() > 0.05
    assert (closed[crown] < dome[crown] - 2.0).mean() < 0.005
    assert np.median(np.abs(closed - dome)[crown]) < 0.1


def test_bare_ground_and_holes_stay_what_they_are() -> None:
    """No plants: 0 m; no returns: NaN, in canopy and surface."""
    x, y, _ = crowns(0.0)
    use = x < WEST + 20.0
    canopy = canopy_height(x[use], y[use], np.zeros(int(use.sum())), GRID, PitFree())

    surface = surface_elevation(np.full(GRID.shape, 100.0), canopy)

    assert (surface[:, :19] == 100.0).all()
    assert np.isnan(surface[:, 21:]).all()


def test_heights_are_counted_from_the_slope_below() -> None:
    """Bilinear on a plane is exact; outside and over holes there is no height."""
    terrain = np.fromfunction(lambda i, j: 10.0 + 0.5 * (j + 0.5), GRID.shape)
    terrain[0, 0] = np.nan
    x = WEST + np.array([7.3, 20.0, 0.5, 45.0])
    y = SOUTH + np.array([10.1, 20.0, 39.5, 5.0])
    z = 10.0 + 0.5 * (x - WEST) + 3.0

    above = heights_above((x, y, z), terrain, GRID)

    np.testing.assert_allclose(above[:2], 3.0)
    assert np.isnan(above[2:]).all()


@pytest.mark.shared
def test_metrics_are_those_of_the_reference_case(shared: Path) -> None:
    """300 returns, computed elsewhere with R's type 7 percentiles."""
    home = shared / "reference_cases"
    wanted = json.loads((home / "lidar_metrics_A.json").read_text())
    height, number = np.loadtxt(
        home / "lidar_points_A.csv", delimiter=",", skiprows=1, unpack=True
    )

    every = plot_metrics(height, number == 1, Plants(counted_from=-np.inf))
    plants = plot_metrics(height, number == 1, Plants())

    for p in (25, 50, 75):
        assert every[f"p{p}"] == pytest.approx(wanted[f"all_returns_p{p}"], rel=1e-9)
    assert every["max"] == wanted["zmax"]
    assert plants["mean"] == pytest.approx(wanted["veg_returns_mean"])
    assert plants["sd"] == pytest.approx(wanted["veg_returns_sd_ddof1"])
    assert plants["cover_first"] == pytest.approx(wanted["cover_first_returns"])
    assert plants["cover_all"] == pytest.approx(wanted["cover_all_returns"])
    assert plants["gap_fraction"] == pytest.approx(wanted["gap_fraction_first"])
    lai = wanted["LAI_beer_lambert_k0_5"]
    assert plants["leaf_area_index"] == pytest.approx(lai)
    assert plants["relief_ratio"] == pytest.approx(wanted["canopy_relief_ratio"])


def test_each_cell_has_the_metrics_of_its_points() -> None:
    """Against NumPy, cell by cell."""
    rng = np.random.default_rng(9)
    x, y = rng.uniform(0.0, 40.0, (2, 9_000))
    height, first = rng.gamma(2.0, 3.0, x.size), rng.random(x.size) < 0.7
    grid = replace(GRID, cell=10.0, shape=(4, 4))

    found = cell_metrics((x + WEST, y + SOUTH, height), first, grid, Plants())

    for i, j in ((0, 0), (1, 3), (3, 2)):
        own = (y // 10 == 3 - i) & (x // 10 == j)
        plants = height[own & (height >= 2.0)]
        for p in PERCENTILES:
            assert found[f"p{p}"][i, j] == pytest.approx(np.percentile(plants, p))
        assert found["sd"][i, j] == pytest.approx(plants.std(ddof=1))
        assert found["cover_first"][i, j] == pytest.approx(
            (height[own & first] > 2.0).mean()
        )


def test_a_cell_without_returns_knows_nothing() -> None:
    """NaN, not zero: nobody looked."""
    none = np.zeros(0)

    found = cell_metrics((none, none, none), none.astype(bool), GRID, Plants())

    assert found["returns"].sum() == 0
    assert all(np.isnan(v).all() for k, v in found.items() if k != "returns")


def test_leaf_area_of_a_known_gap() -> None:
    """P = exp(-k LAI): 3 m2 of leaves with k = 0.5 leave exp(-1.5) of the sky."""
    np.testing.assert_allclose(leaf_area_index(np.exp([-1.5, 0.0])), [3.0, 0.0])
    assert np.isnan(leaf_area_index(np.array([0.0])))[0]
    with pytest.raises(InputError, match="extinction is 0"):
        leaf_area_index(np.ones(1), 0.0)


def test_levels_that_fall_are_refused() -> None:
    """The first level covers all."""
    with pytest.raises(InputError, match="levels"):
        canopy_height(*crowns(0.0), GRID, PitFree(levels=(5.0, 0.0)))
