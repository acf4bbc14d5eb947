"""Building a site: once is enough, a failure leaves what was, culprits are named."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from small_build import SOUTH, WEST, slope_cloud, survey, write_site

from connectors.build import build
from connectors.surfaces import list_surfaces, load_surface
from twin.errors import (
    InputError,
    MissingCRS,
    OutsideSite,
    UnitMismatch,
    UnreadableFile,
)
from twin.site import Site


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file of a build."""
    return {
        p.relative_to(folder).as_posix(): (p.stat().st_size, p.stat().st_mtime_ns)
        for p in folder.rglob("*")
        if p.is_file() and p.parts[-2] != "sources" and p.name != "site.yaml"
    }


def test_ground_of_a_slope_is_the_slope(tmp_path: Path) -> None:
    """Each cell holds the mean of its points: the height at its middle."""
    site = write_site(tmp_path, survey("sources/a.laz", 2024))
    slope_cloud(site / "sources/a.laz")

    build(site)

    surface = load_surface(site / "surfaces/2024-05-20-surveyed")
    middle = 1000.0 + 0.1 * (np.arange(20) * 5.0 + 2.5)
    np.testing.assert_allclose(
        surface.elevation, np.tile(middle, (20, 1)), rtol=0, atol=2e-3
    )
    np.testing.assert_allclose(surface.layers["point_density"], 4.0)
    np.testing.assert_allclose(surface.layers["canopy_height"], 0.225, atol=2e-3)


def test_a_second_build_rewrites_no_surface(tmp_path: Path) -> None:
    """Unchanged files, settings and grid: the rasters keep their times."""
    site = write_site(tmp_path, survey("sources/a.laz", 2024))
    slope_cloud(site / "sources/a.laz")
    first = build(site)
    before = files_of(site / "surfaces")

    second = build(site)

    assert files_of(site / "surfaces") == before
    assert second == first


def test_a_failing_second_survey_leaves_the_earlier_build(tmp_path: Path) -> None:
    """The first survey changed too, yet nothing of it shows until all has worked."""
    site = write_site(tmp_path, survey("sources/a.laz", 2024))
    slope_cloud(site / "sources/a.laz")
    build(site)
    before = files_of(site)
    slope_cloud(site / "sources/a.laz", rise=0.2)
    broken = slope_cloud(site / "sources/b.laz")
    broken.write_bytes(broken.read_bytes()[:-2000])
    write_site(site, survey("sources/a.laz", 2024), survey("sources/b.laz", 2025))

    with pytest.raises(UnreadableFile, match=r"b\.laz"):
        build(site)

    assert files_of(site) == before


def test_a_bad_polygon_leaves_the_earlier_build_too(tmp_path: Path) -> None:
    """Tables are read before anything is put in place; the polygon is named."""
    site = write_site(tmp_path, survey("sources/a.laz", 2024))
    slope_cloud(site / "sources/a.laz")
    build(site)
    before = files_of(site)
    slope_cloud(site / "sources/a.laz", rise=0.2)
    ring = [[10, 10], [20, 10], [20, 20], [10, 10]]
    feature = {
        "type": "Feature",
        "properties": {"id": "dump"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32649"}}
    text = json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]})
    (site / "sources/p.geojson").write_text(text, encoding="utf-8")
    more = "parcels: {file: sources/p.geojson, id: id}"
    write_site(site, survey("sources/a.laz", 2024), more=more)

    with pytest.raises(OutsideSite, match="'dump'"):
        build(site)

    assert files_of(site) == before


def test_a_sensor_outside_the_grid_is_named(tmp_path: Path) -> None:
    """The message has the sensor's id, so that one of hundreds is found."""
    more = (
        "sensors: [{id: sm-07, label: Moisture, label_zh: 湿度, x: 1, y: 2, "
        'var: soil_moisture, unit: "1", stale_after: 2h, owner: me}]'
    )
    site = write_site(tmp_path, survey("sources/a.laz", 2024), more=more)
    slope_cloud(site / "sources/a.laz")

    with pytest.raises(OutsideSite, match="'sm-07'"):
        build(site)


def test_another_vertical_datum_is_refused(tmp_path: Path) -> None:
    """Heights of two datums are never laid on one another."""
    line = survey("sources/a.laz", 2024, ", vertical: 'EPSG:5703'")
    site = write_site(tmp_path, line, vertical="EPSG:5737")
    slope_cloud(site / "sources/a.laz")

    with pytest.raises(InputError, match=r"EPSG:5703.*EPSG:5737"):
        build(site)


