"""Spread topsoil from a stockpile or from outside; its carbon is a transfer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from twin.errors import BadScenario
from twin.process import Array
from twin.soil.column import VOLUME, Column, Load
from twin.soil.constituents import (
    BASE_NAMES,
    CONSTITUENTS,
    OPTIONAL,
    SOIL_MASS,
    stocks_of,
)
from twin.soil.nitrogen import CARBON_BY_NITROGEN, organic_nitrogen
from twin.vocabulary import VOCABULARY

from ..area import Cells
from ..checked import nearest, quantity
from ..initial_soil import deep_pools
from .burial import clear_plants
from .earth import book, dug, heaped, laid
from .measure import Amounts, Measure, Place, Record
from .regrade import DIESEL

SMOTHERED = 0.05  # m; plants under more than this are lost, and where more is dug
GRAM = 1e-3  # kg
OTHERS = tuple(c.name for c in OPTIONAL)
Amount = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
NITROGEN = "soil_nitrogen"
IN_GRAMS = tuple(n for n in OTHERS if VOCABULARY[n].unit == "g m-2")
HALVINGS = 50  # of the share to dig; 1e-15
WATER_DENSITY = 1000.0  # kg m-3, so 1 m of water is 1000 mm


class Topsoil(Measure):
    """Cover an area with topsoil.

    From outside (no ``source``) its mass and all that it carries come through
    ``…_imported_total``. From a parcel it is dug there, the same share of every
    column's depth, and mixed; the stated contents then do not apply. The old ground is
    buried under it.
    """

    record: ClassVar[Record] = Record(
        label="Spread topsoil",
        label_zh="覆土",
        targets=("elevation", *stocks_of(BASE_NAMES), "available_water_capacity"),
        cost=(15.0, 40.0),
        cost_per="m3",
        emissions="diesel of loading, haulage and spreading",
        needs=("topsoil of known quality",),
        source="science.md section 12: 0.3 to 1.0 m, 4 to 10 g C/kg",
    )
    measure: Literal["topsoil"]
    source: str | None = None
    thickness: float = quantity(
        ...,
        unit="m",
        label="Thickness",
        label_zh="覆土厚度",
        source="user",
        low=0.02,
        high=3.0,
    )
    carbon_content: float = quantity(
        0.6,
        unit="percent",
        label="Organic carbon of soil from outside, by mass",
        label_zh="客土有机碳含量",
        source="4 to 10 g/kg: science.md section 12",
        low=0.0,
        high=12.0,
    )
    clay_content: float = quantity(
        18.0,
        unit="percent",
        label="Clay of the topsoil",
        label_zh="黏粒含量",
        source="loess, order of magnitude",
        low=0.0,
        high=100.0,
    )
    bulk_density: float = quantity(
        1350.0,
        unit="kg m-3",
        label="Bulk density as placed",
        label_zh="容重",
        source="1300 to 1450: science.md section 12",
        low=600.0,
        high=2000.0,
    )
    water_capacity: float = quantity(
        0.16,
        unit="1",
        label="Available water capacity by volume",
        label_zh="有效持水率",
        source="loam, FAO-56 table 19, order of magnitude",
        low=0.02,
        high=0.4,
    )
    soil_ph: float = quantity(
        8.0,
        unit="1",
        label="pH of the topsoil",
        label_zh="土壤 pH",
        source="loess, order of magnitude",
        low=2.0,
        high=11.0,
    )
    soil_erodibility: float = quantity(
        0.045,
        unit="t ha h ha-1 MJ-1 mm-1",
        label="Erodibility K of the topsoil",
        label_zh="土壤可蚀性",
        source="loess, order of magnitude",
        low=0.0,
        high=0.2,
    )
    contents: dict[str, Amount] = Field(
        default_factory=dict,
        description="of other constituents in soil from outside, g kg-1; shares 1: "
        "{soil_cadmium: 0.0002}",
    )
    diesel: float = quantity(
        1.0,
        unit="L m-3",
        label="Diesel per volume loaded, hauled and spread",
        label_zh="单位土方柴油消耗",
        source="order of magnitude",
        low=0.0,
        high=10.0,
    )

    @field_validator("contents")
    @classmethod
    def _constituents(cls, given: dict[str, float]) -> dict[str, float]:
        wrong = [nearest("constituent", n, OTHERS) for n in given if n not in OTHERS]
        if wrong:
            raise ValueError("; ".join(wrong))
        return given

    @property
    def origin(self) -> str | None:
        """Parcel that the soil comes from."""
        return self.source

    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return the amounts added by spreading."""
        here = place.cells.astype(np.float64)
        amounts = Amounts(see)
        column = Column(see)
        cut = np.zeros_like(here)
        if place.origin is None:
            load = self._brought(column, here, place)
            book(load, "imported", amounts)
        else:
            cut = self._pit(column, place, place.origin)
            load = heaped(dug(column, cut, amounts), self.thickness * here)
        bared = here * (self.thickness > SMOTHERED) + (cut > SMOTHERED)
        clear_plants(see, np.minimum(bared, 1.0), amounts)
        laid(column, cut, load, amounts)
        gain = self.thickness * self.water_capacity * WATER_DENSITY
        amounts.add("available_water_capacity", gain * here)
        volume = self.thickness * here  # m3 m-2
        amounts.spend(self.price * volume, self.diesel * DIESEL * volume)
        return amounts.all()

    def _brought(self, column: Column, here: Array, place: Place) -> Load:
        """Soil from outside, per cell of the area."""
        mass = self.thickness * self.bulk_density  # kg m-2
        values: dict[str, float] = {
            "clay_content": self.clay_content,
            "soil_ph": self.soil_ph,
            "soil_share": 1.0,
            "soil_erodibility": self.soil_erodibility,
        }
        pools = deep_pools(
            np.array([mass * self.carbon_content / 100.0]),
            np.array([self.thickness]),
            np.array([self.clay_content]),
        )
        load: Load = {SOIL_MASS: mass * here, VOLUME: self.thickness * here}
        for c in column.constituents:
            if c.name in pools:
                load[c.name] = pools[c.name] * here
            elif c.name in values:
                load[c.name] = values[c.name] * mass * here
            elif c.name == "geogenic_carbon":
                load[c.name] = 0.0 * here
            else:
                load[c.name] = self._stated(c.name, mass, place) * here
        if NITROGEN in load:  # what is stated is free; organic matter brings its own
            bound = organic_nitrogen({name: pools[name] for name in CARBON_BY_NITROGEN})
            load[NITROGEN] = load[NITROGEN] + bound * here
        return load

    def _stated(self, name: str, mass: float, place: Place) -> float:
        """What the plan says of a constituent of the soil that it brings."""
        if name not in self.contents:
            raise BadScenario(
                f"{place.where}: the run carries {name}, but the plan does not say how "
                f"much the soil from outside holds; add contents: {{{name}: …}} in "
                f"{_unit(name)}"
            )
        by_the_gram = CONSTITUENTS[name].rule == "property" or name in IN_GRAMS
        return self.contents[name] * mass * (1.0 if by_the_gram else GRAM)

    def _pit(self, column: Column, place: Place, origin: Cells) -> Array:
        """Depth to dig in each cell of the stockpile: the same share of its depth."""
        wanted = self.thickness * self.bulk_density * float(place.cells.sum())
        held = column.mass.sum(axis=0) * origin
        total = float(held.sum())
        if wanted > total:
            tonnes = place.grid.cell_area / 1000.0
            raise BadScenario(
                f"{place.where}: parcel '{self.source}' holds "
                f"{total * tonnes:.0f} t of soil, {wanted * tonnes:.0f} t are "
                f"needed; spread less than {self.thickness * total / wanted:.2f} m or "
                "bring soil from outside (no source)"
            )
        depth = column.depth * origin
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            if float(column.cut(middle * depth)[SOIL_MASS].sum()) < wanted:
                low = middle
            else:
                high = middle
        return high * depth


def _unit(name: str) -> str:
    return "1" if CONSTITUENTS[name].rule == "property" else "g kg-1"
