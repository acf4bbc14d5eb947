"""Volumes and sections by command: closed forms, any direction, files others open."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import ezdxf
import numpy as np
import pytest
from shapely.geometry import box

from connectors.audit import Audit
from connectors.surfaces import save_surface
from connectors.vector import Parcel, write_parcels
from minetwin import _app
from twin.grid import Grid
from twin.site import Built
from twin.surface import Surface

GRID = Grid("EPSG:32649", "EPSG:5737", 500_000.0, 4_350_000.0, 5.0, (40, 60))
SITE = "version: 1\nname: Ramp\ncrs: EPSG:32649\nvertical: EPSG:5737\ncell: 5\n"
FLAT, RAMP = "2020-01-01-surveyed", "2021-01-01-surveyed"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Level ground at 100 m, and a ramp that rises by 1 % to the east from 99 m."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    x = (np.arange(60) + 0.5) * 5.0
    ramp = np.broadcast_to(99.0 + 0.01 * x, GRID.shape).astype(np.float32)
    flat = np.full(GRID.shape, 100.0, np.float32)
    for name, z in ((FLAT, flat), (RAMP, ramp)):
        day = date.fromisoformat(name[:10])
        save_surface(
            Surface(name, day, "surveyed", {}, GRID, z), folder / "surfaces", Audit()
        )
    west, north = GRID.west, GRID.north
    shape = box(west + 100.0, north - 150.0, west + 300.0, north - 50.0)
    parcels = [Parcel("east", "East", "东", shape)]
    write_parcels(folder / "layers" / "parcels.gpkg", parcels, GRID.crs)
    Built(GRID.to_dict(), (FLAT, RAMP)).save(folder)
    return folder


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as end:
        _app()(list(words))
    assert end.value.code == 0
    return capsys.readouterr().out


def test_a_wedge_has_the_volume_of_a_wedge(site: Path, capsys):
    """East of 100 m the ramp is above: 1/2 x 2 m x 200 m x 100 m = 20 000 m3 in the
    parcel; in all, fill 1/2 x 2 x 200 x 200 and cut 1/2 x 1 x 100 x 200.
    """
    out = json.loads(told(capsys, "volume", FLAT, RAMP, "--site", str(site), "--json"))

    whole, east = out["parcels"]
    assert east["parcel"] == "east"
    assert east["fill"] == pytest.approx(20_000.0, rel=1e-4)
    assert east["cut"] == 0.0
    assert whole["fill"] == pytest.approx(40_000.0, rel=1e-3)
    assert whole["cut"] == pytest.approx(10_000.0, rel=1e-3)


def test_volume_about_a_level_is_told_with_how_it_was_read(site: Path, capsys):
    """The flat ground lies 2 m above 98 m on 60 000 m2."""
    out = told(capsys, "volume", FLAT, "--level", "98", "--site", str(site))

    assert "120,000.0" in out
    assert "from level 98 m (a plane)" in out


def test_section_times_width_is_the_volume_and_files_open(site: Path, capsys, tmp_path):
    """Between the centres of the outer columns: 2.5 to 297.5 m along the line."""
    y = GRID.north - 100.0
    words = ["section", FLAT, RAMP, "--site", str(site), "--json"]
    words += ["--line", f"{GRID.west + 2.5},{y}", "--line", f"{GRID.west + 297.5},{y}"]
    found = {}
    for ending in ("csv", "dxf", "svg"):
        path = tmp_path / f"cut.{ending}"
        out = told(capsys, *words, "--to", str(path))
        found = json.loads(out[out.index("[") :])[0]
        assert path.stat().st_size > 200

    area = found["areas"][0]
    assert area["fill"] == pytest.approx(0.5 * 197.5 * 1.975, rel=1e-4)
    assert area["cut"] == pytest.approx(0.5 * 97.5 * 0.975, rel=1e-4)
    with (tmp_path / "cut.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["ground"] for row in rows} == {FLAT, RAMP}
    drawing = ezdxf.readfile(tmp_path / "cut.dxf")
    assert not drawing.audit().errors
    assert len(drawing.modelspace()) == 2
    assert "Elevation, m (EPSG:5737)" in (tmp_path / "cut.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["volume", FLAT], "name a second ground"),
        (["section", FLAT], "either --line twice"),
        (["section", FLAT, "--line", "a,b", "--line", "1,2"], "two places or more"),
        (["section", FLAT, "--line", "0,0", "--line", "9,9"], "crosses none"),
    ],
)
def test_what_cannot_be_cut_is_told(site: Path, words: list[str], message: str):
    from twin.errors import InputError

    with pytest.raises(InputError, match=message):
        _app()([*words, "--site", str(site)], standalone_mode=False)


def test_masked_cells_have_no_volume():
    """Half of the cells are masked: half of the volume."""
    from dataclasses import replace

    from twin.change.prisms import Plane, volume_between

    mask = np.zeros(GRID.shape, dtype=bool)
    mask[:20] = True
    z = np.full(GRID.shape, 1.0, np.float32)
    ground = Surface("a", date(2020, 1, 1), "surveyed", {}, GRID, z)
    half = replace(ground, grid=replace(GRID, mask=mask))

    whole, part = (volume_between(Plane(0.0), g).fill for g in (ground, half))

    assert whole == pytest.approx(60_000.0)
    assert part == pytest.approx(30_000.0)
