"""Grounds of known form: planes, cones, scarps and noise, on cells of any size."""

from __future__ import annotations

from datetime import date

import numpy as np
import shapely

from twin.grid import Grid
from twin.surface import Surface

WEST, NORTH = 500_000.0, 4_100_000.0


def surface(z: np.ndarray, cell: float = 1.0, name: str = "2024-survey") -> Surface:
    """Heights (rows, columns) as a survey whose corner lies far from the origin."""
    grid = Grid("EPSG:32649", "EPSG:5737", WEST, NORTH, cell, z.shape)
    raster = np.asarray(z, dtype=np.float32)
    return Surface(name, date(2024, 5, 1), "surveyed", {}, grid, raster)


def places(rows: int, columns: int, cell: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """East (1, columns) and south (rows, 1) of cell centres from the corner, m."""
    east = (np.arange(columns)[None, :] + 0.5) * cell
    south = (np.arange(rows)[:, None] + 0.5) * cell
    return east, south


def level_ground(rows: int = 120, columns: int = 160, z: float = 100.0) -> Surface:
    return surface(np.full((rows, columns), z))


def cone(n: int = 200, height: float = 40.0, angle: float = 38.0) -> Surface:
    """A heap on level ground at 0 m, its apex in the middle."""
    east, south = places(n, n)
    away = np.hypot(east - n / 2, south - n / 2)
    return surface(np.maximum(height - away * np.tan(np.radians(angle)), 0.0))


def hills(rows: int = 120, columns: int = 160, seed: int = 5) -> Surface:
    """A sum of plane waves 30 to 150 m long, slopes up to about 45 degrees."""
    rng = np.random.default_rng(seed)
    east, south = places(rows, columns)
    z = np.full((rows, columns), 50.0)
    for _ in range(10):
        length, turn, phase = rng.uniform([30.0, 0.0, 0.0], [150.0, 6.28, 6.28])
        along = east * np.sin(turn) + south * np.cos(turn)
        z += 0.02 * length * np.sin(2.0 * np.pi * along / length + phase)
    return surface(z)


def box(west: float, north: float, east: float, south: float) -> shapely.Polygon:
    """Rectangle by metres from the corner, southward positive."""
    return shapely.box(WEST + west, NORTH - south, WEST + east, NORTH - north)


def line(*points: tuple[float, float]) -> shapely.LineString:
    """Line by metres east and south of the corner."""
    return shapely.LineString([(WEST + x, NORTH - y) for x, y in points])


def turned(drawn: shapely.Geometry, rows: int, columns: int) -> shapely.Geometry:
    """A drawing turned by 180 degrees about the middle of a grid of 1 m cells."""
    return shapely.transform(
        drawn, lambda p: np.array([2 * WEST + columns, 2 * NORTH - rows]) - p
    )
