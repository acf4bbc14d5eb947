"""A site folder with clouds of its own, ready to be built."""

from __future__ import annotations

from pathlib import Path

import laspy
import numpy as np
from pyproj import CRS

WEST, SOUTH = 500_000.0, 4_400_000.0
HEAD = """
version: 1
name: Small
crs: EPSG:32649
vertical: {vertical}
cell: 5
timezone: Asia/Shanghai
surveys:
{surveys}
{more}
"""


def survey(file: str, year: int, more: str = "") -> str:
    """One line of the list of surveys."""
    return f"  - {{file: {file}, date: {year}-05-20, kind: surveyed{more}}}"


def write_site(
    folder: Path, *surveys: str, more: str = "", vertical: str = "unknown"
) -> Path:
    """Write site.yaml."""
    folder.mkdir(exist_ok=True)
    text = HEAD.format(surveys="\n".join(surveys), more=more, vertical=vertical)
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    return folder


def slope_cloud(
    path: Path, *, crs: str | None = "EPSG:32649", rise: float = 0.1
) -> Path:
    """A slope of 100 m x 100 m, class 2, a point on every half metre."""
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = [0.001] * 3, [WEST, SOUTH, 0.0]
    if crs is not None:
        header.add_crs(CRS.from_user_input(crs))
    cloud = laspy.LasData(header)
    y, x = (a.ravel() for a in np.mgrid[0.25:100:0.5, 0.25:100:0.5])
    cloud.x, cloud.y, cloud.z = WEST + x, SOUTH + y, 1000.0 + rise * x
    cloud.classification = np.full(x.size, 2, dtype=np.uint8)
    cloud.return_number = cloud.number_of_returns = np.ones(x.size, dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    cloud.write(path)
    return path
