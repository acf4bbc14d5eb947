"""Who changed which stock, in which zone, in which month, by how much."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

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

    def packed(self) -> tuple[Array, dict[str, Any]]:
        """All amounts in one array, and what they are; few of many entries differ."""
        kinds = {page.entries: None for page in self.pages}
        number = {entries: i for i, entries in enumerate(kinds)}
        amounts = [page.amounts.ravel() for page in self.pages]
        about = {
            "entries": [list(entries) for entries in kinds],
            "pages": [[number[page.entries], *page.months] for page in self.pages],
        }
        return np.concatenate([np.zeros(0), *amounts]), about

    def unpack(self, amounts: Array, about: Mapping[str, Any]) -> None:
        """Take the pages back from what ``packed`` made."""
        kinds = [tuple((str(c), str(s)) for c, s in e) for e in about["entries"]]
        at, zones = 0, len(self.zone_names)
        for kind, *months in about["pages"]:
            shape = (len(months), len(kinds[kind]), zones)
            size = shape[0] * shape[1] * zones
            part = amounts[at : at + size].reshape(shape)
            self.pages.append(Page(tuple(months), kinds[kind], part))
            at += size

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
