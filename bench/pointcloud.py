"""A survey of ten million points through the guarded child, beside laspy alone."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import laspy
import numpy as np
import psutil

from connectors.pointcloud.gridding import Gridded
from connectors.pointcloud.guard import decoded
from connectors.pointcloud.header import read_header
from twin.grid import Grid

POINTS, SIDE, STRIPS, CHUNK = 10_000_000, 1000.0, 10, 1_000_000
WEST, SOUTH, SCALE = 500_000.0, 4_400_000.0, 0.001
REPEATS = 3


def write_survey(path: Path) -> None:
    """Flight strips over rolling ground, 1 km x 1 km, LAZ of point format 6."""
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = [SCALE] * 3, [WEST, SOUTH, 1000.0]
    rng = np.random.default_rng(1)
    n = POINTS // STRIPS
    with laspy.open(
        path, mode="w", header=header, laz_backend=laspy.LazBackend.LazrsParallel
    ) as writer:
        for strip in range(STRIPS):
            along = np.linspace(0.0, SIDE, n, endpoint=False)
            swing = np.abs((np.arange(n) % 2000) / 1000.0 - 1.0)  # a scanning mirror
            x = (strip + swing) * SIDE / STRIPS + rng.normal(0.0, 0.03, n)
            x = np.clip(x, 0.0, SIDE - SCALE)
            along = np.clip(along + rng.normal(0.0, 0.03, n), SCALE, SIDE)
            high = rng.random(n) < 0.2
            z = 20.0 * np.sin(x / 150.0) * np.cos(along / 120.0)
            z += rng.normal(0.0, 0.03, n) + high * rng.uniform(0.5, 12.0, n)
            points = laspy.ScaleAwarePointRecord.zeros(n, header=header)
            points.x, points.y, points.z = WEST + x, SOUTH + along, 1000.0 + z
            points.classification = np.where(high, 5, 2)
            points.return_number[:] = points.number_of_returns[:] = 1
            points.gps_time = 3600.0 * strip + np.arange(n) * 1e-5
            writer.write_points(points)


class PeakMemory:
    """Most memory that this process has gained and its children use, bytes."""

    def __enter__(self) -> PeakMemory:
        self.own, self.most = psutil.Process(), 0
        self.first, self._end = self.own.memory_info().rss, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.02):
            used = self.own.memory_info().rss
            for child in self.own.children(recursive=True):
                try:
                    used += child.memory_info().rss
                except psutil.Error:
                    continue
            self.most = max(self.most, used)


def site_grid() -> Grid:
    """Return 1 m cells."""
    cells = int(SIDE)
    return Grid("EPSG:32649", "unknown", WEST, SOUTH + SIDE, 1.0, (cells, cells))


def through_the_guard(path: Path) -> Gridded:
    """File to minimum, mean, maximum and count."""
    made = Gridded(site_grid(), 1000.0)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for points in decoded(read_header(path)):
            made.add((points.x, points.y, points.z), points.kind != 7, pool)
    return made


def decode_only(path: Path) -> int:
    """Read every point with laspy and lazrs in this process, and look at none."""
    seen = 0
    with laspy.open(path, laz_backend=laspy.LazBackend.LazrsParallel) as reader:
        for points in reader.chunk_iterator(CHUNK):
            seen += len(points)
    return seen


def gridding_alone() -> Callable[[], None]:
    """Grid points that lie in memory already, in the order of a survey."""
    rng, n = np.random.default_rng(2), 4_000_000
    y = SOUTH + np.linspace(0.0, SIDE, n, endpoint=False)
    x = WEST + np.abs((np.arange(n) % 2000) / 1000.0 - 1.0) * (SIDE - SCALE)
    z, use = 1000.0 + rng.normal(0.0, 5.0, n), np.ones(n, dtype=bool)
    made = Gridded(site_grid(), 1000.0)

    def work() -> None:
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            made.add((x, y, z), use, pool)

    work()
    return work


def best(work: Callable[[], object]) -> float:
    """Shortest of some runs, s."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def run() -> dict[str, object]:
    """Return million points a second of the whole path, of its peer, and memory."""
    with tempfile.TemporaryDirectory(prefix="minetwin-bench-") as folder:
        path = Path(folder) / "survey.laz"
        write_survey(path)
        size = path.stat().st_size
        alone = best(gridding_alone())  # compiles too, before the clock of the rest
        with PeakMemory() as memory:
            whole = best(lambda: through_the_guard(path))
        peer = best(lambda: decode_only(path))
    return {
        "file to 1 m grid through the guard, M points/s": POINTS / whole / 1e6,
        "laspy + lazrs decode only, M points/s": POINTS / peer / 1e6,
        "ratio to decode only": peer / whole,
        "gridding alone, M points/s": 4.0 / alone,
        "peak memory, parent and child, MiB": memory.most / 2**20,
        "bytes a point in the file": size / POINTS,
        "goal": "4 M points/s, gridding 50 M points/s, below 1024 MiB",
    }
