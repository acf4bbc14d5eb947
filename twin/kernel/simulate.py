"""Run a model forward: events, months, years, outputs, checkpoints in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from ..errors import InputError, RunStopped, StoreError
from ..numerics.threads import workers
from ..process import Array, Process
from ..state import State
from ..vocabulary import VOCABULARY, lookup
from .balance import Balance
from .blocks import Whole
from .contract import called, locked
from .engine import Engine
from .ledger import Ledger
from .model import Model
from .schedule import (
    YEAR,
    Event,
    Forcing,
    Month,
    Output,
    boundaries,
    label,
    months_between,
    shift,
    step_of,
)

CHECKPOINT_EVERY = 60  # months
PAGES = "pages"  # of the ledger, in a checkpoint
Progress = Callable[[int, int], None]


class Writer(Protocol):
    """Where outputs and checkpoints go; ``twin.store.RunWriter`` is one."""

    def write(self, index: int, layers: Mapping[str, Array]) -> None:
        """Keep the layers of one instant."""

    def checkpoint(self, arrays: Mapping[str, Any], about: Mapping[str, Any]) -> None:
        """Keep what is needed to go on from here."""


@dataclass(frozen=True)
class Outcome:
    """Where a run ended, what changed what, and how well its books closed."""

    state: State
    ledger: Ledger
    closure: Mapping[str, float]


def simulate(
    model: Model,
    state: State,
    forcing: Forcing,
    *,
    until: Month,
    output: Output,
    events: Sequence[Event] = (),
    writer: Writer | None = None,
    progress: Progress | None = None,
    checkpoint_every: int = CHECKPOINT_EVERY,
    saved: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Run from the state's month until ``until`` (exclusive).

    saved  arrays and facts of a checkpoint of the same run: goes on from there, with
           the same bits as a run that was never stopped

    LedgerLeak, StateError and DeclarationError stop the run and name the culprit.
    """
    begin = (state.year, state.month)
    total = months_between(begin, until)
    engine = _engine(model, state, forcing, output)
    done = 0
    if saved is not None:
        done = _restore(engine, *saved)
    dated = sorted(events, key=lambda e: e.date)
    for event in dated:
        if not 0 <= months_between(begin, event.date) < total:
            raise InputError(
                f"event '{event.name}' is dated {label(event.date)}, outside the run "
                f"from {label(begin)} to before {label(until)}; date it within, or "
                "lengthen the run"
            )
    marks = boundaries(
        total,
        output=output.months,
        events=[months_between(begin, e.date) for e in dated],
        checkpoint=checkpoint_every,
    )
    if saved is None:
        engine.check_start()
        engine.reshape_ground()
        _first_values(engine)
        _put(engine, output, 0, writer)
    with ThreadPoolExecutor(workers()) as pool:
        for first, last in pairwise(marks):
            if first < done:
                continue
            for event in dated:
                if months_between(begin, event.date) == first:
                    engine.event(event)
            engine.months(last - first, pool)
            if last % YEAR == 0:
                engine.years_end()
                engine.reshape_ground()
            if last % output.months == 0 or last == total:
                _put(engine, output, -(-last // output.months), writer)
            asked = last < total and stop()
            due = last % checkpoint_every == 0 and last < total
            if writer is not None and (due or asked):
                writer.checkpoint(*_saved(engine, last))
            if progress is not None:
                progress(last, total)
            if asked:
                raise RunStopped(f"stopped before {label(engine.month)}, as asked")
    end = State(model.grid, *engine.month, dict(engine.whole.stocks), state.axes)
    for array in end.stocks.values():
        array.flags.writeable = False
    return Outcome(end, engine.ledger, dict(engine.balance.closure))


def _engine(model: Model, state: State, forcing: Forcing, output: Output) -> Engine:
    for name in output.layers:
        lookup(name, "output")
    stocks = {n: np.array(a, dtype=np.float64) for n, a in state.stocks.items()}
    missing = [n for n in model.stocks if n not in stocks]
    if missing:
        raise StoreError(
            f"the state lacks {', '.join(missing)}, which the processes need; "
            "give every stock a start value"
        )
    # a derived value of the month is kept for outputs, and for those who run later
    late = [p for p in model.order if p.every == "year" or not p.adds]
    wanted = {*output.layers, *(n for p in late for n in p.reads)}
    kept = tuple(sorted(n for n in wanted if VOCABULARY[n].kind == "derived"))
    whole = Whole(stocks, {}, {}, model.zones, len(model.zone_names))
    month = (state.year, state.month)
    ledger = Ledger(model.zone_names)
    return Engine(model, forcing, month, whole, ledger, Balance(model.zone_names), kept)


def _first_values(engine: Engine) -> None:
    """Derived values at the start, by a step that changes nothing."""
    when = step_of(engine.month, engine.model.grid)
    pool = engine.pool(when)
    for process in engine.plan.order:
        shapes = engine.shapes((*process.writes, *process.adds))
        got = called(process, pool, when, shapes)
        pool |= {name: locked(got[name]) for name in process.writes}
    n = engine.model.grid.n
    for name in engine.plan.kept:
        engine.whole.kept[name] = np.array(pool[name])
    for process in engine.yearly:
        for name in process.writes:
            engine.whole.held[name] = np.full(n, np.nan)


def _put(engine: Engine, output: Output, index: int, writer: Writer | None) -> None:
    """Write the layers of this instant; diagnostics see the stocks as they are now."""
    if writer is None:
        return
    when = step_of(shift(engine.month, -1 if index else 0), engine.model.grid)
    pool = engine.pool(when)
    for process in _asked(engine, output.layers):
        pool |= called(process, pool, when, engine.shapes(process.writes))
    writer.write(index, {n: pool[n] for n in output.layers if n in pool})


def _asked(engine: Engine, layers: Sequence[str]) -> list[Process]:
    """Diagnostics that the layers need, in their order, and those that they read."""
    wanted, asked = set(layers), []
    for process in reversed((*engine.plan.order, *engine.shown)):
        if not process.adds and wanted & {*process.writes}:
            wanted |= {*process.reads}
            asked.append(process)
    return asked[::-1]


def diagnose(model: Model, state: State, forcing: Forcing) -> dict[str, Array]:
    """Derived values at an instant: every process is asked, nothing is changed."""
    engine = _engine(model, state, forcing, Output())
    engine.reshape_ground()
    when = step_of(engine.month, model.grid)
    pool = engine.pool(when)
    for process in (*engine.plan.order, *engine.shown):
        shapes = engine.shapes((*process.writes, *process.adds))
        got = called(process, pool, when, shapes)
        pool |= {name: got[name] for name in process.writes}
    return {n: v for n, v in pool.items() if VOCABULARY[n].kind == "derived"}


def _saved(engine: Engine, done: int) -> tuple[dict[str, Any], dict[str, Any]]:
    arrays: dict[str, Any] = {}
    for kind in ("stocks", "held", "kept"):
        for name, array in getattr(engine.whole, kind).items():
            arrays[f"{kind}.{name}"] = array
    arrays[PAGES], pages = engine.ledger.packed()
    about = {
        "done": done,
        "month": label(engine.month),
        "closure": engine.balance.closure,
        **pages,
    }
    return arrays, about


def _restore(
    engine: Engine, arrays: Mapping[str, Any], about: Mapping[str, Any]
) -> int:
    for full, array in arrays.items():
        kind, _, name = full.partition(".")
        if full != PAGES:
            getattr(engine.whole, kind)[name] = np.array(array)
    engine.ledger.unpack(np.array(arrays[PAGES]), about)
    engine.balance.closure.update(about["closure"])
    engine.month = shift(engine.month, int(about["done"]))
    return int(about["done"])
