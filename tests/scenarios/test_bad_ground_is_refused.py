"""What cannot be is refused before a run, with the name of the field and the mend."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mines import RICH, rich_mine

from scenarios.runs import run
from scenarios.scenario import Scenario
from twin.errors import BadScenario, DeclarationError, InputError, MinetwinError
from twin.process import Step
from twin.processes.deep_carbon import DeepCarbon
from twin.site import Site
from twin.store import load_checkpoint

PLAN = {"version": 1, "name": "x", "start": "2025-01", "years": 2}
FAR = [[9e5, 4.35e6], [9.1e5, 4.35e6], [9.1e5, 4.36e6], [9e5, 4.35e6]]
PANEL = {
    "measure": "mine_panel", "thickness": 2, "depth": 200, "date": "2025-05",
    "area": {"polygon": {"type": "Polygon", "coordinates": [FAR]}},
}  # fmt: skip
ERODING = [
    "terrain_form", "pet_hargreaves", "soil_water", "canopy_cover", "vegetation",
    "seed_dispersal", "soil_carbon", "deep_carbon", "cover_factor_csle",
    "cover_exposure", "sediment_delivery", "carbon_pools",
]  # fmt: skip
DEEP, BARE = "soil_depth: 25", "pioneer: {age: 2, stocking: 0.05}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mine whose site.yaml each test writes anew."""
    return rich_mine(tmp_path_factory.mktemp("bad") / "mine", cells=10).folder


def refusal(folder: Path, plan: dict | None = None, text: str = RICH) -> MinetwinError:
    """What a run is answered with; it leaves no run behind."""
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(MinetwinError) as caught:
        run(Scenario.from_dict(PLAN | (plan or {})), Site.open(folder))
    assert not any((folder / "runs").iterdir())
    return caught.value


@pytest.mark.parametrize(
    ("was", "now", "named"),
    [
        (DEEP, f"{DEEP}\n    clay_content: 130", "ground.dump.clay_content"),
        (DEEP, f"{DEEP}\n    clay_content: -1", "ground.dump.clay_content"),
        (DEEP, "soil_depth: -2", "ground.dump.soil_depth"),
        (DEEP, f"{DEEP}\n    soil_ph: 20", "ground.dump.soil_ph"),
        (DEEP, f"{DEEP}\n    bulk_density: 0", "ground.dump.bulk_density"),
        (DEEP, f"{DEEP}\n    curve_number: 120", "ground.dump.curve_number"),
        ("metals: {cadmium: 1.4", "metals: {cadmum: 1.4", "cadmum"),
        (BARE, "robina: {age: 2, stocking: 0.5}", "did you mean 'robinia'"),
        (BARE, "pioneer: {age: 2, stocking: 1.4}", "pioneer.stocking"),
        (BARE, "pioneer: {age: 2, stocking: 0.7}, grass: {age: 1, stocking: 0.7}",
         "adds up to 1.4"),
    ],
)  # fmt: skip
def test_ground_that_cannot_be_is_named_by_its_key(folder, was, now, named):
    told = refusal(folder, text=RICH.replace(was, now))

    assert isinstance(told, InputError)
    assert named in str(told)
    assert "site.yaml" in str(told)


@pytest.mark.parametrize(
    ("plan", "named"),
    [
        ({"parameters": {"vegetation.site_factor": 5}}, "0.1 to 1.5"),
        ({"parameters": {"vegetation.site_factor": float("nan")}}, "site_factor"),
        ({"parameters": {"vegetation.sitefactor": 1}}, "did you mean 'site_factor'"),
        ({"interventions": [PANEL]}, "interventions.0.area"),
    ],
)
def test_a_scenario_that_cannot_be_is_named_by_its_key(folder, plan, named):
    told = refusal(folder, plan)

    assert isinstance(told, (BadScenario, InputError))
    assert named in str(told)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("stream_power", "sediment_delivery"),
        ("hillslope_diffusion_nonlinear", "hillslope_diffusion"),
    ],
)
def test_two_processes_for_one_mechanism_are_refused(folder, one, other):
    """Both would wash the same slope twice."""
    names = [*dict.fromkeys([*ERODING, one, other])]

    told = refusal(folder, {"processes": names})

    assert isinstance(told, DeclarationError)
    assert one in str(told)
    assert other in str(told)


@pytest.mark.parametrize(
    ("months", "named"), [(7, "at least 12"), (0, "climate_monthly.csv")]
)
def test_months_of_weather_that_lack_are_told(tmp_path: Path, months, named):
    """Less than a year, or none at all; gaps within are refused where they are read."""
    site = rich_mine(tmp_path / "mine", cells=10)
    file = site.layers_dir / "climate_monthly.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    head = next(i for i, line in enumerate(lines) if line[:1].isdigit())
    file.write_text("".join(lines[: head + months]), encoding="utf-8")

    assert named in str(refusal(site.folder))


def test_a_gap_in_the_weather_is_told_with_its_month(tmp_path: Path):
    site = rich_mine(tmp_path / "mine", cells=10)
    file = site.layers_dir / "climate_monthly.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    head = next(i for i, line in enumerate(lines) if line[:1].isdigit())
    del lines[head + 5]
    file.write_text("".join(lines), encoding="utf-8")

    assert "2020-06" in str(refusal(site.folder))


def test_nan_in_a_run_names_where_and_leaves_a_checkpoint_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The eleventh year breaks; the first ten are kept, and a mended run goes on."""
    site = rich_mine(tmp_path / "mine", cells=10)
    plan = Scenario.from_dict(PLAN | {"years": 12})
    sound = DeepCarbon.step

    def broken(self: DeepCarbon, see: dict, when: Step) -> dict:
        made = dict(sound(self, see, when))
        if when.year == 2035:
            made["soil_carbon_hum_below"] = made["soil_carbon_hum_below"].copy()
            made["soil_carbon_hum_below"][0, 7] = np.nan
        return made

    monkeypatch.setattr(DeepCarbon, "step", broken)
    with pytest.raises(MinetwinError) as caught:
        run(plan, site)
    kept = load_checkpoint(site.folder / ".unfinished" / "x")
    monkeypatch.setattr(DeepCarbon, "step", sound)
    whole = run(plan, site).plan

    for word in ("deep_carbon", "soil_carbon_hum_below", "2035-12", "row 1, column 0"):
        assert word in str(caught.value)
    assert kept is not None
    assert len(whole.times) == 13
