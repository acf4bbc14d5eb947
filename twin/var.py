"""What a quantity is: one line of the vocabulary, declared once and used everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

Kind = Literal["stock", "derived", "forcing", "parameter"]
Element = Literal[
    "carbon", "water", "sediment", "nitrogen",
    "arsenic", "cadmium", "chromium", "copper", "lead", "mercury", "nickel", "zinc",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Var:
    """One quantity: its unit, axes, range, labels and book-keeping.

    name           term of the field (CSDMS, CF, IPCC, RothC), snake_case
    unit           unit of the arrays in State and store, UDUNITS spelling
    kind           stock      carried from step to step, changed only through the ledger
                   derived    computed within a step by exactly one process
                   forcing    comes from outside, one value a month (or one a cell)
                   parameter  carried like a stock, but changed by interventions only
    axes           axes before the cells: () or ("pft",) or ("soil_layer",)
    low, high      physical range; outside it a run stops
    budget         element whose book this stock belongs to; a gain of 1 unit adds
    factor         ``factor`` kg m-2 to the book. Accounts of what came in from
                   outside (fixed, imported, precipitation) bear a negative factor,
                   accounts of what left a positive one, so that a closed book always
                   sums to zero.
    shown, scale   unit for people, and value_shown = value * scale
    colours        colour map of the viewer, from cmcrameri
    """

    name: str
    unit: str
    kind: Kind
    label: str
    label_zh: str
    source: str
    axes: tuple[str, ...] = ()
    low: float = -inf
    high: float = inf
    budget: Element | None = None
    factor: float = 0.0
    shown: str = ""
    scale: float = 1.0
    standard_name: str = ""
    colours: str = "batlow"
    dtype: str = "f8"

    def lead(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """Shape of the axes before the cells."""
        return tuple(sizes[axis] for axis in self.axes)

    @property
    def unit_shown(self) -> str:
        """Unit for people; the array's own unless another is declared."""
        return self.shown or self.unit
