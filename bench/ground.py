"""Ground filters and terrain models: file to classified terrain, and parts alone."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from bench.pointcloud import POINTS, SIDE, SOUTH, WEST, PeakMemory, site_grid
from bench.pointcloud import write_survey as write
from connectors.audit import Audit
from connectors.pointcloud.cloth import Cloth, cloth_surface
from connectors.pointcloud.guard import decoded
from connectors.pointcloud.header import read_header
from connectors.pointcloud.inverse_distance import InverseDistance, inverse_distance
from connectors.pointcloud.morphology import Smrf, ground_surface
from connectors.pointcloud.noise import Noise, noise
from connectors.pointcloud.reference_system import reference
from connectors.pointcloud.survey import Cloud, grid_survey
from connectors.pointcloud.tin_terrain import tin_terrain

CRS = "EPSG:32649"
REPEATS = 2
Points = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def ground_points(n: int) -> Points:
    """Points of rolling ground, 1 km x 1 km, in no order."""
    x, y = np.random.default_rng(3).uniform(0.0, SIDE, (2, n))
    return WEST + x, SOUTH + y, 1000.0 + 20.0 * np.sin(x / 150.0) * np.cos(y / 120.0)


def lowest() -> NDArray[np.float64]:
    """Lowest heights of 1 km2 on cells of 1 m: ground, a tenth trees, holes."""
    rng = np.random.default_rng(4)
    row, column = np.mgrid[: int(SIDE), : int(SIDE)]
    z = 20.0 * np.sin(column / 150.0) * np.cos(row / 120.0)
    z += (rng.random(z.shape) < 0.1) * rng.uniform(1.0, 12.0, z.shape)
    return np.where(rng.random(z.shape) < 0.05, np.nan, z)


def best(work: Callable[[], object]) -> float:
    """Shortest of some runs, s."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def warm() -> None:
    """Compile before any clock runs."""
    few, small = ground_points(2_000), lowest()[:60, :60]
    tin_terrain(few, site_grid())
    noise(*few, Noise())
    ground_surface(small, Smrf())
    cloth_surface(small, Cloth())


def processor_time() -> float:
    """Seconds that all cores have spent on this process and its ended children."""
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def file_to_terrain(path: Path) -> None:
    """Classify by SMRF and grid terrain, surface, canopy and error, 1 m."""
    header = read_header(path)
    cloud = Cloud(header, reference(header, CRS, None))
    grid_survey([cloud], site_grid(), ground="smrf", audit=Audit())


def run() -> dict[str, object]:
    """Return points a second of the whole path, and seconds of the parts."""
    warm()
    points, low = ground_points(1_000_000), lowest()
    with tempfile.TemporaryDirectory(prefix="minetwin-bench-") as folder:
        path = Path(folder) / "survey.laz"
        write(path)
        spent = processor_time()
        file_to_terrain(path)
        spent = processor_time() - spent
        with PeakMemory() as memory:
            whole = best(lambda: file_to_terrain(path))
        once = best(lambda: sum(part.x.size for part in decoded(read_header(path))))
    tin = best(lambda: tin_terrain(points, site_grid()))
    plane = np.column_stack([points[0] - WEST, points[1] - SOUTH])
    began = time.perf_counter()
    Delaunay(plane)
    peer = time.perf_counter() - began
    return {
        "file to classified 1 m terrain, M points/s": POINTS / whole / 1e6,
        "processor time of it, all cores, s per M points": spent / POINTS * 1e6,
        "share of it that decoding takes (the file is read twice)": 2 * once / whole,
        "peak memory, parent and child, MiB": memory.most / 2**20,
        "SMRF surface of 1 M cells, s": best(lambda: ground_surface(low, Smrf())),
        "cloth surface of 1 M cells, s": best(lambda: cloth_surface(low, Cloth())),
        "TIN of 1 M points to 1 M cells, s": tin,
        "scipy's triangles alone, s": peer,
        "weighted distance of 1 M points to 1 M cells, s": best(
            lambda: inverse_distance(points, site_grid(), InverseDistance())
        ),
        "noise of 1 M points, s": best(lambda: noise(*points, Noise())),
        "goal": "1.2 M points/s from the file, TIN below 3 s",
    }
