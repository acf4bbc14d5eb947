"""Polygons: CRS honoured, geometry checked, laid on the grid by cell centres."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from connectors.audit import Audit
from connectors.vector import (
    Parcel,
    check_inside,
    rasterise,
    read_parcels,
    write_parcels,
)
from twin.errors import (
    InputError,
    MissingCRS,
    OutsideSite,
    UnknownName,
    UnreadableFile,
)
from twin.grid import Grid
from twin.hashing import sha256_of
from twin.site_config import Parcels

UTM = "EPSG:32649"
GRID = Grid(UTM, "unknown", 500000.0, 4000100.0, 10.0, (10, 10))
METRES = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32649"}}
BOW = {
    "type": "Polygon",
    "coordinates": [
        [[500000, 4000000], [500100, 4000100], [500100, 4000000], [500000, 4000100],
         [500000, 4000000]]
    ],
}  # fmt: skip


def square(x: float, y: float, size: float) -> dict[str, Any]:
    """GeoJSON square with its lower left corner at x, y."""
    ring = shapely.box(x, y, x + size, y + size).exterior.coords
    return {"type": "Polygon", "coordinates": [[list(xy) for xy in ring]]}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write a GeoJSON of (attributes, geometry) under a Chinese path."""

    def written(*features: tuple[dict[str, Any], Any], crs: Any = METRES) -> Path:
        path = tmp_path / "地块 图层" / "地块.geojson"
        path.parent.mkdir(exist_ok=True)
        told = {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": p, "geometry": g} for p, g in features
            ],
        }
        told |= {"crs": crs} if crs else {}
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return path

    return written


def test_names_ids_and_chinese_labels_are_read(write: Any) -> None:
    path = write(
        ({"nr": 7, "name": "Dump", "zh": "排土场"}, square(500010, 4000010, 20)),
        ({"nr": "pit", "name": None, "zh": "矿坑"}, square(500050, 4000050, 20)),
    )
    audit = Audit()

    told = Parcels(file="x", id="nr", label="name", label_zh="zh")
    first, second = read_parcels(path, UTM, told, audit)

    assert (first.id, first.label, first.label_zh) == ("7", "Dump", "排土场")
    assert (second.id, second.label, second.label_zh) == ("pit", "pit", "矿坑")
    assert first.geometry.area == pytest.approx(400.0)
    assert audit.read[0]["count"] == 2


def test_geojson_without_crs_member_is_wgs84(write: Any) -> None:
    """111 E is the central meridian of zone 49: its easting is 500 000 m."""
    path = write(({"id": "a"}, square(111.0, 36.0, 0.001)), crs=None)

    (parcel,) = read_parcels(path, UTM)

    assert parcel.geometry.bounds[0] == pytest.approx(500_000.0, abs=0.01)
    assert parcel.geometry.bounds[1] == pytest.approx(3_983_948.0, abs=50.0)


def test_a_stated_crs_stands_in_for_a_lacking_one_and_is_audited(write: Any) -> None:
    path = write(({"id": "a"}, square(500010, 4000010, 20)), crs=None)
    audit = Audit()

    read_parcels(path, UTM, Parcels(file="x", crs=UTM), audit)

    assert "stated in site.yaml" in audit.assumed[0]["what"]
    with pytest.raises(MissingCRS, match="are no degrees"):
        read_parcels(path, UTM)


def test_a_stated_crs_that_contradicts_the_file_is_refused(write: Any) -> None:
    path = write(({"id": "a"}, square(500010, 4000010, 20)))

    with pytest.raises(InputError, match=r"but site\.yaml states EPSG:32650"):
        read_parcels(path, UTM, Parcels(file="x", crs="EPSG:32650"))


def test_a_polygon_that_crosses_itself_is_refused_with_its_place(write: Any) -> None:
    path = write(({"id": "bow"}, BOW))

    with pytest.raises(InputError, match=r"'bow'.*Self-intersection\[500050 4000050\]"):
        read_parcels(path, UTM)


def test_it_is_repaired_only_when_asked_and_audited(write: Any) -> None:
    """A bow tie of 100 m becomes its two triangles: 5000 m2."""
    audit = Audit()

    (parcel,) = read_parcels(
        write(({"id": "bow"}, BOW)), UTM, Parcels(file="x", repair=True), audit
    )

    assert parcel.geometry.is_valid
    assert parcel.geometry.area == pytest.approx(5000.0)
    assert audit.repaired[0]["where"].endswith("bow")


