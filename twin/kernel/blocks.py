"""Monthly processes over one block of cells that stays in cache, months in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..process import Array, Process, Step
from ..vocabulary import VOCABULARY
from .apply import Runs, book, row_sums, settle, zone_runs
from .contract import called, locked

LEAST, MOST, PARTS = 16384, 65536, 16


def parts_of(n: int) -> list[slice]:
    """Blocks of a grid of ``n`` cells; the same whatever the number of threads.

    Small grids make blocks enough for all cores, large ones blocks that are worth
    their calls.
    """
    size = min(max(-(-n // PARTS), LEAST), MOST)
    return [slice(a, min(a + size, n)) for a in range(0, n, size)]


@dataclass(frozen=True)
class CellPlan:
    """What the blocks have to do in every month.

    order    monthly processes in their order
    entries  (process, stock) of each ledger line
    stocks   those added to, in canonical order
    kept     derived values whose last month is kept for the whole grid
    due      place in the order -> stocks that nobody reads or adds to after it
    whole    whether any of them needs the whole grid at once
    """

    order: tuple[Process, ...]
    entries: tuple[tuple[str, str], ...]
    stocks: tuple[str, ...]
    kept: tuple[str, ...]
    due: tuple[tuple[str, ...], ...]
    whole: bool

    @classmethod
    def of(cls, order: Sequence[Process], kept: Sequence[str]) -> CellPlan:
        """Plan for these processes."""
        entries = tuple((p.name, s) for p in order for s in p.adds)
        stocks = tuple(sorted({s for _, s in entries}))
        written = {w for p in order for w in p.writes}
        last = {
            stock: max(i for i, p in enumerate(order) if stock in (*p.reads, *p.adds))
            for stock in stocks
        }
        due = tuple(tuple(s for s in stocks if last[s] == i) for i in range(len(order)))
        shown = tuple(k for k in kept if k in written)
        whole = any(p.scope == "grid" for p in order)
        return cls(tuple(order), entries, stocks, shown, due, whole)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A stock that left its range: month of the block, cell, and who added what."""

    month: int
    stock: str
    cell: int
    amounts: tuple[tuple[str, float], ...]


@dataclass
class Booked:
    """What one block (or all) booked: (months, entries, zones), magnitudes, sides."""

    sums: Array
    gross: Array
    sides: Array
    wrong: Wrong | None = None

    @classmethod
    def empty(cls, months: int, plan: CellPlan, zones: int) -> Booked:
        """Nothing booked yet."""
        return cls(
            np.zeros((months, len(plan.entries), zones)),
            np.zeros((months, len(plan.entries))),
            np.zeros((months, len(plan.stocks), 2)),
        )

    def join(self, other: Booked) -> None:
        """Add another block's books; called in block order."""
        self.sums += other.sums
        self.gross += other.gross
        self.sides += other.sides
        if self.wrong is None:
            self.wrong = other.wrong


@dataclass
class Whole:
    """Arrays of the whole grid that blocks are cut from and written back to."""

    stocks: dict[str, Array]
    held: dict[str, Array]
    kept: dict[str, Array]
    zones: NDArray[np.int64]
    zone_count: int


