"""Who changed which stock, in which zone, in which month, by how much."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ..process import Array
from ..vocabulary import VOCABULARY

HEAD = ("month", "cause", "stock", "zone", "amount", "unit")


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of consecutive months that have the same causes.

    months   labels, "2025-04"
    entries  (cause, stock)
    amounts  (months, entries, zones), in the stock's unit times m2
    """

    months: tuple[str, ...]
    entries: tuple[tuple[str, str], ...]
    amounts: Array


@dataclass
class Ledger:
    """All pages of a run."""

    zone_names: tuple[str, ...]
    pages: list[Page] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[str, str, str, str, float, str]]:
        """Entries that are not zero, in the order in which they were booked."""
        for page in self.pages:
            for m, e, z in np.argwhere(page.amounts != 0.0):
                cause, stock = page.entries[e]
                unit = f"{VOCABULARY[stock].unit} m2" if stock in VOCABULARY else "m2"
                amount = float(page.amounts[m, e, z])
                yield page.months[m], cause, stock, self.zone_names[z], amount, unit

    def table(self) -> list[dict[str, object]]:
        """Return the entries as rows."""
        return [dict(zip(HEAD, row, strict=True)) for row in self.rows()]

    def total(self, stock: str, cause: str | None = None) -> Array:
        """Sum of all entries of a stock (of one cause), per zone."""
        found = np.zeros(len(self.zone_names))
        for page in self.pages:
            chosen = [
                i
                for i, (c, s) in enumerate(page.entries)
                if s == stock and cause in (None, c)
            ]
            found += page.amounts[:, chosen, :].sum(axis=(0, 1))
        return found

    def to_csv(self) -> bytes:
        """Write the entries; UTF-8 with a mark so that spreadsheets read Chinese."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(HEAD)
        writer.writerows(self.rows())
        return text.getvalue().encode("utf-8-sig")
