"""COPC: written so that laspy reads it, by the specification, nothing lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import laspy
import numpy as np
import pytest
from numpy.typing import NDArray

from connectors.pointcloud import copc_layout, copc_levels, copc_spill
from connectors.pointcloud.copc_layout import Layout
from connectors.pointcloud.copc_read import (
    copc_points,
    node_bounds,
    open_copc,
    show,
)
from connectors.pointcloud.copc_write import fitting, layout_of, write_copc
from twin.errors import InputError

WKT = (
    'PROJCS["WGS 84 / UTM zone 49N",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID['
    '"WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",'
    '0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER['
    '"latitude_of_origin",0],PARAMETER["central_meridian",111],PARAMETER['
    '"scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER['
    '"false_northing",0],UNIT["metre",1],AUTHORITY["EPSG","32649"]]'
)


def survey(n: int, form: int = 7) -> tuple[laspy.LasData, Layout]:
    """Rolling ground of 400 m x 300 m with colours, classes and an extra dimension."""
    header = laspy.LasHeader(point_format=form, version="1.4")
    header.scales, header.offsets = [0.001] * 3, [500_000.0, 4_400_000.0, 0.0]
    header.add_extra_dim(laspy.ExtraBytesParams("number", "uint32"))
    rng = np.random.default_rng(11)
    cloud = laspy.LasData(header, laspy.ScaleAwarePointRecord.zeros(n, header=header))
    x, y = rng.uniform(0.0, 400.0, n), rng.uniform(0.0, 300.0, n)
    cloud.x, cloud.y = 500_000.0 + x, 4_400_000.0 + y
    cloud.z = 1000.0 + 10.0 * np.sin(x / 40.0) + rng.normal(0.0, 0.05, n)
    cloud.classification = rng.integers(1, 7, n).astype(np.uint8)
    cloud.number_of_returns = np.full(n, 2, dtype=np.uint8)
    cloud.return_number = rng.integers(1, 3, n).astype(np.uint8)
    cloud.gps_time = rng.uniform(1e5, 2e5, n)
    if form > 6:
        cloud.red = rng.integers(0, 65_535, n).astype(np.uint16)
    cloud.number = np.arange(n, dtype=np.uint32)
    return cloud, layout_of(header, WKT)


def pieces(cloud: laspy.LasData, size: int) -> list[NDArray[Any]]:
    """Cut the records into chunks."""
    array = cloud.points.array
    return [array[k : k + size] for k in range(0, len(array), size)]


@pytest.mark.parametrize("form", [6, 7, 8])
@pytest.mark.parametrize("cell_points", [4_000_000, 20_000])
def test_every_point_is_in_one_node_with_all_that_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: int, cell_points: int
) -> None:
    """Points are numbered; laspy's COPC reader gives each number once, unchanged.

    The same holds where the octree is cut into cells that are sorted on disk.
    """
    monkeypatch.setattr(copc_spill, "CELL_POINTS", cell_points)
    cloud, layout = survey(150_000, form)

    made = write_copc(tmp_path / "made.copc.laz", pieces(cloud, 40_000), layout)

    with laspy.CopcReader.open(str(made.path)) as reader:
        found = reader.query().array
        crs = reader.header.parse_crs()
    found = found[np.argsort(found["number"])]
    np.testing.assert_array_equal(found, cloud.points.array)
    assert made.points == len(cloud.points)
    assert crs is not None
    assert crs.to_epsg() == 32649
    assert list(tmp_path.iterdir()) == [made.path]


@pytest.mark.parametrize("cell_points", [4_000_000, 20_000])
def test_the_file_keeps_the_specification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell_points: int
) -> None:
    """Info at byte 429, cube round all points, GPS range, spacing, nodes nested.

    Below the root every node has its parent; a node's points lie in its bounds; the
    levels above the leaves hold at most one point a cell of side / 128.
    """
    monkeypatch.setattr(copc_spill, "CELL_POINTS", cell_points)
    cloud, layout = survey(150_000)

    path = write_copc(tmp_path / "made.copc.laz", pieces(cloud, 40_000), layout).path
    octree = open_copc(path)

    info, nodes = octree.info, octree.nodes
    assert path.read_bytes()[377:381] == b"copc"
    assert octree.notes == ()
    assert nodes["count"].sum() == 150_000
    times = np.asarray(cloud.gps_time)
    assert (info.gps_low, info.gps_high) == (times.min(), times.max())
    assert info.spacing == pytest.approx(2 * info.halfsize / 128)
    keys = {tuple(row)[:4] for row in nodes.tolist()}
    parents = {(k - 1, x >> 1, y >> 1, z >> 1) for k, x, y, z in keys if k}
    assert parents <= keys
    low, high = node_bounds(info, nodes)
    with laspy.CopcReader.open(str(path)) as reader:
        header = reader.header
        root = reader.query(level=0)
    at = np.stack([root.x, root.y, root.z], axis=1)
    cell = np.floor((at - low[0]) / info.spacing).astype(int)
    assert len(np.unique(cell, axis=0)) == len(at)
    xyz = np.stack([cloud.x, cloud.y, cloud.z], axis=1)
    assert (xyz >= low[0]).all()
    assert (xyz <= high[0]).all()
    np.testing.assert_allclose(header.mins, xyz.min(axis=0), atol=1e-9)
    np.testing.assert_allclose(header.maxs, xyz.max(axis=0), atol=1e-9)
    returns = np.bincount(np.asarray(cloud.return_number), minlength=16)[1:]
    np.testing.assert_array_equal(header.number_of_points_by_return, returns)


def test_points_of_a_node_lie_in_its_bounds(tmp_path: Path) -> None:
    """One node after the other, asked for by its own box and level."""
    cloud, layout = survey(120_000)
    octree = open_copc(
        write_copc(tmp_path / "made.copc.laz", pieces(cloud, 50_000), layout).path
    )

    low, high = node_bounds(octree.info, octree.nodes)
    for node, a, b in zip(octree.nodes, low, high, strict=True):
        mine = show(octree, (*a, *b), int(node["level"]))
        assert mine.shown >= node["count"]


def test_a_large_hierarchy_is_split_into_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With pages of at most 20 entries the same points are found by both readers."""
    monkeypatch.setattr(copc_layout, "ONE_PAGE", 20)
    monkeypatch.setattr(copc_layout, "SPLIT", 2)
    # the compiled constant cannot be patched: enough points for three levels instead
    cloud, layout = survey(900_000, 6)

    path = write_copc(tmp_path / "made.copc.laz", pieces(cloud, 300_000), layout).path

    octree = open_copc(path)
    assert octree.info.root_size < octree.nodes.size * 32
    assert octree.nodes["count"].sum() == 900_000
    with laspy.CopcReader.open(str(path)) as reader:
        assert len(reader.query()) == 900_000


