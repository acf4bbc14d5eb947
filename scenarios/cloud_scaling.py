"""Patches, scales and the move of two clouds, taken from samples of their tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.change.cloud_scales import Patch, Scales, deep_enough, propose
from twin.change.icp import IcpRules, Registration, register
from twin.change.m3c2 import M3c2Rules
from twin.errors import InputError

from .cloud_blocks import Pair

if TYPE_CHECKING:
    from .cloud_change import CloudRules

Array = NDArray[np.float64]
PATCHES: Final = 9  # that the scales are read from
PATCH_POINTS: Final = 100_000  # about, of a patch
PLACES: Final = 100  # of each patch
ICP_POINTS: Final = 4_000_000  # of each cloud; registration thins them anyway
VOXELS: Final = 150_000  # that registration thins to, about
FINEST: Final = 0.1  # m
COARSE: Final = 2.0  # projection scales; side of a coarse cell
MOST_CELLS: Final = 4_000_000  # coarse cells
OF_SPACING: Final = 2.0  # voxels are at least that many spacings of points wide


def registered(pair: Pair, stable: Sequence[Any]) -> Registration:
    """Bring the later cloud onto the earlier one, by stable ground where it is given.

    The voxel is as wide as about 150 000 of them cover the ground, and at least twice
    the spacing of the points.
    """
    import shapely

    fixed = pair.a.sample(ICP_POINTS, ground_only=pair.ground_only)
    moving = pair.b.sample(ICP_POINTS, ground_only=pair.ground_only)
    mask = None
    if stable:
        area = shapely.union_all(list(stable))
        shapely.prepare(area)
        mask = np.asarray(shapely.contains_xy(area, moving[:, 0], moving[:, 1]))
    used = moving if mask is None else moving[mask]
    if not len(used):
        raise InputError(
            "registration: no point of the later cloud lies on the stable ground; "
            "check the polygons and their CRS"
        )
    voxel = _voxel(used)
    reach = max(IcpRules().reach, 10.0 * voxel)
    return register(fixed, moving, IcpRules(voxel=voxel, reach=reach), mask=mask)


def _voxel(points: Array) -> float:
    plan = float(np.ptp(points[:, 0]) * np.ptp(points[:, 1]))
    fine = OF_SPACING * np.sqrt(plan / len(points))
    wide = max(fine, float(np.sqrt(plan / VOXELS)), FINEST)
    return float(np.ceil(wide * 10.0) / 10.0)


def lengths_of(pair: Pair, rules: CloudRules) -> tuple[Scales, M3c2Rules]:
    """Scales as stated, the others as proposed from patches of both clouds."""
    made = propose(_patches(pair))
    if rules.depth is None:
        made = deep_enough(made, _coarse_change(pair, COARSE * 2.0 * made.radius))
    stated = {
        name: float(value)
        for name in ("normal", "radius", "depth")
        if (value := getattr(rules, name)) is not None
    }
    scales = replace(made, **stated)
    return scales, M3c2Rules((scales.normal,), scales.radius, scales.depth)


def _patches(pair: Pair) -> list[Patch]:
    """Patches about the middle of tiles spread over the earlier cloud."""
    keys = pair.a.keys(ground_only=pair.ground_only)
    step = max(1, len(keys) // PATCHES)
    made = []
    for key in keys[::step][: 2 * PATCHES]:
        points = pair.a.tile(key, ground_only=pair.ground_only)
        middle = np.median(points[:, :2], axis=0)
        off = np.abs(points[:, :2] - middle).max(axis=1)
        kept = min(PATCH_POINTS, len(points))
        half = float(np.partition(off, kept - 1)[kept - 1]) + 1e-6
        low, high = middle - half, middle + half
        inner = points[off <= half / 2.0]
        places = inner[:: max(1, len(inner) // PLACES)]
        made.append(Patch(points[off <= half], pair.later(low, high), places))
    return made


def _coarse_change(pair: Pair, cell: float) -> Array:
    """Later minus earlier mean height of coarse cells over both clouds, m."""
    low, high = pair.a.low[:2], pair.a.high[:2]
    cell = max(cell, float(np.sqrt((high - low).prod() / MOST_CELLS)))
    columns, rows = ((high - low) / cell).astype(np.int64) + 1
    means = []
    for tiles, moved in ((pair.a, None), (pair.b, pair.moved)):
        count, total = np.zeros((2, rows * columns))
        for key in tiles.keys(ground_only=pair.ground_only):
            points = tiles.tile(key, ground_only=pair.ground_only)
            points = points if moved is None else moved.apply(points)
            column, row = np.floor((points[:, :2] - low) / cell).astype(np.int64).T
            good = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
            at = (row * columns + column)[good]
            count += np.bincount(at, minlength=count.size)
            total += np.bincount(at, weights=points[good, 2], minlength=count.size)
        means.append(np.where(count > 0, total / np.maximum(count, 1.0), np.nan))
    change: Array = means[1] - means[0]
    return change
