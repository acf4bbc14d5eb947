"""A layer is a Var as the viewer shows it: its number in frames, labels and colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.surface import Surface
from twin.var import Var
from twin.vocabulary import VOCABULARY

MOST_ENTRIES = (
    64  # entries of an axis; the frame's layer number is ordinal * 64 + entry
)


_OF_SURFACES = (
    ("elevation_error", "m", "lajolla", "Elevation error (1σ)", "高程误差(1σ)"),
    ("surface_elevation", "m", "oleron", "Surface with plants", "地表高程(含植被)"),
    ("canopy_height", "m", "bamako", "Height above ground", "地物高度"),
    ("point_density", "m-2", "devon", "Points per area", "点密度"),
)
SURFACE_VARS: Mapping[str, Var] = {
    name: Var(
        name=name, unit=unit, kind="derived", label=label, label_zh=label_zh,
        source="survey", low=0.0, colours=colours,
    )
    for name, unit, colours, label, label_zh in _OF_SURFACES
    if name not in VOCABULARY
}  # fmt: skip

LAYERS: Mapping[str, Var] = {**VOCABULARY, **SURFACE_VARS}
_ORDINAL = {name: i for i, name in enumerate(LAYERS)}


def wire_index(layer: str, axis: int) -> int:
    """Return the layer number of an axis entry in frames."""
    return _ORDINAL[layer] * MOST_ENTRIES + axis


def surface_rasters(surface: Surface) -> dict[str, NDArray[np.float32]]:
    """Every raster of a surface under the name of its layer."""
    found = {"elevation": surface.elevation}
    if surface.error is not None:
        found["elevation_error"] = surface.error
    found.update(surface.layers)
    return {name: raster for name, raster in found.items() if name in LAYERS}


def describe(var: Var) -> dict[str, Any]:
    """Tell a layer as /api/site does, without its range."""
    return {
        "name": var.name,
        "index": wire_index(var.name, 0),
        "label": var.label,
        "label_zh": var.label_zh,
        "unit_own": var.unit,
        "unit": var.unit_shown,
        "scale": var.scale,
        "colours": var.colours,
        "source": var.source,
    }
