"""Small clouds for tests: written by laspy, then spoilt byte by byte."""

from __future__ import annotations

import struct
from pathlib import Path

import laspy
import numpy as np
from pyproj import CRS

WEST, SOUTH = 500_000.0, 4_400_000.0


def write_cloud(
    path: Path, *, points: int = 20_000, crs: str | None = "EPSG:32649"
) -> Path:
    """Sloping ground of 100 m x 100 m, class 2, millimetre steps."""
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = [0.001] * 3, [WEST, SOUTH, 0.0]
    if crs is not None:
        header.add_crs(CRS.from_user_input(crs))
    rng = np.random.default_rng(7)
    cloud = laspy.LasData(header)
    x, y = rng.uniform(0.0, 100.0, (2, points))
    cloud.x, cloud.y, cloud.z = WEST + x, SOUTH + y, 1000.0 + 0.1 * x
    cloud.classification = np.full(points, 2, dtype=np.uint8)
    cloud.return_number = cloud.number_of_returns = np.ones(points, dtype=np.uint8)
    cloud.write(path)
    return path


def spoil(path: Path, at: int, form: str, *values: float) -> Path:
    """Overwrite some bytes of the header."""
    data = bytearray(path.read_bytes())
    struct.pack_into(form, data, at, *values)
    path.write_bytes(data)
    return path


def cut(path: Path, keep: float) -> Path:
    """Leave the first part of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path
