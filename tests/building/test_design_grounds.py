"""A design drawn elsewhere comes in, lies on the timeline and goes out as it was."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from connectors.audit import Audit
from connectors.check import check
from connectors.design.design import Design, Stated
from connectors.design.dxf_write import write_dxf
from connectors.design.export import export, read_design
from connectors.design.landxml_write import write_landxml
from connectors.surfaces import load_surface
from connectors.survey_add import add_survey
from twin.errors import InputError, MissingCRS
from twin.tin import Tin

YAML = "version: 1\nname: pad\ncrs: {crs}\nvertical: EPSG:5737\ncell: 2\n"
CRS = "EPSG:32649"


def ramp() -> Tin:
    """A ramp of 10 % rising east, 100 m by 60 m, in two triangles."""
    e, n = 500_000.0, 4_370_000.0
    corners = [[e, n, 1200], [e + 100, n, 1210], [e + 100, n + 60, 1210],
               [e, n + 60, 1200]]  # fmt: skip
    return Tin.of(np.array(corners, dtype=float), np.array([[0, 1, 2], [0, 2, 3]]))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "设计矿区"
    folder.mkdir()
    (folder / "site.yaml").write_text(YAML.format(crs=CRS), encoding="utf-8")
    return folder


def drawn(folder: Path, ending: str, crs: str | None = CRS) -> Path:
    path = folder / f"ramp{ending}"
    design = Design("ramp", ramp(), crs=crs, vertical="EPSG:5737")
    (write_landxml if ending == ".xml" else write_dxf)(path, design)
    return path


@pytest.mark.parametrize("ending", [".xml", ".dxf"])
def test_a_design_becomes_a_ground_and_goes_out_as_it_came(
    site: Path, tmp_path: Path, ending: str
) -> None:
    """Cells hold the plane; triangles are kept, so that what goes out is what came."""
    settings = {"date": date(2026, 7, 1), "kind": "designed"}
    if ending == ".dxf":  # has no place for a CRS
        settings |= {"crs": CRS, "vertical": "EPSG:5737"}
    name = add_survey(site, [drawn(tmp_path, ending)], settings)

    surface = load_surface(site / "surfaces" / name)
    columns = np.arange(50)
    np.testing.assert_allclose(
        surface.elevation[10], 1200 + 0.1 * (2 * columns + 1), atol=2e-4
    )
    out = tmp_path / f"out{ending}"
    export(surface, out, audit=Audit())
    back = read_design(out, Stated(crs=CRS), Audit()).tin
    assert back is not None
    there = {tuple(np.round(v, 6)) for v in back.vertices}
    assert there == {tuple(np.round(v, 6)) for v in ramp().vertices}
    audit = json.loads((site / "surfaces" / name / "audit.json").read_text("utf-8"))
    assert any("triangles" in note["what"] for note in audit["read"])


def test_a_design_in_another_zone_is_carried_over(site: Path, tmp_path: Path) -> None:
    """From UTM 49N to 50N: the same place on a turned grid."""
    other = tmp_path / "cgcs"
    other.mkdir()
    (other / "site.yaml").write_text(YAML.format(crs="EPSG:32650"), encoding="utf-8")
    settings = {"date": date(2026, 7, 1), "kind": "designed"}

    name = add_survey(other, [drawn(tmp_path, ".xml")], settings)

    surface = load_surface(other / "surfaces" / name)
    held = surface.elevation[np.isfinite(surface.elevation)]
    assert held.size * surface.grid.cell_area == pytest.approx(6000.0, rel=0.03)
    assert (held.min(), held.max()) == pytest.approx((1200.1, 1209.9), abs=0.3)


def test_a_design_without_crs_is_a_finding(site: Path, tmp_path: Path) -> None:
    path = drawn(tmp_path, ".dxf")

    (found,) = check([path])

    assert "CRS" in found.what
    with pytest.raises(MissingCRS, match="crs: EPSG:32649"):
        add_survey(site, [path], {"date": date(2026, 7, 1), "kind": "designed"})


def test_an_unknown_ending_names_the_known_ones(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "ramp.skp"
    path.write_bytes(b"sketch")

    with pytest.raises(InputError, match=r"\.dxf.*\.laz.*\.xml"):
        add_survey(site, [path], {"date": date(2026, 7, 1), "kind": "designed"})


# GDAL says of every 3DFACE, anyone's, that its ring is not closed, and closes it
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:Non closed ring:RuntimeWarning")
def test_an_independent_reader_takes_our_dxf(tmp_path: Path) -> None:
    """GDAL's own DXF reader finds the two faces with their corners, to 1e-6 m."""
    from pyogrio import raw

    path = drawn(tmp_path, ".dxf")

    _, _, shapes, _ = raw.read(path)

    faces = shapely.from_wkb(shapes)
    corners = {
        tuple(np.round(point, 6))
        for face in faces
        for point in shapely.get_coordinates(face, include_z=True)
    }
    assert len(faces) == 2
    assert corners == {tuple(np.round(v, 6)) for v in ramp().vertices}
