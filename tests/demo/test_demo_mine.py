"""The demo mine: files as a surveyor's, honest about itself, true to its own truth."""

from __future__ import annotations

import csv
import hashlib
from datetime import datetime
from pathlib import Path

import laspy
import numpy as np
import pytest
import rasterio
import yaml

from scenarios.demo import Truth, demo_truth, make_demo
from scenarios.demo.frame import SIZE, SOUTH, WEST
from scenarios.demo.rasters import thinned
from twin.site import Site

CELL = 10.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quick demo, made once."""
    return make_demo(tmp_path_factory.mktemp("demo") / "mine", quick=True)


@pytest.fixture(scope="module")
def truth() -> Truth:
    """What it was drawn from."""
    return demo_truth(quick=True)


@pytest.fixture(scope="module")
def cloud(folder: Path) -> laspy.LasData:
    """Its point cloud."""
    return laspy.read(folder / "sources" / "survey_2024.laz")


def ground_model(cloud: laspy.LasData) -> np.ndarray:
    """Mean of the ground points of each 10 m cell; NaN where there are none."""
    ground = np.asarray(cloud.classification) == 2
    n = round(SIZE / CELL)
    x, y = np.asarray(cloud.x)[ground], np.asarray(cloud.y)[ground]
    row = np.clip((SOUTH + SIZE - y) / CELL, 0, n - 1).astype(int)
    cell = row * n + np.clip((x - WEST) / CELL, 0, n - 1).astype(int)
    count = np.bincount(cell, minlength=n * n)
    total = np.bincount(cell, np.asarray(cloud.z)[ground], minlength=n * n)
    mean = np.full(n * n, np.nan)
    mean[count > 0] = total[count > 0] / count[count > 0]
    return mean.reshape(n, n)


def digest(folder: Path) -> dict[str, str]:
    """Content of every file but the compressed cloud, whose header bears the day."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.suffix != ".laz"
    }


def test_the_ground_points_give_the_true_ground_back(
    cloud: laspy.LasData, truth: Truth
) -> None:
    """Noise is 3.5 cm; on 10 m cells the steep bench faces dominate what is left."""
    wanted = thinned(truth.ground, truth.frame, CELL)

    off = ground_model(cloud) - wanted

    known = np.isfinite(off)
    assert np.sqrt(np.mean(off[known] ** 2)) < 0.6
    assert np.median(np.abs(off[known])) < 0.1
    assert 20 < np.count_nonzero(~known) < 200


def test_cut_and_fill_from_the_surveys_come_near_the_true_volumes(
    cloud: laspy.LasData, truth: Truth, folder: Path
) -> None:
    """Millions of cubic metres, within 5 %."""
    with rasterio.open(folder / "sources" / "survey_2019.tif") as file:
        earlier = file.read(1)
    cut, fill = truth.cut_and_fill()

    rise = ground_model(cloud) - earlier

    area = CELL * CELL
    assert -np.nansum(np.minimum(rise, 0.0)) * area == pytest.approx(cut, rel=0.05)
    assert np.nansum(np.maximum(rise, 0.0)) * area == pytest.approx(fill, rel=0.05)
    assert min(cut, fill) > 1e6


def test_the_cloud_is_what_a_survey_office_delivers(cloud: laspy.LasData) -> None:
    """LAS 1.4 with a compound CRS, returns, classes, strips, millimetres."""
    header = cloud.header
    crs = header.parse_crs()

    assert str(header.version) == "1.4"
    assert header.point_format.id == 6
    assert list(header.scales) == [0.001] * 3
    assert crs is not None
    assert [part.to_epsg() for part in crs.sub_crs_list] == [32649, 5737]
    assert set(np.unique(cloud.classification)) <= {2, 3, 4, 5, 6, 7, 18}
    assert np.all(
        np.asarray(cloud.return_number) <= np.asarray(cloud.number_of_returns)
    )
    assert int(np.asarray(cloud.number_of_returns).max()) == 3
    assert set(np.unique(cloud.point_source_id)) == {1, 2, 3, 4}
    assert header.maxs[0] < WEST + SIZE


