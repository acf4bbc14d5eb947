"""COPC written and read: million points a second, beside laspy's COPC reader."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import laspy

from connectors.pointcloud.copc_read import copc_points, open_copc
from connectors.pointcloud.copc_write import fitting, layout_of, write_copc

from .many_points import BATCH, write_tile
from .pointcloud import PeakMemory

POINTS = 5_000_000
REPEATS = 2


def _written(source: Path, path: Path) -> float:
    began = time.perf_counter()
    with laspy.open(source, laz_backend=laspy.LazBackend.LazrsParallel) as reader:
        layout = layout_of(reader.header)
        write_copc(path, fitting(reader.chunk_iterator(BATCH), layout), layout)
    return time.perf_counter() - began


def _read(path: Path) -> float:
    began = time.perf_counter()
    seen = sum(p.x.size for p in copc_points(open_copc(path)))
    assert seen == POINTS
    return time.perf_counter() - began


def _read_by_laspy(path: Path) -> float:
    began = time.perf_counter()
    with laspy.CopcReader.open(str(path)) as reader:
        reader.query()
    return time.perf_counter() - began


def run() -> dict[str, object]:
    """Return million points a second written and read, and the memory of both."""
    with tempfile.TemporaryDirectory(prefix="minetwin-bench-") as folder:
        source, path = Path(folder) / "survey.laz", Path(folder) / "survey.copc.laz"
        write_tile(source, 0, POINTS)
        _written(source, path)  # compiles
        with PeakMemory() as memory:
            written = min(_written(source, path) for _ in range(REPEATS))
        read = min(_read(path) for _ in range(REPEATS))
        peer = min(_read_by_laspy(path) for _ in range(REPEATS))
        size = path.stat().st_size / source.stat().st_size
    return {
        "LAZ to COPC, M points/s": POINTS / written / 1e6,
        "COPC read through the guard, M points/s": POINTS / read / 1e6,
        "COPC read by laspy alone, M points/s": POINTS / peer / 1e6,
        "peak memory of writing, MiB": memory.most / 2**20,
        "size beside the LAZ": size,
    }
