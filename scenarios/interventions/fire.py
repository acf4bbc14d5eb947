"""Fire over an area: what burns leaves as gas, what dies falls to the ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from twin.process import Array
from twin.processes.plant_types import CARBON_FRACTION
from twin.vocabulary.alternatives import DEAD_WOOD, FOREST_FLOOR

from ..carbon.factors import factor
from ..checked import quantity
from .burial import nitrogen_goes
from .measure import Amounts, Measure, Place, Record

GRAM = 1e-3  # kg
LITTER = ("litter_carbon", FOREST_FLOOR)
WOOD = ("dead_wood_carbon", *DEAD_WOOD)


class Fire(Measure):
    """A fire: not a measure that anyone plans, but one that a plan has to stand.

    Carbon of what burns is booked in ``carbon_burned_total``; it is no removal that
    lasted, so the account of the site shows a reversal. What is killed and not burnt
    becomes litter and dead wood. Only methane and nitrous oxide count as emissions:
    the CO2 is in the loss of stock (IPCC 2006, vol. 4, eq. 2.27).
    """

    record: ClassVar[Record] = Record(
        label="Fire",
        label_zh="火灾",
        targets=(
            "biomass_carbon_above",
            "biomass_carbon_below",
            *LITTER,
            *WOOD,
            "stocking",
        ),
        cost=(0.0, 0.0),
        cost_per="ha",
        emissions="CH4 and N2O of what burns; its CO2 is the loss of stock",
        source="IPCC 2006 vol. 4 eq. 2.27 and table 2.5",
    )
    measure: Literal["fire"]
    killed: float = quantity(
        0.7,
        unit="1",
        label="Share of the plants that die",
        label_zh="植株死亡比例",
        source="order of magnitude",
        low=0.0,
        high=1.0,
    )
    burnt: float = quantity(
        0.5,
        unit="1",
        label="Share burnt of killed plants above ground, and of litter",
        label_zh="燃烧比例",
        source="0.3 to 0.9 by fuel: IPCC 2006 vol. 4 table 2.6",
        low=0.0,
        high=1.0,
    )
    wood_burnt: float = quantity(
        0.3,
        unit="1",
        label="Share burnt of dead wood",
        label_zh="枯死木燃烧比例",
        source="order of magnitude",
        low=0.0,
        high=1.0,
    )

    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return the amounts added by the fire."""
        here = place.cells.astype(np.float64)
        amounts = Amounts(see)
        dies = self.killed * here
        tops = (see["biomass_carbon_above"] * dies).sum(axis=0)
        roots = (see["biomass_carbon_below"] * dies).sum(axis=0)
        gone = self.burnt * tops
        for names, share in ((LITTER, self.burnt), (WOOD, self.wood_burnt)):
            for name in (n for n in names if n in see):
                burns = share * see[name] * here
                amounts.add(name, -burns)
                gone = gone + burns
        for name in ("biomass_carbon_above", "biomass_carbon_below", "stocking"):
            amounts.add(name, -see[name] * dies)
        amounts.add("litter_carbon", roots)
        amounts.add("dead_wood_carbon", (1.0 - self.burnt) * tops)
        amounts.add("carbon_burned_total", gone)
        nitrogen_goes(see, gone, "nitrogen_gas_total", amounts)
        methane = factor("fire_ch4") * factor("gwp_ch4")
        warming = GRAM * (methane + factor("fire_n2o") * factor("gwp_n2o"))
        amounts.spend(0.0 * here, warming * gone / CARBON_FRACTION)
        return amounts.all()
