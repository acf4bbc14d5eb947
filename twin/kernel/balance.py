"""The two balances: processes move, never make; stocks change as the ledger says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from ..errors import LedgerLeak
from ..process import Array
from ..vocabulary import VOCABULARY

TOLERANCE = 1e-9


class Balance:
    """Largest relative residual seen so far, per element."""

    def __init__(self, zone_names: Sequence[str]) -> None:
        self.zone_names = zone_names
        self.closure: dict[str, float] = {"carbon": 0.0, "water": 0.0, "sediment": 0.0}

    def processes(
        self,
        entries: Sequence[tuple[str, str]],
        sums: Array,
        gross: Array,
        when: Sequence[str],
    ) -> None:
        """Check that each cause sums to zero over each element in every month.

        sums   (months, entries, zones) amounts
        gross  (months, entries) sum of magnitudes
        when   (months,) how the months are called
        """
        whole = sums.sum(axis=2)
        for (cause, book), rows in _books(tuple(entries)).items():
            factors = np.array([VOCABULARY[entries[i][1]].factor for i in rows])
            leak = np.abs(_weighted(whole, rows, factors))
            moved = _weighted(gross, rows, np.abs(factors))
            residual = _relative(leak, moved)
            self._note(book, residual)
            wrong = np.flatnonzero(~(residual <= TOLERANCE))
            if wrong.size:
                m = int(wrong[0])
                stocks = ", ".join(entries[i][1] for i in rows)
                worst = int(np.argmax(np.abs(factors @ sums[m][list(rows)])))
                raise LedgerLeak(
                    f"{when[m]}: '{cause}' leaks {book}: {leak[m]:.6g} of "
                    f"{moved[m]:.6g} kg m-2 (summed over cells) do not balance, most "
                    f"of it in zone '{self.zone_names[worst]}' (limit {TOLERANCE:g}); "
                    f"its stocks: {stocks}. What leaves one must enter another"
                )

    def stocks(
        self,
        names: Sequence[str],
        sides: Array,
        booked: tuple[Array, Array],
        when: Sequence[str],
    ) -> None:
        """Check that each stock changed by what was booked on it.

        sides   (months, stocks, 2) sum before and after
        booked  (months, stocks) sum of entries, sum of magnitudes
        """
        amounts, moved = booked
        before, after = sides[..., 0], sides[..., 1]
        scale = np.maximum(np.maximum(np.abs(before), np.abs(after)), moved)
        residual = _relative(np.abs(after - before - amounts), scale)
        for i, name in enumerate(names):
            element = VOCABULARY[name].budget
            if element is not None:
                self._note(element, residual[:, i])
        wrong = np.argwhere(~(residual <= TOLERANCE))
        if wrong.size:
            m, i = (int(v) for v in wrong[0])
            raise LedgerLeak(
                f"{when[m]}: stock '{names[i]}' changed by "
                f"{after[m, i] - before[m, i]:.12g} but {amounts[m, i]:.12g} was "
                "booked; a process changed its array in place"
            )

    def _note(self, element: str, residual: Array) -> None:
        worst = float(residual.max(initial=0.0))
        self.closure[element] = max(self.closure.get(element, 0.0), worst)


@cache
def _books(
    entries: tuple[tuple[str, str], ...],
) -> dict[tuple[str, str], tuple[int, ...]]:
    """Lines of each cause that belong to one element's book."""
    found: dict[tuple[str, str], list[int]] = {}
    for i, (cause, stock) in enumerate(entries):
        element = VOCABULARY[stock].budget
        if element is not None:
            found.setdefault((cause, element), []).append(i)
    return {key: tuple(rows) for key, rows in found.items()}


def _weighted(table: Array, rows: Sequence[int], factors: Array) -> Array:
    """Sum of some columns of (months, entries), each times its factor, in order."""
    total = np.zeros(table.shape[0])
    for row, factor in zip(rows, factors, strict=True):
        total += factor * table[:, row]
    return total


def _relative(gap: Array, scale: Array) -> Array:
    """Share that does not balance; 0 where nothing moved and nothing is missing."""
    made: Array = np.divide(gap, scale, out=np.zeros_like(gap), where=scale > 0.0)
    return np.where(np.isnan(gap), np.nan, made)
