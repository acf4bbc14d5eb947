"""GeoTIFF and COG in and out, with CRS, nodata, unit and vertical datum kept."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from rasterio.shutil import copy as copy_raster
from rasterio.transform import Affine
from rasterio.warp import Resampling, reproject

from twin.errors import InputError, MissingCRS, UnreadableFile
from twin.grid import UNKNOWN_VERTICAL, Grid

NODATA = -9999.0
MAX_CELLS = 2_000_000_000
TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
Cells = NDArray[Any]


@dataclass(frozen=True)
class RasterFile:
    """One band of a raster: array (rows, columns) with NaN where there is no data."""

    array: Cells
    grid: Grid
    unit: str
    name: str


def check_magic(path: Path) -> None:
    """Refuse what only calls itself a TIFF (a VRT may read any file)."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise UnreadableFile(
            f"{path}: cannot be opened ({error.strerror}); check the name"
        ) from error
    if start not in TIFF:
        raise UnreadableFile(
            f"{path}: not a TIFF, whatever its name says (it begins with {start!r}); "
            "export it as GeoTIFF"
        )


def read_raster(
    path: Path, *, crs: str | None = None, vertical: str | None = None
) -> RasterFile:
    """Read the first band.

    crs, vertical  stated by the user where the file has none

    Raises UnreadableFile, and MissingCRS when neither file nor user name a CRS.
    """
    check_magic(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path, driver="GTiff") as file:
                return _band(file, path, crs, vertical)
    except RasterioIOError as error:
        raise UnreadableFile(
            f"{path}: a damaged TIFF ({error}); export it again"
        ) from error


def _band(file: Any, path: Path, crs: str | None, vertical: str | None) -> RasterFile:
    if file.width * file.height > MAX_CELLS:
        raise UnreadableFile(
            f"{path}: claims {file.width} x {file.height} cells; cut it into tiles"
        )
    found = crs or (file.crs.to_string() if file.crs else None)
    if not found:
        raise MissingCRS(
            f"{path}: no CRS in the file; state it in site.yaml, "
            "e.g. crs: EPSG:32649 beside the file's name"
        )
    t = file.transform
    if t.b or t.d or abs(t.a + t.e) > 1e-6 * abs(t.a) or t.a <= 0:
        raise InputError(
            f"{path}: rotated or not square cells ({t.a:g} x {t.e:g}); "
            "warp it to a north-up raster of square cells first"
        )
    band = file.read(1, masked=True)
    array = band.filled(np.nan) if band.dtype.kind == "f" else _floats(band)
    tags = file.tags()
    datum = vertical or tags.get("VERTICAL", UNKNOWN_VERTICAL)
    grid = Grid(found, datum, t.c, t.f, t.a, (file.height, file.width))
    unit = file.units[0] or tags.get("UNITS", "")
    name = file.descriptions[0] or path.stem
    return RasterFile(np.asarray(array), grid, unit, name)


def _floats(band: Any) -> Cells:
    values: Cells = band.astype(np.float32).filled(np.nan)
    return values


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

    Cells without data stay so. A datum change that needs a missing grid file is refused
    by PROJ (no ballpark transformation).
    """
    same = (raster.grid.west, raster.grid.north, raster.grid.cell, raster.grid.shape)
    if (grid.west, grid.north, grid.cell, grid.shape) == same:
        return raster.array.astype(np.float32)
    made = np.full(grid.shape, np.nan, dtype=np.float32)
    coarser = grid.cell > 1.5 * raster.grid.cell
    reproject(
        raster.array.astype(np.float32),
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


def _transform(grid: Grid) -> Any:
    return Affine(grid.cell, 0.0, grid.west, 0.0, -grid.cell, grid.north)
