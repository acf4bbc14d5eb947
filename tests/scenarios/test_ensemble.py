"""Ensembles: draws that follow what was told, members that differ by them alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from mines import rich_mine
from scipy import stats

from scenarios.ensemble.changes import Changes
from scenarios.ensemble.run import ensemble
from scenarios.ensemble.spread import Ensemble, Spread, shares
from scenarios.scenario import Scenario
from twin.errors import BadScenario
from twin.processes.plant_types import PLANT_TYPES, column
from twin.site import Site

EVERYWHERE = (-np.inf, np.inf)


@pytest.mark.parametrize("shape", ["normal", "lognormal"])
def test_nine_tenths_of_the_draws_lie_between_the_ends(shape: str):
    """By definition of the ends; a Latin hypercube has exactly 5 % on either side."""
    told = Spread(shape=shape, low=2.0, high=5.0)

    drawn = told.quantile(shares("a", 1000, 7), within=EVERYWHERE)

    assert (drawn < 2.0).sum() == 50
    assert (drawn > 5.0).sum() == 50


def test_a_triangle_has_the_mean_of_its_corners():
    """(a + b + c) / 3, and all draws within."""
    told = Spread(shape="triangular", low=1.0, high=7.0, mode=2.0)

    drawn = told.quantile(shares("a", 5000, 7), within=EVERYWHERE)

    assert drawn.mean() == pytest.approx(10.0 / 3.0, rel=1e-3)
    assert 1.0 <= drawn.min() < drawn.max() <= 7.0


def test_a_distribution_is_cut_at_the_range_not_heaped_on_it():
    """Truncated normal of SciPy, between the same limits."""
    told = Spread(shape="normal", low=-1.0, high=1.0)
    width = 1.0 / stats.norm.ppf(0.95)
    share = np.array([0.01, 0.3, 0.5, 0.99])

    drawn = told.quantile(share, within=(0.0, 0.8))

    peer = stats.truncnorm(0.0, 0.8 / width, scale=width).ppf(share)
    assert drawn == pytest.approx(peer, abs=1e-12)


def test_another_quantity_leaves_the_draws_of_the_first_as_they_were():
    """Draws hang on seed and name alone."""
    one = Ensemble(
        members=9, vary={"vegetation.site_factor": Spread(low=0.5, high=0.9)}
    )
    more = {"climate.precipitation": Spread(low=0.8, high=1.2)}
    two = Ensemble(members=9, vary={**more, **one.vary})

    first = one.draws(3)["vegetation.site_factor"]

    assert np.array_equal(first, two.draws(3)["vegetation.site_factor"])
    assert not np.array_equal(first, one.draws(4)["vegetation.site_factor"])
    parts = np.floor(np.sort((first - 0.5) / 0.4) * 9.0)
    assert np.array_equal(parts, np.arange(9))  # each ninth once


def test_a_plant_varies_by_the_priors_of_its_table():
    """95 % of a prior lie between low and high of the table; certain values stay."""
    told = Ensemble(members=400, vary={"plants.robinia": Spread(shape="prior")})

    drawn = told.draws(1)

    rate, known = drawn["plants.robinia.rate"], PLANT_TYPES["robinia"].rate
    assert np.mean((rate < known.low) | (rate > known.high)) == pytest.approx(0.05)
    assert np.median(rate) == pytest.approx(known.value, rel=0.01)
    assert np.ptp(drawn["plants.robinia.spread"]) == 0.0


def test_a_member_grows_plants_of_its_own():
    """One value of one type changes, all else is the table's."""
    own = Changes.of({"plants.robinia.rate": 0.11}).plants(("robinia", "pioneer"))

    assert column(own, "rate").tolist() == [0.11, PLANT_TYPES["pioneer"].rate.value]
    assert column(own, "shape")[0] == PLANT_TYPES["robinia"].shape.value


