"""Landscape metrics of a run through time, from its map of land cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from twin.errors import InputError
from twin.landscape.connectivity import connected_area
from twin.landscape.metrics import landscape
from twin.processes.land_cover import CLASSES

if TYPE_CHECKING:
    from twin.store import Run

LAYER = "land_cover_class"
UNITS = {
    "area": "ha", "number": "1", "density": "(100 ha)-1", "largest": "percent",
    "edge": "m", "edge_density": "m ha-1", "shape": "1", "mesh": "ha",
    "mean_area": "ha", "share": "percent", "contagion": "percent", "diversity": "nat",
    "connected": "ha", "connection": "1",
}  # fmt: skip
WHOLE = "all"


def metrics_of(run: Run, dispersal: float | None = None) -> list[dict[str, Any]]:
    """One row by date, class (and all) and metric: name, unit, value.

    dispersal  gap that half of the animals or seeds cross, m; with it each class has
               its equivalent connected area and the probability of connection too

    Patches join by eight neighbours, as FRAGSTATS does by default. InputError where the
    run kept no land cover.
    """
    if LAYER not in run.layers:
        raise InputError(
            f"run {run.id}: it kept no {LAYER}; add {LAYER} to output.layers: of the "
            "scenario (where it names processes:, land_cover too) and run it again"
        )
    cell = float(run.grid.cell)
    made: list[dict[str, Any]] = []
    for index, date in enumerate(run.times):
        told = run.map(LAYER, index)
        classes = np.where(np.isfinite(told), told, 0.0).astype(np.int64)
        if not classes.any():
            continue  # a yearly value is not known at the start
        found = landscape(classes, cell)
        for metric, value in found.whole.items():
            made.append(_row(date.isoformat(), WHOLE, metric, value))
        for i, code in enumerate(found.classes):
            name = CLASSES[int(code)]
            for metric, values in found.by_class.items():
                made.append(_row(date.isoformat(), name, metric, float(values[i])))
            if dispersal is not None:
                joined = connected_area(
                    classes == code, cell=cell, dispersal=dispersal,
                    total=found.whole["area"],
                )  # fmt: skip
                made.append(
                    _row(date.isoformat(), name, "connected", joined.equivalent)
                )
                told_to = joined.probability
                made.append(_row(date.isoformat(), name, "connection", told_to))
    return made


def _row(date: str, name: str, metric: str, value: float) -> dict[str, Any]:
    unit = UNITS[metric]
    return {"date": date, "class": name, "metric": metric, "unit": unit, "value": value}
