"""Zones that earth is hauled between: their volumes and centroids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label
from scipy.spatial import cKDTree

from ..grid import Grid
from ..surface import Raster

Labels = NDArray[np.int32]
Array = NDArray[np.float64]

SQUARES: Final = 8  # along the longer side of what changed
SMALL: Final = 2e-3  # of all cut (or fill); smaller zones join their nearest
MOST: Final = 150  # zones of cut, and of fill
EIGHT: Final = np.ones((3, 3), dtype=np.int8)  # touching corners connect


@dataclass(frozen=True)
class ZoneVolumes:
    """Volume of each zone that has any.

    zone    (k,) label
    volume  (k,) m3
    at      (k, 2) centroid of the volume: east, north, m
    """

    zone: NDArray[np.int64]
    volume: Array
    at: Array


def volumes_of(
    rise: Raster, labels: Labels, grid: Grid
) -> tuple[ZoneVolumes, ZoneVolumes]:
    """Cut and fill of each zone.

    rise    new less old ground (rows, columns), m; 0 where there is none
    labels  zone of each cell, >= 0
    """
    return _one_sign(rise, labels, grid, -1.0), _one_sign(rise, labels, grid, 1.0)


def _one_sign(rise: Raster, labels: Labels, grid: Grid, sign: float) -> ZoneVolumes:
    cells = np.flatnonzero(rise > 0.0 if sign > 0.0 else rise < 0.0)
    zone = labels.ravel()[cells]
    depth = np.abs(rise.ravel()[cells]).astype(np.float64)
    row, column = cells // grid.shape[1], cells % grid.shape[1]
    found = np.unique(zone)
    n = int(found[-1]) + 1 if found.size else 0
    total: Array = np.bincount(zone, depth, n)[found].astype(np.float64)
    weight = np.where(total > 0.0, total, 1.0)
    x = np.bincount(zone, depth * column, n)[found] / weight
    y = np.bincount(zone, depth * row, n)[found] / weight
    at: Array = np.stack(
        [grid.west + (x + 0.5) * grid.cell, grid.north - (y + 0.5) * grid.cell], axis=1
    )
    return ZoneVolumes(found.astype(np.int64), total * grid.cell_area, at)


def automatic_zones(rise: Raster, cell: float) -> tuple[Labels, list[str]]:
    """Label connected cut and fill, parted by squares; name them.

    →  labels (rows, columns), 0 = unchanged; names by label: "cut 1", "fill 1", ...,
       each largest first

    A ring of fill around its cut has the same centroid, and a haul of 0 m would be
    told: so regions are parted by squares, SQUARES along the longer side of the
    change. Zones below SMALL of the volume join the nearest one that is kept.
    """
    labels = np.zeros(rise.shape, dtype=np.int32)
    names = ["unchanged"]
    changed = find_objects((rise != 0.0).astype(np.int8))
    if not changed or changed[0] is None:
        return labels, names
    box = changed[0]
    for word, sign in (("cut", -1.0), ("fill", 1.0)):
        part = np.maximum(sign * rise[box], 0.0)
        zones, n = _parted(part)
        labels[box] += np.where(zones > 0, zones + len(names) - 1, 0)
        names += [f"{word} {k}" for k in range(1, n + 1)]
    return labels, names


def _parted(depth: Raster) -> tuple[Labels, int]:
    """Zones of one sign, 1..n by falling volume; 0 where there is none."""
    regions, n = label(depth > 0.0, structure=EIGHT)
    if n == 0:
        return regions.astype(np.int32), 0
    rows, columns = depth.shape
    side = max(rows, columns) / SQUARES
    # squares lie about the middle, so that a mirrored ground has mirrored squares
    down = np.floor((np.arange(rows) - (rows - 1) / 2) / side + 0.5 * SQUARES)
    right = np.floor((np.arange(columns) - (columns - 1) / 2) / side + 0.5 * SQUARES)
    squares = SQUARES + 2
    square = (down[:, None] * squares + right[None, :]).astype(np.int64)
    inside = np.flatnonzero(regions)
    key = regions.ravel()[inside].astype(np.int64) * squares**2 + square.ravel()[inside]
    _, zone = np.unique(key, return_inverse=True)
    weight = depth.ravel()[inside].astype(np.float64)
    zone = _joined(zone, weight, inside // columns, inside % columns)
    labels = np.zeros(depth.size, dtype=np.int32)
    labels[inside] = zone + 1
    return labels.reshape(depth.shape), int(zone.max()) + 1


def _joined(
    zone: NDArray[np.int64],
    weight: Array,
    row: NDArray[np.int64],
    column: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Join small zones to their nearest and number by falling volume, from 0."""
    total = np.bincount(zone, weight)
    held = np.where(total > 0.0, total, 1.0)
    y = np.bincount(zone, weight * row) / held
    x = np.bincount(zone, weight * column) / held
    at = np.stack([y, x], axis=1)
    order = np.argsort(-total, kind="stable")
    kept = order[:MOST]
    kept = kept[total[kept] >= SMALL * total.sum()]
    nearest = np.asarray(cKDTree(at[kept]).query(at)[1], dtype=np.int64)
    nearest[kept] = np.arange(kept.size)
    rank = np.argsort(np.argsort(-np.bincount(nearest[zone], weight), kind="stable"))
    joined: NDArray[np.int64] = rank[nearest[zone]]
    return joined
