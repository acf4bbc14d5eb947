"""Rasters in and out: nothing is lost on the way, and false ones are refused."""

from __future__ import annotations

import struct
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
import rasterio
from rasterio.transform import Affine

from connectors import raster
from connectors.check import check
from connectors.pointcloud import guard
from connectors.raster import import_raster, read_raster, to_grid, write_cog
from twin.errors import InputError, MissingCRS, UnreadableFile
from twin.grid import Grid

GRID = Grid("EPSG:32649", "EPSG:5737", 500_000.0, 4_400_600.0, 1.0, (600, 700))
NORTH_UP = Affine(1.0, 0.0, 500_000.0, 0.0, -1.0, 4_400_600.0)


def heights() -> np.ndarray:
    """A slope with a hole."""
    found = np.add.outer(np.arange(600) * 0.01, 1000.0 + np.arange(700) * 0.1)
    found[100:120, 200:230] = np.nan
    return found.astype(np.float32)


def write_tiff(path: Path, array: np.ndarray, **more: object) -> Path:
    """Write a plain GeoTIFF."""
    profile = {
        "driver": "GTiff", "height": array.shape[0], "width": array.shape[1],
        "count": 1, "dtype": array.dtype.name, "crs": "EPSG:32649",
        "transform": NORTH_UP,
    }  # fmt: skip
    with rasterio.open(path, "w", **{**profile, **more}) as file:
        file.write(array, 1)
    return path


@pytest.mark.parametrize("reader", [read_raster, import_raster])
def test_a_round_trip_keeps_cells_crs_unit_and_datum(
    tmp_path: Path, reader: object
) -> None:
    """What is written comes back, holes too, in this process and through the child."""
    path = tmp_path / "elevation.tif"
    write_cog(path, heights(), GRID, unit="m", name="elevation")

    found = reader(path)  # type: ignore[operator]

    np.testing.assert_array_equal(found.array, heights())
    assert found.grid == GRID
    assert (found.unit, found.name) == ("m", "elevation")


def test_the_file_is_a_cog_that_others_open_without_a_warning(tmp_path: Path) -> None:
    """Tiles, overviews, nodata, unit and description as QGIS shows them."""
    path = tmp_path / "elevation.tif"
    write_cog(path, heights(), GRID, unit="m", name="elevation", description="Ground")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with rasterio.open(path) as file:
            assert file.overviews(1)
            assert file.block_shapes == [(256, 256)]
            assert file.nodata == -9999.0
            assert file.crs.to_epsg() == 32649
            assert file.units == ("m",)
            assert file.descriptions == ("elevation",)
            assert file.tags()["VERTICAL"] == "EPSG:5737"
            assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert int((file.read_masks(1) == 0).sum()) == 600


