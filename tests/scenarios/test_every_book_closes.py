"""Earthworks, planting, amendment, fire, mining and erosion: no book leaks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from mines import rich_mine

from scenarios.runs import run
from scenarios.scenario import Scenario
from twin.processes.register import FIRST_SET

DUMP, PILE = {"parcels": ["dump"]}, {"parcels": ["pile"]}
CARRIED = {
    "soil_inorganic_carbon": 1e-6,
    "sulfide_sulfur": 0.0,
    "neutralising_potential": 0.0,
    "soil_nitrogen": 0.05,
    "soil_phosphorus": 0.01,
    "soil_cadmium": 0.0002,
    "soil_lead": 0.02,
    "soil_arsenic": 0.01,
    "arsenic_available_share": 0.1,
    "cadmium_available_share": 0.2,
    "lead_available_share": 0.05,
}
ALL = (
    *FIRST_SET, "subsidence", "growth_limits", "nitrogen_cycle", "soil_acidity",
    "metal_cycle",
)  # fmt: skip


def everything(years: int, processes: Sequence[str] = ALL) -> Scenario:
    """All kinds of measures within the first fifteen years."""
    measures = [
        {"measure": "strip", "area": DUMP, "date": "2025-02", "thickness": 0.4,
         "to": "pile"},
        {"measure": "mine_panel", "area": DUMP, "date": "2025-03", "thickness": 2,
         "depth": 60, "months": 5},
        {"measure": "regrade", "area": DUMP, "date": "2025-04", "max_slope": 20},
        {"measure": "topsoil", "area": DUMP, "date": "2025-09", "thickness": 0.1,
         "source": "pile"},
        {"measure": "topsoil", "area": DUMP, "date": "2025-10", "thickness": 0.2,
         "contents": CARRIED},
        {"measure": "lime", "area": DUMP, "date": "2025-10", "dose": 20},
        {"measure": "compost", "area": DUMP, "date": "2025-11", "dose": 30},
        {"measure": "plant", "area": DUMP, "date": "2026-03",
         "mix": {"grass": 0.5, "robinia": 0.3}},
        {"measure": "fire", "area": DUMP, "date": "2038-08"},
    ]  # fmt: skip
    data = {"name": "all", "start": "2025-01", "years": years}
    data |= {"processes": list(processes), "interventions": measures}
    return Scenario.from_dict(data)


@pytest.mark.parametrize("years", [30, 1000])
def test_every_book_closes_on_every_step(tmp_path: Path, years: int):
    """Carbon, water, sediment and each metal within 1e-9 of what moved, each step.

    The kernel stops a run at the first step that does not close, so a run that ends
    has closed them all; the manifest keeps the largest residual of each book.
    """
    site = rich_mine(tmp_path / "mine", cells=24 if years < 100 else 14)

    made = run(everything(years), site, control=False).plan

    told = json.loads((made.folder / "manifest.json").read_text("utf-8"))["closure"]
    metals = {"cadmium", "lead", "arsenic"}
    assert set(told) == {"carbon", "water", "sediment", "nitrogen"} | metals
    assert max(told.values()) < 1e-9, told
    assert told["nitrogen"] < 1e-12
    soil = made.map("soil_organic_carbon", len(made.times) - 1)
    assert (~np.isfinite(soil)).sum() == 3  # the hole of the survey


@pytest.mark.parametrize(
    "other",
    [
        "understory",
        "soil_water_storms",
        "soil_water_run_on",
        "soil_carbon_dryland",
        "soil_carbon_forest",
        "vegetation_three_pg",
    ],
)
def test_books_close_with_what_stands_instead(tmp_path: Path, other: str):
    """``default`` joins what the soil asks for; the named process takes its place."""
    site = rich_mine(tmp_path / "mine", cells=16)

    plan = everything(15, ("default", "subsidence", other))
    made = run(plan, site, control=False).plan

    told = json.loads((made.folder / "manifest.json").read_text("utf-8"))
    replaced = {
        "understory": "seed_dispersal",
        "soil_water_storms": "soil_water",
        "soil_water_run_on": "soil_water",
        "soil_carbon_dryland": "soil_carbon",
        "soil_carbon_forest": "soil_carbon",
        "vegetation_three_pg": "vegetation",
    }
    assert other in told["processes"]
    assert replaced[other] not in told["processes"]
    assert "metal_cycle" in told["processes"]
    assert max(told["closure"].values()) < 1e-9, told["closure"]
