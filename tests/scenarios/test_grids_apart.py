"""A run of another grid than its site's, or than another run's, is told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from connectors.audit import Audit
from connectors.surfaces import save_surface
from scenarios.compare import compare
from scenarios.other_grid import look_at_runs
from twin.errors import OtherGrid
from twin.grid import Grid
from twin.site import Built, Site
from twin.store import Run, RunWriter
from twin.surface import Surface

GRID = Grid("EPSG:32649", "EPSG:5737", 500_000.0, 4_370_000.0, 10.0, (20, 30))
GROUND = "2024-05-20-surveyed"
SITE = """
version: 1
name: Small mine
crs: EPSG:32649
vertical: EPSG:5737
cell: 10
"""


def masked(*cells: tuple[int, int]) -> Grid:
    """The grid without these cells."""
    mask = np.ones(GRID.shape, dtype=bool)
    for cell in cells:
        mask[cell] = False
    return replace(GRID, mask=mask)


def built(folder: Path, grid: Grid) -> Site:
    """A site whose one surface has ground in the active cells of a grid."""
    folder.mkdir(exist_ok=True)
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    heights = grid.expand(np.full(grid.n, 1200.0, np.float32))
    surface = Surface(
        GROUND, date(2024, 5, 20), "surveyed", {}, replace(grid, mask=None), heights
    )
    save_surface(surface, folder / "surfaces", Audit())
    Built(grid.to_dict(), (GROUND,)).save(folder)
    return Site.open(folder)


def made(folder: Path, grid: Grid, surface: str = GROUND) -> Run:
    """A run of one instant with the indicators of one parcel."""
    writer = RunWriter.create(
        folder, grid=grid, zone_names=("site",), zones=np.zeros(grid.n, np.int64),
        times=[date(2025, 1, 1)], layers=("elevation",), axes={},
        about={"surface": surface},
    )  # fmt: skip
    writer.write(0, {"elevation": np.full(grid.n, 1200.0)})
    rows = b"parcel,date,area_ha,cover\nsite,2025-01-01,6,50\n"
    writer.finish(closure={}, files={"indicators.csv": rows})
    return Run.open(folder)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (replace(GRID, cell=5.0), ["cell 10 m instead of 5 m"]),
        (replace(GRID, west=499_990.0), ["west 500000 m instead of 499990 m"]),
        (replace(GRID, shape=(20, 31)), ["shape 20 x 30 instead of 20 x 31"]),
        (replace(GRID, crs="EPSG:32650"), ["crs EPSG:32649 instead of EPSG:32650"]),
        (replace(GRID, vertical="unknown"), ["vertical EPSG:5737 instead of unknown"]),
        (masked((0, 0), (3, 4)), ["active cells: 2 only here, 0 only there"]),
        (
            replace(GRID, cell=5.0, north=4_370_005.0, shape=(41, 60)),
            [
                "cell 10 m instead of 5 m",
                "north 4370000 m instead of 4370005 m",
                "shape 20 x 30 instead of 41 x 60",
            ],
        ),
        (replace(GRID, crs=CRS("EPSG:32649").to_wkt()), []),
        (masked(), []),
    ],
)
def test_what_differs_between_two_grids_is_told(other: Grid, told: list[str]) -> None:
    """Active cells only where the two lie on each other; a CRS however written."""
    assert [str(one) for one in GRID.differences(other)] == told
    assert bool(other.differences(GRID)) == bool(told)


@pytest.mark.parametrize(
    ("other", "part"),
    [
        (replace(GRID, cell=5.0, shape=(40, 60)), "cell 10 m instead of 5 m"),
        (masked((2, 2)), "active cells: 1 only here"),
    ],
)
def test_runs_of_different_grids_are_not_compared(
    tmp_path: Path, other: Grid, part: str
) -> None:
    """One error that names both runs, what differs and what to do."""
    a, b = made(tmp_path / "a", GRID), made(tmp_path / "b", other)

    with pytest.raises(OtherGrid, match=f"'a' and 'b'.*{part}.*; run both scenarios"):
        compare(a, b)
    assert compare(a, made(tmp_path / "c", GRID)).rows


def test_a_rebuilt_site_tells_the_runs_of_its_old_grid(tmp_path: Path) -> None:
    """As findings, in what the site says of itself, and by the run's own cells."""
    folder = tmp_path / "mine"
    site = built(folder, GRID)
    old = made(site.runs_dir / "old", GRID)
    assert look_at_runs(folder) == []
    assert "other grid" not in repr(site)

    site = built(folder, replace(GRID, cell=5.0, shape=(40, 60)))
    made(site.runs_dir / "new", site.grid())
    (finding,) = look_at_runs(folder)

    assert (finding.level, finding.path) == ("finding", old.folder)
    assert "run 'old' was made on another grid" in finding.what
    assert "cell 10 m instead of 5 m, shape 20 x 30 instead of 40 x 60" in finding.what
    assert "; run its scenario again: minetwin run" in finding.what
    assert "other grid old; see minetwin check" in " ".join(repr(site).split())
    assert "20 x 30 cells of 10 m" in repr(old)


def test_active_cells_are_those_of_the_surface_that_the_run_began_with(
    tmp_path: Path,
) -> None:
    """A hole of the survey was filled since; what another surface has is no matter."""
    site = built(tmp_path / "mine", masked((0, 0)))
    made(site.runs_dir / "before", masked((0, 0)))
    made(site.runs_dir / "gone", GRID, surface="1999-01-01-surveyed")
    assert look_at_runs(site.folder) == []

    site = built(site.folder, GRID)
    (finding,) = look_at_runs(site.folder)

    assert "'before'" in finding.what
    assert "active cells: 0 only here, 1 only there" in finding.what


def test_a_damaged_run_or_site_is_told_and_a_folder_that_is_none_is_not(
    tmp_path: Path,
) -> None:
    """The damage is a finding of its kind; nothing is raised."""
    site = built(tmp_path / "mine", GRID)
    (site.runs_dir / "half").mkdir(parents=True)
    (site.runs_dir / "half" / "manifest.json").write_text("{", encoding="utf-8")

    (half,) = look_at_runs(site.folder)
    (site.folder / "site.built.json").write_text("{", encoding="utf-8")
    (whole,) = look_at_runs(site.folder)

    assert (half.level, whole.level) == ("unreadable", "unreadable")
    assert "half" in half.what
    assert "site.built.json" in whole.what
    assert look_at_runs(tmp_path) == []