def test_everything_says_that_it_is_synthetic(folder: Path) -> None:
    """The site, its name in both languages, the rasters, the cloud, the parcels."""
    site = Site.open(folder)

    assert site.config.synthetic
    assert "synthetic" in site.config.name
    assert "合成" in site.config.name_zh
    with rasterio.open(folder / "sources" / "design_2026.tif") as file:
        assert file.tags()["SYNTHETIC"] == "true"
        assert file.units == ("m",)
    with laspy.open(folder / "sources" / "survey_2024.laz") as file:
        assert "synthetic" in file.header.generating_software
    parcels = (folder / "sources" / "parcels.geojson").read_text(encoding="utf-8")
    assert '"synthetic": true' in parcels


def test_the_same_seed_makes_the_same_mine_and_another_seed_another(
    folder: Path, tmp_path: Path, cloud: laspy.LasData
) -> None:
    """Files are equal byte by byte, the cloud point by point."""
    again = make_demo(tmp_path / "again", quick=True)

    assert digest(again) == digest(folder)
    same = laspy.read(again / "sources" / "survey_2024.laz")
    np.testing.assert_array_equal(same.points.array, cloud.points.array)
    other = demo_truth(quick=True, seed=2).ground
    assert np.abs(other - demo_truth(quick=True).ground).max() > 1.0


def test_the_parcels_tile_the_site(folder: Path) -> None:
    """Polygons without overlap, named in both languages, all within 1.5 km square."""
    from connectors.vector import read_parcels
    from twin.site_config import Parcels

    told = Parcels(file="x", id="id", label="name", label_zh="name_zh")
    parcels = read_parcels(folder / "sources" / "parcels.geojson", "EPSG:32649", told)

    assert {p.id for p in parcels} >= {
        "pit",
        "dump-top",
        "stockpile",
        "gangue",
        "hills",
    }
    assert all(p.label != p.label_zh for p in parcels)
    whole = sum(p.geometry.area for p in parcels)
    assert whole == pytest.approx(SIZE * SIZE, rel=1e-6)


def test_the_weather_is_that_of_dry_loess_country(folder: Path) -> None:
    """Ten whole years, 415 mm a year, most of it from June to September."""
    with (folder / "sources" / "climate_daily.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rain = np.array([float(r["rain"]) for r in rows])
    month = np.array([int(r["date"][5:7]) for r in rows])
    low, mean, high = (
        np.array([float(r[k]) for r in rows]) for k in ("tmin", "t", "tmax")
    )

    assert len(rows) == 3653
    assert rain.sum() / 10.0 == pytest.approx(415.0, rel=0.01)
    assert rain[(month >= 6) & (month <= 9)].sum() / rain.sum() > 0.6
    assert np.all((low <= mean) & (mean <= high))
    assert 5.0 < mean.mean() < 9.0


def test_the_recorded_day_fits_the_declared_sensors(folder: Path) -> None:
    """Eight sensors, aware times of one day, values within their variable's range."""
    from twin.vocabulary import lookup

    site = Site.open(folder)
    sensors = {s.id: s for s in site.sensors()}
    name = site.config.feeds[0].file
    with (folder / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert len(sensors) == 8
    assert {r["sensor"] for r in rows} == set(sensors)
    assert all(datetime.fromisoformat(r["time"]).utcoffset() for r in rows)
    for row in rows:
        var = lookup(sensors[row["sensor"]].var)
        assert var.low <= float(row["value"]) <= var.high
        assert row["unit"] == sensors[row["sensor"]].unit
    total = sum(float(r["value"]) for r in rows if r["sensor"] == "rg-01")
    assert total == pytest.approx(21.0, rel=0.05)


def test_the_plan_is_a_scenario_for_these_parcels(folder: Path) -> None:
    """It can be read, lasts 30 years and names only parcels of this mine."""
    from scenarios.scenario import Scenario

    plan = Scenario.from_yaml(folder / "scenarios" / "plan.yaml")
    told = yaml.safe_load((folder / "site.yaml").read_text(encoding="utf-8"))

    named = {p for m in plan.interventions for p in m.area.parcels}
    assert named <= set(told["ground"])
    assert plan.years == 30
    assert plan.title
    assert plan.title_zh
    assert {m.measure for m in plan.interventions} >= {"regrade", "topsoil", "plant"}
