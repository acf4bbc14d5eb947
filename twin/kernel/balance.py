"""The two balances: processes move, never make; stocks change as the ledger says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
        when: str,
    ) -> None:
        """Check that each cause sums to zero over each element in one month.

        sums   (entries, zones) amounts
        gross  (entries,) sum of magnitudes
        """
        books: dict[tuple[str, str], list[int]] = {}
        for i, (cause, stock) in enumerate(entries):
            element = VOCABULARY[stock].budget
            if element is not None:
                books.setdefault((cause, element), []).append(i)
        for (cause, book), rows in books.items():
            factors = np.array([VOCABULARY[entries[i][1]].factor for i in rows])
            leak = float(abs(factors @ sums[rows].sum(axis=1)))
            moved = float(np.abs(factors) @ gross[rows])
            residual = leak / moved if moved > 0.0 else 0.0
            self.closure[book] = max(self.closure.get(book, 0.0), residual)
            if not residual <= TOLERANCE:
                stocks = ", ".join(entries[i][1] for i in rows)
                worst = int(np.argmax(np.abs(factors @ sums[rows])))
                raise LedgerLeak(
                    f"{when}: '{cause}' leaks {book}: {leak:.6g} of {moved:.6g} "
                    f"kg m-2 (summed over cells) do not balance, most of it in zone "
                    f"'{self.zone_names[worst]}' (limit {TOLERANCE:g}); "
                    f"its stocks: {stocks}. What leaves one must enter another"
                )

    def stocks(
        self,
        names: Sequence[str],
        sides: Array,
        booked: Mapping[str, tuple[float, float]],
        when: str,
    ) -> None:
        """Check that each stock changed by what was booked on it.

        sides   (stocks, 2) sum before and after
        booked  stock -> (sum of entries, sum of magnitudes)
        """
        for i, name in enumerate(names):
            before, after = float(sides[i, 0]), float(sides[i, 1])
            amount, moved = booked[name]
            scale = max(abs(before), abs(after), moved)
            gap = abs(after - before - amount)
            residual = gap / scale if scale > 0.0 else 0.0
            element = VOCABULARY[name].budget
            if element is not None:
                self.closure[element] = max(self.closure.get(element, 0.0), residual)
            if not residual <= TOLERANCE:
                raise LedgerLeak(
                    f"{when}: stock '{name}' changed by {after - before:.12g} but "
                    f"{amount:.12g} was booked; a process changed its array in place"
                )
