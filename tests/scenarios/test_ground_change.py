"""What changed between two grounds: one computation behind command, Python, server."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import box

from connectors.audit import Audit
from connectors.raster import read_raster
from connectors.surfaces import save_surface
from connectors.vector import Parcel, write_parcels
from scenarios.change_files import write_change
from scenarios.ground_change import change_between
from twin.change.coregister import level
from twin.errors import MissingCRS
from twin.grid import UNKNOWN_VERTICAL, Grid
from twin.site import Built, Site
from twin.surface import Surface

GRID = Grid("EPSG:32649", "EPSG:5737", 5e5, 4.37e6, 2.0, (200, 250))
FILL, BIAS, NOISE = 3.0, 0.10, 0.03  # m
PAD = box(5e5 + 100, 4.37e6 - 200, 5e5 + 160, 4.37e6 - 150)  # 60 m x 50 m
FAR = box(5e5 + 400, 4.37e6 - 60, 5e5 + 440, 4.37e6 - 20)
YAML = "version: 1\nname: pad\ncrs: EPSG:32649\nvertical: EPSG:5737\ncell: 2\n"


def made(folder: Path, grid: Grid = GRID) -> Site:
    """Rolling ground; a pad filled by 3 m; the later survey lies 0.1 m too high."""
    folder.mkdir(parents=True)
    (folder / "site.yaml").write_text(YAML, encoding="utf-8")
    rng = np.random.default_rng(4)
    rows, columns = np.indices(grid.shape)
    ground = 1200 + 6 * np.sin(columns / 23) + 5 * np.cos(rows / 31)
    filled = np.zeros(grid.shape)
    filled[75:100, 50:80] = FILL
    for day, more in ((date(2024, 5, 1), 0.0), (date(2025, 5, 1), filled + BIAS)):
        noise = rng.normal(0, NOISE / np.sqrt(2), grid.shape)
        surface = Surface(
            f"{day}-surveyed", day, "surveyed", {"a.tif": "0" * 64}, grid,
            (ground + more + noise).astype(np.float32),
        )  # fmt: skip
        save_surface(surface, folder / "surfaces", Audit())
    parcels = [Parcel("pad", "Pad", "平台", PAD), Parcel("far", "Far", "远处", FAR)]
    write_parcels(folder / "layers" / "parcels.gpkg", parcels, grid.crs)
    ids = ("2024-05-01-surveyed", "2025-05-01-surveyed")
    Built(grid.to_dict(), ids, ()).save(folder)
    return Site.open(folder)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made(tmp_path_factory.mktemp("change") / "mine")


A, B = "2024-05-01-surveyed", "2025-05-01-surveyed"


def test_a_bias_is_told_and_not_taken_for_fill_once_it_is_removed(site: Site) -> None:
    """The pad is 3 000 m2 times 3 m; the bias alone would add 300 m3."""
    plain = change_between(site, A, B)
    mended = change_between(site, A, B, move=level)
    pad = {row.parcel: row for row in mended.rows}

    assert plain.change.systematic.bias == pytest.approx(BIAS, abs=0.003)
    assert {row.parcel: row.net.value for row in plain.rows}["pad"] == pytest.approx(
        9300.0, abs=15.0
    )
    assert mended.moved is not None
    assert mended.moved.up == pytest.approx(-BIAS, abs=0.003)
    assert pad["pad"].net.low_95 <= 9000.0 <= pad["pad"].net.high_95
    assert pad["pad"].net.error < 15.0
    assert pad["far"].net.low_95 <= 0.0 <= pad["far"].net.high_95
    assert [row.parcel for row in mended.rows] == ["site", "pad", "far"]


def test_net_from_a_to_b_is_minus_net_from_b_to_a(site: Site) -> None:
    """Exactly: the same plain sum with the other sign."""
    there = change_between(site, A, B)
    back = change_between(site, B, A)

    assert [r.net.value for r in there.rows] == [-r.net.value for r in back.rows]
    assert [r.cut_all for r in there.rows] == [r.fill_all for r in back.rows]


def test_command_and_python_tell_the_same_numbers(site: Site) -> None:
    """As JSON, to the last bit; and a table for people."""
    words = [sys.executable, "-m", "minetwin", "change", A, B, "--site"]
    ran = [
        subprocess.run(
            [*words, str(site.folder), "--level", *more], capture_output=True,
            text=True, encoding="utf-8", check=True, timeout=120,
        ).stdout
        for more in (["--json"], [])
    ]  # fmt: skip
    told = json.loads(ran[0])
    own = json.loads(json.dumps(change_between(site, A, B, move=level).to_dict()))

    assert told == own
    assert "pad" in ran[1]
    assert "EPSG:5737" in ran[1]


def test_the_files_hold_what_was_told(site: Site, tmp_path: Path) -> None:
    """Rasters on the grid with CRS and unit; the table reads in a spreadsheet."""
    found = change_between(site, A, B)

    made = write_change(found, tmp_path / "变化")

    raster = read_raster(made[0])
    with (tmp_path / "变化" / "change.csv").open(encoding="utf-8-sig") as text:
        rows = list(csv.DictReader(text))
    assert raster.grid == GRID
    np.testing.assert_array_equal(raster.array, found.change.dz)
    assert [row["parcel"] for row in rows] == ["site", "pad", "far"]
    assert float(rows[1]["net"]) == found.rows[1].net.value
    assert float(rows[1]["net_high_95"]) == found.rows[1].net.high_95


def test_an_unknown_datum_forbids_differencing(tmp_path: Path) -> None:
    site = made(tmp_path / "mine", replace(GRID, vertical=UNKNOWN_VERTICAL))

    with pytest.raises(MissingCRS, match="vertical"):
        change_between(site, A, B)
