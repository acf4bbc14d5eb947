"""Monthly water of a cell: snow, runoff, one soil store, what it gives and loses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from .cell_arrays import spread
from .soil_water_kernel import bucket_month, runoff_month

Value = Array | float


def snow_share(temperature: Value, *, all_snow: float, all_rain: float) -> Value:
    """Share of precipitation that falls as snow, linear between two temperatures.

    temperature         mean of the month, degC
    all_snow, all_rain  at and below / above which all is snow / rain, degC
    →                   1
    """
    made: Array = np.clip(
        (all_rain - np.asarray(temperature)) / (all_rain - all_snow), 0.0, 1.0
    )
    return made


def melt(pack: Array, temperature: Value, *, degree_day: float, days: int) -> Array:
    """Melt of a month, min(pack, DD max(T, 0) days).

    pack         snow water, with this month's snow, mm, (n,)
    temperature  T, degC
    degree_day   DD, mm degC-1 d-1
    →            mm, (n,)
    """
    made: Array = np.minimum(pack, degree_day * days * np.maximum(temperature, 0.0))
    return made


def storm_runoff(
    rain: Array, *, storms: float, number: Array, cover: Array, cover_effect: float
) -> Array:
    """Direct runoff of a month by the curve number of its storms.

    Daily depths are taken as exponential around their mean mu = rain / storms. With
    initial loss 0.2 S the mean over storms is exp(-0.2 S / mu) E[x^2 / (x + S)], x
    exponential with mean mu; the mean is taken by Gauss-Laguerre quadrature, 4 nodes.

    rain          of the month, mm, (n,)
    storms        rainy days of the month, 1
    number        curve number of bare ground CN, 1, (n,); S = 25400 / CN - 254 mm
    cover         plant cover, 1, (n,); lowers CN by cover_effect x cover
    →             mm, (n,)

    A long-term estimate, poor on cracked or stony dumps. USDA NEH-4 (curve number);
    exponential daily depths: usual in weather generators, unverified.
    """
    made: Array = runoff_month(rain, storms, number, cover, cover_effect)
    return made


def bucket(
    soil: Array, water: Array, potential: Array, *, capacity: Array
) -> tuple[Array, Array, Array]:
    """One month of a soil store with exponential drying.

    Wet month (W >= PET): AET = PET, the store takes the rest, the surplus drains.
    Dry month: S' = S exp(-(PET - W) / AWC), AET = W + S - S', never above PET.

    soil       S, water above wilting point, mm, (n,)
    water      W, rain and melt that enter the soil, mm, (n,)
    potential  PET, mm, (n,)
    capacity   AWC, available water capacity, mm, (n,)
    →          new S, AET, drainage: mm, (n,) each

    Monthly buckets want AWC above about 50 mm. Thornthwaite & Mather 1955.
    """
    after, actual, drained = bucket_month(soil, water, potential, capacity)
    return after, actual, drained


@dataclass(frozen=True)
class SoilWater:
    """Snow by degree-day, runoff by curve number, bucket with exponential drying.

    Equation: wet month (W >= PET): AET = PET, surplus drains; dry month: S' = S
    exp(-(PET - W) / AWC), AET = W + S - S'. Runoff = (P - 0.2 s)^2 / (P + 0.8 s) by
    storm.

    Validity: monthly means; AWC above about 50 mm. No capillary rise, no frozen soil,
    no run-on.
    """

    all_snow: float = parameter(
        -1.0, unit="degC", label="all snow below", source="usual", low=-10.0, high=2.0
    )
    all_rain: float = parameter(
        3.0, unit="degC", label="all rain above", source="usual", low=2.1, high=8.0
    )
    degree_day: float = parameter(
        3.0,
        unit="mm degC-1 d-1",
        label="degree-day factor",
        source="1 to 8: Hock 2003",
        low=0.5,
        high=10.0,
    )
    storms: float = parameter(
        8.0,
        unit="1",
        label="rainy days in a month",
        source="order of magnitude, semi-arid",
        low=1.0,
        high=31.0,
    )
    cover_effect: float = parameter(
        18.0,
        unit="1",
        label="fall of the curve number from bare ground to full cover",
        source="science.md section 5: 86-94 bare, 60-75 established",
        low=0.0,
        high=50.0,
    )

    name: ClassVar[str] = "soil_water"
    reads: ClassVar[tuple[str, ...]] = (
        "precipitation",
        "air_temperature",
        "potential_evapotranspiration",
        "vegetation_cover",
        "soil_water",
        "snow_water",
        "available_water_capacity",
        "curve_number",
    )
    writes: ClassVar[tuple[str, ...]] = ("actual_evapotranspiration",)
    adds: ClassVar[tuple[str, ...]] = (
        "soil_water",
        "snow_water",
        "precipitation_total",
        "evapotranspiration_total",
        "runoff_total",
        "recharge_total",
    )
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Thornthwaite & Mather 1955; USDA NEH-4 (curve number)"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the month's water, which closes cell by cell."""
        soil, pack = see["soil_water"], see["snow_water"]
        temperature = see["air_temperature"]
        fallen = spread(see["precipitation"], soil.size)
        snow = fallen * snow_share(
            temperature, all_snow=self.all_snow, all_rain=self.all_rain
        )
        rain = fallen - snow
        melted = melt(
            pack + snow, temperature, degree_day=self.degree_day, days=when.days
        )
        runoff = storm_runoff(
            rain,
            storms=self.storms,
            number=self.number(see),
            cover=see["vegetation_cover"],
            cover_effect=self.cover_effect,
        )
        after, actual, drained = self.store(
            soil,
            rain - runoff + melted,
            see["potential_evapotranspiration"],
            capacity=see["available_water_capacity"],
        )
        return {
            "actual_evapotranspiration": actual,
            "soil_water": after - soil,
            "snow_water": (pack + snow - melted) - pack,  # so that none left is 0
            "precipitation_total": fallen,
            "evapotranspiration_total": actual,
            "runoff_total": runoff,
            "recharge_total": drained,
        }

    def number(self, see: Mapping[str, Any]) -> Array:
        """Return the curve number of bare ground."""
        made: Array = see["curve_number"]
        return made

    def store(
        self, soil: Array, water: Array, potential: Array, *, capacity: Array
    ) -> tuple[Array, Array, Array]:
        """Return what the store holds, gives and loses in the month; see ``bucket``."""
        return bucket(soil, water, potential, capacity=capacity)
