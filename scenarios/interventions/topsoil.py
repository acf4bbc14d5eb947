"""Spread topsoil from a stockpile or from outside; its carbon is a transfer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from twin.errors import BadScenario
from twin.process import Array
from twin.processes.rothc_initial import initial_pools

from ..area import Cells
from ..checked import quantity
from .burial import SOIL_POOLS, bury_soil, clear_plants, mantle_depth
from .measure import TOPSOIL_DEPTH, Amounts, Measure, Place, Record
from .regrade import DIESEL

SMOTHERED = 0.05  # m; plants under more than this are lost
WATER_DENSITY = 1000.0  # kg m-3, so 1 m of water is 1000 mm


class Topsoil(Measure):
    """Cover an area with topsoil.

    From outside (no ``source``) its mass and carbon come through
    ``soil_imported_total`` and ``carbon_imported_total``. From a parcel its mass leaves
    that parcel and its carbon has the concentration of that parcel's soil (the stated
    content does not apply); what was dug from below the modelled 0.3 m enters the book
    through ``carbon_imported_total``. Old soil that comes to lie below 0.3 m leaves the
    modelled layer (``carbon_removed_total``).
    """

    record: ClassVar[Record] = Record(
        label="Spread topsoil",
        label_zh="覆土",
        targets=(
            "elevation",
            "soil_mass",
            *SOIL_POOLS,
            "clay_content",
            "available_water_capacity",
            "soil_ph",
        ),
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
    diesel: float = quantity(
        1.0,
        unit="L m-3",
        label="Diesel per volume loaded, hauled and spread",
        label_zh="单位土方柴油消耗",
        source="order of magnitude",
        low=0.0,
        high=10.0,
    )

    @property
    def origin(self) -> str | None:
        """Parcel that the soil comes from."""
        return self.source

    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return the amounts added by spreading."""
        here = place.cells.astype(np.float64)
        amounts = Amounts(see)
        amounts.add("elevation", self.thickness * here)
        under = np.minimum(self.thickness / TOPSOIL_DEPTH, 1.0) * here
        clear_plants(see, here * (self.thickness > SMOTHERED), amounts)
        bury_soil(see, under, amounts)
        came = self._bring(see, place, amounts)
        kept = min(TOPSOIL_DEPTH / self.thickness, 1.0)
        for name, amount in came.items():
            amounts.add(name, amount * kept * here)
            amounts.add("carbon_removed_total", amount * (1.0 - kept) * here)
        self._mix(see, under, amounts)
        volume = self.thickness * here  # m3 m-2
        amounts.spend(self.price * volume, self.diesel * DIESEL * volume)
        return amounts.all()

    def _bring(
        self, see: Mapping[str, Array], place: Place, amounts: Amounts
    ) -> dict[str, float]:
        """Book the mass; return the carbon that comes to each cell by pool, kg m-2."""
        mass = self.thickness * self.bulk_density  # kg m-2
        here = place.cells.astype(np.float64)
        amounts.add("soil_mass", mass * here)
        if place.origin is not None:
            return self._take(see, place, place.origin, amounts)
        amounts.add("soil_imported_total", mass * here)
        pools = soil_pools(mass * self.carbon_content / 100.0, self.clay_content)
        total = sum(pools.values())
        amounts.add("carbon_imported_total", total * here)
        return pools

    def _take(
        self,
        see: Mapping[str, Array],
        place: Place,
        origin: Cells,
        amounts: Amounts,
    ) -> dict[str, float]:
        """Dig the soil out of the stockpile, in proportion to what each cell holds."""
        cells = int(place.cells.sum())
        wanted = self.thickness * self.bulk_density * cells
        held = see["soil_mass"] * origin
        if wanted > held.sum():
            area = place.grid.cell_area
            tonnes = area / 1000.0
            possible = self.thickness * held.sum() / wanted
            raise BadScenario(
                f"{place.where}: parcel '{self.source}' holds "
                f"{held.sum() * tonnes:.0f} t of soil, {wanted * tonnes:.0f} t are "
                f"needed; spread less than {possible:.2f} m or bring soil from "
                "outside (no source)"
            )
        share = np.where(origin, wanted / held.sum(), 0.0)
        amounts.add("soil_mass", -see["soil_mass"] * share)
        amounts.add("elevation", -mantle_depth(see) * share)
        came, from_layer = _dug(see, share, amounts)
        deep = (sum(came.values()) - from_layer) / cells
        amounts.add("carbon_imported_total", deep * place.cells)
        return {name: total / cells for name, total in came.items()}

    def _mix(self, see: Mapping[str, Array], under: Array, amounts: Amounts) -> None:
        """Mix clay and pH in the upper 0.3 m by mass; add to the water capacity."""
        new = under * TOPSOIL_DEPTH * self.bulk_density
        old = (1.0 - under) * TOPSOIL_DEPTH * see["bulk_density"]
        share = new / (new + old)
        for name, value in (
            ("clay_content", self.clay_content),
            ("soil_ph", self.soil_ph),
        ):
            if name in see:
                amounts.add(name, (value - see[name]) * share)
        gain = self.thickness * self.water_capacity * WATER_DENSITY
        amounts.add("available_water_capacity", gain * (under > 0.0))


def _dug(
    see: Mapping[str, Array], share: Array, amounts: Amounts
) -> tuple[dict[str, float], float]:
    """Dig a share (n,) of the mantle, as uniform with depth as its upper 0.3 m is rich.

    Returns the carbon that was dug, by pool, and how much of all of it was in the
    modelled layer; both summed over cells, kg m-2. The layer loses carbon only where
    less than 0.3 m of mantle stays.
    """
    depth = np.maximum(mantle_depth(see), 1e-6)
    layer = np.minimum(depth, TOPSOIL_DEPTH)
    thinned = np.maximum(1.0 - depth * (1.0 - share) / layer, 0.0)
    came: dict[str, float] = {}
    from_layer = 0.0
    for name in SOIL_POOLS:
        if name in see:
            came[name] = float((see[name] * depth / layer * share).sum())
            gone = see[name] * thinned
            amounts.add(name, -gone)
            from_layer += float(gone.sum())
    return came, from_layer


def soil_pools(carbon: float, clay: float) -> dict[str, float]:
    """Split organic carbon (kg m-2) into RothC pools as for settled soil."""
    split = initial_pools(np.array([carbon]), np.array([clay]))
    return {name: float(amount[0]) for name, amount in split.items()}