@pytest.mark.parametrize("name", ["lone-star.copc.laz", "laspy_simple.copc.laz"])
def test_boxes_and_levels_of_foreign_files_are_those_of_laspy(
    shared: Path, name: str
) -> None:
    """laspy's reader is the other opinion: the same points of the same box."""
    path = shared / "data/pointcloud" / name
    octree = open_copc(path)
    low, high = np.array(octree.header.low), np.array(octree.header.high)
    # laspy rounds a box to whole steps of the file: this one rounds to what it holds
    with laspy.CopcReader.open(str(path)) as reader:
        step, origin = reader.header.scales, reader.header.offsets
    a = (np.floor((low + 0.3 * (high - low) - origin) / step) + 0.75) * step + origin
    b = (np.floor((low + 0.6 * (high - low) - origin) / step) + 0.25) * step + origin
    box = (*a.tolist(), *b.tolist())

    for level in (0, octree.deepest):
        ours = show(octree, box, level)
        with laspy.CopcReader.open(str(path)) as reader:
            bounds = laspy.copc.Bounds(mins=a, maxs=b)
            theirs = reader.query(bounds=bounds, level=range(level + 1))
        xyz = np.stack([theirs.x, theirs.y, theirs.z], axis=1)
        np.testing.assert_allclose(
            np.sort(ours.xyz, axis=0), np.sort(xyz, axis=0), atol=1e-9
        )
        assert ours.shown == len(xyz) <= ours.of <= ours.total == octree.header.points


def test_the_level_is_chosen_by_the_points_that_may_be_shown(shared: Path) -> None:
    """The deepest level whose nodes hold no more than asked; never more are given."""
    octree = open_copc(shared / "data/pointcloud/lone-star.copc.laz")

    level = octree.level_for(200_000)

    given = sum(p.x.size for p in copc_points(octree, level=level))
    assert given <= 200_000
    deeper = octree.chosen(level=level + 1)["count"].sum()
    assert deeper > 200_000


def test_doubled_points_end_at_the_deepest_level(tmp_path: Path) -> None:
    """70 000 points at one place cannot be divided; none is lost."""
    cloud, layout = survey(70_000)
    for name in "XYZ":
        cloud.points.array[name] = 5

    made = write_copc(tmp_path / "made.copc.laz", [cloud.points.array], layout)

    assert made.deepest == copc_levels.DEEPEST
    assert open_copc(made.path).nodes["count"].sum() == 70_000


def test_older_formats_are_carried_over(shared: Path, tmp_path: Path) -> None:
    """LAS 1.2 of format 1 or 3 becomes 6 or 7; classes and coordinates stay."""
    path = shared / "data/pointcloud/autzen_trim_7.las"
    with laspy.open(path) as reader:
        layout = layout_of(reader.header, WKT)
        chunks = fitting(reader.chunk_iterator(30_000), layout)
        made = write_copc(tmp_path / "made.copc.laz", chunks, layout)

    old = laspy.read(path)
    with laspy.CopcReader.open(str(made.path)) as copc:
        new = copc.query()
    for name in ("X", "Y", "Z", "classification", "red"):
        np.testing.assert_array_equal(
            np.sort(np.asarray(new[name])), np.sort(np.asarray(old[name]))
        )


def test_no_point_or_another_format_is_refused(tmp_path: Path) -> None:
    """The message names the file and the way out."""
    _, layout = survey(10)

    with pytest.raises(InputError, match="no point"):
        write_copc(tmp_path / "made.copc.laz", [], layout)
    old = Layout(laspy.PointFormat(3), layout.scales, layout.offsets)
    with pytest.raises(InputError, match="layout_of"):
        write_copc(tmp_path / "made.copc.laz", [], old)
