"""GeoTIFFs of the earlier survey and of the design, as a surveyor hands them over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from .frame import CRS, SIZE, SOUTH, VERTICAL, WEST, Frame, Raster

NODATA = -9999.0


def thinned(z: Raster, frame: Frame, cell: float) -> Raster:
    """Mean height of each cell of the spacing ``cell``, m."""
    step = round(cell / frame.spacing)
    n = frame.cells // step
    found: Raster = z.reshape(n, step, n, step).mean(axis=(1, 3))
    return found


def place(cell: float) -> Affine:
    """From column and row of the site's grid to easting and northing, m."""
    return Affine(cell, 0.0, WEST, 0.0, -cell, SOUTH + SIZE)


def write_heights(path: Path, z: Raster, cell: float, description: str) -> None:
    """Write heights (rows, columns), m, NaN where unknown, with the compound CRS."""
    rows, columns = z.shape
    known = np.where(np.isfinite(z), z, NODATA).astype(np.float32)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        crs=rasterio.crs.CRS.from_string(f"{CRS}+{VERTICAL.removeprefix('EPSG:')}"),
        transform=place(cell),
        nodata=NODATA,
        compress="deflate",
        predictor=3,
        tiled=True,
    ) as file:
        file.write(known, 1)
        file.set_band_description(1, "elevation")
        file.set_band_unit(1, "m")
        file.update_tags(TITLE=description, SYNTHETIC="true")
