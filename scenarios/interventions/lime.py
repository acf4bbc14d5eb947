"""Spread limestone on acid spoil: pH rises, what is left waits, CO2 is emitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from twin.contaminants.metal_chemistry import available_after
from twin.process import Array
from twin.soil.constituents import METALS, available

from ..carbon.emissions import liming
from ..checked import quantity
from .measure import PER_HECTARE, Amounts, Measure, Place, Record

CALCITE_PH = 8.3  # pH of water in balance with calcite and air


def limed_ph(ph: Array, dose: float, buffer: float) -> Array:
    """Soil pH after liming.

    dose    limestone as CaCO3, t ha-1
    buffer  CaCO3 that raises the pH of the layer by one at first, t ha-1
    →       pH (n,): rises by dose/buffer at first and levels off at 8.3

    d pH / d dose = (8.3 - pH) / (buffer (8.3 - pH0)). Ground above 8.3 stays.
    """
    room = np.maximum(CALCITE_PH - ph, 0.0)
    safe = np.where(room > 0.0, room, 1.0)
    raised: Array = ph + room * -np.expm1(-dose / (buffer * safe))
    return raised


class Lime(Measure):
    """Spread limestone; the CO2 it gives off is an emission, not soil carbon."""

    record: ClassVar[Record] = Record(
        label="Spread lime",
        label_zh="施用石灰石",
        targets=("soil_ph", "neutralising_potential"),
        cost=(300.0, 600.0),
        cost_per="t",
        emissions="0.12 t C per t of limestone as CO2 and diesel of haulage",
        needs=("acid-base account of the spoil",),
        source="emission: IPCC 2006 vol. 4; dose 5 to 90 t/ha: science.md section 12",
    )
    measure: Literal["lime"]
    dose: float = quantity(
        ...,
        unit="t ha-1",
        label="Limestone as CaCO3",
        label_zh="石灰石用量",
        source="user, from the acid-base account",
        low=0.1,
        high=300.0,
    )
    buffer: float = quantity(
        5.0,
        unit="t ha-1",
        label="Limestone that raises the pH of the layer by one",
        label_zh="pH 缓冲量",
        source="order of magnitude; depends on clay and humus",
        low=0.5,
        high=100.0,
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
        """Return the amounts added by liming."""
        here = place.cells.astype(np.float64)
        mass = self.dose * PER_HECTARE * here  # kg m-2
        amounts = Amounts(see)
        if "soil_ph" in see:
            raised = limed_ph(see["soil_ph"], self.dose, self.buffer)
            rise = (raised - see["soil_ph"]) * here
            amounts.add("soil_ph", rise)
            spent = np.minimum(rise * self.buffer * PER_HECTARE, mass)
            if "neutralising_potential" in see:  # the rest waits for acid to come
                amounts.add("neutralising_potential", mass - spent)
            for name in METALS:
                if available(name) in see:
                    share = see[available(name)]
                    less = available_after(name, share, rise) - share
                    amounts.add(available(name), less)
        given_off = liming(1.0) + self.haulage
        amounts.spend(self.price * mass / 1000.0, given_off * mass)
        return amounts.all()
