"""The points of a survey stay with its surface, as COPC in the site's CRS."""

from __future__ import annotations

from pathlib import Path

import laspy
import numpy as np
import pytest
from pyproj import Transformer
from small_build import SOUTH, WEST, slope_cloud, survey, write_site

from connectors.build import build
from connectors.pointcloud.copc_read import open_copc
from connectors.pointcloud.site_cloud import points_of_surface
from connectors.surfaces import CLOUD
from twin.errors import InputError, UnknownName
from twin.site import Site

ID = "2025-05-20-surveyed"


def cloud_of(folder: Path, surface: str = ID) -> Path:
    """Where the cloud of a surface is kept."""
    return folder / "surfaces" / surface / CLOUD


def read_copc(path: Path) -> tuple[laspy.LasHeader, laspy.ScaleAwarePointRecord]:
    """All points by laspy's reader of COPC, which is the other opinion."""
    with laspy.CopcReader.open(str(path)) as reader:
        return reader.header, reader.query()


def in_order(points: laspy.ScaleAwarePointRecord, *names: str) -> np.ndarray:
    """Rows of some dimensions, sorted, so that the order of points plays no part."""
    columns = [np.asarray(points[name]) for name in names]
    rows = np.column_stack(columns).astype(np.float64)
    return rows[np.lexsort(rows.T)]


def coloured(path: Path, form: int) -> laspy.LasData:
    """2000 points with a value in every dimension, of an older or newer format."""
    header = laspy.LasHeader(point_format=form, version="1.4" if form > 5 else "1.2")
    header.scales, header.offsets = [0.01] * 3, [WEST, SOUTH, 500.0]
    rng = np.random.default_rng(form)
    n = 2000
    cloud = laspy.LasData(header, laspy.ScaleAwarePointRecord.zeros(n, header=header))
    cloud.x, cloud.y = WEST + rng.uniform(0, 90, n), SOUTH + rng.uniform(0, 90, n)
    cloud.z = 1000.0 + rng.normal(0.0, 1.0, n)
    cloud.classification = rng.choice([1, 2, 5, 7], n).astype(np.uint8)
    cloud.number_of_returns = np.full(n, 3, dtype=np.uint8)
    cloud.return_number = rng.integers(1, 4, n).astype(np.uint8)
    cloud.withheld = (rng.random(n) < 0.1).astype(np.uint8)
    cloud.scan_direction_flag = rng.integers(0, 2, n).astype(np.uint8)
    for name in ("intensity", "point_source_id", "red", "green", "blue"):
        cloud[name] = rng.integers(0, 65_535, n).astype(np.uint16)
    cloud.gps_time = rng.uniform(1e5, 2e5, n)
    if form < 6:
        cloud.scan_angle_rank = rng.integers(-30, 30, n).astype(np.int8)
    else:
        cloud.scan_angle = rng.integers(-5000, 5000, n).astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    cloud.write(path)
    return cloud


@pytest.mark.parametrize("form", [3, 7])
def test_every_point_comes_back_with_what_it_had(tmp_path: Path, form: int) -> None:
    """laspy's own conversion to format 7 says what each dimension has to be."""
    site = write_site(
        tmp_path / "site", survey("a.laz", 2025, ", crs: EPSG:32649"),
        vertical="EPSG:5737",
    )  # fmt: skip
    source = coloured(site / "a.laz", form)

    build(site)

    header, found = read_copc(cloud_of(site))
    wanted = laspy.convert(source, point_format_id=7, file_version="1.4")
    names = (
        "X", "Y", "Z", "gps_time", "intensity", "classification", "return_number",
        "number_of_returns", "withheld", "scan_direction_flag", "point_source_id",
        "red", "green", "blue",
    )  # fmt: skip
    np.testing.assert_array_equal(in_order(found, *names), in_order(wanted, *names))
    # laspy drops the older angle; LAS 1.4 R15 counts it in steps of 0.006 degrees
    if form < 6:
        angle = np.asarray(source.scan_angle_rank, dtype=np.float64) / 0.006
    else:
        angle = np.asarray(source.scan_angle, dtype=np.float64)
    wanted_angle = angle[np.argsort(np.asarray(source.gps_time))]
    found_angle = np.asarray(found.scan_angle)[np.argsort(np.asarray(found.gps_time))]
    np.testing.assert_allclose(found_angle, wanted_angle, atol=0.5)
    crs = header.parse_crs()
    assert crs is not None
    assert crs.to_epsg() == 32649


