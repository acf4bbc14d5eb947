"""Real clouds: every point and class that data/README.md states, and no seams."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from connectors.audit import Audit
from connectors.check import check
from connectors.pointcloud.guard import decoded
from connectors.pointcloud.header import read_header
from connectors.pointcloud.reference_system import reference
from connectors.pointcloud.survey import Cloud, Rasters, bounds, grid_survey
from twin.grid import Grid

COUNTS = {
    "ttp/ttp_2015.laz": (89_815, {2: 45_955, 3: 25_416, 4: 656, 5: 17_788}),
    "ttp/ttp_2023.laz": (81_515, {1: 37_966, 2: 41_915, 7: 37, 9: 1_592, 18: 5}),
    "bcts_1.laz": (531_662, None),
    "bcts_2.laz": (823_945, None),
    "bcts_3.laz": (887_254, None),
    "bcts_4.laz": (591_489, None),
    "lidR_Topography.laz": (73_403, {1: 61_347, 2: 8_159, 9: 3_897}),
    "lidR_Megaplot.laz": (81_590, None),
    "ign/test_semis_2023_0292_6833_LA93_IGN69.laz": (289_055, None),
    "ign/Semis_2022_0906_6665_LA93_IGN69_ok.laz": (64_572, None),
    "ign/sample_lareunion_epsg2975.laz": (59_712, None),
    "ign/test_data_77050_627755_LA93_IGN69.laz": (84_524, None),
    "lone-star.copc.laz": (518_862, {0: 518_862}),
    "laspy_simple.copc.laz": (1_065, None),
    "autzen_trim_7.las": (110_000, None),
    "pdal_4_6_crop.las": (23_875, None),
    "pdal_mvk-thin.las": (6_280, None),
    "pdal_sample_c.las": (14_408, None),
}
SEVERAL = {
    "bcts_1.laz": {1, 2},
    "ign/test_semis_2023_0292_6833_LA93_IGN69.laz": {1, 2, 3, 4, 5, 6, 17, 64, 66, 67},
}


@pytest.mark.parametrize("name", COUNTS)
def test_every_point_and_class_arrives(shared: Path, name: str) -> None:
    """Counts of data/README.md; withheld points count as class 255."""
    points, classes = COUNTS[name]
    header = read_header(shared / "data/pointcloud" / name)

    seen: Counter[int] = Counter()
    for chunk in decoded(header, chunk=200_000):
        kinds, counts = np.unique(chunk.kind, return_counts=True)
        seen.update(dict(zip(kinds.tolist(), counts.tolist(), strict=True)))

    assert header.points == seen.total() == points
    if classes is not None:
        assert seen == classes
    if name in SEVERAL:
        assert set(seen) - {255} == SEVERAL[name]


def test_the_listing_above_covers_every_cloud(shared: Path) -> None:
    """A file added to the shared folder asks for its line here."""
    home = shared / "data/pointcloud"
    there = {p.relative_to(home).as_posix() for p in home.rglob("*.la[sz]")}

    assert {n for n in there if not n.startswith("isprs")} == set(COUNTS)


def _gridded(clouds: list[Cloud], grid: Grid) -> Rasters:
    return grid_survey(clouds, grid, ground="classes", audit=Audit())


def test_four_tiles_meet_without_a_seam(shared: Path) -> None:
    """Counts of all tiles together are the sum of each; the border has no gap."""
    paths = sorted((shared / "data/pointcloud").glob("bcts_[1-4].laz"))
    clouds = [Cloud(h := read_header(p), reference(h, None, None)) for p in paths]
    edges = np.array([bounds(c, "EPSG:3005") for c in clouds])
    west, south = np.floor(edges[:, :2].min(axis=0) / 2) * 2
    east, north = np.ceil(edges[:, 2:].max(axis=0) / 2) * 2 + 2
    shape = (int((north - south) / 2), int((east - west) / 2))
    grid = Grid("EPSG:3005", "unknown", west, north, 2.0, shape)

    whole = _gridded(clouds, grid)
    alone = [_gridded([cloud], grid) for cloud in clouds]

    counts = np.rint(whole.point_density * 4.0)
    assert counts.sum() == 2_834_350
    np.testing.assert_array_equal(
        counts, sum(np.rint(a.point_density * 4.0) for a in alone)
    )
    top = np.fmax.reduce([a.surface_elevation for a in alone])
    np.testing.assert_array_equal(whole.surface_elevation, top)
    # rows that a tile border crosses hold as many points as their neighbours
    rows = (counts > 0).mean(axis=1)
    for border in np.sort(edges[:, 1])[1:]:
        row = int((north - border) / 2)
        near = np.median(rows[row - 20 : row + 20])
        assert rows[row - 2 : row + 3].min() >= near - 0.1
        strip = whole.elevation[row - 3 : row + 4]
        assert (
            np.isfinite(strip).mean()
            >= np.isfinite(whole.elevation[row - 20 : row + 20]).mean() - 0.05
        )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("lone-star.copc.laz", "not projected"),
        ("pdal_sample_c.las", "no CRS"),
        ("autzen_trim_7.las", "no EPSG code"),
    ],
)
def test_a_wrong_or_missing_crs_is_a_clear_finding(
    shared: Path, name: str, told: str
) -> None:
    """The finding names the file and says what to write where."""
    (found,) = check([shared / "data/pointcloud" / name])

    assert found.level == "finding"
    assert told in found.what
    assert name in found.what
    assert "site.yaml" in found.what
