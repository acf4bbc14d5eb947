"""Earthworks first: a reclaimed loess dump is a source before it is a sink."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from heidaigou import CALIBRATED, weather
from mines import rich_mine

from connectors.monthly import Monthly
from scenarios.carbon.account import Account, account_of
from scenarios.runs import run
from scenarios.scenario import Scenario

LOESS = """
version: 1
name: Loess dump
crs: EPSG:32649
vertical: unknown
cell: 10
ground:
  default:
    soil_organic_carbon: 25
    soil_depth: 4
    plants: {pioneer: {age: 30, stocking: 0.6}}
  dump:
    soil_organic_carbon: 3
    soil_depth: 25
    plants: {}
"""
DUMP = {"parcels": ["dump"]}
EARTHWORKS = [
    {"measure": "regrade", "area": DUMP, "date": "2025-03", "max_slope": 20},
    {"measure": "topsoil", "area": DUMP, "date": "2025-04", "thickness": 0.3},
]
PLANTED = ({"alfalfa": 0.8}, {"robinia": 0.8}, {"robinia": 0.4, "alfalfa": 0.4})


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory):
    """Account of the dump by what was done to it, 15 years."""
    home = tmp_path_factory.mktemp("loess") / "mine"
    site = rich_mine(home, text=LOESS, climate=Monthly((2020, 1), weather(36)))

    @cache
    def account(which: int, earthworks: bool = True) -> tuple[Account, int]:
        measures = list(EARTHWORKS) if earthworks else []
        planting = {"measure": "plant", "area": DUMP, "date": "2025-09"}
        measures.append(planting | {"mix": PLANTED[which]})
        plan = Scenario.from_dict(
            {
                "name": f"plan-{which}-{earthworks}".lower(),
                "start": "2025-01",
                "years": 15,
                "interventions": measures,
                "parameters": {"vegetation.site_factor": CALIBRATED},
            }
        )
        made = account_of(run(plan, site, control=False).plan)
        return made, made.zones.index("dump")

    return account


@pytest.mark.parametrize("which", range(len(PLANTED)))
def test_the_first_year_is_a_source_and_a_sink_follows_by_the_eighth(told, which):
    """Reviews of reclaimed dumps net of their emissions: early years can be a source
    (diesel, lime), sinks by year 3 to 8. Every year after the eighth takes up.
    """
    account, dump = told(which)
    yearly = account.yearly[dump]

    assert yearly[0] > 0.0
    assert account.balance[dump, :3].min() > 0.0, "the debt of the earthworks lasts"
    assert (yearly[8:] < 0.0).all()


@pytest.mark.parametrize("which", range(len(PLANTED)))
def test_the_debt_is_the_diesel_of_regrading_and_hauling(told, which):
    """Without earthworks nothing of the kind is emitted, and the dump never owes."""
    account, dump = told(which)
    bare, _ = told(which, earthworks=False)
    diesel = sum(
        v[dump, 0]
        for cause, v in account.emissions.items()
        if "regrade" in cause or "topsoil" in cause
    )

    assert diesel > 0.9 * account.emitted[dump, 0]
    assert bare.emitted[dump, -1] < 0.05 * account.emitted[dump, -1]
    assert (
        np.abs(account.whole().residual).max()
        < 1e-9 * np.abs(account.whole().flows["fixed"]).max()
    )
