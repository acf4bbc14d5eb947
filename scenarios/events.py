"""Measures as the kernel sees them: dated events that return amounts added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from twin.errors import BadScenario
from twin.grid import Grid
from twin.kernel.schedule import shift
from twin.process import Array

from .area import Area, Ground, cells_of, region_of
from .checked import month_of
from .interventions.measure import Measure, Place


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One measure on its date over its cells.

    date  (year, month): acts on the first, before that month's processes
    name  cause in the ledger
    """

    date: tuple[int, int]
    name: str
    measure: Measure
    place: Place

    def apply(self, stocks: Mapping[str, Array], grid: Grid) -> Mapping[str, Array]:
        """Return the amounts added to stocks and parameters."""
        return self.measure.change(stocks, self.place)


def planned(
    measures: Sequence[Measure],
    ground: Ground,
    axes: Mapping[str, tuple[str, ...]],
    *,
    where: str,
) -> list[PlannedEvent]:
    """Turn measures into events, in the order of their dates, then as written."""
    made = []
    for index, measure in enumerate(measures):
        key = f"{where}: interventions.{index}.area"
        origin = None
        if measure.origin is not None:
            source = Area(parcels=(measure.origin,))
            origin = cells_of(source, ground, f"{where}: interventions.{index}.source")
        cells = cells_of(measure.area, ground, key)
        region = region_of(measure.area, ground, key)
        if origin is not None and (origin & cells).any():
            raise BadScenario(
                f"{key}: the area overlaps parcel '{measure.origin}', which the "
                "material comes from or goes to; leave that parcel out of the area"
            )
        place = Place(
            ground.grid, cells, origin, axes, f"{where}: interventions.{index}", region
        )
        date = month_of(measure.date)
        name = f"{index + 1}. {measure.measure} {measure.date}"
        made += [
            PlannedEvent(shift(date, k), name, measure, replace(place, part=k))
            for k in range(measure.parts)
        ]
    return sorted(made, key=lambda event: event.date)
