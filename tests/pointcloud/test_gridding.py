"""Cells from points: the same numbers by hand, and by any number of threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from clouds import write_cloud

from connectors.audit import Audit
from connectors.pointcloud import survey
from connectors.pointcloud.gridding import Gridded
from connectors.pointcloud.header import read_header
from connectors.pointcloud.reference_system import reference
from connectors.pointcloud.survey import Cloud, grid_survey
from twin.errors import InputError
from twin.grid import Grid

GRID = Grid("EPSG:32649", "unknown", 500_000.0, 4_400_100.0, 2.0, (50, 50))


def gridded(x: np.ndarray, y: np.ndarray, z: np.ndarray, threads: int) -> Gridded:
    """Grid points in three chunks."""
    made = Gridded(GRID, 1000.0)
    with ThreadPoolExecutor(threads) as pool:
        for part in np.array_split(np.arange(x.size), 3):
            made.add((x[part], y[part], z[part]), np.ones(part.size, bool), pool)
    return made


def cloud(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points without order."""
    rng = np.random.default_rng(5)
    x, y = rng.uniform(0.0, 100.0, (2, n))
    return 500_000.0 + x, 4_400_000.0 + y, rng.normal(1000.0, 20.0, n)


def test_any_number_of_threads_gives_the_same_bits() -> None:
    """A cell belongs to one thread, which adds its points in the file's order."""
    points = cloud(100_000)

    one = gridded(*points, 1).cells

    for threads in (2, 3, 8):
        np.testing.assert_array_equal(gridded(*points, threads).cells, one)


def test_statistics_of_a_cell_are_those_of_its_points() -> None:
    """Count, extremes, mean and variance against NumPy, cell by cell."""
    x, y, z = cloud(20_000)
    made = gridded(x, y, z, 2)

    rows = np.floor((GRID.north - y) / 2.0).astype(int)
    columns = np.floor((x - GRID.west) / 2.0).astype(int)
    for row, column in ((0, 0), (17, 31), (49, 49)):
        own = z[(rows == row) & (columns == column)]
        found = [
            a[row, column]
            for a in (made.count, made.low, made.high, made.mean, made.variance)
        ]
        wanted = [own.size, own.min(), own.max(), own.mean(), own.var(ddof=1)]
        np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_points_on_every_edge_of_the_grid_belong_to_it() -> None:
    """A lattice from edge to edge loses no point; one step further is outside."""
    x = np.array([500_000.0, 500_100.0, 500_000.0, 500_100.0, 500_100.001])
    y = np.array([4_400_000.0, 4_400_000.0, 4_400_100.0, 4_400_100.0, 4_400_050.0])

    made = gridded(x, y, np.full(5, 1000.0), 2)

    assert made.count.sum() == 4
    assert made.outside == 1


def test_too_large_a_site_for_the_filter_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The filter works on 1 m cells whatever the site's cell is."""
    header = read_header(write_cloud(tmp_path / "survey.laz"))
    monkeypatch.setattr(survey, "MAX_FILTERED", 5_000)

    with pytest.raises(InputError, match=r"survey\.laz.*ground: classes"):
        grid_survey(
            [Cloud(header, reference(header, None, None))],
            GRID, ground="smrf", audit=Audit(),
        )  # fmt: skip
