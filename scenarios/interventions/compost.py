"""Spread compost or manure: carbon brought in, split as RothC splits manure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from twin.process import Array
from twin.soil.nitrogen import GRAMS

from ..carbon.emissions import nitrous_oxide
from ..checked import quantity
from .measure import PER_HECTARE, Amounts, Measure, Place, Record

SPLIT = {  # share of each pool in manure, RothC-26.3
    "soil_carbon_dpm": 0.49,
    "soil_carbon_rpm": 0.49,
    "soil_carbon_hum": 0.02,
}


class Compost(Measure):
    """Spread organic matter; its carbon is a transfer, never sequestration."""

    record: ClassVar[Record] = Record(
        label="Spread compost",
        label_zh="施用有机肥",
        targets=(*SPLIT, "carbon_imported_total"),
        cost=(200.0, 500.0),
        cost_per="t",
        emissions="N2O of its nitrogen and diesel of haulage",
        needs=("compost within the limits of heavy metals (GB 4284 for sludge)",),
        source="split: RothC-26.3; doses and costs: science.md section 12",
    )
    measure: Literal["compost"]
    dose: float = quantity(
        ...,
        unit="t ha-1",
        label="Dry matter spread",
        label_zh="施用量(干重)",
        source="user; 20 to 60 is usual",
        low=0.1,
        high=500.0,
    )
    carbon_content: float = quantity(
        0.25,
        unit="1",
        label="Carbon in dry matter",
        label_zh="干物质含碳率",
        source="order of magnitude",
        low=0.01,
        high=0.6,
    )
    nitrogen_content: float = quantity(
        0.015,
        unit="1",
        label="Nitrogen in dry matter",
        label_zh="干物质含氮率",
        source="order of magnitude",
        low=0.0,
        high=0.1,
    )
    haulage: float = quantity(
        0.01,
        unit="t t-1",
        label="CO2 of haulage and spreading per tonne",
        label_zh="单位运输撒施排放",
        source="order of magnitude",
        low=0.0,
        high=1.0,
    )

    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return the amounts added by spreading."""
        here = place.cells.astype(np.float64)
        carbon = self.dose * PER_HECTARE * self.carbon_content
        amounts = Amounts(see)
        for name, share in SPLIT.items():
            amounts.add(name, carbon * share * here)
        amounts.add("carbon_imported_total", carbon * sum(SPLIT.values()) * here)
        n2o = nitrous_oxide(0.0, self.nitrogen_content, dry=True).warming
        mass = self.dose * PER_HECTARE * here  # kg m-2
        if "soil_nitrogen" in see:
            nitrogen = GRAMS * self.nitrogen_content * mass
            amounts.add("soil_nitrogen", nitrogen)
            amounts.add("nitrogen_imported_total", nitrogen)
        amounts.spend(self.price * mass / 1000.0, (n2o + self.haulage) * mass)
        return amounts.all()
