"""Seed or plant a mix of plant functional types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from twin.errors import BadScenario
from twin.process import Array
from twin.processes.plant_types import PLANT_TYPES

from ..checked import nearest, quantity
from .burial import nitrogen_goes
from .measure import HECTARE, PER_HECTARE, Amounts, Measure, Place, Record

ABOVE_SHARE = 2.0 / 3.0  # of the carbon of a seedling


class Plant(Measure):
    """Plant a mix: stocking = share x survival, stand age 0.

    Where the stand would be more than full, plants of other types are cleared to make
    room and their carbon is booked as removed.
    """

    record: ClassVar[Record] = Record(
        label="Seed or plant a mix",
        label_zh="播种或栽植",
        targets=(
            "stocking",
            "effective_age",
            "biomass_carbon_above",
            "biomass_carbon_below",
        ),
        cost=(15_000.0, 45_000.0),
        cost_per="ha",
        emissions="nursery and transport per hectare",
        needs=("soil deep enough for the mix",),
        source="science.md section 12 (order of magnitude, yuan 2020)",
    )
    measure: Literal["plant"]
    mix: dict[str, float] = Field(
        title="Mix",
        description="plant functional type: share of the ground; they sum to at most 1",
        json_schema_extra={"unit": "1", "label_zh": "配置比例", "source": "user"},
    )
    survival: float = quantity(
        0.8,
        unit="1",
        label="Survival",
        label_zh="成活率",
        source="0.6 to 0.9: science.md section 12",
        low=0.0,
        high=1.0,
    )
    seedling_carbon: float = quantity(
        0.02,
        unit="t ha-1",
        label="Carbon of what is planted, at full share",
        label_zh="苗木含碳量",
        source="order of magnitude",
        low=0.0,
        high=10.0,
    )
    emissions: float = quantity(
        0.2,
        unit="t ha-1",
        label="CO2e of nursery, transport and planting",
        label_zh="苗圃、运输与栽植排放",
        source="order of magnitude",
        low=0.0,
        high=50.0,
    )

    @field_validator("mix")
    @classmethod
    def _shares(cls, mix: dict[str, float]) -> dict[str, float]:
        wrong = [
            nearest("plant type", n, PLANT_TYPES) for n in mix if n not in PLANT_TYPES
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        if not mix or min(mix.values()) <= 0.0 or sum(mix.values()) > 1.0 + 1e-9:
            raise ValueError("shares must be above 0 and sum to at most 1")
        return mix

    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return the amounts added by planting."""
        names = place.axes.get("pft", ())
        missing = sorted(set(self.mix) - set(names))
        if missing:
            raise BadScenario(
                f"{place.where}: the run has no plants of type {', '.join(missing)}; "
                f"it has {', '.join(names)}"
            )
        share = np.array([self.mix.get(name, 0.0) for name in names])[:, None]
        planted = share * self.survival * place.cells
        amounts = Amounts(see)
        kept = _make_room(see, planted, amounts)
        _stand(see, planted, kept, amounts)
        seedlings = self.seedling_carbon * PER_HECTARE * share * place.cells
        amounts.add("biomass_carbon_above", ABOVE_SHARE * seedlings)
        amounts.add("biomass_carbon_below", seedlings - ABOVE_SHARE * seedlings)
        amounts.add("carbon_imported_total", seedlings.sum(axis=0))
        here = place.cells.astype(np.float64)
        amounts.spend(self.price / HECTARE * here, self.emissions * PER_HECTARE * here)
        return amounts.all()


def _make_room(see: Mapping[str, Array], planted: Array, amounts: Amounts) -> Array:
    """Clear plants where the stand would be more than full; return the rest (k, n)."""
    standing = see["stocking"]
    total = standing.sum(axis=0)
    room = np.maximum(1.0 - planted.sum(axis=0), 0.0)
    crowded = (planted.sum(axis=0) > 0.0) & (total > room)
    share = np.where(crowded, room / np.where(crowded, total, 1.0), 1.0)
    cleared = np.zeros(total.shape)
    for name in ("biomass_carbon_above", "biomass_carbon_below"):
        gone = see[name] * (1.0 - share)
        amounts.add(name, -gone)
        amounts.add("carbon_removed_total", gone.sum(axis=0))
        cleared += gone.sum(axis=0)
    nitrogen_goes(see, cleared, "nitrogen_removed_total", amounts)
    kept: Array = standing * share
    return kept


def _up_to_full(old: Array, now: Array) -> Array:
    """Amount from old to now that rounding cannot carry above a full stand."""
    amount = np.minimum(now, 1.0) - old
    over = old + amount > 1.0
    safe: Array = np.where(over, np.nextafter(amount, -1.0), amount)
    return safe


def _stand(
    see: Mapping[str, Array], planted: Array, kept: Array, amounts: Amounts
) -> None:
    """Set stocking and the stand's age: that of old and new plants by their share."""
    now = kept + planted
    age = see["effective_age"] * np.divide(
        kept, now, out=np.ones_like(now), where=(planted > 0.0)
    )
    amounts.add("stocking", _up_to_full(see["stocking"], now))
    amounts.add("effective_age", age - see["effective_age"])
