"""The cloud of a surface of the site: read in a box at a resolution, and given out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, unknown_name
from twin.site import Site

from ..surfaces import CLOUD, list_surfaces
from .copc_read import Box, Octree, open_copc, show

Flat = tuple[float, float, float, float]  # west, south, east, north, m
MOST_POINTS = 200_000_000  # that are given at once; 25 bytes each


@dataclass(frozen=True)
class SitePoints:
    """Points in the site's CRS, m; arrays of one length.

    classification  LAS class, 255 where the point is withheld
    """

    x: NDArray[np.float64] = field(repr=False)
    y: NDArray[np.float64] = field(repr=False)
    z: NDArray[np.float64] = field(repr=False)
    classification: NDArray[np.uint8] = field(repr=False)


def points_of_surface(
    site: Site,
    surface_id: str,
    box: Flat | None = None,
    resolution: float | None = None,
) -> SitePoints:
    """Read the points that a surface was made from.

    box         west, south, east, north, m in the site's CRS; all without it
    resolution  m; points of the levels down to the first that is at least so dense,
                all levels without it

    Raises UnknownName for another surface, InputError where it has no cloud.
    """
    octree = open_copc(cloud_file(site, surface_id))
    level = level_of(octree, resolution)
    space = None if box is None else column_of(octree, box)
    asked = int(octree.chosen(space, level)["count"].sum(dtype=np.int64))
    if asked > MOST_POINTS:
        raise InputError(
            f"{octree.header.path}: {asked} points are asked for, more than "
            f"{MOST_POINTS} at once; give a smaller box or a coarser resolution"
        )
    shown = show(octree, space, level)
    x, y, z = np.ascontiguousarray(shown.xyz.T)
    return SitePoints(x, y, z, shown.kind)


def cloud_file(site: Site, surface_id: str) -> Path:
    """Path of a surface's cloud; InputError with the way to get one where it has none.

    Raises UnknownName with the nearest id.
    """
    known = [header.id for header in list_surfaces(site)]
    if surface_id not in known:
        raise unknown_name("surface", surface_id, known, f"site {site.folder}")
    path = site.surfaces_dir / surface_id / CLOUD
    if not path.is_file():
        raise InputError(
            f"{site.folder}: surface {surface_id} has no cloud: it was made from a "
            "raster or a design, or site.yaml says keep_cloud: false for it; if it "
            "was measured as points, set keep_cloud: true and run minetwin build"
        )
    return path


def level_of(octree: Octree, resolution: float | None) -> int | None:
    """First level whose points are at most ``resolution`` apart, m; None is all."""
    if resolution is None:
        return None
    if not (math.isfinite(resolution) and resolution > 0.0):
        raise InputError(
            f"{octree.header.path}: a resolution of {resolution} m is none; give the "
            "distance between points in metres, such as 0.5"
        )
    spacing = octree.info.spacing
    return min(max(math.ceil(math.log2(spacing / resolution)), 0), octree.deepest)


def column_of(octree: Octree, box: Flat) -> Box:
    """Box from the lowest to the highest point over a rectangle."""
    west, south, east, north = box
    if not all(map(math.isfinite, box)) or west >= east or south >= north:
        raise InputError(
            f"{octree.header.path}: the box {box} is none; give west, south, east, "
            "north in metres of the site's CRS, west below east and south below north"
        )
    middle, half = octree.info.center[2], octree.info.halfsize
    return west, south, middle - half, east, north, middle + half