@pytest.mark.parametrize(
    ("features", "kind", "said"),
    [
        ([({"id": "a"}, square(0, 0, 1)), ({"id": "a"}, square(2, 0, 1))], InputError,
         "polygons 1, 2 have the same id 'a'"),
        ([({"id": None}, square(0, 0, 1))], InputError, "polygon 1 has no 'id'"),
        ([({"ID": "a"}, square(0, 0, 1))], UnknownName, "attribute is called 'id'"),
        ([({"id": "a"}, None)], InputError, "is empty"),
        ([({"id": "a"}, {"type": "Point", "coordinates": [1, 2]})], InputError,
         "a Point, not an area"),
        ([], InputError, "no polygon"),
    ],
)  # fmt: skip
def test_bad_polygons_get_one_message(
    write: Any, features: list[Any], kind: type[Exception], said: str
) -> None:
    path = write(*features)

    with pytest.raises(kind, match=r"地块\.geojson") as error:
        read_parcels(path, UTM, Parcels(file="x"))

    assert said in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.geojson", b"<OGRVRTDataSource/>", "do not rename it"),
        ("a.geojson", b'{"type": "Feature', "cannot be read as .geojson"),
        ("a.gpkg", b"PK\x03\x04 a zip", "do not rename it"),
        ("a.gpkg", b"SQLite format 3\x00" + bytes(200), "cannot be read as .gpkg"),
        ("a.shp", b"\x00\x00\x27\x0a", "cannot be read as .shp"),
        ("a.kml", b"<kml/>", "convert the file"),
    ],
)
def test_files_in_disguise_and_damaged_ones_are_refused(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnreadableFile) as error:
        read_parcels(tmp_path / name, UTM)

    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_lacking_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="check the name"):
        read_parcels(tmp_path / "none.gpkg", UTM)


def test_a_polygon_outside_the_site_is_told_with_both_places() -> None:
    far = Parcel("far", "f", "远", shapely.box(0, 0, 10, 10))
    over = Parcel("over", "o", "界", shapely.box(499990, 4000000, 500010, 4000010))

    with pytest.raises(OutsideSite, match=r"'far' \(x 0 to 10.*499|500000"):
        check_inside([over, far], GRID, "parcels.gpkg")
    assert check_inside([over], GRID, "parcels.gpkg") == ["over"]


def test_a_cell_belongs_to_the_parcel_that_holds_its_centre() -> None:
    """Against shapely's own answer for each centre, with a ragged polygon."""
    ragged = shapely.Polygon(
        [(500003, 4000007), (500088, 4000021), (500061, 4000093), (500022, 4000049)]
    )
    later = shapely.box(500041, 4000001, 500062, 4000099)
    parcels = [Parcel("a", "a", "甲", ragged), Parcel("b", "b", "乙", later)]

    zones = rasterise(parcels, GRID)

    x = 500000 + 10 * (np.arange(10) + 0.5)
    y = 4000100 - 10 * (np.arange(10) + 0.5)
    expected = np.zeros((10, 10), dtype=int)
    for i, shape in enumerate((ragged, later), start=1):
        expected[shapely.contains_xy(shape, x[None, :], y[:, None])] = i
    assert np.array_equal(zones, expected)
    assert set(np.unique(zones)) == {0, 1, 2}


def test_overlaps_are_told(write: Any) -> None:
    path = write(
        ({"id": "a"}, square(500010, 4000010, 20)),
        ({"id": "b"}, square(500020, 4000010, 20)),
        ({"id": "c"}, square(500040, 4000010, 20)),
    )
    audit = Audit()

    read_parcels(path, UTM, None, audit)

    assert [n["what"] for n in audit.assumed] == [
        "a and b overlap by 200 m2; the later one counts"
    ]


def test_a_geopackage_gives_back_what_was_written(write: Any, tmp_path: Path) -> None:
    parcels = read_parcels(
        write(
            ({"id": "dump", "label": "D", "label_zh": "排土场"}, square(5e5, 4e6, 30))
        ),
        UTM,
    )

    write_parcels(tmp_path / "层" / "parcels.gpkg", parcels, UTM)
    first = sha256_of(tmp_path / "层" / "parcels.gpkg")
    time.sleep(0.01)
    write_parcels(tmp_path / "层" / "parcels.gpkg", parcels, UTM)
    assert sha256_of(tmp_path / "层" / "parcels.gpkg") == first
    (again,) = read_parcels(tmp_path / "层" / "parcels.gpkg", UTM)

    assert (again.id, again.label, again.label_zh) == ("dump", "D", "排土场")
    assert again.geometry.equals(parcels[0].geometry)
    assert [p.name for p in (tmp_path / "层").iterdir()] == ["parcels.gpkg"]


@pytest.mark.parametrize(("stated", "mark"), [("gbk", None), (None, None), (None, 1)])
def test_chinese_shapefiles_are_read(
    tmp_path: Path, stated: str | None, mark: int | None
) -> None:
    """As delivered in China: attributes in GBK, often without the file that says so."""
    from pyogrio import raw

    path = tmp_path / "地块.shp"
    raw.write(
        path,
        shapely.to_wkb(np.array([shapely.box(5e5, 4e6, 500030, 4000030)])),
        [np.array(["一号"], dtype=object), np.array(["排土场"], dtype=object)],
        ["id", "label_zh"],
        driver="ESRI Shapefile",
        geometry_type="Polygon",
        crs=UTM,
        encoding="gbk",
    )
    if mark is None:
        path.with_suffix(".cpg").unlink()
    audit = Audit()

    (parcel,) = read_parcels(path, UTM, Parcels(file="x", encoding=stated), audit)

    assert (parcel.id, parcel.label_zh) == ("一号", "排土场")
    told = [n["what"] for n in audit.assumed]
    assert any("encoding gbk" in what for what in told) == (not stated and not mark)


@pytest.mark.shared
def test_a_geojson_of_points_is_no_parcel(shared: Path) -> None:
    path = shared / "data/pointcloud/ign/Points_virtuels_0292_6833.geojson"

    with pytest.raises(InputError, match="not an area"):
        read_parcels(path, "EPSG:2154")
