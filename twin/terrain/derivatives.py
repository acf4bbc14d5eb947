"""Slope, aspect, wetness and shading of a raster of heights."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .cells import Mask, Raster, as_raster

FLOOR_GRADIENT = 1e-3  # m/m below which tan(slope) is held in the wetness index


def horn_gradient(
    z: NDArray[np.floating], cell: float, mask: Mask | None = None
) -> tuple[Raster, Raster]:
    """Rise towards east and towards north, m/m, by Horn's eight neighbours.

    z     (rows, columns), m; NaN = no ground
    cell  spacing, m
    →     two rasters (rows, columns), NaN outside

    A neighbour that is missing is put on the straight line through the cell and the
    neighbour opposite; where that is missing too, a straight one repeats the cell and a
    diagonal one lies on the plane of its straight neighbours. Horn 1981, Proc. IEEE
    69(1):14, third-order finite difference.
    """
    raster = as_raster(z)
    if mask is not None:
        raster = np.where(mask, raster, np.nan)
    east, north = _horn(raster, cell)
    return east, north


def slope(z: NDArray[np.floating], cell: float, mask: Mask | None = None) -> Raster:
    """Steepest slope, degrees in [0, 90). Horn 1981."""
    east, north = horn_gradient(z, cell, mask)
    return slope_of(east, north)


def aspect(z: NDArray[np.floating], cell: float, mask: Mask | None = None) -> Raster:
    """Direction of the fall, degrees clockwise from north in [0, 360); flat: 0."""
    east, north = horn_gradient(z, cell, mask)
    return aspect_of(east, north)


def slope_of(east: Raster, north: Raster) -> Raster:
    """Slope in degrees from the gradient."""
    found: Raster = np.degrees(np.arctan(np.hypot(east, north)))
    return found


def aspect_of(east: Raster, north: Raster) -> Raster:
    """Aspect in degrees from the gradient; the fall is against the rise."""
    turned = np.degrees(np.arctan2(-east, -north))
    found: Raster = np.where(turned < 0.0, turned + 360.0, turned)
    found = np.where(found >= 360.0, 0.0, found)
    found = np.where((east == 0.0) & (north == 0.0), 0.0, found)
    return np.where(np.isfinite(east), found + 0.0, np.nan)


def topographic_wetness(catchment: Raster, gradient: Raster) -> Raster:
    """Topographic wetness index, ln(a / tan b).

    catchment  specific catchment area a, m (area passed, own cell included, per width)
    gradient   tan b, m/m, held at or above 1e-3
    →          1

    Beven & Kirkby 1979.
    """
    found: Raster = np.log(catchment / np.maximum(gradient, FLOOR_GRADIENT))
    return found


def hillshade(
    z: NDArray[np.floating],
    cell: float,
    *,
    azimuth: float = 315.0,
    altitude: float = 45.0,
) -> Raster:
    """Cosine of the sun's incidence on the ground, in [0, 1].

    azimuth   of the sun, degrees clockwise from north
    altitude  of the sun above the horizon, degrees
    """
    east, north = horn_gradient(z, cell)
    turn, height = np.radians(azimuth), np.radians(altitude)
    towards = np.cos(height) * (-east * np.sin(turn) - north * np.cos(turn))
    lit = (towards + np.sin(height)) / np.sqrt(1.0 + east**2 + north**2)
    shade: Raster = np.clip(lit, 0.0, 1.0)
    return shade


@njit(cache=True, nogil=True)
def _horn(z: Raster, cell: float) -> tuple[Raster, Raster]:
    rows, columns = z.shape
    east, north = np.full_like(z, np.nan), np.full_like(z, np.nan)
    per = 1.0 / (8.0 * cell)
    for r in range(rows):
        for c in range(columns):
            if np.isnan(z[r, c]):
                continue
            here = z[r, c]
            n, s = _at(z, r, c, -1, 0, here), _at(z, r, c, 1, 0, here)
            w, e = _at(z, r, c, 0, -1, here), _at(z, r, c, 0, 1, here)
            nw = _at(z, r, c, -1, -1, n + w - here)
            ne = _at(z, r, c, -1, 1, n + e - here)
            sw = _at(z, r, c, 1, -1, s + w - here)
            se = _at(z, r, c, 1, 1, s + e - here)
            east[r, c] = ((ne + 2.0 * e + se) - (nw + 2.0 * w + sw)) * per
            north[r, c] = ((nw + 2.0 * n + ne) - (sw + 2.0 * s + se)) * per
    return east, north


@njit(cache=True, nogil=True, inline="always")
def _at(z: Raster, r: int, c: int, down: int, right: int, other: float) -> float:
    """Height of a neighbour, or what stands for it where there is none.

    other  stands where the neighbour opposite is missing too
    """
    rows, columns = z.shape
    i, j = r + down, c + right
    if 0 <= i < rows and 0 <= j < columns and not np.isnan(z[i, j]):
        found: float = z[i, j]
        return found
    i, j = r - down, c - right
    if 0 <= i < rows and 0 <= j < columns and not np.isnan(z[i, j]):
        mirrored: float = 2.0 * z[r, c] - z[i, j]
        return mirrored
    return other
