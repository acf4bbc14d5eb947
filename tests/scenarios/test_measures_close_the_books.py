"""Every measure of the register keeps every balance, as a process must."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.interventions.measure import Measure
from scenarios.interventions.register import measures
from twin.vocabulary import VOCABULARY

AREA = {"parcels": ["dump"]}
EXAMPLES = [
    {"measure": "regrade", "max_slope": 25},
    {"measure": "regrade", "max_slope": 20, "bulking": 1.0},
    {"measure": "topsoil", "thickness": 0.1},
    {"measure": "topsoil", "thickness": 0.3},
    {"measure": "topsoil", "thickness": 0.8, "carbon_content": 1.0},
    {"measure": "topsoil", "thickness": 0.4, "source": "pile"},
    {"measure": "compost", "dose": 30},
    {"measure": "lime", "dose": 20},
    {"measure": "plant", "mix": {"robinia": 0.5, "alfalfa": 0.5}, "survival": 0.9},
    {"measure": "plant", "mix": {"grass": 0.3}},
    {"measure": "strip", "thickness": 0.4, "to": "pile"},
    {"measure": "strip", "thickness": 0.5},
    {"measure": "do_nothing"},
    {"measure": "fire", "killed": 0.9},
    {"measure": "mine_panel", "thickness": 3, "depth": 150},
    {"measure": "mine_panel", "thickness": 2, "depth": 60, "months": 6},
]


NAMES = ["-".join(map(str, e.values())) for e in EXAMPLES]


def made(given: dict) -> Measure:
    kind = measures()[given["measure"]]
    return kind.model_validate({"area": AREA, "date": "2026-04", **given})


def test_every_measure_has_an_example_here():
    """A measure without an example would be a measure without a test."""
    assert {e["measure"] for e in EXAMPLES} == set(measures())


@pytest.mark.parametrize("given", EXAMPLES, ids=NAMES)
def test_the_books_close_after_every_measure(mine, given):
    """Amounts weighted by Var.factor sum to zero over each element."""
    measure = made(given)

    added = measure.change(mine.see, mine.place(origin=measure.origin is not None))

    for element in ("carbon", "water", "sediment"):
        booked = [
            VOCABULARY[name].factor * amount
            for name, amount in added.items()
            if VOCABULARY[name].budget == element
        ]
        moved = sum(np.abs(b).sum() for b in booked)
        assert abs(sum(b.sum() for b in booked)) <= 1e-12 * max(moved, 1e-300), element


@pytest.mark.parametrize("given", EXAMPLES, ids=NAMES)
def test_a_measure_stays_in_range_and_on_its_ground(mine, given):
    """Stocks stay within the vocabulary's range; cells elsewhere stay as they were."""
    measure = made(given)
    place = mine.place(origin=measure.origin is not None)
    touched = place.cells | (place.origin if place.origin is not None else False)

    added = measure.change(mine.see, place)

    for name, amount in added.items():
        var = VOCABULARY[name]
        later = mine.see[name] + amount
        assert amount.shape == mine.see[name].shape, name
        assert np.isfinite(later).all(), name
        assert later.min() >= var.low - 1e-9, name
        assert later.max() <= var.high + 1e-9, name
        assert np.abs(amount[..., ~touched]).max(initial=0.0) == 0.0, name


@pytest.mark.parametrize("kind", measures().values(), ids=measures())
def test_a_measure_declares_itself_in_both_languages(kind):
    """Labels, a unit for every dose, and cost as a range."""
    record = kind.record

    assert record.label
    assert record.label_zh
    assert record.cost[0] <= record.cost[1]
    assert set(record.targets) <= set(VOCABULARY)
    for dose in kind.doses():
        assert dose["unit"], dose
        assert dose["label_zh"], dose


def test_compost_is_split_as_manure_in_rothc(mine):
    """30 t/ha at 25 % carbon are 0.75 kg C/m2: 49 % DPM, 49 % RPM, 2 % HUM."""
    added = made({"measure": "compost", "dose": 30}).change(mine.see, mine.place())

    at = np.flatnonzero(mine.dump)[0]
    assert added["soil_carbon_dpm"][at] == pytest.approx(0.49 * 0.75)
    assert added["soil_carbon_rpm"][at] == pytest.approx(0.49 * 0.75)
    assert added["soil_carbon_hum"][at] == pytest.approx(0.02 * 0.75)
    assert added["carbon_imported_total"][at] == pytest.approx(0.75)


def test_lime_gives_off_its_carbon_as_an_emission_only(mine):
    """20 t/ha of limestone give off 20 x 0.12 x 44/12 = 8.8 t CO2/ha."""
    added = made({"measure": "lime", "dose": 20, "haulage": 0}).change(
        mine.see, mine.place()
    )

    at = np.flatnonzero(mine.dump)[0]
    assert added["measure_emissions_total"][at] * 10.0 == pytest.approx(8.8)
    assert not any(name.startswith("soil_carbon") for name in added)