@pytest.mark.parametrize(
    "more",
    [
        {"tiled": True, "blockxsize": 64, "blockysize": 128, "compress": "lzw"},
        {"compress": "deflate", "BIGTIFF": "YES"},
        {"nodata": 1003.0},
        {"ENDIANNESS": "BIG"},
        {"dtype": "int16"},
        {"dtype": "float64", "count": 3},
    ],
)
def test_the_child_reads_every_layout_as_rasterio_does(
    tmp_path: Path, more: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row blocks put together are the whole band; nodata becomes NaN."""
    kind = str(more.get("dtype", "float32"))
    array = np.rint(np.nan_to_num(heights())).astype(kind)
    path = write_tiff(tmp_path / "design.tif", array, **more)

    found = import_raster(path)

    wanted = array.astype(np.float32)
    if "nodata" in more:
        wanted[wanted == more["nodata"]] = np.nan
    np.testing.assert_array_equal(found.array, wanted)


def test_averages_over_coarser_cells_keep_the_mean(tmp_path: Path) -> None:
    """A linear slope on 5 m cells has the slope's height at each middle."""
    path = tmp_path / "elevation.tif"
    slope = np.tile(1000.0 + np.arange(700) * 0.1, (600, 1)).astype(np.float32)
    write_cog(path, slope, GRID, unit="m", name="elevation")
    coarse = Grid("EPSG:32649", "EPSG:5737", GRID.west, GRID.north, 5.0, (120, 140))

    made = to_grid(read_raster(path), coarse)

    middle = 1000.0 + 0.1 * (np.arange(140) * 5.0 + 2.0)
    np.testing.assert_allclose(made, np.tile(middle, (120, 1)), atol=1e-3)


def test_the_same_numbers_in_another_zone_are_another_place(tmp_path: Path) -> None:
    """Equal corner, cell and shape do not make equal grids: the CRS counts."""
    path = tmp_path / "elevation.tif"
    write_cog(path, heights(), GRID, unit="m", name="elevation")
    beside = replace(GRID, crs="EPSG:32650")

    made = to_grid(read_raster(path), beside)

    assert not np.isfinite(made).any()


def test_no_crs_and_turned_cells_are_findings(tmp_path: Path) -> None:
    """The CRS may be stated; a turned raster has to be warped first."""
    bare = write_tiff(tmp_path / "bare.tif", heights(), crs=None)
    turned = write_tiff(
        tmp_path / "turned.tif", heights(), transform=NORTH_UP * Affine.rotation(10)
    )

    with pytest.raises(MissingCRS, match=r"bare\.tif.*site\.yaml"):
        import_raster(bare)
    assert import_raster(bare, crs="EPSG:32649").grid.crs == "EPSG:32649"
    with pytest.raises(InputError, match=r"turned\.tif.*warp"):
        import_raster(turned)


def test_a_vrt_that_calls_itself_tiff_is_refused(tmp_path: Path) -> None:
    """A VRT can read any file of the machine."""
    path = tmp_path / "survey.tif"
    path.write_text(
        '<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>', encoding="utf-8"
    )

    (found,) = check([path])

    assert found.level == "unreadable"
    assert "not a TIFF" in found.what


def put(path: Path, tag: int, value: int) -> Path:
    """Overwrite the value of a tag in the first directory of a little-endian TIFF."""
    data = bytearray(path.read_bytes())
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    for k in range(count):
        place = at + 2 + 12 * k
        if struct.unpack_from("<H", data, place)[0] == tag:
            struct.pack_into("<HII", data, place + 2, 4, 1, value)
    path.write_bytes(data)
    return path


def cut(path: Path, keep: float) -> Path:
    """Leave the first part of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


LIES = {
    "cut to 6 bytes": lambda p: cut(p, 6 / p.stat().st_size),
    "cut early": lambda p: cut(p, 0.05),
    "cut in the middle": lambda p: cut(p, 0.5),
    "cut near the end": lambda p: cut(p, 0.98),
    "a million by a million": lambda p: put(put(p, 256, 10**6), 257, 10**6),
    "twenty thousand wide": lambda p: put(put(p, 256, 20_000), 257, 20_000),
    "no cells": lambda p: put(p, 256, 0),
    "65 thousand bands": lambda p: put(p, 277, 65_000),
    "directory past the end": lambda p: _point(p, 2**32 - 2),
}


def _point(path: Path, at: int) -> Path:
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 4, at)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("compress", ["none", "deflate"])
@pytest.mark.parametrize("lie", LIES)
def test_a_damaged_or_lying_tiff_is_refused_soon(
    tmp_path: Path, lie: str, compress: str
) -> None:
    """One message with the file and the mend, within seconds, no process left."""
    rng = np.random.default_rng(3)
    noise = rng.normal(1000.0, 10.0, (300, 300)).astype(np.float32)
    path = LIES[lie](write_tiff(tmp_path / "survey.tif", noise, compress=compress))
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    began = time.monotonic()

    (found,) = check([path])

    assert time.monotonic() - began < 10.0
    assert found.level == "unreadable"
    assert "survey.tif" in found.what
    assert "again" in found.what or "cut it" in found.what
    assert {p.pid for p in psutil.Process().children(recursive=True)} <= before


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import os; os.abort()", "died"),
        ("import time; time.sleep(600)", "stood still"),
        ("import time; a = b'x' * (300 << 20); time.sleep(600)", "MiB"),
    ],
)
def test_a_tiff_decoder_gone_wrong_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, told: str
) -> None:
    """Crash, standstill and growth of the child do not reach the parent."""
    path = write_tiff(tmp_path / "survey.tif", heights())
    monkeypatch.setattr(raster, "COMMAND", (sys.executable, "-c", code))
    monkeypatch.setattr(raster, "MEMORY", 200 << 20)
    monkeypatch.setattr(guard, "SILENCE", 2.0)

    with pytest.raises(UnreadableFile, match=told):
        import_raster(path)

    assert not psutil.Process().children(recursive=True)


def test_a_real_dsm_is_read(shared: Path) -> None:
    """42 x 213 cells of 5 m, as data/README.md states."""
    found = import_raster(shared / "data/pointcloud/bcts_dsm_5m.tif")

    assert sorted(found.array.shape) == [42, 213]
    assert found.grid.cell == 5.0
