"""How a run's cube lies on disk: Zarr v3 with CF attributes, one shard per instant.

Each instant of a layer is one shard file; its chunks are tiles of ``TILE`` cells. A map
reads one file, a cell's series reads one tile from each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from pyproj import CRS
from zarr.codecs import BloscCodec, Crc32cCodec

from ..grid import Grid
from ..vocabulary import VOCABULARY

CUBE = "cube.zarr"
TILE = 256
EPOCH = date(1970, 1, 1)
BLOSC = (b"lz4", 1, 1)  # the same as CODECS says: compressor, level, byte shuffle
# a tile carries its checksum: damage is seen when it is read, not only by verify
CODECS = (
    BloscCodec(cname="lz4", clevel=1, shuffle="shuffle", typesize=4),
    Crc32cCodec(),
)


def create(
    folder: Path,
    *,
    grid: Grid,
    times: Sequence[date],
    layers: Sequence[str],
    axes: Mapping[str, Sequence[str]],
) -> None:
    """Make the empty cube: coordinates, and arrays without a single shard."""
    root = zarr.create_group(folder / CUBE, overwrite=True, zarr_format=3)
    root.attrs.update({"Conventions": "CF-1.11", "title": folder.name})
    _coordinates(root, grid, times, axes)
    for name in layers:
        _layer(root, name, grid, len(times), axes)


def _layer(
    root: zarr.Group,
    name: str,
    grid: Grid,
    times: int,
    axes: Mapping[str, Sequence[str]],
) -> None:
    var = VOCABULARY[name]
    lead = tuple(len(axes[axis]) for axis in var.axes)
    rows, columns = grid.shape
    high, wide = min(TILE, rows), min(TILE, columns)
    whole = (-(-rows // high) * high, -(-columns // wide) * wide)
    attributes: dict[str, Any] = {
        "units": var.unit,
        "long_name": var.label,
        "grid_mapping": "crs",
        "comment": f"{var.label_zh}; source: {var.source}",
    }
    if var.standard_name:
        attributes["standard_name"] = var.standard_name
    root.create_array(
        name,
        shape=(times, *lead, rows, columns),
        dtype="float32",
        chunks=(1, *(1 for _ in lead), high, wide),
        shards=(1, *lead, *whole),
        fill_value=np.nan,
        compressors=CODECS,
        attributes=attributes,
        dimension_names=["time", *var.axes, "y", "x"],
    )


def _coordinates(
    root: zarr.Group,
    grid: Grid,
    times: Sequence[date],
    axes: Mapping[str, Sequence[str]],
) -> None:
    rows, columns = grid.shape
    days = np.array([(t - EPOCH).days for t in times], dtype="int64")
    y = grid.north - grid.cell * (np.arange(rows) + 0.5)
    x = grid.west + grid.cell * (np.arange(columns) + 0.5)
    told: dict[str, tuple[Any, dict[str, Any]]] = {
        "time": (days, {"units": "days since 1970-01-01", "calendar": "standard"}),
        "y": (y, {"units": "m", "standard_name": "projection_y_coordinate"}),
        "x": (x, {"units": "m", "standard_name": "projection_x_coordinate"}),
    }
    for name, (values, attributes) in told.items():
        root.create_array(
            name, data=values, attributes=attributes, dimension_names=[name]
        )
    for name, labels in axes.items():
        # Zarr v3 has no settled text type yet: labels go the CF way, as flag meanings
        root.create_array(
            name,
            data=np.arange(len(labels), dtype="int32"),
            dimension_names=[name],
            attributes={
                "long_name": name,
                "flag_values": list(range(len(labels))),
                "flag_meanings": " ".join(labels),
            },
        )
    root.create_array(
        "crs",
        data=np.array(0, dtype="int32"),
        dimension_names=[],
        attributes=crs_attributes(grid),
    )


def crs_attributes(grid: Grid) -> dict[str, Any]:
    """CF grid mapping of the horizontal CRS, with the vertical datum named."""
    crs = CRS.from_user_input(grid.crs)
    found = {k: v for k, v in crs.to_cf().items() if isinstance(v, str | int | float)}
    found["crs_wkt"] = crs.to_wkt()
    found["spatial_ref"] = found["crs_wkt"]
    found["vertical_datum"] = grid.vertical
    corner = f"{grid.west} {grid.cell} 0 {grid.north} 0 {-grid.cell}"
    found["GeoTransform"] = corner
    return found


def shard_path(layer: str, index: int, lead: int) -> str:
    """Name of a shard file inside the run's folder; ``lead`` axes before the cells."""
    inner = "/".join(["0"] * (lead + 2))
    return f"{CUBE}/{layer}/c/{index}/{inner}"
