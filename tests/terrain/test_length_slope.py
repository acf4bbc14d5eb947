"""Slope length and steepness: printed tables and the identity along a plane."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from twin.terrain.length_slope import (
    csle_exponent,
    csle_steepness,
    length_factor,
    length_factor_2d,
    rusle_exponent,
    rusle_steepness,
)


def columns(path: Path) -> dict[str, np.ndarray]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(r[name]) for r in rows]) for name in rows[0]}


@pytest.mark.shared
def test_length_and_steepness_equal_the_table(shared: Path) -> None:
    """RUSLE (McCool) and CSLE (Liu), closed forms, 1e-9."""
    t = columns(shared / "reference_cases" / "ls_factor_1d.csv")
    slope, length = t["slope_deg"], t["length_m"]

    for family, exponent, steepness, name in (
        ("RUSLE", rusle_exponent, rusle_steepness, "S_McCool"),
        ("CSLE", csle_exponent, csle_steepness, "S_CSLE"),
    ):
        m, s = exponent(slope), steepness(slope)
        factor = length_factor(length, m)
        np.testing.assert_allclose(m, t[f"m_{family}"], rtol=1e-9)
        np.testing.assert_allclose(s, t[name], rtol=1e-9)
        np.testing.assert_allclose(factor, t[f"L_{family}"], rtol=1e-9)
        np.testing.assert_allclose(factor * s, t[f"LS_{family}"], rtol=1e-9)


@pytest.mark.shared
def test_desmet_and_govers_equal_the_table_along_a_plane(shared: Path) -> None:
    """Cell by cell, 1e-12."""
    t = columns(shared / "reference_cases" / "ls_desmet_govers_plane.csv")

    found = length_factor_2d(t["A_in_m2"], float(t["cell_m"][0]), t["m"])

    np.testing.assert_allclose(found, t["L_desmet_govers"], rtol=1e-12)


@pytest.mark.parametrize("m", [0.2, 0.37, 0.5])
@pytest.mark.parametrize("cells", [1, 15, 100])
def test_the_mean_over_a_plane_is_the_factor_of_the_whole_slope(
    m: float, cells: int
) -> None:
    """The sum telescopes: mean L = (length / 22.13)^m."""
    inflow = np.arange(cells) * 100.0

    mean = float(np.mean(length_factor_2d(inflow, 10.0, m)))

    assert mean == pytest.approx(float(length_factor(10.0 * cells, m)), rel=1e-12)


def test_the_cap_holds_where_water_has_gathered() -> None:
    """Beyond the longest slope L is that of the cell which ends there."""
    far = length_factor_2d(np.array([1e9]), 5.0, 0.5, longest=122.0)
    end = length_factor_2d(np.array([(122.0 - 5.0) * 5.0]), 5.0, 0.5)
    np.testing.assert_allclose(far, end, rtol=1e-12)
