"""One run in memory: its arrays, the month they stand at, and its moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import DeclarationError, StateError
from ..process import Array, Process, Step
from ..vocabulary import VOCABULARY
from .apply import row_sums, settle, zone_runs
from .balance import Balance
from .blocks import Booked, CellPlan, Whole, flat_amount, parts_of, run_block
from .contract import called, locked
from .ledger import Ledger, Page
from .model import Model
from .schedule import Event, Forcing, Month, label, shift, step_of


@dataclass
class Engine:
    """Mutable inside, seen by nobody else.

    month  the month that comes next
    whole  stocks, held values of yearly processes, kept values of the last month
    """

    model: Model
    forcing: Forcing
    month: Month
    whole: Whole
    ledger: Ledger
    balance: Balance
    kept: tuple[str, ...]
    plan: CellPlan = field(init=False)
    shown: tuple[Process, ...] = field(init=False)
    form: tuple[Process, ...] = field(init=False)
    yearly: tuple[Process, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the processes by when they run."""
        order = self.model.order
        month = [p for p in order if p.every == "month"]
        read = {name for p in order for name in p.reads}
        # nobody waits for these: they are asked at outputs only
        self.shown = tuple(p for p in month if not p.adds and not read & {*p.writes})
        self.plan = CellPlan.of([p for p in month if p not in self.shown], self.kept)
        year = [p for p in order if p.every == "year"]
        self.form = tuple(p for p in year if not p.adds)
        self.yearly = tuple(p for p in year if p.adds)

    def check_start(self) -> None:
        """Refuse start values that are NaN or out of range, before anything runs."""
        for name, array in sorted(self.whole.stocks.items()):
            var = VOCABULARY[name]
            flat = array.reshape(-1, self.model.grid.n)
            bad = np.argwhere(~((flat >= var.low) & (flat <= var.high)))
            if bad.size:
                self._out_of_range("at the start", name, int(bad[0][1]), ())

    def pool(self, when: Step) -> dict[str, Any]:
        """Everything a whole-grid process may read, read-only."""
        found: dict[str, Any] = {n: locked(a) for n, a in self.whole.stocks.items()}
        found |= {n: locked(a) for n, a in self.whole.held.items()}
        found |= {n: locked(a) for n, a in self.whole.kept.items()}
        month = (when.year, when.month)
        # the ground is computed once more when the last month, and its weather, is over
        return found | (self.forcing.at(month) if self.forcing.covers(month) else {})

    def shapes(self, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Expected shapes of whole arrays."""
        n = self.model.grid.n
        sizes = {
            axis: size
            for name, array in self.whole.stocks.items()
            for axis, size in zip(VOCABULARY[name].axes, array.shape, strict=False)
        }
        return {x: (*(sizes[a] for a in VOCABULARY[x].axes), n) for x in names}

    def reshape_ground(self, changed: set[str] | None = None) -> None:
        """Compute the yearly diagnostics; only those that read ``changed``."""
        when = step_of(self.month, self.model.grid)
        for process in self.form:
            if changed is not None and not changed & set(process.reads):
                continue
            got = called(process, self.pool(when), when, self.shapes(process.writes))
            for name in process.writes:
                self.whole.held[name] = np.ascontiguousarray(got[name])

    def months(self, count: int, pool: Executor) -> None:
        """Run the monthly processes for ``count`` months.

        In blocks on all cores; as one block where a process needs the whole grid.
        """
        grid = self.model.grid
        todo = [shift(self.month, k) for k in range(count)]
        steps = [step_of(m, grid) for m in todo]
        forcing = [self.forcing.at(m) for m in todo]
        parts = [slice(0, grid.n)] if self.plan.whole else parts_of(grid.n)
        jobs = [
            pool.submit(run_block, self.plan, self.whole, part, steps, forcing)
            for part in parts
        ]
        booked = Booked.empty(count, self.plan, self.whole.zone_count)
        for job in jobs:
            booked.join(job.result())
        if booked.wrong is not None:
            wrong = booked.wrong
            month = label(todo[wrong.month])
            self._out_of_range(month, wrong.stock, wrong.cell, wrong.amounts)
        when = [label(m) for m in todo]
        self._check(when, self.plan.entries, booked, self.plan.stocks)
        self._page(when, self.plan.entries, booked.sums)
        self.month = shift(self.month, count)

    def years_end(self) -> None:
        """Run the yearly processes that add, with the last month of the year."""
        when = step_of(shift(self.month, -1), self.model.grid)
        for process in self.yearly:
            names = (*process.writes, *process.adds)
            got = called(process, self.pool(when), when, self.shapes(names))
            for name in process.writes:
                self.whole.held[name] = np.ascontiguousarray(got[name])
            self.apply(process.name, {n: got[n] for n in process.adds}, when.label)

    def event(self, event: Event) -> None:
        """Let an event act; recompute the ground if it changed what that reads."""
        seen = {n: locked(a) for n, a in self.whole.stocks.items()}
        amounts = dict(event.apply(seen, self.model.grid))
        unknown = sorted(amounts.keys() - self.whole.stocks.keys())
        if unknown:
            raise DeclarationError(
                f"event '{event.name}' adds to {', '.join(unknown)}, which the state "
                "does not hold; events change stocks and parameters"
            )
        self.apply(event.name, amounts, label(self.month))
        self.reshape_ground({n for n, a in amounts.items() if np.any(a)})

    def apply(self, cause: str, amounts: Mapping[str, Array], when: str) -> None:
        """Add whole arrays to stocks, book and check them."""
        names = sorted(amounts)
        n = self.model.grid.n
        entries = tuple((cause, name) for name in names)
        sums = np.zeros((1, len(names), self.whole.zone_count))
        booked = Booked(sums, np.zeros((1, len(names))), np.zeros((1, len(names), 2)))
        runs = zone_runs(self.whole.zones)
        for i, name in enumerate(names):
            stock = self.whole.stocks[name].reshape(-1, n)
            given = np.broadcast_to(amounts[name], self.whole.stocks[name].shape)
            var = VOCABULARY[name]
            held = row_sums(stock)
            before = held.sum()
            bad, booked.gross[0, i], after = settle(
                stock,
                flat_amount(given, n),
                runs,
                sums[0, i],
                (var.low, var.high),
                held,
            )
            booked.sides[0, i] = before, after
            if bad >= 0:
                amount = float(flat_amount(given, n)[divmod(bad, n)])
                self._out_of_range(when, name, bad % n, [(cause, amount)])
        self._check([when], entries, booked, names)
        self._page([when], entries, sums)

    def _check(
        self,
        when: Sequence[str],
        entries: Sequence[tuple[str, str]],
        booked: Booked,
        names: Sequence[str],
    ) -> None:
        """Hold what was booked in some months against the elements and the stocks."""
        self.balance.processes(entries, booked.sums, booked.gross, when)
        whole = booked.sums.sum(axis=2)
        amounts = np.zeros((len(when), len(names)))
        moved = np.zeros_like(amounts)
        place = {name: k for k, name in enumerate(names)}
        for i, (_, stock) in enumerate(entries):
            amounts[:, place[stock]] += whole[:, i]
            moved[:, place[stock]] += booked.gross[:, i]
        self.balance.stocks(names, booked.sides, (amounts, moved), when)

    def _page(
        self, months: Sequence[str], entries: Sequence[tuple[str, str]], sums: Array
    ) -> None:
        if entries:
            amounts = sums * self.model.grid.cell_area
            self.ledger.pages.append(Page(tuple(months), tuple(entries), amounts))

    def _out_of_range(
        self, when: str, name: str, cell: int, amounts: Sequence[tuple[str, float]]
    ) -> None:
        grid, var = self.model.grid, VOCABULARY[name]
        row, column = divmod(int(grid.active[cell]), grid.shape[1])
        value = self.whole.stocks[name].reshape(-1, grid.n)[:, cell]
        raise StateError(
            f"{when}: stock '{name}' {'became' if amounts else 'is'} "
            f"{np.array2string(value, precision=6)} {var.unit} at row {row}, column "
            f"{column}; its range is {var.low:g} to {var.high:g}; "
            f"changed by: {_listed(amounts)}"
        )


def _listed(amounts: Sequence[tuple[str, float]]) -> str:
    """Who added what; the one that does not add a number alone, when there is one."""
    guilty = [a for a in amounts if not np.isfinite(a[1])] or list(amounts)
    told = [f"{cause} ({amount:+.6g})" for cause, amount in guilty]
    return ", ".join(told) or "nothing yet, mend the start values"