@pytest.mark.parametrize(
    ("vary", "told"),
    [
        ({"vegetation.site_facto": {"low": 1, "high": 2}}, "site_factor"),
        ({"climate.rain": {"low": 1, "high": 2}}, "climate"),
        ({"ground.soil_dept": {"low": 1, "high": 2}}, "soil_depth"),
        ({"plants.robina": {"shape": "prior"}}, "robinia"),
        ({"plants.robinia.rat": {"shape": "prior"}}, "rate"),
        ({"plants.robinia": {"low": 1, "high": 2}}, "prior"),
        ({"vegetation.site_factor": {"shape": "prior"}}, "only plants"),
        ({"vegetation.site_factor": {"low": 0.5}}, "low: and high:"),
        ({"vegetation.site_factor": {"low": 0.9, "high": 0.5}}, "not below"),
        ({"climate.precipitation": {"shape": "lognormal", "low": 0, "high": 1}}, "0"),
        ({}, "vary"),
    ],
)
def test_what_cannot_vary_is_refused_with_its_name(vary: dict, told: str):
    """Before anything runs, with the nearest name."""
    plan = {"name": "a", "start": "2025-01", "years": 1, "version": 1}

    with pytest.raises(BadScenario, match=told):
        Scenario.from_dict({**plan, "ensemble": {"members": 3, "vary": vary}})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A mine of 100 cells with three parcels and plants."""
    return rich_mine(tmp_path_factory.mktemp("ensemble") / "mine", cells=10)


@pytest.fixture(scope="module")
def plan() -> Scenario:
    """Three members that differ in rain and in the growth of the site."""
    vary = {
        "vegetation.site_factor": {"shape": "normal", "low": 0.4, "high": 0.8},
        "climate.precipitation": {"low": 0.7, "high": 1.3},
        "plants.robinia": {"shape": "prior"},
        "ground.soil_organic_carbon": {"low": 0.5, "high": 1.5},
    }
    return Scenario.from_dict(
        {
            "version": 1, "name": "spread", "start": "2025-01", "years": 2,
            "ensemble": {"members": 3, "vary": vary},
            "output": {"layers": ["soil_organic_carbon", "biomass_carbon"]},
        }
    )  # fmt: skip


def test_members_run_side_by_side_or_one_by_one_with_the_same_bits(
    plan: Scenario, site: Site, monkeypatch: pytest.MonkeyPatch
):
    """Two processes against one; tables are written, what was begun is taken up."""
    side = ensemble(plan, site)
    monkeypatch.setenv("MINETWIN_THREADS", "1")
    alone = ensemble(plan, site)

    assert np.array_equal(side.values, alone.values)
    start = side.series("soil_organic_carbon")[:, 0]
    factor = side.draws["ground.soil_organic_carbon"]
    assert start / start[0] == pytest.approx(factor / factor[0], rel=1e-12)
    folder = site.folder / "ensembles" / "spread"
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["seed"] == 1
    text = (folder / "bands.csv").read_text("utf-8-sig").splitlines()
    assert text[0] == "parcel,date,layer,unit,mean,p05,p25,p50,p75,p95"
    assert len(text) == 1 + 3 * 2 * len(side.zones)
    low, high = side.band("biomass_carbon")
    assert (low <= high).all()
    assert high[-1] > low[-1]


def test_members_that_are_done_are_not_run_again(
    plan: Scenario, site: Site, monkeypatch: pytest.MonkeyPatch
):
    """Stopped after the second member: the next call runs the third alone."""
    import scenarios.ensemble.run as module

    monkeypatch.setenv("MINETWIN_THREADS", "1")
    ran: list[float] = []
    whole = module.run_member

    def counted(scenario: Scenario, site: Site, drawn: dict) -> object:
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(drawn["climate.precipitation"])
        return whole(scenario, site, drawn)

    monkeypatch.setattr(module, "run_member", counted)
    with pytest.raises(KeyboardInterrupt):
        ensemble(plan, site)
    ran.clear()

    ensemble(plan, site)

    assert len(ran) == 1
    assert not list(Path(site.folder).glob(".unfinished/spread*"))


def test_a_scenario_without_the_section_is_told_what_to_write(site: Site):
    """One message with an example."""
    bare = Scenario(name="bare", start="2025-01", years=1)

    with pytest.raises(BadScenario, match="section ensemble"):
        ensemble(bare, site)
