"""The kernel keeps its rules: order, declarations, balances, dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from toys import (
    ALL,
    END,
    GRID,
    OUTPUT,
    Compost,
    Decay,
    Form,
    Litter,
    Pools,
    Wash,
    forcing,
    model,
    state,
)  # fmt: skip

from twin.errors import (
    DeclarationError,
    InputError,
    LedgerLeak,
    StateError,
    UnknownName,
)
from twin.kernel import Outcome, Output, simulate
from twin.process import Process


def ran(processes: tuple[Process, ...] = ALL, **more: Any) -> Outcome:
    """Five years of the toy."""
    return simulate(
        model(processes), state(), forcing(), until=END, output=OUTPUT, **more
    )


def same_bits(a: Outcome, b: Outcome) -> bool:
    """Whether two runs agree to the last bit, ledger included."""
    stocks = all(
        np.array_equal(a.state.stocks[n], b.state.stocks[n]) for n in a.state.stocks
    )
    return stocks and a.ledger.table() == b.ledger.table()


@settings(max_examples=8)
@given(st.permutations(ALL))
def test_the_listing_never_matters(listing: list[Process]) -> None:
    """Any order of listing gives bit-equal results and the same ledger."""
    assert same_bits(ran(tuple(listing)), ran())


@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_the_number_of_threads_never_matters(
    threads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks are cut the same way and their sums are joined in block order."""
    straight = ran()
    monkeypatch.setenv("MINETWIN_THREADS", threads)
    assert same_bits(ran(), straight)


def test_the_ledger_explains_every_change() -> None:
    """Δstock times cell area is the sum of the entries."""
    before, after = state(), ran(events=[Compost()])
    for name in before.stocks:
        change = (after.state.stocks[name] - before.stocks[name]).sum() * GRID.cell_area
        booked = after.ledger.total(name).sum()
        assert booked == pytest.approx(change, rel=1e-9, abs=1e-6)
    assert max(after.closure.values()) <= 1e-9


def test_decay_alone_has_its_closed_form() -> None:
    """Monthly decay at a constant rate is a geometric series."""
    still = replace(forcing(), values={"air_temperature": np.zeros(60)})
    out = simulate(model((Decay(),)), state(), still, until=END, output=OUTPUT)
    expected = state().stocks["soil_carbon_hum"] * 0.99**60
    np.testing.assert_allclose(
        out.state.stocks["soil_carbon_hum"], expected, rtol=1e-12
    )


def test_an_event_acts_exactly_on_its_date() -> None:
    """In the ledger it stands in its own month, and the ground is computed again."""
    out = ran(events=[Compost(date=(2026, 4))])
    rows = [r for r in out.ledger.table() if r["cause"] == "compost"]
    assert {r["month"] for r in rows} == {"2026-04"}
    raised = out.state.stocks["elevation"] - state().stocks["elevation"]
    np.testing.assert_allclose(raised, 7.0, atol=1e-9)


@pytest.mark.parametrize("date", [(2024, 12), (2030, 1), (2031, 5)])
def test_an_event_outside_the_run_is_refused(date: tuple[int, int]) -> None:
    """Nothing that was asked for is dropped silently."""
    with pytest.raises(InputError, match="outside the run from 2025-01"):
        ran(events=[Compost(date=date)])


def test_a_diagnostic_may_read_another_that_is_not_kept() -> None:
    """Outputs ask the diagnostics in their order, whichever layers are kept."""

    @dataclass(frozen=True)
    class Second(Pools):
        name = "second"
        reads = ("soil_organic_carbon",)
        writes = ("ecosystem_carbon",)

        def step(self, see: Mapping[str, Any], when: Any) -> Mapping[str, Any]:
            return {"ecosystem_carbon": see["soil_organic_carbon"] * 2.0}

    kept: dict[int, Any] = {}

    class Keeper:
        def write(self, index: int, layers: Mapping[str, Any]) -> None:
            kept[index] = {n: np.array(a) for n, a in layers.items()}

        def checkpoint(self, arrays: Any, about: Any) -> None:
            """Keep nothing."""

    out = simulate(
        model((Decay(), Pools(), Second())), state(), forcing(), until=END,
        output=Output("year", ("ecosystem_carbon",)), writer=Keeper(),
    )  # fmt: skip
    expected = 2.0 * out.state.stocks["soil_carbon_hum"]
    assert np.array_equal(kept[5]["ecosystem_carbon"], expected)


def test_two_writers_are_refused() -> None:
    """A derived value has one author."""

    @dataclass(frozen=True)
    class Other(Pools):
        name = "other"

    with pytest.raises(
        DeclarationError, match="'soil_organic_carbon' is written by both"
    ):
        model((Pools(), Other()))


def test_a_circle_is_refused_with_the_names_on_it() -> None:
    """Derived values cannot wait for each other."""

    @dataclass(frozen=True)
    class Circle(Form):
        reads = ("soil_organic_carbon",)

    @dataclass(frozen=True)
    class Back(Pools):
        reads = ("slope",)

    with pytest.raises(DeclarationError, match=r"wait for each other: .*pools"):
        model((Circle(), Back()))


@dataclass(frozen=True)
class Leaky(Decay):
    """Loses a thousandth of what it moves."""

    def step(self, see: Mapping[str, Any], when: Any) -> Mapping[str, Any]:
        got = dict(super().step(see, when))
        got["carbon_respired_total"] = got["carbon_respired_total"] * 0.999
        return got


