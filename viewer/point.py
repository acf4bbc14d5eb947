"""What is known of one place: value, unit, source, error, course through time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from shapely import Point

from twin.errors import unknown_name
from twin.store import Run

from .catalogue import layer_axis
from .layers import LAYERS, surface_rasters
from .served import Served

WHERE = "/api/point"


def point_of_run(
    served: Served, name: str, layer: str, local: tuple[float, float], axis: int
) -> dict[str, Any]:
    """Course of a run's layer at a place, beside the other run of its pair."""
    run = served.catalogue.run(name, WHERE)
    entry = axis if layer_axis(run, layer, WHERE) else None
    place = _place(served, local)
    cell = place["row"], place["column"]
    times, values = run.series(layer, *cell, entry)
    other = _pair(served, run)
    beside = None
    if other is not None and layer in other.layers:
        beside = numbers(other.series(layer, *cell, entry)[1])
    course = numbers(values)
    return {
        **_about(layer),
        **place,
        "run": name,
        "value": course[-1] if course else None,
        "error": None,
        "times": [t.isoformat() for t in times],
        "values": course,
        "control": other.id if beside is not None and other is not None else None,
        "control_values": beside,
    }


def point_of_surface(
    served: Served, name: str, layer: str, local: tuple[float, float]
) -> dict[str, Any]:
    """Value of a surface's raster at a place, with the elevation's error."""
    surface = served.catalogue.surface(name, WHERE)
    rasters = surface_rasters(surface)
    if layer not in rasters:
        raise unknown_name(f"layer of surface {name}", layer, rasters, WHERE)
    place = _place(served, local)
    cell = place["row"], place["column"]
    value = number(rasters[layer][cell])
    error = surface.error if layer == "elevation" else None
    return {
        **_about(layer),
        "source": source_of(surface.source),
        **place,
        "run": "",
        "value": value,
        "error": None if error is None else number(error[cell]),
        "times": [surface.date.isoformat()],
        "values": [value],
        "control": None,
        "control_values": None,
    }


def beside(served: Served, found: dict[str, Any], against: str) -> dict[str, Any]:
    """Set the elevation of another ground beside a course, in place of the control."""
    other = served.catalogue.surface(against, WHERE)
    value = number(other.elevation[found["row"], found["column"]])
    course = [value] * len(found["times"])
    return {**found, "control": other.id, "control_values": course}


def _about(layer: str) -> dict[str, Any]:
    var = LAYERS[layer]
    return {
        "layer": layer,
        "label": var.label,
        "label_zh": var.label_zh,
        "unit": var.unit_shown,
        "unit_own": var.unit,
        "scale": var.scale,
        "source": var.source,
    }


def _place(served: Served, local: tuple[float, float]) -> dict[str, Any]:
    x, y = served.local.map(*local)
    row, column = served.catalogue.grid.cell_at(x, y)
    ground = served.catalogue.ground()
    elevation = None if ground is None else number(ground.elevation[row, column])
    parcel = next(
        (p.id for p in served.catalogue.parcels if p.geometry.covers(Point(x, y))), None
    )
    return {
        "x": local[0],
        "y": local[1],
        "map_x": x,
        "map_y": y,
        "row": row,
        "column": column,
        "elevation": elevation,
        "parcel": parcel,
    }


def _pair(served: Served, run: Run) -> Run | None:
    pair = pair_of(run.id)
    found = served.catalogue.runs.get(pair)
    return None if found is None else found[1]


def pair_of(run: str) -> str:
    """Id of the control of a plan, or of the plan of a control."""
    suffix = "-control"
    return run.removesuffix(suffix) if run.endswith(suffix) else run + suffix


def source_of(source: Iterable[str]) -> str:
    """Names of the files that a surface was made from."""
    return ", ".join(name for name in source if name != "settings")


def number(value: Any) -> float | None:
    """Return a float, or None for what JSON cannot hold."""
    found = float(value)
    return found if math.isfinite(found) else None


def numbers(values: Any) -> list[float | None]:
    """Return a list of floats and None."""
    return [number(v) for v in np.asarray(values, np.float64)]
