"""What every measure declares: targets, dose, cost, emissions, needs, evidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from twin.grid import Grid
from twin.process import Array

from ..area import Area, Cells
from ..checked import Checked, Month, quantity

TOPSOIL_DEPTH = 0.3  # m; soil carbon of the twin is that of 0-30 cm
HECTARE = 10_000.0  # m2
PER_HECTARE = 0.1  # kg m-2 in 1 t ha-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Catalogue entry of a measure.

    cost, cost_per    low and high of the usual cost, and what it is paid for; an
                      unverified range is a placeholder until the user states a price
    targets           stocks and parameters that it changes
    needs             what must be there for it to be carried out
    """

    label: str
    label_zh: str
    targets: tuple[str, ...]
    cost: tuple[float, float]
    cost_per: str
    emissions: str
    needs: tuple[str, ...] = ()
    source: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a measure acts.

    cells   active cells (n,) of its area
    origin  active cells (n,) that the material is taken from, or None: brought in
    axes    labels of the axes before the cells, e.g. {"pft": ("robinia", "grass")}
    where   how messages name the measure
    region  the area as drawn, a shapely geometry in the site's CRS
    part    which part of a measure that takes several months, from 0
    """

    grid: Grid
    cells: Cells
    origin: Cells | None = None
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: str = "intervention"
    region: Any = None
    part: int = 0


class Measure(Checked, ABC):
    """One dated, priced measure over an area."""

    record: ClassVar[Record]
    measure: str
    area: Area
    date: Month
    label: str = ""
    cost: float | None = quantity(
        None,
        unit="currency of the scenario per unit of the record",
        label="Price",
        label_zh="单价",
        source="user",
        low=0.0,
        high=1e9,
    )

    @property
    def origin(self) -> str | None:
        """Parcel that the material comes from, or None."""
        return None

    @property
    def parts(self) -> int:
        """Months in a row in which it acts, a part in each."""
        return 1

    @property
    def price(self) -> float:
        """The user's price, else the middle of the record's range."""
        if self.cost is not None:
            return self.cost
        return 0.5 * (self.record.cost[0] + self.record.cost[1])

    @abstractmethod
    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return the amounts added to stocks and parameters.

        Every balance must close: the amounts weighted by Var.factor sum to zero.
        """

    def stated(self) -> list[dict[str, Any]]:
        """List the doses that were stated, with value and unit."""
        return [
            {
                "name": row["name"],
                "value": getattr(self, row["name"]),
                "unit": row["unit"],
            }
            for row in self.doses()
            if row["name"] in self.model_fields_set
            and row["name"] != "cost"
            and isinstance(getattr(self, row["name"]), int | float)
        ]

    @classmethod
    def doses(cls) -> list[dict[str, Any]]:
        """List the numbers that a user may set, with unit, range and source."""
        rows = []
        for name, info in cls.model_fields.items():
            extra = info.json_schema_extra
            if isinstance(extra, dict):
                default = None if info.is_required() else info.default
                limits = {
                    "low": next(
                        (m.ge for m in info.metadata if hasattr(m, "ge")), None
                    ),
                    "high": next(
                        (m.le for m in info.metadata if hasattr(m, "le")), None
                    ),
                }
                rows.append(
                    {"name": name, "label": info.title, "default": default}
                    | limits
                    | extra
                )
        return rows


class Amounts:
    """Amounts added so far by a measure, one whole array per stock."""

    def __init__(self, see: Mapping[str, Array]) -> None:
        self._see = see
        self._added: dict[str, Array] = {}

    def add(self, name: str, amount: NDArray[Any]) -> None:
        """Add ``amount`` (n,) or (k, n); a stock that the run has not is skipped."""
        if name not in self._see:
            return
        so_far = self._added.get(name)
        self._added[name] = (
            np.array(amount, dtype=float) if so_far is None else so_far + amount
        )

    def spend(self, cost: Array, emissions: Array) -> None:
        """Book cost (currency m-2) and emissions (kg CO2e m-2) per cell (n,)."""
        self.add("measure_cost_total", cost)
        self.add("measure_emissions_total", emissions)

    def all(self) -> dict[str, Array]:
        """Return the amounts by name."""
        return self._added
