"""Classes of what stands there, and the landscape metrics of a run through time."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))

from mines import rich_mine

from scenarios.landscape_series import metrics_of
from scenarios.runs import run
from scenarios.scenario import Scenario
from twin.errors import InputError
from twin.kernel.schedule import step_of
from twin.landscape.metrics import landscape
from twin.processes.land_cover import LandCover
from twin.processes.warm_up import ONE_CELL

TYPES = ("robinia", "seabuckthorn", "alfalfa")


def cover(*stands: tuple[float, float, float]) -> list[float]:
    """Classes of cells by the foliage-rich carbon above ground of each type."""
    carbon = np.array(stands).T
    stocking = np.where(carbon > 0.0, 0.3, 0.0)
    process = LandCover(plant_types=TYPES)
    see = {"stocking": stocking, "biomass_carbon_above": carbon}
    made = process.step(see, step_of((2025, 12), ONE_CELL))
    return made["land_cover_class"].tolist()


def test_trees_over_shrubs_over_herbs_over_bare_ground():
    """2 kg of carbon close a crown over 0.3 of the ground; 1 g closes nothing."""
    stands = ((2, 2, 2), (0, 2, 2), (0, 0, 0.2), (0, 0, 0), (0, 0, 1e-3))

    assert cover(*stands) == [4.0, 3.0, 2.0, 1.0, 1.0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mine to run on."""
    return rich_mine(tmp_path_factory.mktemp("land") / "mine", cells=16).folder


def plan(**output: object) -> Scenario:
    planted = {
        "measure": "plant", "area": {"parcels": ["dump"]}, "date": "2025-04",
        "mix": {"robinia": 0.6, "alfalfa": 0.3},
    }  # fmt: skip
    return Scenario.from_dict(
        {"version": 1, "name": "land", "start": "2025-01", "years": 12,
         "interventions": [planted], "output": {"every": "year", **output}}
    )  # fmt: skip


def test_a_layer_that_is_asked_for_brings_its_process(folder: Path):
    """The dump is bare or herbs at first and wooded after ten years."""
    from twin.site import Site

    made = run(plan(layers=["land_cover_class"]), Site.open(folder), control=False).plan

    rows = metrics_of(made)
    area = {
        (r["date"][:4], r["class"]): r["value"] for r in rows if r["metric"] == "area"
    }
    assert "land_cover" in made.manifest["processes"]
    assert ("2025", "trees") not in area
    assert area["2037", "trees"] > 0.1
    last = made.map("land_cover_class", len(made.times) - 1)
    classes = np.where(np.isfinite(last), last, 0).astype(int)
    told = landscape(classes, 10.0).whole
    for row in rows:
        if row["date"].startswith("2037") and row["class"] == "all":
            assert row["value"] == told[row["metric"]]
    joined = {
        (r["date"][:4], r["class"]): r["value"]
        for r in metrics_of(made, dispersal=100.0)
        if r["metric"] == "connected"
    }
    assert joined.keys() == {key for key in area if key[1] != "all"}
    assert all(joined[key] <= area[key] * (1.0 + 1e-12) for key in joined)


def test_a_run_without_land_cover_says_what_to_add(folder: Path):
    from twin.site import Site

    made = run(plan(layers=["slope"]), Site.open(folder), control=False).plan

    with pytest.raises(InputError, match=r"output\.layers"):
        metrics_of(made)