def test_tiles_of_another_crs_become_one_cloud(tmp_path: Path) -> None:
    """One tile is in EPSG:3857: pyproj alone says where its points lie in zone 49N."""
    site = write_site(tmp_path / "site", survey("'*.laz'", 2025))
    slope_cloud(site / "here.laz")
    away = Transformer.from_crs(32649, 3857, always_xy=True)
    there = laspy.read(slope_cloud(site / "there.laz", crs="EPSG:3857"))
    x, y = np.array(there.x) + 150.0, np.array(there.y)
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales = [0.001] * 3
    header.offsets = [*np.floor(away.transform(WEST, SOUTH)), 0.0]
    header.add_crs(there.header.parse_crs())
    moved = laspy.LasData(header)
    moved.x, moved.y = away.transform(x, y)
    moved.z, moved.classification = np.array(there.z), there.classification
    moved.write(site / "there.laz")

    build(site)

    _, found = read_copc(cloud_of(site))
    assert len(found) == 80_000
    right = np.asarray(found.x) > WEST + 125.0
    got = np.column_stack([found.x[right], found.y[right]])
    want = np.column_stack([x, y])
    got, want = (a[np.lexsort(a.round(1).T)] for a in (got, want))
    np.testing.assert_allclose(got, want, rtol=0.0, atol=0.002)


def test_heights_in_feet_become_metres(tmp_path: Path) -> None:
    """A US survey foot is 1200/3937 m; the datum named is the one in metres."""
    site = write_site(
        tmp_path / "site", survey("a.laz", 2025, ", vertical: EPSG:6360"),
        vertical="EPSG:5703",
    )  # fmt: skip
    source = laspy.read(slope_cloud(site / "a.laz"))

    build(site)

    header, found = read_copc(cloud_of(site))
    metres = np.sort(np.asarray(source.z)) * 1200.0 / 3937.0
    np.testing.assert_allclose(np.sort(found.z), metres, rtol=0.0, atol=0.0005001)
    crs = header.parse_crs()
    assert crs is not None
    assert crs.sub_crs_list[1].to_epsg() == 5703


@pytest.mark.parametrize("kind", ["xyz", "dat", "ply"])
def test_clouds_of_other_kinds_become_copc(tmp_path: Path, kind: str) -> None:
    """The rows written are the rows read, to the millimetre that COPC keeps here."""
    site = write_site(
        tmp_path / "site",
        survey(f"a.{kind}", 2025, ", crs: EPSG:32649, ground: smrf"),
    )
    rng = np.random.default_rng(3)
    rows = np.column_stack(
        [WEST + rng.uniform(0, 60, 3000), SOUTH + rng.uniform(0, 60, 3000),
         1000 + rng.normal(0, 0.02, 3000)]
    ).round(3)  # fmt: skip
    lines = [" ".join(f"{v:.3f}" for v in row) for row in rows]
    if kind == "dat":
        lines = [f"{k},,{','.join(line.split())}" for k, line in enumerate(lines)]
    if kind == "ply":
        axes = "".join(f"property double {a}\n" for a in "xyz")
        lines = [
            f"ply\nformat ascii 1.0\nelement vertex 3000\n{axes}end_header",
            *lines,
        ]
    (site / f"a.{kind}").write_text("\n".join(lines) + "\n", encoding="utf-8")

    build(site)

    _, found = read_copc(cloud_of(site))
    got = np.column_stack([found.x, found.y, found.z])
    np.testing.assert_allclose(
        got[np.lexsort(got.T)], rows[np.lexsort(rows.T)], atol=1e-6
    )
    assert set(np.asarray(found.number_of_returns)) == {1}


