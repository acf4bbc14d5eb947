"""Regrade a spoil slope to a largest angle, with cut and fill balanced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from twin.process import Array
from twin.soil.column import Column
from twin.soil.constituents import BASE_NAMES, stocks_of

from ..carbon.emissions import DIESEL_WARMING
from ..checked import quantity
from .burial import PLANT_POOLS, clear_plants
from .earth import book, dug, heaped, laid, part
from .measure import Amounts, Measure, Place, Record
from .slope_limit import Grading, grade

DISTURBED = 0.05  # m; less than this leaves plants standing
DIESEL = DIESEL_WARMING  # kg CO2e L-1


class Regrade(Measure):
    """Cut the crest and fill the toe until no slope is steeper than asked.

    What is cut is mixed and laid where it is filled, in proportion to the fill, with
    all that it carries; the ground under the cut comes up, the old ground under the
    fill is buried. Cut that finds no room within the area is hauled off
    (``…_removed_total``).
    """

    record: ClassVar[Record] = Record(
        label="Regrade to a slope",
        label_zh="削坡整形",
        targets=("elevation", *stocks_of(BASE_NAMES), *PLANT_POOLS, "stocking"),
        cost=(8.0, 25.0),
        cost_per="m3 of cut",
        emissions="diesel of earth moving per m3 of cut",
        needs=("machines on site",),
        source="science.md section 12 (order of magnitude, yuan 2020)",
    )
    measure: Literal["regrade"]
    max_slope: float = quantity(
        ...,
        unit="degree",
        label="Largest slope",
        label_zh="最大坡度",
        source="user; 25 degrees (1:2.5) is usual",
        low=3.0,
        high=60.0,
    )
    bulking: float = quantity(
        1.1,
        unit="1",
        label="Volume of fill that one volume of cut makes",
        label_zh="松散系数",
        source="order of magnitude of compacted spoil",
        low=0.7,
        high=1.6,
    )
    diesel: float = quantity(
        0.5,
        unit="L m-3",
        label="Diesel per volume cut, pushed and spread",
        label_zh="单位土方柴油消耗",
        source="order of magnitude",
        low=0.0,
        high=5.0,
    )

    def graded(self, see: Mapping[str, Array], place: Place) -> Grading:
        """Return the new ground and its volumes, without changing anything."""
        grid = place.grid
        z = grid.expand(see["elevation"])
        area = grid.expand(place.cells.astype(np.float64), fill=0.0) > 0.5
        return grade(z, area, grid.cell, slope_deg=self.max_slope, bulking=self.bulking)

    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return the amounts added by moving the ground."""
        new = place.grid.compress(self.graded(see, place).elevation)
        rise = np.where(place.cells, new - see["elevation"], 0.0)
        amounts = Amounts(see)
        clear_plants(see, (np.abs(rise) > DISTURBED).astype(np.float64), amounts)
        _move(see, rise, self.bulking, amounts)
        cut = np.maximum(-rise, 0.0)
        amounts.spend(self.price * cut, self.diesel * DIESEL * cut)
        return amounts.all()


def _move(
    see: Mapping[str, Array], rise: Array, bulking: float, amounts: Amounts
) -> None:
    """Carry the columns' upper part from cut to fill; book what is hauled off.

    rise     change of elevation (n,), m
    bulking  volume of fill from one volume of cut; cut that finds no room is hauled off
    """
    column = Column(see)
    cut, fill = np.maximum(-rise, 0.0), np.maximum(rise, 0.0)
    load = dug(column, cut, amounts)
    made, wanted = bulking * float(cut.sum()), float(fill.sum())
    stays = min(wanted / made, 1.0) if made > 0.0 else 0.0
    book(part(load, 1.0 - stays), "removed", amounts)
    kept = heaped(part(load, stays), fill) if stays > 0.0 else part(load, 0.0)
    laid(column, cut, kept, amounts)
