"""A scenario runs on a site on disk: plan and control, books closed, resumable."""

from __future__ import annotations

import json
import os
import signal
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import box

from connectors.audit import Audit
from connectors.monthly import Monthly, write_monthly
from connectors.surfaces import save_surface
from connectors.vector import Parcel, write_parcels
from scenarios.compare import compare, open_run
from scenarios.runs import run, up_to_date
from scenarios.scenario import Scenario
from twin.errors import BadScenario, UnknownName
from twin.grid import Grid
from twin.site import Built, Site
from twin.store import Run
from twin.surface import Surface

SITE = """
version: 1
name: Little mine
crs: EPSG:32649
vertical: unknown
cell: 10
ground:
  default: {soil_organic_carbon: 20, plants: {pioneer: {age: 10, stocking: 0.6}}}
  dump: {soil_organic_carbon: 4, plants: {pioneer: {age: 2, stocking: 0.05}}}
"""
DUMP = {"parcels": ["dump"]}


def weather(months: int = 36) -> Monthly:
    """A dry continental climate with a wet summer."""
    season = -np.cos(2.0 * np.pi * (np.arange(months) - 0.5) / 12.0)
    warm = 8.0 + 14.0 * season
    rain = 35.0 + 30.0 * season
    return Monthly(
        (2020, 1),
        {
            "air_temperature": warm,
            "air_temperature_min": warm - 6.0,
            "air_temperature_max": warm + 6.0,
            "precipitation": rain,
            "rainfall_erosivity": np.maximum(rain - 20.0, 0.0) * 5.0,
        },
    )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A heap of 20 m on a plane, 40 by 50 cells, one parcel on it."""
    folder = tmp_path / "mine"
    (folder / "runs").mkdir(parents=True)
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    y, x = np.mgrid[0:40, 0:50] * 10.0
    away = np.hypot(x - 200.0, y - 200.0)
    heap = np.clip((110.0 - away) * np.tan(np.radians(35.0)), 0.0, 20.0)
    z = (1200.0 + 0.03 * x + heap).astype(np.float32)
    z[0, :3] = np.nan
    grid = Grid("EPSG:32649", "unknown", 500000.0, 4350000.0, 10.0, z.shape)
    ground = Surface("2024-05-20", date(2024, 5, 20), "surveyed", {}, grid, z)
    save_surface(ground, folder / "surfaces", Audit())
    west, north = grid.west + 200.0, grid.north - 200.0
    shape = box(west - 130.0, north - 130.0, west + 130.0, north + 130.0)
    parcels = [Parcel("dump", "Dump", "排土场", shape)]
    write_parcels(folder / "layers" / "parcels.gpkg", parcels, grid.crs)
    write_monthly(folder / "layers" / "climate_monthly.csv", weather())
    Built(grid.to_dict(), ("2024-05-20",)).save(folder)
    return Site.open(folder)


def plan(years: int = 6, **keys: object) -> Scenario:
    measures = [
        {"measure": "regrade", "area": DUMP, "date": "2025-04", "max_slope": 20},
        {"measure": "topsoil", "area": DUMP, "date": "2025-05", "thickness": 0.3},
        {"measure": "compost", "area": DUMP, "date": "2025-05", "dose": 30},
        {"measure": "plant", "area": DUMP, "date": "2025-10", "mix": {"grass": 0.9}},
    ]
    data = {"name": "plan", "start": "2025-01", "years": years, "seed": 3}
    return Scenario.from_dict(data | {"interventions": measures} | keys)


def test_plan_and_control_run_with_closed_books(site: Site):
    """Each run tells its provenance, closes to 1e-9 and holds what it lists."""
    result = run(plan(), site)

    for made in result.runs:
        made.verify()
        told = json.loads((made.folder / "manifest.json").read_text("utf-8"))
        assert told["status"] == "finished"
        assert max(told["closure"].values()) < 1e-9
        assert told["scenario"]["name"] == made.id
        assert [len(i["sha256"]) for i in told["inputs"]] == [64] * len(told["inputs"])
        assert told["seed"] == 3
        assert told["code_version"]
        assert told["environment"]["python"]
        assert len(made.times) == 7
    assert result.control is not None
    axes = [r.manifest["axes"] for r in result.runs]
    assert axes[0] == axes[1]
    assert result.control.id == "plan-control"
    assert [p.name for p in site.runs()] == ["plan", "plan-control"]


def test_the_plan_changes_the_dump_and_nothing_else(site: Site):
    """On the parcel slope and cover differ; outside only the ring beside it, which
    shares slope, and thus radiation, with the reshaped cells, and gets seeds.
    """
    result = run(plan(), site)
    found = compare(result.plan, result.control)

    last = {(r["parcel"], r["indicator"]): r for r in found.last_year().rows}
    assert -0.01 < last["outside", "cover"]["difference"] < 2.0
    assert last["dump", "cover"]["difference"] > 5.0
    assert last["dump", "cost"]["difference"] > 0.0
    assert last["dump", "emissions"]["difference"] > 0.0
    assert last["dump", "imported"]["difference"] > 0.0
    apart = found.difference("slope").isel(time=-1)
    assert float(apart.min()) < -5.0
    assert float(np.nanmax(result.plan["slope"].isel(time=-1))) < 22.0


def test_layers_are_labelled_arrays_with_units_and_time(site: Site):
    """xarray with CRS, units and one instant a year."""
    soil = run(plan(years=2), site).plan["soil_organic_carbon"]

    assert soil.attrs["units"] == "kg m-2"
    assert soil.sizes["time"] == 3
    assert str(soil.time.values[0])[:10] == "2025-01-01"


def test_a_stopped_run_goes_on_and_ends_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    """Ctrl-C after 90 months; the second call resumes and gives the same values."""
    monkeypatch.setattr("scenarios.runs.CHECKPOINT_MONTHS", 12)
    whole = run(plan(years=10), site, control=False).plan
    expected = {name: whole[name].values for name in whole.layers}
    rows = whole.indicators()
    seen: list[int] = []

    def stop(done: int, total: int) -> None:
        seen.append(done)
        if done >= 90:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="goes on from there"):
        run(plan(years=10), site, control=False, progress=stop)
    seen.clear()
    again = run(
        plan(years=10), site, control=False, progress=lambda d, _: seen.append(d)
    ).plan

    assert seen[0] > 12
    for name, values in expected.items():
        np.testing.assert_array_equal(again[name].values, values)
    assert again.indicators() == rows
    again.verify()


def test_ctrl_c_keeps_a_run_as_far_as_it_came(site: Site):
    """In the third year, long before the first checkpoint is due."""
    whole = run(plan(years=6), site, control=False).plan
    expected = whole["soil_organic_carbon"].values
    seen: list[int] = []

    def press(done: int, total: int) -> None:
        seen.append(done)
        if done == 36:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="as far as it came"):
        run(plan(years=6), site, control=False, progress=press)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    stopped = seen[-1]
    seen.clear()
    again = run(
        plan(years=6), site, control=False, progress=lambda d, _: seen.append(d)
    ).plan

    assert stopped <= 48
    assert seen[0] == stopped + 12
    np.testing.assert_array_equal(again["soil_organic_carbon"].values, expected)


def test_runs_are_known_to_be_up_to_date_until_something_changes(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    """Same inputs, scenario and code: the runs stand; another seed: they do not."""
    monkeypatch.setattr("scenarios.runs.code_version", lambda: "1.0 (abc)")
    run(plan(years=1), site)

    assert up_to_date(plan(years=1), site) is not None
    assert up_to_date(plan(years=1, seed=4), site) is None
    assert up_to_date(plan(years=1, name="other"), site) is None
    text = (site.folder / "site.yaml").read_text(encoding="utf-8")
    (site.folder / "site.yaml").write_text(text + "\n", encoding="utf-8")
    assert up_to_date(plan(years=1), site) is None


def test_a_rerun_replaces_the_earlier_run(site: Site):
    """Under the same name, whole; no leftovers beside it."""
    run(plan(years=2), site, control=False)

    later = run(plan(years=3), site, control=False).plan

    assert len(later.times) == 4
    assert [p.name for p in site.runs_dir.iterdir()] == ["plan"]


def test_an_unknown_surface_or_run_is_answered_with_the_nearest(site: Site):
    """Names of surfaces and runs are looked up like all others."""
    run(plan(years=1, interventions=[]), site)

    with pytest.raises(UnknownName, match="did you mean '2024-05-20'"):
        run(plan(surface="2024-05-2"), site)
    with pytest.raises(UnknownName, match="did you mean 'plan'"):
        open_run(site, "plam")
    assert isinstance(open_run(site, "plan"), Run)


def test_processes_that_lack_a_value_are_told_before_the_run(site: Site):
    """The message names the value that no process computes."""
    with pytest.raises(BadScenario, match="actual_evapotranspiration"):
        run(plan(processes=["vegetation", "canopy_cover"]), site)


def test_a_parameter_changes_the_run_and_an_unused_one_is_refused(site: Site):
    """site_factor scales growth; RUSLE's cover factor is not in the default set."""
    slow = run(plan(parameters={"vegetation.site_factor": 0.3}), site, control=False)
    usual = run(plan(name="usual"), site, control=False)

    assert float(slow.plan["biomass_carbon"].isel(time=-1).sum()) < float(
        usual.plan["biomass_carbon"].isel(time=-1).sum()
    )
    with pytest.raises(BadScenario, match=r"outside 0\.1 to 1\.5"):
        plan(parameters={"vegetation.site_factor": 9})
    with pytest.raises(BadScenario, match="belong to no process of this run"):
        run(plan(parameters={"cover_factor_rusle.ndvi_bare": 0.1}), site)
