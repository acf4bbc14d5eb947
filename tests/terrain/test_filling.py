"""Depressions: peers' numbers, the definition itself, and the edges of masks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import InputError
from twin.terrain.depressions import fill_depressions
from twin.terrain.pits import fill_shallow


def rough(
    seed: int, rows: int = 23, columns: int = 31, step: float = 0.0
) -> np.ndarray:
    z = np.random.default_rng(seed).normal(0.0, 3.0, (rows, columns))
    return np.round(z / step) * step if step else z


def least_highest_pass(z: np.ndarray) -> np.ndarray:
    """Fill by relaxation: what no path to the rim can undercut."""
    filled = np.where(np.isfinite(z), np.inf, np.nan)
    ground = np.pad(np.isfinite(z), 1)
    inner = np.ones(z.shape, dtype=bool)
    for r in range(3):
        for c in range(3):
            inner &= ground[r : r + z.shape[0], c : c + z.shape[1]]
    filled[np.isfinite(z) & ~inner] = z[np.isfinite(z) & ~inner]
    while True:
        p = np.pad(filled, 1, constant_values=np.inf)
        low = np.min(
            [
                p[r : r + z.shape[0], c : c + z.shape[1]]
                for r in range(3)
                for c in range(3)
            ],
            axis=0,
        )
        new = np.where(inner, np.maximum(z, np.minimum(filled, low)), filled)
        if np.array_equal(new, filled, equal_nan=True):
            return filled
        filled = new


@pytest.mark.shared
def test_fill_equals_three_peers_on_a_pit_and_a_dump(shared: Path) -> None:
    """richdem, landlab and a brute force agree on this DEM to 0.0."""
    cases = shared / "reference_cases"
    z = np.loadtxt(cases / "dem_pit_dump_40x48_dem.csv", delimiter=",")
    wanted = np.loadtxt(cases / "dem_pit_dump_40x48_filled_expected.csv", delimiter=",")
    told = json.loads(
        (cases / "dem_pit_dump_40x48_summary.json").read_text(encoding="utf-8")
    )

    filled = fill_depressions(z)

    assert np.abs(filled - wanted).max() <= 1e-6
    assert np.count_nonzero(filled > z) == told["n_filled_cells"]
    volume = (filled - z).sum() * told["cell_size_m"] ** 2
    assert volume == pytest.approx(told["fill_volume_m3"], rel=1e-9)


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), step=st.sampled_from([0.0, 1.0]))
def test_fill_is_the_least_highest_pass_to_the_rim(seed: int, step: float) -> None:
    """The definition, on rough ground and on ground full of flats and ties."""
    z = rough(seed, step=step)

    filled = fill_depressions(z)

    np.testing.assert_array_equal(filled, least_highest_pass(z))


def test_holes_of_the_survey_let_water_out() -> None:
    """A bowl with a hole in its bottom is not a depression."""
    y, x = np.mgrid[-10:11, -10:11]
    bowl = (x**2 + y**2).astype(float)
    holed = np.where(np.hypot(x, y) < 1.5, np.nan, bowl)

    filled = fill_depressions(holed)

    np.testing.assert_array_equal(filled, holed)
    assert fill_depressions(bowl)[10, 10] == bowl[0, 10]


def test_a_rise_on_flats_makes_every_cell_drain() -> None:
    """With a gradient of 1e-3 m a cell each cell has a neighbour that is lower."""
    z = rough(7)

    filled = fill_depressions(z, epsilon=1e-3)

    level = fill_depressions(z)
    assert np.all(filled >= level)
    inner = filled[1:-1, 1:-1]
    lowest = np.min(
        [
            filled[1 + r : 22 + r, 1 + c : 30 + c]
            for r in (-1, 0, 1)
            for c in (-1, 0, 1)
            if r or c
        ],
        axis=0,
    )
    assert np.all(lowest < inner)


def test_an_open_pit_is_kept_and_dips_of_the_survey_are_filled() -> None:
    """A pit of 30 m stays, one of 0.2 m goes, and the pit's own dips go too."""
    y, x = np.mgrid[0:60, 0:80].astype(float)
    z = 100.0 + 0.1 * x
    z[30, 70] -= 0.2
    pit = np.hypot(x - 30.0, y - 30.0) < 12.0
    z[pit] = 70.0 + 0.5 * np.hypot(x - 30.0, y - 30.0)[pit]
    z[30, 36] -= 1.0

    filled, bottoms = fill_shallow(z, least_depth=0.5, least_cells=10)

    assert np.argwhere(bottoms).tolist() == [[30, 30]]
    assert filled[30, 30] == z[30, 30]
    assert filled[30, 70] > z[30, 70]
    assert filled[30, 36] > z[30, 36]


def test_a_list_of_cells_is_refused_with_the_way_to_mend_it() -> None:
    """Arrays of State have one axis; the terrain works on rasters."""
    with pytest.raises(InputError, match="expand"):
        fill_depressions(np.zeros(9))
