"""``ponds`` and ``drain`` on the timeline of a small mine."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))

from mines import rich_mine

from connectors.audit import Audit
from connectors.surfaces import save_surface
from minetwin import _app
from scenarios.grounds import ground_of
from twin.surface import Surface


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mine with a pit of 60 x 60 m, 5 m deep, as its planned ground."""
    made = rich_mine(tmp_path_factory.mktemp("water") / "mine", cells=30)
    ground = ground_of(made, "2024-05-20")
    z = np.array(ground.elevation)
    z[20:26, 2:8] -= 5.0
    pit = Surface("pit", date(2026, 1, 1), "designed", {}, ground.grid, z)
    save_surface(pit, made.surfaces_dir, Audit())
    west, north = ground.grid.west, ground.grid.north
    line = [[west + 290.0, north - 250.0], [west + 200.0, north - 250.0]]
    line.append([west + 100.0, north - 252.0])
    drawn = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "EPSG:32649"}},
        "features": [
            {
                "type": "Feature",
                "properties": {},
                "geometry": {"type": "LineString", "coordinates": line},
            }
        ],
    }
    (made.folder / "排水沟.geojson").write_text(json.dumps(drawn), encoding="utf-8")
    return made.folder


def asked(*words: object) -> object:
    return CliRunner().invoke(_app(), [str(w) for w in words])


def test_ponds_tells_the_pit_and_how_full_it_stands(site: Path, tmp_path: Path):
    """Six by six cells of 5 m below a plane of 3 %: spills at its lowest rim."""
    table = tmp_path / "ponds.csv"
    done = asked("ponds", "pit", "--site", site, "--csv", table, "--json")

    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    (pond,) = told["ponds"]
    assert pond["area_ha"] == pytest.approx(0.36)
    assert 0.0 < pond["stands"] < 1.0
    assert pond["standing_volume_m3"] < pond["volume_m3"]
    assert told["balance"]["rain"] == pytest.approx(420.0)
    assert table.read_text("utf-8-sig").startswith("east,north,spill_level")
    shown = asked("ponds", "pit", "--site", site)
    assert "1 hollow;" in shown.stdout
    assert "EPSG:32649" in shown.stdout


def test_drain_tells_each_reach_and_exits_by_its_verdict(site: Path):
    words = ("drain", site / "排水沟.geojson", "--on", "2024-05-20", "--site", site)
    held = asked(*words, "--rain", 40, "--lining", "concrete", "--depth", 1)
    small = asked(*words, "--rain", 90, "--depth", 0.2, "--width", 0.1, "--json")

    assert held.exit_code == 0, held.output
    assert held.stdout.count("holds") == 2
    assert small.exit_code == 1
    told = json.loads(small.stdout)
    assert told["drains"]["1"][-1]["verdict"].startswith("overflows")
    assert told["lining"]["verified"] is False


def test_an_unknown_lining_or_cover_is_told_with_the_nearest(site: Path):
    words = ("drain", site / "排水沟.geojson", "--on", "2024-05-20", "--site", site)
    lining = asked(*words, "--rain", 40, "--lining", "concrete2")
    cover = asked(*words, "--rain", 40, "--cover", "pasture fiar")

    assert "concrete" in str(lining.exception)
    assert "pasture fair" in str(cover.exception)
