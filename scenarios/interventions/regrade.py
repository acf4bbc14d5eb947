"""Regrade a spoil slope to a largest angle, with cut and fill balanced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from twin.process import Array

from ..checked import quantity
from .burial import PLANT_POOLS, SOIL_POOLS, clear_plants, mantle_depth
from .measure import TOPSOIL_DEPTH, Amounts, Measure, Place, Record
from .slope_limit import Grading, grade

DISTURBED = 0.05  # m; less than this leaves plants standing
DIESEL = 2.68  # kg CO2 per litre: 43.0 TJ/Gg, 74.1 t CO2/TJ, 0.84 kg/L (IPCC 2006)


class Regrade(Measure):
    """Cut the crest and fill the toe until no slope is steeper than asked.

    Soil within the mantle that is cut moves with its carbon to where it is filled, in
    proportion to the fill; what comes to lie below 0.3 m leaves the modelled layer
    (``carbon_removed_total``). Cut that finds no room within the area is hauled off.
    Spoil counts as uniform: cell parameters stay.
    """

    record: ClassVar[Record] = Record(
        label="Regrade to a slope",
        label_zh="削坡整形",
        targets=("elevation", "soil_mass", *SOIL_POOLS, *PLANT_POOLS, "stocking"),
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
        amounts.add("elevation", rise)
        clear_plants(see, (np.abs(rise) > DISTURBED).astype(np.float64), amounts)
        _move_soil(see, rise, self.bulking, amounts)
        cut = np.maximum(-rise, 0.0)
        amounts.spend(self.price * cut, self.diesel * DIESEL * cut)
        return amounts.all()


def _move_soil(
    see: Mapping[str, Array], rise: Array, bulking: float, amounts: Amounts
) -> None:
    """Carry mantle and carbon from cut to fill; book what is buried or hauled off.

    rise     change of elevation (n,), m
    bulking  volume of fill from one volume of cut; cut that finds no room is hauled off
    """
    cut, fill = np.maximum(-rise, 0.0), np.maximum(rise, 0.0)
    depth = np.maximum(mantle_depth(see), 1e-6)
    taken = np.minimum(cut / depth, 1.0)
    layer = np.minimum(depth, TOPSOIL_DEPTH)
    skimmed = np.minimum(cut / layer, 1.0)
    made = bulking * cut.sum()
    stays = min(fill.sum() / made, 1.0) if made > 0.0 else 0.0
    place = stays * fill / fill.sum() if stays > 0.0 else np.zeros_like(fill)
    mass = see["soil_mass"] * taken
    amounts.add("soil_mass", mass.sum() * place - mass)
    amounts.add("sediment_exported_total", mass * (1.0 - stays))
    kept = np.divide(TOPSOIL_DEPTH, fill, out=np.ones_like(fill), where=fill > 0.0)
    kept = np.minimum(kept, 1.0)
    buried = np.minimum(fill / TOPSOIL_DEPTH, 1.0)
    for name in SOIL_POOLS:
        if name not in see:
            continue
        gone = see[name] * skimmed
        under = see[name] * buried
        came = gone.sum() * place
        amounts.add(name, came * kept - gone - under)
        amounts.add("carbon_removed_total", under + came * (1.0 - kept))
        amounts.add("carbon_removed_total", gone * (1.0 - stays))
