"""Monthly water of a cell whose rain comes in storms, with dry days between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..process import Array
from .soil_water import SoilWater
from .soil_water_kernel import storm_bucket_month


def storm_bucket(
    soil: Array, water: Array, potential: Array, *, capacity: Array, storms: int
) -> tuple[Array, Array, Array]:
    """One month of a soil store that fills in n equal storms and dries after each.

    n times: S = min(S + W / n, AWC), what is above drains; S = S exp(-PET / n / AWC).

    soil       S, water above wilting point, mm, (n,)
    water      W, rain and melt that enter the soil, mm, (n,)
    potential  PET, mm, (n,)
    capacity   AWC, available water capacity, mm, (n,)
    storms     n, 1 or more
    →          new S, AET, drainage: mm, (n,) each

    AET = the fall of S while it dries, so at most AWC (1 - exp(-PET / n / AWC)) a storm
    and always below PET. With one storm a month the store is emptied as by ``bucket``
    after it was filled. Exponential drying as Thornthwaite & Mather 1955; that storms
    are equal and evenly spaced is ours.
    """
    after, actual, drained = storm_bucket_month(
        soil, water, potential, capacity, storms
    )
    return after, actual, drained


@dataclass(frozen=True)
class SoilWaterStorms(SoilWater):
    """Snow by degree-day, runoff by curve number, bucket filled storm by storm.

    Equation: as soil_water, but the store takes the month in n equal storms, S = min(S
    + W / n, AWC), and dries after each, S = S exp(-PET / n / AWC); what is above AWC
    drains.

    Validity: AWC of 15 mm and more; storms equal and evenly spaced; the end of a month
    is the end of a dry spell. No capillary rise, no frozen soil, no run-on. Take it
    where summer rain about equals evaporation or the soil holds less than 50 mm.
    """

    name: ClassVar[str] = "soil_water_storms"
    source: ClassVar[str] = (
        "Thornthwaite & Mather 1955 (drying); USDA NEH-4; docs/studies/landfill-cover"
    )

    def store(
        self, soil: Array, water: Array, potential: Array, *, capacity: Array
    ) -> tuple[Array, Array, Array]:
        """Return what the store holds, gives and loses in the month."""
        storms = max(round(self.storms), 1)
        return storm_bucket(soil, water, potential, capacity=capacity, storms=storms)