def test_topsoil_from_a_stockpile_carries_that_soil_and_its_carbon(mine):
    """Mass moves within the site; carbon has the concentration of the stockpile.

    40 t C/ha in 0.3 m are 4 kg/m2; 0.4 m hold 16/3: 4 in the topsoil, 4/3 beneath it,
    where the dump's own 0.6 kg/m2 of topsoil now lie with what was there.
    """
    given = {"measure": "topsoil", "thickness": 0.4, "source": "pile"}

    added = made(given).change(mine.see, mine.place(origin=True))

    at = np.flatnonzero(mine.dump)[0]
    pools = [n for n in added if n.startswith("soil_carbon") and "below" not in n]
    later = sum(mine.see[n][at] + added[n][at] for n in pools)
    under = sum(added[f"{n}_below"][:, at].sum() for n in pools)
    assert later == pytest.approx(4.0)
    assert under == pytest.approx(4.0 / 3.0 + 0.6)
    assert "carbon_imported_total" not in added
    assert "soil_imported_total" not in added
    mass = added["soil_mass"].sum() + added["soil_mass_below"].sum()
    assert mass == pytest.approx(0.0, abs=1e-6)
    assert added["elevation"][mine.stockpile].max() < 0.0


def test_a_stockpile_that_is_too_small_is_told(mine):
    """The message names the parcel, both masses and the thickness that is possible."""
    from twin.errors import BadScenario

    given = {"measure": "topsoil", "thickness": 3.0, "source": "pile"}

    with pytest.raises(BadScenario, match=r"parcel 'pile' holds .* spread less than"):
        made(given).change(mine.see, mine.place(origin=True))


def test_stripped_soil_lies_in_the_pile_with_all_its_carbon(mine):
    """What the dump loses the pile gains; plants of both are cleared and booked."""
    given = {"measure": "strip", "thickness": 0.4, "to": "pile"}

    added = made(given).change(mine.see, mine.place(origin=True))

    pools = [n for n in mine.see if n.startswith("soil_carbon")]
    stays = sum(added[n].sum() for n in pools)
    gained = sum(added[n][..., mine.stockpile].sum() for n in pools)
    lost = 0.3 * 2.0 + 0.1 * 2.0 * 0.5  # kg/m2: 0.6 in 0.3 m, half as rich beneath
    assert gained == pytest.approx(lost * mine.dump.sum())
    assert stays == pytest.approx(0.0, abs=1e-9 * gained)
    rise = added["elevation"][mine.stockpile]
    volume = 0.4 * mine.dump.sum()
    assert rise.sum() == pytest.approx(1.15 * volume)
    assert added["elevation"][mine.dump] == pytest.approx(-0.4)


def test_soil_that_is_not_there_is_not_stripped(mine):
    """The dump has 0.5 m of loose ground; a metre is refused with what there is."""
    from twin.errors import BadScenario

    given = {"measure": "strip", "thickness": 1.0}

    with pytest.raises(BadScenario, match=r"less than 1 m .* thinnest 0\.50 m"):
        made(given).change(mine.see, mine.place())


def test_fire_counts_gases_but_not_the_carbon_dioxide(mine):
    """Burnt dry matter x (2.3 g CH4 x 28 + 0.21 g N2O x 265), IPCC eq. 2.27."""
    given = {"measure": "fire", "killed": 1.0, "burnt": 1.0, "wood_burnt": 1.0}

    added = made(given).change(mine.see, mine.place())

    at = np.flatnonzero(mine.dump)[0]
    tops = mine.see["biomass_carbon_above"][:, at].sum()
    burnt = tops + mine.see["litter_carbon"][at] + mine.see["dead_wood_carbon"][at]
    assert added["carbon_burned_total"][at] == pytest.approx(burnt)
    gases = burnt / 0.47 * (2.3e-3 * 28 + 0.21e-3 * 265)
    assert added["measure_emissions_total"][at] == pytest.approx(gases)


def test_planting_starts_a_young_stand_of_the_stated_stocking(mine):
    """Share times survival; a type that stood there keeps part of its age."""
    given = {"measure": "plant", "mix": {"robinia": 0.5, "grass": 0.2}, "survival": 0.8}
    types = mine.state.axes["pft"]
    robinia, grass = types.index("robinia"), types.index("grass")

    added = made(given).change(mine.see, mine.place())

    at = np.flatnonzero(mine.dump)[0]
    stocking = mine.see["stocking"] + added["stocking"]
    age = mine.see["effective_age"] + added["effective_age"]
    assert stocking[grass, at] == pytest.approx(0.16)
    assert age[grass, at] == 0.0
    assert stocking[robinia, at] == pytest.approx(0.4 + 0.1 * 0.44 / 0.5)
    assert 0.0 < age[robinia, at] < 4.0
    assert stocking[:, at].sum() == pytest.approx(1.0)