def test_a_leak_stops_the_run_and_is_named() -> None:
    """Process, element, zone and stocks stand in the message."""
    with pytest.raises(
        LedgerLeak,
        match=r"2025-01: 'decay' leaks carbon.*zone '[abc]'.*soil_carbon_hum",
    ):
        ran((Leaky(),))


def test_nan_in_the_start_is_named_before_anything_runs() -> None:
    """Stock and cell."""
    sick = state()
    carbon = sick.stocks["soil_carbon_hum"].copy()
    carbon[GRID.shape[1] + 7] = np.nan
    ill = replace(sick, stocks={**sick.stocks, "soil_carbon_hum": carbon})
    with pytest.raises(StateError, match=r"'soil_carbon_hum' is .*row 1, column 7"):
        simulate(model(), ill, forcing(), until=END, output=OUTPUT)


def test_nan_from_a_process_stops_the_run_and_names_it() -> None:
    with pytest.raises(StateError, match=r"became \[nan\].*changed by: decay"):
        ran((Decay(rate=float("nan")),))


def test_below_its_range_stops_the_run() -> None:
    """Twice as much as there is cannot leave."""
    with pytest.raises(StateError, match="its range is 0 to inf; changed by: decay"):
        ran((Decay(rate=2.0),))


@dataclass(frozen=True)
class Sly(Decay):
    """Returns what it did not promise."""

    def step(self, see: Mapping[str, Any], when: Any) -> Mapping[str, Any]:
        return {**super().step(see, when), "litter_carbon": see["soil_carbon_hum"]}


@dataclass(frozen=True)
class Greedy(Decay):
    """Takes what it did not declare."""

    def step(self, see: Mapping[str, Any], when: Any) -> Mapping[str, Any]:
        return {**super().step(see, when), "soil_carbon_hum": see["elevation"]}


@dataclass(frozen=True)
class Vandal(Decay):
    """Writes into the array it was shown."""

    def step(self, see: Mapping[str, Any], when: Any) -> Mapping[str, Any]:
        see["soil_carbon_hum"][:] = 0.0
        return super().step(see, when)


def test_a_process_returns_exactly_what_it_promised() -> None:
    with pytest.raises(DeclarationError, match="not declared litter_carbon"):
        ran((Sly(),))


def test_a_process_gets_only_what_it_declared() -> None:
    with pytest.raises(DeclarationError, match=r"'elevation'.*add it to its reads"):
        ran((Greedy(),))


def test_a_process_cannot_write_into_stocks() -> None:
    with pytest.raises(DeclarationError, match="writes into an array"):
        ran((Vandal(),))


@njit
def wipe(values: np.ndarray) -> None:
    """Set to nothing, compiled."""
    values[:] = 0.0


@dataclass(frozen=True)
class CompiledVandal(Decay):
    """The same in compiled code."""

    def step(self, see: Mapping[str, Any], when: Any) -> Mapping[str, Any]:
        wipe(see["soil_carbon_hum"])
        return super().step(see, when)


def test_compiled_code_cannot_write_into_stocks_either() -> None:
    with pytest.raises(DeclarationError, match="writes into an array"):
        ran((CompiledVandal(),))


@dataclass(frozen=True)
class Lazy(Decay):
    """All humus goes into the air at once; it hands back what it was shown."""

    def step(self, see: Mapping[str, Any], when: Any) -> Mapping[str, Any]:
        hum = see["soil_carbon_hum"]
        return {"soil_carbon_hum": -hum, "carbon_respired_total": hum}


def test_what_a_process_was_shown_may_come_back_as_an_amount() -> None:
    """Stocks are settled one after the other: nobody sees another's new value."""
    out = simulate(
        model((Lazy(),)), state(), forcing(), until=(2025, 4), output=Output("month")
    )

    begun, ended = state().stocks, out.state.stocks
    assert not ended["soil_carbon_hum"].any()
    np.testing.assert_array_equal(
        ended["carbon_respired_total"],
        begun["soil_carbon_hum"] + begun["carbon_respired_total"],
    )


def test_an_unknown_variable_is_answered_with_the_nearest() -> None:
    @dataclass(frozen=True)
    class Typo(Pools):
        writes = ("soil_organic_carbn",)

    with pytest.raises(UnknownName, match="did you mean 'soil_organic_carbon'"):
        model((Typo(),))


def test_forcing_that_ends_too_early_is_told() -> None:
    short = replace(forcing(), values={"air_temperature": np.zeros(10)})
    with pytest.raises(InputError, match="no value for 2025-11"):
        simulate(model(), state(), short, until=END, output=OUTPUT)


def test_print_shows_what_runs_in_which_order() -> None:
    """A tree with reads, writes, adds and units."""
    text = repr(model())
    assert text.index("pools") < text.index("litter")
    assert "adds   soil_mass [kg m-2], sediment_exported_total [kg m-2]" in text
    assert "forcings: air_temperature" in text


def test_every_order_of_three_is_the_same_order() -> None:
    names = {
        tuple(p.name for p in model(tuple(listing)).order)
        for listing in permutations((Litter(), Pools(), Form()))
    }
    assert len(names) == 1
    assert Wash().name not in names
