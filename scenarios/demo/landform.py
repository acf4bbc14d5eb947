"""Shapes that machines leave: benches, outlines, platforms and road corridors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import (
    distance_transform_edt,
    gaussian_filter,
    map_coordinates,
    uniform_filter,
)

from .frame import SIZE, Frame, Mask, Raster

Point = tuple[float, float]


def blob(
    frame: Frame, centre: Point, radii: Point, *, turn: float = 0.0, wobble: float = 0.0
) -> Mask:
    """Ellipse with a wavy outline.

    centre, radii  local m; turn  degrees, counter-clockwise; wobble  share of radius
    """
    angle = np.radians(turn)
    dx, dy = frame.x - centre[0], frame.y - centre[1]
    u = (dx * np.cos(angle) + dy * np.sin(angle)) / radii[0]
    v = (dy * np.cos(angle) - dx * np.sin(angle)) / radii[1]
    around = np.arctan2(v, u)
    wave = np.sin(3.0 * around + 0.7) + 0.6 * np.sin(5.0 * around + 2.1)
    found: Mask = np.hypot(u, v) < 1.0 + wobble * wave
    return found


def polygon(frame: Frame, corners: Sequence[Point]) -> Mask:
    """Cells whose centre lies in a polygon of local points."""
    inside = np.zeros((frame.cells, frame.cells), dtype=np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if y1 == y2:
            continue
        crosses = (frame.y >= min(y1, y2)) & (frame.y < max(y1, y2))
        inside ^= crosses & (frame.x < x1 + (frame.y - y1) * (x2 - x1) / (y2 - y1))
    return inside


def distance_from(mask: Mask, spacing: float) -> Raster:
    """Distance to the nearest cell of the mask, m; 0 within."""
    found: Raster = distance_transform_edt(~mask) * spacing
    return found


def stairs(distance: Raster, *, height: float, face_deg: float, berm: float) -> Raster:
    """Rise over a distance in benches: a face, then a level berm, m.

    distance  from the foot of the first face, m, >= 0
    """
    face = height / np.tan(np.radians(face_deg))
    bench = face + berm
    steps = np.floor(distance / bench)
    within = distance - steps * bench
    rise: Raster = height * (steps + np.minimum(within / face, 1.0))
    return rise


def spline(points: Sequence[Point], spacing: float) -> tuple[Raster, Raster]:
    """Smooth line through points, sampled evenly; local x and y, m."""
    knots = np.array(points, dtype=np.float64)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    line = CubicSpline(along, knots)(np.arange(0.0, along[-1], spacing))
    return line[:, 0], line[:, 1]


def smooth_noise(frame: Frame, rng: np.random.Generator, size: float) -> Raster:
    """Random field (rows, columns), mean 0, deviation 1, with humps of ``size`` m."""
    step = max(size / 3.0, frame.spacing)
    count = round(SIZE / step) + 8
    noise = gaussian_filter(rng.normal(size=(count, count)), size / step)
    noise /= noise.std()
    at = (np.arange(frame.cells) + 0.5) * frame.spacing / step + 3.0
    low = np.floor(at).astype(np.int64)
    share = at - low
    rows = noise[low] * (1.0 - share)[:, None] + noise[low + 1] * share[:, None]
    found: Raster = rows[:, low] * (1.0 - share) + rows[:, low + 1] * share
    return found


def heights_along(z: Raster, frame: Frame, x: Raster, y: Raster) -> Raster:
    """Ground under a line, m."""
    rows, columns = frame.to_pixels(x, y)
    found: Raster = map_coordinates(z, [rows, columns], order=1, mode="nearest")
    return found


def corridor(
    z: Raster,
    frame: Frame,
    line: tuple[Raster, Raster, Raster],
    *,
    half_width: float,
    cut_deg: float = 55.0,
    fill_deg: float = 36.0,
) -> tuple[Raster, Mask]:
    """Build a road: level across, cut into what is higher, filled over what is lower.

    line  local x, y and height of the road, m
    →     new ground, and the road's surface
    """
    x, y, height = line
    rows, columns = (np.rint(v).astype(np.int64) for v in frame.to_pixels(x, y))
    seen = (rows >= 0) & (rows < frame.cells) & (columns >= 0) & (columns < frame.cells)
    rows, columns, height = rows[seen], columns[seen], height[seen]
    on = np.zeros(z.shape, dtype=np.bool_)
    on[rows, columns] = True
    level = np.zeros_like(z)
    level[rows, columns] = height
    reach = round(70.0 / frame.spacing)
    top, left = max(rows.min() - reach, 0), max(columns.min() - reach, 0)
    box = np.s_[top : rows.max() + reach + 1, left : columns.max() + reach + 1]
    away, nearest = distance_transform_edt(~on[box], return_indices=True)
    away = away * frame.spacing
    road = uniform_filter(
        level[box][nearest[0], nearest[1]], round(9.0 / frame.spacing), mode="nearest"
    )
    beyond = np.maximum(away - half_width, 0.0)
    low = road - beyond * np.tan(np.radians(fill_deg))
    high = road + beyond * np.tan(np.radians(cut_deg))
    new = z.copy()
    near = away < 60.0
    new[box] = np.where(near, np.clip(z[box], low, high), z[box])
    surface = np.zeros(z.shape, dtype=np.bool_)
    surface[box] = away <= half_width
    return new, surface