def test_a_survey_taken_out_of_the_site_takes_its_surface_along(tmp_path: Path) -> None:
    """Else a withdrawn survey could stay the newest ground."""
    a, b = survey("sources/a.laz", 2024), survey("sources/b.laz", 2025)
    site = write_site(tmp_path, a, b)
    slope_cloud(site / "sources/a.laz")
    slope_cloud(site / "sources/b.laz")
    build(site)

    write_site(site, a)
    build(site)

    assert [s.id for s in list_surfaces(Site.open(site))] == ["2024-05-20-surveyed"]


def test_a_cloud_without_crs_needs_a_statement(tmp_path: Path) -> None:
    """Never guessed; once stated, the audit says so."""
    site = write_site(tmp_path, survey("sources/a.laz", 2024))
    slope_cloud(site / "sources/a.laz", crs=None)

    with pytest.raises(MissingCRS, match=r"site\.yaml"):
        build(site)
    write_site(site, survey("sources/a.laz", 2024, ", crs: 'EPSG:32649'"))
    build(site)

    audit = json.loads((next(site.glob("surfaces/*/audit.json"))).read_text("utf-8"))
    assert any("EPSG:32649 as stated" in n["what"] for n in audit["assumed"])


REAL = {
    "lone-star.copc.laz": ("EPSG:26912", "crs: 'EPSG:26912'"),
    "pdal_sample_c.las": ("EPSG:32614", "crs: 'EPSG:32614'"),
    "autzen_trim_7.las": ("EPSG:2994", "crs: 'EPSG:2994', vertical: 'EPSG:6360'"),
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_cloud_with_a_wrong_crs_builds_once_it_is_stated(
    shared: Path, tmp_path: Path, name: str
) -> None:
    """Refused as it is; with the CRS stated it is built and audited as assumed."""
    crs, stated = REAL[name]
    site_crs = "EPSG:32610" if name.startswith("autzen") else crs
    (tmp_path / "sources").mkdir()
    shutil.copy(shared / "data/pointcloud" / name, tmp_path / "sources")

    def write(more: str) -> Path:
        line = survey(f"sources/{name}", 2020, f", ground: smrf{more}")
        site = write_site(tmp_path, line)
        text = (site / "site.yaml").read_text("utf-8")
        text = text.replace("EPSG:32649", site_crs)
        (site / "site.yaml").write_text(text, encoding="utf-8")
        return site

    with pytest.raises(InputError, match=name):
        build(write(""))
    site = write(f", {stated}")
    build(site)

    (surface,) = list_surfaces(Site.open(site))
    made = load_surface(site / "surfaces" / surface.id)
    audit = json.loads(
        (site / "surfaces" / surface.id / "audit.json").read_text("utf-8")
    )
    assert np.isfinite(made.elevation).any()
    assert any("as stated in site.yaml" in n["what"] for n in audit["assumed"])


def test_tiles_by_pattern_become_one_surface(shared: Path, tmp_path: Path) -> None:
    """Four tiles, one survey, 2.83 M points."""
    site = write_site(tmp_path, survey("'sources/bcts_*.laz'", 2020))
    text = (site / "site.yaml").read_text("utf-8").replace("EPSG:32649", "EPSG:3005")
    (site / "site.yaml").write_text(text, encoding="utf-8")
    (site / "sources").mkdir()
    for k in range(1, 5):
        shutil.copy(shared / f"data/pointcloud/bcts_{k}.laz", site / "sources")

    build(site)

    (surface,) = list_surfaces(Site.open(site))
    made = load_surface(site / "surfaces" / surface.id)
    assert made.layers["point_density"].sum(dtype=float) * 25.0 == pytest.approx(
        2_834_350
    )


def test_west_and_south_are_snapped_to_whole_cells(tmp_path: Path) -> None:
    """The grid starts at a multiple of the cell."""
    site = write_site(tmp_path, survey("sources/a.laz", 2024))
    slope_cloud(site / "sources/a.laz")

    build(site)

    assert Site.open(site).grid().bounds == (WEST, SOUTH, WEST + 100.0, SOUTH + 100.0)


def test_two_surveys_of_one_day_need_ids(tmp_path: Path) -> None:
    """Else the second would silently replace the first."""
    a, b = survey("sources/a.laz", 2024), survey("sources/b.laz", 2024)
    site = write_site(tmp_path, a, b)

    with pytest.raises(InputError, match="own id"):
        build(site)


def test_both_epochs_of_restored_fill_are_built(shared: Path, tmp_path: Path) -> None:
    """Counts of data/README.md in the audits; extents differ, the grid does not."""
    surveys = [survey(f"sources/ttp_{year}.laz", year) for year in (2015, 2023)]
    site = write_site(tmp_path, *surveys)
    text = (site / "site.yaml").read_text("utf-8").replace("EPSG:32649", "EPSG:26917")
    (site / "site.yaml").write_text(text, encoding="utf-8")
    (site / "sources").mkdir()
    for year in (2015, 2023):
        shutil.copy(shared / f"data/pointcloud/ttp/ttp_{year}.laz", site / "sources")

    build(site)

    old, new = (
        load_surface(site / "surfaces" / s.id) for s in list_surfaces(Site.open(site))
    )
    audits = [
        json.loads((site / "surfaces" / s.id / "audit.json").read_text("utf-8"))
        for s in (old, new)
    ]
    read = [{n["what"]: n["count"] for n in a["read"]} for a in audits]
    dropped = {n["what"]: n["count"] for n in audits[1]["dropped"]}
    assert (read[0]["points"], read[1]["points"]) == (89_815, 81_515)
    assert (read[0]["points of class 2"], read[1]["points of class 2"]) == (
        45_955,
        41_915,
    )
    assert dropped["noise points (class 7)"] == 37
    assert dropped["noise points (class 18)"] == 5
    assert old.grid == new.grid
    seen = [np.flatnonzero(np.isfinite(s.elevation).any(axis=0)) for s in (old, new)]
    assert seen[1][-1] > seen[0][-1]


def test_heights_in_feet_of_the_site_s_datum_become_metres(tmp_path: Path) -> None:
    """EPSG:6360 is EPSG:5703 in US survey feet of 1200/3937 m: the same level."""
    line = survey("sources/a.laz", 2024, ", vertical: 'EPSG:6360'")
    site = write_site(tmp_path, line, vertical="EPSG:5703")
    slope_cloud(site / "sources/a.laz", rise=0.0)

    build(site)

    surface = load_surface(site / "surfaces/2024-05-20-surveyed")
    np.testing.assert_allclose(surface.elevation, 1000.0 * 1200 / 3937, atol=1e-3)


def test_bounds_far_beyond_the_points_are_refused(tmp_path: Path) -> None:
    """A header may claim 60 km for 40,000 points; the grid is not made for it."""
    site = write_site(tmp_path, survey("sources/a.laz", 2024))
    path = slope_cloud(site / "sources/a.laz")
    data = bytearray(path.read_bytes())
    struct.pack_into("<d", data, 179, WEST + 60_000.0)
    struct.pack_into("<d", data, 195, SOUTH + 60_000.0)
    path.write_bytes(data)

    with pytest.raises(InputError, match=r"a\.laz.*60000 m.*extent:"):
        build(site)


def write_design(site: Path, crs: str, unit: str) -> Path:
    """A designed ground of 40 x 40 cells of 5 m, 1000 units high."""
    path = site / "sources/design.tif"
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {
        "driver": "GTiff", "height": 40, "width": 40, "count": 1, "dtype": "float32",
        "crs": crs, "transform": Affine(5.0, 0.0, WEST, 0.0, -5.0, SOUTH + 200.0),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(np.full((40, 40), 1000.0, np.float32), 1)
        file.set_band_unit(1, unit)
    return path


def test_a_design_in_feet_becomes_metres(tmp_path: Path) -> None:
    """The band's unit counts; what was done is in the audit."""
    site = write_site(tmp_path, survey("sources/design.tif", 2026))
    write_design(site, "EPSG:32649", "ft")

    build(site)

    surface = load_surface(site / "surfaces/2026-05-20-surveyed")
    np.testing.assert_allclose(surface.elevation, 304.8, atol=1e-3)
    audit = json.loads((next(site.glob("surfaces/*/audit.json"))).read_text("utf-8"))
    assert any("0.3048" in n["what"] for n in audit["repaired"])


def test_a_design_in_something_else_is_refused(tmp_path: Path) -> None:
    """Slope in degrees is no height."""
    site = write_site(tmp_path, survey("sources/design.tif", 2026))
    write_design(site, "EPSG:32649", "degree")

    with pytest.raises(UnitMismatch, match=r"design\.tif.*'degree'"):
        build(site)


def test_a_compound_crs_brings_the_datum_of_a_raster(tmp_path: Path) -> None:
    """UTM 49N with NAVD88 heights does not fit a site in another datum."""
    line = survey("sources/design.tif", 2026)
    site = write_site(tmp_path, line, vertical="EPSG:5737")
    write_design(site, "EPSG:32649+5703", "m")

    with pytest.raises(InputError, match=r"EPSG:5703.*EPSG:5737"):
        build(site)
    write_site(tmp_path, line, vertical="EPSG:5703")
    build(site)


def test_a_change_of_datum_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    """A CRS on a bare ellipsoid has no exact way to WGS 84."""
    line = survey("sources/design.tif", 2026)
    site = write_site(tmp_path, line)
    write_design(site, "+proj=utm +zone=49 +ellps=bessel +units=m +type=crs", "m")

    with pytest.raises(InputError, match=r"design\.tif.*no exact way"):
        build(site)