def run_block(
    plan: CellPlan,
    whole: Whole,
    part: slice,
    steps: Sequence[Step],
    forcing: Sequence[Mapping[str, Any]],
) -> Booked:
    """Step the cells of ``part`` through ``steps``; write their stocks back."""
    reads = {r for p in plan.order for r in p.reads}
    used = sorted({n for n in reads if n in whole.stocks} | {*plan.stocks})
    own = {n: np.array(whole.stocks[n][..., part], order="C") for n in used}
    width = whole.zones[part].size
    fixed: dict[str, Any] = {n: locked(own[n]) for n in used}
    for name in sorted(reads & whole.held.keys()):
        fixed[name] = locked(np.ascontiguousarray(whole.held[name][..., part]))
    runs = zone_runs(whole.zones[part])
    books = Booked.empty(len(steps), plan, whole.zone_count)
    stocks = [_Stock(n, own[n].reshape(-1, width), plan) for n in plan.stocks]
    leads = {n: own[n].shape[:-1] for n in used}
    shapes = _shapes(plan, leads, width)
    pool: dict[str, Any] = {}
    for m, step in enumerate(steps):
        pool = {**fixed, **_cut(forcing[m], part)}
        given: dict[tuple[str, str], Array] = {}
        for process, due in zip(plan.order, plan.due, strict=True):
            got = called(process, pool, step, shapes)
            for name in process.writes:
                pool[name] = locked(got[name])
            for name in process.adds:
                given[process.name, name] = flat_amount(got[name], width)
            for name in due:
                s = plan.stocks.index(name)
                amounts = stocks[s].amounts(given)
                bad = stocks[s].settle(amounts, runs, books, (m, s))
                if bad >= 0 and books.wrong is None:
                    told = stocks[s].told(amounts, bad)
                    books.wrong = Wrong(m, name, part.start + bad % width, told)
        if books.wrong is not None:
            break
    for name in plan.stocks:
        whole.stocks[name][..., part] = own[name]
    for name in plan.kept:
        whole.kept[name][..., part] = pool[name]
    return books


class _Stock:
    """A stock of one block, with the books that wait to be settled."""

    def __init__(self, name: str, values: Array, plan: CellPlan) -> None:
        self.values = values
        self.lines = [(i, e) for i, e in enumerate(plan.entries) if e[1] == name]
        self.limits = (float(VOCABULARY[name].low), float(VOCABULARY[name].high))
        self.held = row_sums(values)
        self.sum = float(self.held.sum())

    def amounts(self, given: dict[tuple[str, str], Array]) -> list[Array]:
        """Take what was given to this stock out of what is not settled yet."""
        return [given.pop(entry) for _, entry in self.lines]

    def told(self, amounts: list[Array], at: int) -> tuple[tuple[str, float], ...]:
        """Who added how much at a flat index."""
        row, cell = divmod(at, self.values.shape[1])
        return tuple(
            (entry[0], float(amount[row, cell]))
            for (_, entry), amount in zip(self.lines, amounts, strict=True)
        )

    def settle(
        self,
        amounts: list[Array],
        runs: Runs,
        books: Booked,
        at: tuple[int, int],
    ) -> int:
        """Book and add the month's amounts; the first bad flat index, or -1."""
        month, place = at
        sums, gross = books.sums[month], books.gross[month]
        before = self.sum
        if len(amounts) == 1:
            row = self.lines[0][0]
            bad, gross[row], self.sum = settle(
                self.values, amounts[0], runs, sums[row], self.limits, self.held
            )
        else:
            for (row, _), amount in zip(self.lines, amounts, strict=True):
                gross[row] = book(amount, runs, sums[row])
            total = sum(amounts[1:], start=amounts[0])
            booked = np.zeros_like(sums[0])
            bad, _, self.sum = settle(
                self.values, total, runs, booked, self.limits, self.held
            )
        books.sides[month, place] = before, self.sum
        return int(bad)


def flat_amount(amount: Array, width: int) -> Array:
    """An amount as (k, width) contiguous floats that no stock shares."""
    made = np.ascontiguousarray(amount, dtype=np.float64).reshape(-1, width)
    return made if made.flags.writeable else made.copy()


def _cut(values: Mapping[str, Any], part: slice) -> dict[str, Any]:
    return {
        name: value if np.ndim(value) == 0 else value[part]
        for name, value in values.items()
    }


def _shapes(
    plan: CellPlan, leads: Mapping[str, tuple[int, ...]], width: int
) -> dict[str, tuple[int, ...]]:
    sizes = {
        axis: size
        for name, lead in leads.items()
        for axis, size in zip(VOCABULARY[name].axes, lead, strict=True)
    }
    names = {n for p in plan.order for n in (*p.writes, *p.adds)}
    return {n: (*(sizes[a] for a in VOCABULARY[n].axes), width) for n in names}
