"""A hundred million points in tiles, gridded together in bounded memory."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import laspy
import numpy as np

from connectors.audit import Audit
from connectors.pointcloud.header import read_header
from connectors.pointcloud.reference_system import reference
from connectors.pointcloud.survey import Cloud, grid_survey
from twin.grid import Grid

from .pointcloud import PeakMemory

POINTS, TILES = 100_000_000, 10
SIDE, WEST, SOUTH = 500.0, 500_000.0, 4_400_000.0  # m, one tile
BATCH = 1_000_000
GOAL = 2048  # MiB


def write_tile(path: Path, number: int, points: int) -> Path:
    """Rolling ground, class 2, LAZ of point format 6, in the order of flight."""
    from pyproj import CRS

    header = laspy.LasHeader(point_format=6, version="1.4")
    west = WEST + number * SIDE
    header.scales, header.offsets = [0.001] * 3, [west, SOUTH, 1000.0]
    header.add_crs(CRS.from_epsg(32649))
    rng = np.random.default_rng(number)
    with laspy.open(
        path, mode="w", header=header, laz_backend=laspy.LazBackend.LazrsParallel
    ) as writer:
        for start in range(0, points, BATCH):
            n = min(BATCH, points - start)
            along = (start + np.arange(n)) / points * SIDE
            swing = np.abs((np.arange(n) % 2000) / 1000.0 - 1.0) * (SIDE - 0.002)
            part = laspy.ScaleAwarePointRecord.zeros(n, header=header)
            part.x, part.y = west + 0.001 + swing, SOUTH + along
            z = 20.0 * np.sin(swing / 150.0) * np.cos(along / 120.0)
            part.z = 1000.0 + z + rng.normal(0.0, 0.03, n)
            part.classification[:] = 2
            part.return_number[:] = part.number_of_returns[:] = 1
            writer.write_points(part)
    return path


def grid_of(tiles: int) -> Grid:
    """Return 1 m cells over all tiles."""
    shape = (int(SIDE), int(SIDE * tiles))
    return Grid("EPSG:32649", "unknown", WEST, SOUTH + SIDE, 1.0, shape)


def gridded(folder: Path, points: int, tiles: int) -> dict[str, float]:
    """Write tiles, grid them together; points found, seconds, most memory in MiB."""
    paths = [
        write_tile(folder / f"tile_{k}.laz", k, points // tiles) for k in range(tiles)
    ]
    began = time.perf_counter()
    with PeakMemory() as memory:
        heads = [read_header(p) for p in paths]
        clouds = [Cloud(h, reference(h, None, None)) for h in heads]
        made = grid_survey(clouds, grid_of(tiles), ground="classes", audit=Audit())
    return {
        "points": float(made.point_density.sum(dtype=np.float64)),
        "seconds": time.perf_counter() - began,
        "memory": memory.most / 2**20,
    }


def run(points: int = POINTS, tiles: int = TILES) -> dict[str, object]:
    """Return million points a second and the peak of parent and child."""
    with tempfile.TemporaryDirectory(prefix="minetwin-bench-") as folder:
        made = gridded(Path(folder), points, tiles)
    return {
        "points gridded, M": made["points"] / 1e6,
        "tiles": tiles,
        "tiles to 1 m grid, M points/s": made["points"] / made["seconds"] / 1e6,
        "peak memory, parent and child, MiB": made["memory"],
        "goal": f"below {GOAL} MiB",
    }
