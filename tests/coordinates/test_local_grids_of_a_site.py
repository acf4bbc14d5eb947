"""A mine's own coordinates in site.yaml: everything lands where it lies."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from connectors.build import build
from connectors.raster import write_cog
from connectors.surfaces import load_surface
from connectors.vector import read_parcels
from twin.errors import InputError, UnknownName
from twin.grid import Grid
from twin.local_grid import LocalGrid
from twin.site import Site

GRID = LocalGrid(
    "EPSG:32649", (1000.0, 2000.0), (500_400.0, 4_350_300.0), 27.5, 0.9998, 812.345
)
HEAD = """\
version: 1
name: old mine
crs: EPSG:32649
vertical: EPSG:5737
cell: 5.0
local_grids:
  old: {control: control.csv}
"""


def test_the_crs_of_a_local_grid_is_carried_by_proj_as_by_the_grid_itself():
    """Two ways to the same place: PROJ's affine and our own, within 1e-6 m."""
    rng = np.random.default_rng(2)
    local = rng.uniform(-5000.0, 8000.0, (200, 2))

    there = Transformer.from_crs(
        CRS.from_wkt(GRID.to_wkt("old")), CRS.from_epsg(32649), always_xy=True
    )
    x, y = there.transform(*local.T)

    assert np.column_stack([x, y]) == pytest.approx(GRID.forward(local), abs=1e-6)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Control points with Chinese names in GBK; a plane measured in local metres."""
    local = np.array([[0, 0, 5], [2000, 100, 6], [1500, 3000, 7], [200, 2500, 4.0]])
    known = GRID.forward(local)
    rows = ["name,east,north,height,known_east,known_north,known_height"]
    for name, a, b in zip("甲乙丙丁", local, known, strict=True):
        rows.append(f"控制点{name}," + ",".join(f"{v:.4f}" for v in (*a, *b)))
    (tmp_path / "control.csv").write_bytes("\n".join(rows).encode("gbk"))
    y, x = np.mgrid[0:100:2.5, 0:150:2.5]
    u, v = 1000.0 + x.ravel(), 2000.0 + y.ravel()
    z = 10.0 + 0.02 * (u - 1000.0)
    np.savetxt(tmp_path / "plane.xyz", np.column_stack([u, v, z]), fmt="%.3f")
    (tmp_path / "site.yaml").write_text(HEAD, encoding="utf-8")
    return tmp_path


def told(site: Path, more: str) -> None:
    (site / "site.yaml").write_text(HEAD + more, encoding="utf-8")
    build(site)


PLANE = """\
surveys:
  - {file: plane.xyz, date: 2020-05-01, kind: surveyed, crs: "local:old",
     vertical: EPSG:5737, columns: x y z, ground: smrf}
"""


def plane_at(surface_grid: Grid) -> np.ndarray:
    """Height of the plane at the cells' middles, through the inverse grid."""
    rows, columns = surface_grid.shape
    x = surface_grid.west + (np.arange(columns) + 0.5) * surface_grid.cell
    y = surface_grid.north - (np.arange(rows) + 0.5) * surface_grid.cell
    xx, yy = np.meshgrid(x, y)
    local = GRID.inverse(np.column_stack([xx.ravel(), yy.ravel()]))
    return (10.0 + 0.02 * (local[:, 0] - 1000.0) + 812.345).reshape(rows, columns)


def test_a_cloud_in_local_metres_lands_in_the_sites_crs_with_its_height(site: Path):
    """Turned by 27.5 degrees, scaled, raised by 812.345 m; the audit tells the fit."""
    told(site, PLANE)

    got = load_surface(site / "surfaces" / "2020-05-01-surveyed")
    known = np.isfinite(got.elevation) & (got.layers["filled"] == 0.0)
    assert known.sum() > 300
    off = (got.elevation - plane_at(got.grid))[known]
    assert np.abs(off).max() < 0.08  # half a cell's diagonal on a slope of 2 %
    assert abs(off.mean()) < 0.01
    audit = json.loads(
        (site / "surfaces" / "2020-05-01-surveyed" / "audit.json").read_text("utf-8")
    )
    assert re.search(r"local grid old: turned \+27\.(49|50)", json.dumps(audit))
    assert "4 control points" in json.dumps(audit)


def test_rasters_and_parcels_are_carried_too(site: Path):
    """A local raster is resampled, a local polygon moved, corner by corner."""
    x = 1000.0 + (np.arange(60) + 0.5) * 2.5
    z = np.broadcast_to(10.0 + 0.02 * (x - 1000.0), (40, 60)).astype(np.float32)
    plain = Grid("EPSG:32649", "EPSG:5737", 1000.0, 2100.0, 2.5, (40, 60))
    write_cog(site / "old.tif", z, plain, unit="m", name="elevation", description="old")
    ring = [[1020, 2020], [1120, 2020], [1120, 2080], [1020, 2080], [1020, 2020]]
    feature = {
        "type": "Feature",
        "properties": {"id": "bench"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    (site / "parcels.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8"
    )
    told(
        site,
        'surveys:\n  - {file: old.tif, date: 2019-01-01, crs: "local:old", '
        'vertical: EPSG:5737}\nparcels: {file: parcels.geojson, crs: "local:old"}\n',
    )

    got = load_surface(site / "surfaces" / "2019-01-01-surveyed")
    known = np.isfinite(got.elevation)
    assert np.abs((got.elevation - plane_at(got.grid))[known]).max() < 0.06
    (bench,) = read_parcels(site / "layers" / "parcels.gpkg", "EPSG:32649")
    assert bench.geometry.area == pytest.approx(100 * 60 * 0.9998**2, rel=1e-6)
    corner = GRID.forward(np.array([[1020.0, 2020.0]]))[0]
    corners = shapely.get_coordinates(bench.geometry)
    assert np.hypot(*(corners - corner).T).min() < 1e-3


def test_parameters_may_stand_instead_of_control_points(site: Path):
    plain = GRID.to_dict()
    plain.pop("crs")
    head = HEAD.replace(
        "{control: control.csv}", f"{{parameters: {json.dumps(plain)}}}"
    )
    (site / "site.yaml").write_text(head + PLANE, encoding="utf-8")

    build(site)

    got = load_surface(site / "surfaces" / "2020-05-01-surveyed")
    known = np.isfinite(got.elevation) & (got.layers["filled"] == 0.0)
    assert abs((got.elevation - plane_at(got.grid))[known].mean()) < 0.01
    assert Site.open(site).config.surveys[0].crs == "local:old"


def test_what_is_wrong_with_a_local_grid_is_told(site: Path):
    """An unknown name, a lacking column, a number that is none."""
    with pytest.raises(UnknownName, match=r"local grid .*did you mean 'old'"):
        told(site, PLANE.replace("local:old", "local:odl"))
    (site / "control.csv").write_text("name,east,north\na,1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="lacks the column known_east, known_north"):
        told(site, PLANE)
    (site / "control.csv").write_text(
        "name,east,north,known_east,known_north\na,1,x,3,4\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="line 2: north 'x' is no number"):
        told(site, PLANE)
