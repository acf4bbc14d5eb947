"""Strip soil ahead of mining: to a stockpile of the site, or away from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from twin.errors import BadScenario
from twin.process import Array
from twin.soil.column import VOLUME, Column
from twin.soil.constituents import BASE_NAMES, stocks_of

from ..checked import quantity
from .burial import PLANT_POOLS, clear_plants
from .earth import book, dug, heaped, laid, part
from .measure import Amounts, Measure, Place, Record
from .regrade import DIESEL


class Strip(Measure):
    """Take the upper soil off an area and heap it on the parcel ``to``.

    The soil keeps all that it carries; in the pile it is mixed. Without ``to`` it is
    hauled off the site (``…_removed_total``). Plants on both are cleared. Spread it
    again with ``topsoil`` and ``source``.
    """

    record: ClassVar[Record] = Record(
        label="Strip soil",
        label_zh="表土剥离",
        targets=("elevation", *stocks_of(BASE_NAMES), *PLANT_POOLS, "stocking"),
        cost=(8.0, 20.0),
        cost_per="m3",
        emissions="diesel of stripping, haulage and heaping",
        needs=("room for a stockpile",),
        source="science.md section 12 (order of magnitude, yuan 2020)",
    )
    measure: Literal["strip"]
    to: str | None = None
    thickness: float = quantity(
        ...,
        unit="m",
        label="Thickness taken off",
        label_zh="剥离厚度",
        source="user; the topsoil's, 0.2 to 0.5 is usual",
        low=0.02,
        high=20.0,
    )
    bulking: float = quantity(
        1.15,
        unit="1",
        label="Volume in the pile of one volume in place",
        label_zh="松散系数",
        source="order of magnitude",
        low=0.8,
        high=1.6,
    )
    diesel: float = quantity(
        0.8,
        unit="L m-3",
        label="Diesel per volume stripped, hauled and heaped",
        label_zh="单位土方柴油消耗",
        source="order of magnitude",
        low=0.0,
        high=10.0,
    )

    @property
    def origin(self) -> str | None:
        """The other parcel that it touches: the pile."""
        return self.to

    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return the amounts added by stripping and heaping."""
        here = place.cells.astype(np.float64)
        column = Column(see)
        cut = self.thickness * here
        shallow = place.cells & (column.depth < self.thickness)
        if shallow.any():
            least = float(column.depth[place.cells].min())
            raise BadScenario(
                f"{place.where}: {int(shallow.sum())} cells of the area have less than "
                f"{self.thickness:g} m of loose ground, the thinnest {least:.2f} m; "
                "strip less, or state soil_depth in site.yaml"
            )
        amounts = Amounts(see)
        load = dug(column, cut, amounts)
        touched = here
        if place.origin is None:
            book(load, "removed", amounts)
            load = part(load, 0.0)
        else:
            pile = place.origin.astype(np.float64)
            high = self.bulking * float(load[VOLUME].sum()) / pile.sum()
            load, touched = heaped(load, high * pile), here + pile
        clear_plants(see, touched, amounts)
        laid(column, cut, load, amounts)
        amounts.spend(self.price * cut, self.diesel * DIESEL * cut)
        return amounts.all()
