"""Local mine grids: known moves come back, errors are told, outliers are named."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from twin.errors import InputError
from twin.local_grid import ControlPoint, LocalGrid, fit_local_grid

CRS = "EPSG:4547"
TRUE = LocalGrid(CRS, (0.0, 0.0), (512_345.678, 3_987_654.321), 23.5, 0.99987, 41.25)


def control(
    n: int, noise: float = 0.0, seed: int = 0, grid: LocalGrid = TRUE
) -> list[ControlPoint]:
    """Points over 3 km by 2 km in a local grid, known with normal noise."""
    rng = np.random.default_rng(seed)
    local = rng.uniform([0.0, 0.0, 900.0], [3000.0, 2000.0, 1000.0], (n, 3))
    known = grid.forward(local) + rng.normal(0.0, noise, (n, 3))
    return [
        ControlPoint(f"P{i}", (a[0], a[1]), (b[0], b[1]), a[2], b[2])
        for i, (a, b) in enumerate(zip(local, known, strict=True))
    ]


def test_a_known_move_comes_back_from_clean_points() -> None:
    """Without noise least squares gives the parameters to rounding."""
    fit = fit_local_grid(control(6), CRS)

    places = np.array([[0.0, 0.0, 0.0], [3000.0, 2000.0, 50.0]])
    assert fit.grid.forward(places) == pytest.approx(TRUE.forward(places), abs=1e-8)
    assert fit.grid.rotation_deg == pytest.approx(23.5, abs=1e-10)
    assert fit.grid.scale == pytest.approx(0.99987, abs=1e-12)
    assert fit.grid.height_offset == pytest.approx(41.25, abs=1e-9)
    assert fit.redundancy == 8
    assert fit.outlier is None


def test_forward_and_inverse_undo_each_other_to_a_nanometre() -> None:
    """A double below 4 194 304 m has steps of 4.7e-10 m; rounding is half of that."""
    rng = np.random.default_rng(3)
    local = rng.uniform(-5000.0, 5000.0, (10_000, 3))

    known = TRUE.forward(local)

    assert np.abs(TRUE.inverse(known) - local).max() < 1e-9
    assert np.abs(TRUE.forward(TRUE.inverse(known)) - known).max() < 1e-9


def test_two_points_determine_it_exactly_and_that_is_said() -> None:
    """Four numbers from four: nothing is left over to tell an error from."""
    fit = fit_local_grid(control(2, noise=0.5), CRS)

    assert np.abs(fit.residuals).max() < 1e-8
    assert fit.redundancy == 0
    assert fit.sigma is None
    assert fit.shift_error is fit.scale_error is fit.rotation_error_deg is None
    assert any("exactly" in note for note in fit.notes)


def test_the_standard_errors_are_those_of_repeated_surveys() -> None:
    """Over 400 surveys the parameters spread as each fit states, within 10 %."""
    base = control(8)
    fits = []
    for seed in range(400):
        step = np.random.default_rng(seed).normal(0.0, 0.02, (8, 2))
        moved = [
            replace(p, known=(p.known[0] + e, p.known[1] + n))
            for p, (e, n) in zip(base, step, strict=True)
        ]
        fits.append(fit_local_grid(moved, CRS))

    def stated(name: str) -> float:
        return float(np.sqrt(np.mean([getattr(f, name) ** 2 for f in fits])))

    assert stated("sigma") == pytest.approx(0.02, rel=0.05)
    scale = np.std([f.grid.scale for f in fits])
    assert scale == pytest.approx(stated("scale_error"), rel=0.1)
    turn = np.std([f.grid.rotation_deg for f in fits])
    assert turn == pytest.approx(stated("rotation_error_deg"), rel=0.1)
    east = np.std([f.grid.known_origin[0] for f in fits])
    assert east == pytest.approx(stated("shift_error"), rel=0.1)


def test_the_one_bad_point_is_named_and_good_ones_are_not() -> None:
    """A blunder of 20 sigma stands out; among good sets 5 % or fewer are accused."""
    points = control(7, noise=0.02, seed=4)
    bad = replace(points[2], known=(points[2].known[0] + 0.4, points[2].known[1]))

    fit = fit_local_grid([*points[:2], bad, *points[3:]], CRS)
    accused = [fit_local_grid(control(7, 0.02, s), CRS).outlier for s in range(300)]

    assert fit.outlier == "P2"
    assert any("P2" in note for note in fit.notes)
    assert np.mean([name is not None for name in accused]) < 0.08


def test_a_local_grid_in_feet_is_told_by_its_scale() -> None:
    fit = fit_local_grid(control(5, grid=replace(TRUE, scale=0.3048)), CRS)

    assert any("feet" in note for note in fit.notes)


def test_northing_first_is_refused_not_fitted() -> None:
    """Swapped columns are a mirror, which no rotation and scale can be."""
    turned = [replace(p, local=(p.local[1], p.local[0])) for p in control(5, 0.02)]

    with pytest.raises(InputError, match="swapped"):
        fit_local_grid(turned, CRS)


@pytest.mark.parametrize(
    ("points", "told"),
    [
        (control(1), "too few"),
        ([replace(control(1)[0], name=n) for n in "ab"], "one place"),
        (control(3) + control(1), "twice"),
        ([*control(2), replace(control(3)[2], local=(np.nan, 0.0))], "no number"),
        ([*control(2), replace(control(3)[2], known_height=None)], "one system"),
    ],
)
def test_points_that_tell_no_grid_are_refused(
    points: list[ControlPoint], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        fit_local_grid(points, CRS)


def test_it_goes_through_the_site_file_without_loss() -> None:
    """JSON and YAML write doubles so that they read back the same."""
    grid = fit_local_grid(control(6, 0.02), CRS).grid

    assert LocalGrid.from_dict(json.loads(json.dumps(grid.to_dict()))) == grid
    with pytest.raises(InputError, match="rotation_deg"):
        LocalGrid.from_dict({k: v for k, v in grid.to_dict().items() if "deg" not in k})
    with pytest.raises(InputError, match="easting, northing"):
        LocalGrid.from_dict({**grid.to_dict(), "local_origin": 3.0})
