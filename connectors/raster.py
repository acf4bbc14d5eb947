"""GeoTIFF and COG in and out, with CRS, nodata, unit and vertical datum kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioIOError
from rasterio.shutil import copy as copy_raster
from rasterio.transform import Affine
from rasterio.warp import Resampling, reproject
from rasterio.warp import transform as warp_points

from twin.errors import InputError, MissingCRS, UnreadableFile
from twin.grid import UNKNOWN_VERTICAL, Grid

from .pointcloud.guard import MEMORY, PYTHON, child, exchange
from .pointcloud.reference_system import to_site
from .tiff_child import about
from .tiff_header import read_tiff_header

NODATA = -9999.0
COMMAND = (*PYTHON, "connectors.tiff_child")
Cells = NDArray[Any]


@dataclass(frozen=True)
class RasterFile:
    """One band of a raster: array (rows, columns) with NaN where there is no data."""

    array: Cells
    grid: Grid
    unit: str
    name: str


def read_raster(path: Path) -> RasterFile:
    """Read the first band of a raster that minetwin wrote itself, in this process."""
    read_tiff_header(path)
    try:
        with rasterio.open(path, driver="GTiff") as file:
            array = file.read(1, masked=True).astype(np.float32).filled(np.nan)
            return _placed(path, array, about(file, path), None, None)
    except RasterioIOError as error:
        raise UnreadableFile(
            f"{path}: a damaged TIFF ({error}); export it again"
        ) from error


def import_raster(
    path: Path, *, crs: str | None = None, vertical: str | None = None
) -> RasterFile:
    """Read the first band of somebody else's raster, decoded by a guarded child.

    crs, vertical  stated by the user where the file has none

    Raises UnreadableFile, and MissingCRS when neither file nor user name a CRS.
    """
    header = read_tiff_header(path)
    shape = (header.height, header.width)
    size = 4 * header.height * header.width
    with exchange(size) as (place, memory):
        command = [*COMMAND, str(path), str(place)]
        # what is mapped counts as used
        with child(path, command, MEMORY + size) as talk:
            while "end" not in (told := talk.next()):
                pass
        # not copied: the cells stay in the mapped file, which memory need not hold
        array = np.frombuffer(memory, np.float32).reshape(shape)
    return _placed(path, array, told["found"], crs, vertical)


def _placed(
    path: Path,
    array: Cells,
    found: dict[str, Any],
    crs: str | None,
    vertical: str | None,
) -> RasterFile:
    """Lay the cells on a grid, or say why they cannot be."""
    reference = crs or found["crs"]
    if not reference:
        raise MissingCRS(
            f"{path}: no CRS in the file; state it in site.yaml, "
            "e.g. crs: EPSG:32649 beside the file's name"
        )
    a, b, west, d, e, north = found["transform"]
    if b or d or abs(a + e) > 1e-6 * abs(a) or a <= 0:
        raise InputError(
            f"{path}: rotated or not square cells ({a:g} x {e:g}); "
            "warp it to a north-up raster of square cells first"
        )
    datum = vertical or found["vertical"] or UNKNOWN_VERTICAL
    rows, columns = array.shape
    grid = Grid(reference, datum, west, north, a, (rows, columns))
    return RasterFile(array, grid, found["unit"], found["name"])


def write_cog(
    path: Path, array: Cells, grid: Grid, *, unit: str, name: str, description: str = ""
) -> None:
    """Write a cloud-optimised GeoTIFF: float32, nodata, overviews, units in tags."""
    rows, columns = grid.shape
    profile = {
        "driver": "GTiff",
        "width": columns,
        "height": rows,
        "count": 1,
        "dtype": "float32",
        "nodata": NODATA,
        "crs": grid.crs,
        "transform": _transform(grid),
    }
    filled = np.where(np.isfinite(array), array, NODATA).astype(np.float32)
    beside = path.with_name(f".{path.name}.tmp")
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as draft:
            draft.write(filled, 1)
            draft.set_band_description(1, name)
            draft.set_band_unit(1, unit)
            draft.update_tags(
                UNITS=unit,
                LONG_NAME=name,
                VERTICAL=grid.vertical,
                TIFFTAG_IMAGEDESCRIPTION=description or name,
            )
        with memory.open() as draft:
            copy_raster(
                draft, beside, driver="COG", compress="DEFLATE", predictor="YES",
                overview_resampling="AVERAGE", blocksize=256,
            )  # fmt: skip
    beside.replace(path)


def to_grid(raster: RasterFile, grid: Grid) -> Cells:
    """Resample onto a grid: averages when it is coarser, bilinear when finer.

    Cells without data stay so. InputError where only a rough ("ballpark") change of
    datum is known here, because a grid file is missing.
    """
    own = raster.grid
    same = (own.west, own.north, own.cell, own.shape)
    alike = CRS.from_user_input(own.crs) == CRS.from_user_input(grid.crs)
    if alike and (grid.west, grid.north, grid.cell, grid.shape) == same:
        return raster.array.astype(np.float32)
    if not alike:
        _check_same_way(own, grid, raster.name)
    made = np.full(grid.shape, np.nan, dtype=np.float32)
    coarser = grid.cell > 1.5 * own.cell
    reproject(
        raster.array.astype(np.float32, copy=False),
        made,
        src_transform=_transform(raster.grid),
        src_crs=raster.grid.crs,
        dst_transform=_transform(grid),
        dst_crs=grid.crs,
        src_nodata=np.nan,
        dst_nodata=np.nan,
        resampling=Resampling.average if coarser else Resampling.bilinear,
    )
    return made


def _check_same_way(own: Grid, grid: Grid, name: str) -> None:
    """GDAL may take a rougher way between two CRSs than pyproj allows: compare them."""
    there = to_site(CRS.from_user_input(grid.crs), own.crs, name)
    if there is None:
        return
    west, south, east, north = grid.bounds
    x, y = [west, east, (west + east) / 2], [north, south, (north + south) / 2]
    exact = np.array(there.transform(x, y))
    rough = np.array(warp_points(grid.crs, own.crs, x, y)[:2])
    off = float(np.abs(exact - rough).max())
    if not off <= 0.1 * own.cell:
        raise InputError(
            f"{name}: the way from {own.crs} to {grid.crs} is only roughly known "
            f"here ({off:g} units off); warp it with the right datum grid first"
        )


def _transform(grid: Grid) -> Any:
    return Affine(grid.cell, 0.0, grid.west, 0.0, -grid.cell, grid.north)
