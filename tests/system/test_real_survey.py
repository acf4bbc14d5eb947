"""The whole path on real data: two surveys of restored rubble fill, real weather."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from server_process import Server, minetwin

from twin.site import Site

SITE = """
version: 1
name: Tommy Thompson Park
name_zh: 汤米·汤普森公园
crs: EPSG:26917
vertical: unknown
cell: 4
timezone: America/Toronto
surveys:
  - {file: sources/ttp_2015.laz, date: 2015-04-07, kind: surveyed, ground: classes}
  - {file: sources/ttp_2023.laz, date: 2023-04-10, kind: surveyed, ground: classes}
parcels: {file: sources/parcels.geojson, id: id, label: name, label_zh: name_zh}
climate:
  file: sources/klima_daily.csv
  columns:
    time: time
    air_temperature: t
    air_temperature_min: tmin
    air_temperature_max: tmax
    relative_humidity: rel
  units:
    air_temperature: degC
    air_temperature_min: degC
    air_temperature_max: degC
    relative_humidity: "%"
  constants: {precipitation: 70}  # the table has none; an assumption, audited as such
ground:
  default:
    clay_content: 15
    bulk_density: 1500
    soil_depth: 0.4
    soil_organic_carbon: 12
"""
PLAN = """
version: 1
name: plan
title: Topsoil, compost and trees
title_zh: 覆土、堆肥与造林
start: 2024-01
years: 30
seed: 1
interventions:
  - {measure: topsoil, area: {parcels: [spit]}, date: 2024-04, thickness: 0.2}
  - {measure: compost, area: {parcels: [spit]}, date: 2024-05, dose: 30}
  - measure: plant
    area: {parcels: [spit]}
    date: 2025-04
    mix: {robinia: 0.6, alfalfa: 0.4}
"""


@pytest.fixture(scope="module")
def park(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build and run the park from the files as they were published."""
    folder = tmp_path_factory.mktemp("park")
    (folder / "sources").mkdir()
    (folder / "scenarios").mkdir()
    for name in ("pointcloud/ttp/ttp_2015.laz", "pointcloud/ttp/ttp_2023.laz"):
        shutil.copy(shared / "data" / name, folder / "sources")
    shutil.copy(shared / "data/climate/klima_daily.csv", folder / "sources")
    ring = [[633990, 4831300], [634630, 4831300], [634630, 4832050], [633990, 4832050]]
    feature = {
        "type": "Feature",
        "properties": {"id": "spit", "name": "Spit", "name_zh": "沙嘴"},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::26917"}}
    parcels = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    (folder / "sources/parcels.geojson").write_text(json.dumps(parcels), "utf-8")
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    (folder / "scenarios/plan.yaml").write_text(PLAN, encoding="utf-8")
    minetwin("build", folder)
    minetwin("run", folder / "scenarios/plan.yaml", "--site", folder)
    return folder


def audit_of(site: Site, surface: str) -> dict[str, list[dict[str, Any]]]:
    """Audit of a surface's import."""
    path = site.surfaces_dir / surface / "audit.json"
    found: dict[str, list[dict[str, Any]]] = json.loads(path.read_text("utf-8"))
    return found


def test_both_epochs_are_surveyed_surfaces_of_one_site(park: Path) -> None:
    """Different extents and class schemes, one grid; the newer one reaches further."""
    from connectors.surfaces import list_surfaces, load_surface

    site = Site.open(park)
    old, new = (load_surface(site.surfaces_dir / s.id) for s in list_surfaces(site))

    assert (old.date.year, new.date.year) == (2015, 2023)
    assert old.kind == new.kind == "surveyed"
    assert old.grid == new.grid
    east = [np.isfinite(s.elevation).any(axis=0).nonzero()[0][-1] for s in (old, new)]
    assert east[1] > east[0]
    dropped = {n["what"]: n["count"] for n in audit_of(site, new.id)["dropped"]}
    assert dropped["noise points (class 7)"] == 37
    assert dropped["noise points (class 18)"] == 5
    read = {n["what"]: n["count"] for n in audit_of(site, old.id)["read"]}
    assert read["points"] == 89_815
    assert read["points of class 2"] == 45_955


def test_plan_and_control_ran_thirty_years_with_closed_books(park: Path) -> None:
    """The manifest of each run tells its residuals; the plan holds more carbon."""
    import minetwin as mt

    plan, control = (mt.Run.open(park / "runs" / n) for n in ("plan", "plan-control"))

    for run in (plan, control):
        assert max(run.manifest["closure"].values()) <= 1e-9
        assert run["soil_organic_carbon"].sizes["time"] == 31
    end = [float(r["ecosystem_carbon"].isel(time=-1).mean()) for r in (plan, control)]
    assert end[0] > end[1]


@pytest.fixture
def server(park: Path) -> Iterator[Server]:
    """Serve the park."""
    started = Server(park).start()
    yield started
    started.stop()


def test_chromium_shows_the_park(
    server: Server,
    open_page: Callable[..., Page],
    keep: Callable[[Page, str], Path],
) -> None:
    """A person sees the ground of 2023 and the run on it."""
    page = open_page(server)

    assert "Tommy Thompson Park" in page.inner_text("body")
    keep(page, "real-survey")