def test_the_datum_of_heights_is_in_the_file_where_it_is_known(tmp_path: Path) -> None:
    """pyproj reads the compound CRS back: zone 49N with EGM96 heights."""
    site = write_site(
        tmp_path / "site", survey("a.laz", 2025, ", vertical: EPSG:5773"),
        vertical="EPSG:5773",
    )  # fmt: skip
    slope_cloud(site / "a.laz")

    build(site)

    crs = read_copc(cloud_of(site))[0].parse_crs()
    assert crs is not None
    assert [part.to_epsg() for part in crs.sub_crs_list] == [32649, 5773]


def test_the_filter_s_ground_is_class_2(tmp_path: Path) -> None:
    """A flat field with a roof of 20 m x 20 m, 6 m up, all unclassified.

    Any ground filter has to take the field and leave the roof; that is how the points
    are classed, and the kept classes give the terrain that was gridded.
    """
    site = write_site(tmp_path / "site", survey("a.laz", 2025, ", ground: smrf"))
    cloud = laspy.read(slope_cloud(site / "a.laz", rise=0.0))
    x, y = np.asarray(cloud.x) - WEST, np.asarray(cloud.y) - SOUTH
    roof = (abs(x - 50.0) < 10.0) & (abs(y - 50.0) < 10.0)
    cloud.z = 1000.0 + 6.0 * roof
    cloud.classification = np.ones(x.size, dtype=np.uint8)
    cloud.write(site / "a.laz")

    build(site)

    points = points_of_surface(Site.open(site), ID)
    assert ((points.classification == 2) == (points.z < 1003.0)).all()
    assert (points.classification != 2).sum() == roof.sum()


def test_a_box_and_a_resolution_give_a_part(tmp_path: Path) -> None:
    """The box is that of the coordinates; a level of the octree thins, never adds."""
    site = write_site(tmp_path / "site", survey("a.laz", 2025))
    slope_cloud(site / "a.laz")
    build(site)
    here = Site.open(site)
    box = (WEST + 20.0, SOUTH + 30.0, WEST + 60.0, SOUTH + 50.0)

    whole = points_of_surface(here, ID)
    inside = points_of_surface(here, ID, box)
    thin = points_of_surface(here, ID, box, 2.0)

    assert whole.x.size == 40_000
    assert inside.x.size == 80 * 40  # a point on every half metre
    rows = {*zip(inside.x.tolist(), inside.y.tolist(), strict=True)}
    assert {*zip(thin.x.tolist(), thin.y.tolist(), strict=True)} <= rows
    octree = open_copc(cloud_of(site))
    root = points_of_surface(here, ID, box, octree.info.spacing)
    assert octree.deepest == 1
    assert 0 < root.x.size < inside.x.size
    assert thin.x.size == root.x.size  # 2 m is coarser than the root is


def test_no_cloud_is_kept_where_the_user_says_so(tmp_path: Path) -> None:
    """Switched on later the points are there after the next build, and gone again."""
    site = write_site(tmp_path / "site", survey("a.laz", 2025, ", keep_cloud: false"))
    slope_cloud(site / "a.laz")
    build(site)

    assert not cloud_of(site).exists()
    with pytest.raises(InputError, match="keep_cloud: true"):
        points_of_surface(Site.open(site), ID)
    with pytest.raises(UnknownName, match=ID):
        points_of_surface(Site.open(site), ID[:-2])

    write_site(site, survey("a.laz", 2025))
    build(site)
    assert cloud_of(site).is_file()
    cloud_of(site).unlink()
    build(site)
    assert cloud_of(site).is_file()


def test_a_failed_build_leaves_the_earlier_cloud(tmp_path: Path) -> None:
    """The second survey cannot be decoded: the bytes of the first cloud stay."""
    site = write_site(tmp_path / "site", survey("a.laz", 2025))
    slope_cloud(site / "a.laz")
    build(site)
    before = cloud_of(site).read_bytes()

    slope_cloud(site / "a.laz", rise=0.3)
    bad = slope_cloud(site / "b.laz").read_bytes()
    (site / "b.laz").write_bytes(bad[: int(len(bad) * 0.7)])
    write_site(site, survey("a.laz", 2025), survey("b.laz", 2026))
    with pytest.raises(InputError, match=r"b\.laz"):
        build(site)

    assert cloud_of(site).read_bytes() == before
    assert [p.name for p in (site / "surfaces").iterdir()] == [ID]
