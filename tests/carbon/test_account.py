"""The carbon account: stock difference and gains agree, transfers take nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mines import rich_mine

from scenarios.carbon.account import Account, account_of, rows_of
from scenarios.carbon.factors import FACTORS
from scenarios.carbon.uncertainty import drawn_balance, intervals
from scenarios.runs import run
from scenarios.scenario import Scenario

DUMP, PILE = {"parcels": ["dump"]}, {"parcels": ["pile"]}


def plan(measures: list[dict], years: int = 5) -> Scenario:
    data = {"name": "plan", "start": "2025-01", "years": years}
    return Scenario.from_dict(data | {"interventions": measures})


@pytest.fixture(scope="module")
def green(tmp_path_factory: pytest.TempPathFactory) -> Account:
    """Soil from the pile, compost, grass and trees, and a fire, in eight years."""
    site = rich_mine(tmp_path_factory.mktemp("carbon") / "mine", cells=16)
    measures = [
        {"measure": "strip", "area": DUMP, "date": "2025-02", "thickness": 0.3,
         "to": "pile"},
        {"measure": "topsoil", "area": DUMP, "date": "2025-06", "thickness": 0.2,
         "source": "pile"},
        {"measure": "compost", "area": DUMP, "date": "2025-07", "dose": 30},
        {"measure": "plant", "area": DUMP, "date": "2025-09",
         "mix": {"grass": 0.6, "robinia": 0.3}},
        {"measure": "fire", "area": DUMP, "date": "2030-08"},
    ]  # fmt: skip
    return account_of(run(plan(measures, 8), site, control=False).plan)


def test_stock_difference_equals_gain_and_loss(green: Account):
    """Pools and subsoil changed by what came and went, to rounding, at every year."""
    site = green.whole()

    assert np.abs(site.residual).max() < 1e-9 * np.abs(site.flows["fixed"]).max()


def test_moved_soil_takes_nothing_from_the_air(tmp_path: Path):
    """Stripping moves tonnes of carbon from dump to pile; the site gains none of it.

    What was taken from the air is what was fixed less what was breathed, cleared and
    washed away: moved soil is in none of these.
    """
    site = rich_mine(tmp_path / "mine", cells=12)
    moved = [
        {"measure": "strip", "area": DUMP, "date": "2025-02", "thickness": 0.3,
         "to": "pile"},
    ]  # fmt: skip

    told = account_of(run(plan(moved, 1), site, control=False).plan)

    held = told.stocks["soil"][:, -1] + told.stocks["subsoil"][:, -1]
    dump, pile = told.zones.index("dump"), told.zones.index("pile")
    assert held[pile] > 1.0
    assert held[dump] < -1.0
    site = told.whole()
    air = site.flows["fixed"] - site.flows["respired"]
    lost = site.flows["removed"] + site.flows["exported"]
    wanted = (air - lost - np.maximum(site.rooted, 0.0))[0, -1]
    assert site.taken[0, -1] == pytest.approx(wanted)
    assert abs(site.taken[0, -1] + site.flows["removed"][0, -1]) < 2.0


def test_brought_carbon_is_a_transfer_and_its_decay_a_loss(green: Account):
    """Compost 30 t/ha at 25 % carbon: 7.5 t C/ha came and nothing of it is taken up."""
    brought = green.flows["imported"][:, -1].sum()
    area = brought / (7.5 + 0.02 * 0.9)  # ha, with the carbon of seedlings

    assert green.transferred[:, -1].sum() >= brought
    assert area == pytest.approx(0.01 * round(area / 0.01), rel=1e-6)


def test_emissions_are_told_by_measure_and_a_fire_is_a_reversal(green: Account):
    """Each cause has its line; five years with the fire in them emit on balance."""
    dump = green.zones.index("dump")
    kinds = {cause.split()[1] for cause in green.emissions}

    assert {"strip", "topsoil", "compost", "plant", "fire"} <= kinds
    assert green.yearly[dump, 5] > 0.0
    assert green.balance[dump, 0] > 0.0, "earthworks come first"


def test_rows_hold_every_parcel_and_year(green: Account):
    rows = rows_of(green)

    assert len(rows) == len(green.zones) * len(green.years)
    assert rows[-1]["year"] == 2032
    assert {"soil_t_c", "geogenic_t_c", "balance_t_co2e"} <= set(rows[0])


def zones(balances: list[list[float]]) -> Account:
    """An account whose balance is given, t CO2e: emissions alone."""
    given = np.array(balances)
    zero = np.zeros_like(given)
    names = ("above_ground", "below_ground", "dead_wood", "litter", "soil", "subsoil")
    flows = ("fixed", "respired", "burnt", "imported", "exhumed", "removed", "exported")
    years = tuple(range(2025, 2025 + given.shape[1]))
    return Account(
        tuple(f"z{i}" for i in range(len(given))), years,
        dict.fromkeys(names, zero), dict.fromkeys(flows, zero), zero,
        {"1. strip 2025-01": given},
    )  # fmt: skip


def test_sink_and_payback_are_the_first_years_that_last():
    """A source of 40 t, then 3 t a year of uptake but for one dry year: sink from 2026,
    as the five years from then take up; a fire of 20 t in 2040 is the one reversal.
    The sum is 40 - 21 + 1 - 18 + 20 - 24 = -2: paid back in the last year.
    """
    yearly = np.full(24, -3.0)
    yearly[0], yearly[8], yearly[15] = 40.0, 1.0, 20.0

    told = zones([np.cumsum(yearly).tolist()])

    assert told.sink_year(0) == 2041
    assert told.reversals(0) == (2036,)
    assert told.trend[0, 8] < 0.0, "one dry year is none"
    assert told.payback_year(0) == 2048
    assert zones([[1.0, 2.0, 3.0]]).sink_year(0) is None


def test_errors_do_not_average_away_with_the_number_of_parcels():
    """One draw holds everywhere: the relative error of ten parcels is that of one."""
    one, ten = zones([[100.0]]), zones([[100.0]] * 10)

    spread = [
        drawn_balance(a, draws=4000, seed=5).sum(axis=1).std() / a.balance.sum()
        for a in (one, ten)
    ]

    assert spread[1] == pytest.approx(spread[0])
    assert spread[0] == pytest.approx(0.3, rel=0.1)  # that of a measure's emissions
    assert intervals(one, seed=3) == intervals(one, seed=3)


def test_every_factor_has_unit_range_and_source():
    """The middle lies within its 95 % range; both languages are there."""
    for told in FACTORS.values():
        assert told.low <= told.value <= told.high
        assert told.unit
        assert told.source
        assert told.label_zh
        drawn = told.draw(20_000, np.random.default_rng(1))
        assert np.median(drawn) == pytest.approx(told.value, rel=0.02)
