"""Indicators per parcel and year: what a planner reads first, as rows and as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from twin.process import Array
from twin.vocabulary import VOCABULARY

from .tables import csv_bytes

SQUARE_METRES = 10_000.0  # in a hectare


@dataclass(frozen=True, slots=True)
class Indicator:
    """A column: its layer, how cells become one number, and the unit for people."""

    layer: str
    column: str
    of: Literal["mean", "sum"]
    unit: str
    label: str
    label_zh: str


INDICATORS: tuple[Indicator, ...] = (
    Indicator("vegetation_cover", "cover", "mean", "percent", "Cover", "植被覆盖度"),
    Indicator(
        "soil_organic_carbon", "soc", "mean", "t ha-1", "Soil carbon", "土壤有机碳"
    ),
    Indicator(
        "ecosystem_carbon", "carbon", "mean", "t ha-1", "Ecosystem carbon", "生态系统碳"
    ),
    Indicator(
        "carbon_imported_total",
        "imported",
        "mean",
        "t ha-1",
        "Carbon brought in so far, no sequestration",
        "累计外源带入碳(不计为固碳)",
    ),
    Indicator("soil_loss", "erosion", "mean", "t ha-1 year-1", "Erosion", "土壤侵蚀"),
    Indicator(
        "measure_cost_total", "cost", "sum", "currency", "Cost so far", "累计费用"
    ),
    Indicator(
        "measure_emissions_total",
        "emissions",
        "sum",
        "t",
        "Emissions so far, CO2e",
        "累计排放(CO2e)",
    ),
)
NEEDED: tuple[str, ...] = tuple(i.layer for i in INDICATORS)
HEAD: tuple[str, ...] = ("parcel", "date", "area_ha", *(i.column for i in INDICATORS))
Rows = list[dict[str, Any]]


def indicator_rows(
    date: str,
    layers: Mapping[str, Array],
    zones: NDArray[np.int64],
    *,
    zone_names: Sequence[str],
    cell_area: float,
) -> Rows:
    """One row per zone that has cells.

    layers     arrays (n,) in the units of the vocabulary
    zones      (n,) index into ``zone_names``
    cell_area  m2
    """
    count = np.bincount(zones, minlength=len(zone_names))
    rows = []
    table = {i.column: _column(i, layers, zones, count, cell_area) for i in INDICATORS}
    for zone in np.flatnonzero(count).tolist():
        row: dict[str, Any] = {
            "parcel": zone_names[zone],
            "date": date,
            "area_ha": float(count[zone] * cell_area / SQUARE_METRES),
        }
        rows.append(row | {name: _number(v, zone) for name, v in table.items()})
    return rows


def _column(
    indicator: Indicator,
    layers: Mapping[str, Array],
    zones: NDArray[np.int64],
    count: NDArray[np.int64],
    cell_area: float,
) -> Array | None:
    """Values per zone in the unit for people; None when the run has no such layer."""
    if indicator.layer not in layers:
        return None
    values = np.asarray(layers[indicator.layer], dtype=np.float64)
    known = np.isfinite(values)
    total = (
        np.bincount(zones[known], weights=values[known], minlength=count.size)
        * VOCABULARY[indicator.layer].scale
    )
    if indicator.of == "sum":
        return np.asarray(total * cell_area / SQUARE_METRES)
    seen = np.bincount(zones[known], minlength=count.size)
    unknown = np.full_like(total, np.nan)
    mean: Array = np.divide(total, seen, out=unknown, where=seen > 0)
    return mean


def _number(values: Array | None, zone: int) -> float | None:
    if values is None or not np.isfinite(values[zone]):
        return None
    return float(values[zone])


def to_csv(rows: Rows) -> bytes:
    """Write rows as UTF-8 with the byte order mark that Excel on Windows needs."""
    return csv_bytes(rows, HEAD)
