"""Landscape metrics of a map of classes, by class and for the whole.

McGarigal & Marks 1995 (FRAGSTATS); Jaeger 2000 (mesh). Patches join over corners;
edges are counted inside the map, not along its rim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..process import Array
from .patches import Classes, Patches, patches

HECTARE = 1e4  # m2
HUNDRED = 100.0  # hectares of patch density, and percent


@dataclass(frozen=True)
class Landscape:
    """Metrics of a map; arrays by class in the order of ``classes``, (k,).

    area       total area, ha                   number    patches
    density    patches per 100 ha               largest   largest patch, percent
    edge       edge between classes, m          edge_density  m ha-1
    shape      landscape shape index, 1         mesh      effective mesh size, ha
    mean_area  of a patch, ha
    contagion  percent                          diversity Shannon's, nats
    """

    classes: Classes
    by_class: dict[str, Array]
    whole: dict[str, float]


def landscape(raster: Classes, cell: float) -> Landscape:
    """Compute the metrics of a map (rows, columns); class 0 is outside.

    cell  m
    """
    found = patches(raster)
    if found.classes.size == 0:
        raise InputError("landscape metrics: the map holds no class; 0 means outside")
    hectares = cell * cell / HECTARE
    areas = np.array([a.sum() for a in found.areas])
    total = float(areas.sum())
    number = np.array([a.size for a in found.areas], dtype=np.float64)
    largest = np.array([a.max() for a in found.areas])
    squares = np.array([(a**2).sum() for a in found.areas])
    between = found.pairs.sum(axis=1) - np.diag(found.pairs)
    by_class = {
        "area": areas * hectares,
        "share": HUNDRED * areas / total,
        "number": number,
        "density": number / (total * hectares) * HUNDRED,
        "largest": HUNDRED * largest / total,
        "edge": between * cell,
        "edge_density": between * cell / (total * hectares),
        "shape": _shape(between + found.rim, areas),
        "mesh": squares * hectares / total,
        "mean_area": areas * hectares / number,
    }
    edge = 0.5 * between.sum()
    shares = areas / total
    whole = {
        "area": total * hectares,
        "number": float(number.sum()),
        "density": float(number.sum() / (total * hectares) * HUNDRED),
        "largest": float(HUNDRED * largest.max() / total),
        "edge": float(edge * cell),
        "edge_density": float(edge * cell / (total * hectares)),
        "shape": float(_shape(edge + found.rim.sum(), np.array(total))),
        "contagion": contagion(found, shares),
        "diversity": diversity(shares),
        "mesh": float(squares.sum() * hectares / total),
    }
    return Landscape(found.classes, by_class, whole)


def _shape(sides: Array | float, cells: Array) -> Array:
    """Perimeter over the least that so many cells can have."""
    side = np.floor(np.sqrt(cells))
    rest = cells - side**2
    least = 4.0 * side + np.where(rest == 0, 0, np.where(rest <= side, 2, 4))
    made: Array = sides / least
    return made


def diversity(shares: Array) -> float:
    """Shannon's diversity of the classes' shares, nats."""
    return float(-(shares * np.log(shares)).sum())


def contagion(found: Patches, shares: Array) -> float:
    """Likelihood that neighbours are alike, percent; 100 for a map of one class.

    shares  of the classes, (k,); by area as FRAGSTATS defines it. pylandstats 3.1 takes
            shares of cell sides inside the map instead, which differ along its rim.
    """
    k = shares.size
    if k < 2:
        return HUNDRED
    rows = found.pairs.sum(axis=1, keepdims=True)
    joint = shares[:, None] * found.pairs / np.where(rows > 0.0, rows, 1.0)
    logs = np.log(np.where(joint > 0.0, joint, 1.0))
    return float(HUNDRED * (1.0 + (joint * logs).sum() / (2.0 * np.log(k))))
