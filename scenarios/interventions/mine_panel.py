"""Mine a panel underground: the ground over it will sink, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians, sin
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from twin.errors import BadScenario
from twin.process import Array
from twin.subsidence.probability_integral import Seam, over_cells

from ..checked import quantity
from .measure import Amounts, Measure, Place, Record

if TYPE_CHECKING:
    from shapely import Geometry

FAR = 1e6  # m; wider than any panel


class MinePanel(Measure):
    """Extract a panel of a seam; what sinks is booked as subsidence to come.

    The area is the panel as drawn on the mine's plan. With ``months`` the face advances
    towards ``azimuth`` and each month mines its strip. The twin sees no coal: its
    emissions belong to the mine, not to the restoration (state them elsewhere).
    """

    record: ClassVar[Record] = Record(
        label="Mine a panel",
        label_zh="工作面开采",
        targets=("subsidence_to_come",),
        cost=(0.0, 0.0),
        cost_per="m2",
        emissions="none booked; the mine's own account",
        needs=("the process 'subsidence' in the scenario",),
        source="science.md section 7",
    )
    measure: Literal["mine_panel"]
    thickness: float = quantity(
        ..., unit="m", label="Thickness mined", label_zh="采厚", source="mine plan",
        low=0.1, high=30.0,
    )  # fmt: skip
    depth: float = quantity(
        ..., unit="m", label="Depth of the seam", label_zh="采深", source="mine plan",
        low=10.0, high=2000.0,
    )  # fmt: skip
    subsidence_factor: float = quantity(
        0.75, unit="1", label="Subsidence factor q", label_zh="下沉系数",
        source="0.6 to 0.9: science.md section 7", low=0.01, high=1.2,
    )  # fmt: skip
    tan_beta: float = quantity(
        2.0, unit="1", label="Tangent of the main influence angle",
        label_zh="主要影响角正切", source="1.5 to 2.8: science.md section 7",
        low=0.5, high=5.0,
    )  # fmt: skip
    inflection: float = quantity(
        0.1, unit="1", label="Offset of the inflection point over the depth",
        label_zh="拐点偏移距与采深之比", source="0.05 to 0.15: science.md section 7",
        low=0.0, high=0.4,
    )  # fmt: skip
    dip: float = quantity(
        0.0, unit="degree", label="Dip of the seam", label_zh="煤层倾角",
        source="mine plan", low=0.0, high=35.0,
    )  # fmt: skip
    dip_azimuth: float = quantity(
        0.0, unit="degree", label="Direction of dip, clockwise from north",
        label_zh="倾向", source="mine plan", low=0.0, high=360.0,
    )  # fmt: skip
    months: int = quantity(
        1, unit="month", label="Months in which the face crosses the panel",
        label_zh="推进月数", source="mine plan", low=1, high=240,
    )  # fmt: skip
    azimuth: float = quantity(
        90.0, unit="degree", label="Direction of advance, clockwise from north",
        label_zh="推进方位角", source="mine plan", low=0.0, high=360.0,
    )  # fmt: skip

    @property
    def parts(self) -> int:
        """A strip a month."""
        return self.months

    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return what will sink over this month's strip."""
        amounts = Amounts(see)
        if "subsidence_to_come" not in see or place.region is None:
            return amounts.all()
        seam = Seam(
            self.thickness, self.depth, self.subsidence_factor, self.tan_beta,
            inflection=self.inflection * self.depth, dip=self.dip,
            dip_azimuth=self.dip_azimuth,
        )  # fmt: skip
        if self.thickness * 20.0 > self.depth:
            raise BadScenario(
                f"{place.where}: depth {self.depth:g} m is less than 20 times the "
                f"thickness {self.thickness:g} m; ground so near breaks instead of "
                "bending, and this method does not hold"
            )
        strip = self._strip(place.region, seam.inflection, place)
        from twin.change.tin_grid import shares_within

        mined = shares_within(place.grid, strip)
        sinks = over_cells(mined, place.grid.cell, seam)
        amounts.add("subsidence_to_come", place.grid.compress(sinks))
        return amounts.all()

    def _strip(self, panel: Geometry, inset: float, place: Place) -> Any:
        """Cut out what this month mines, between the inflection points."""
        import shapely
        from shapely import affinity

        inner = panel.buffer(-inset, join_style="mitre")
        if inner.is_empty:
            raise BadScenario(
                f"{place.where}: the panel is narrower than twice the inflection "
                f"offset of {inset:.0f} m, so nothing would sink; state inflection: 0, "
                "or the panel as it is on the mine's plan"
            )
        if self.months == 1:
            return inner
        turn = radians(self.azimuth)
        middle = shapely.get_coordinates(inner.centroid)[0]
        corners = shapely.get_coordinates(inner) - middle
        along = corners @ np.array([sin(turn), cos(turn)])
        edges = np.linspace(along.min(), along.max(), self.months + 1)
        box = shapely.box(-FAR, edges[place.part], FAR, edges[place.part + 1])
        # +y of the box turns clockwise to the azimuth of advance
        turned = affinity.rotate(box, -self.azimuth, origin=(0, 0))
        return inner.intersection(affinity.translate(turned, *middle))
