"""Core points with their distances as LAZ, PLY, CSV or GeoPackage, and JSON beside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from twin.errors import InputError

if TYPE_CHECKING:
    from .cloud_change import CloudChange

SCALE: Final = 0.001  # m of coordinates in LAZ
LABELS: Final = {
    "distance": "m, later minus earlier",
    "detectable": "m, 95 %",
    "significant": "1: beyond detectable",
    "normal_x": "east",
    "normal_y": "north",
    "normal_z": "up",
    "roughness_a": "m, along the normal",
    "roughness_b": "m, along the normal",
    "points_a": "in the cylinder",
    "points_b": "in the cylinder",
}
Columns = Mapping[str, Any]


def write_clouds(found: CloudChange, to: Path) -> list[Path]:
    """Write core points to ``to``, and what it rests on to ``to`` + .json.

    .laz, .las  extra dimensions; distance is NaN where a cloud has no point
    .ply        binary; CRS and datum as comments
    .csv        easting, northing, height and the same columns; UTF-8
    .gpkg       points with attributes

    Raises InputError for another ending, or a folder that is not there.
    """
    check_writable(to)
    WRITERS[to.suffix.lower()](found, to, _columns(found))
    beside = to.with_name(f"{to.name}.json")
    text = json.dumps(found.to_dict(), ensure_ascii=False, indent=1, default=str)
    beside.write_text(text + "\n", encoding="utf-8")
    return [to, beside]


def check_writable(to: Path) -> None:
    """Refuse before hours of work what could not be written after them."""
    if to.suffix.lower() not in WRITERS:
        raise InputError(f"{to}: '{to.suffix}' is not written; {', '.join(WRITERS)}")
    if not to.parent.is_dir():
        raise InputError(f"{to}: there is no folder {to.parent}; make it first")


def _columns(found: CloudChange) -> Columns:
    d = found.distances
    values = [d.distance, d.detectable, d.significant.astype(np.uint8)]
    values += [column.astype(np.float32) for column in d.normals.T]
    values += [column.astype(np.float32) for column in d.spread.T]
    values += [column.astype(np.uint32) for column in d.count.T]
    return dict(zip(LABELS, values, strict=True))


def _compound(found: CloudChange) -> Any:
    """Horizontal CRS with the vertical one where it is a code."""
    from pyproj import CRS
    from pyproj.crs import CompoundCRS
    from pyproj.exceptions import CRSError

    plan = CRS.from_user_input(found.crs)
    try:
        height = CRS.from_user_input(found.earlier.vertical)
        return CompoundCRS(f"{plan.name} + {height.name}", [plan, height])
    except CRSError:
        return plan


def _las(found: CloudChange, to: Path, columns: Columns) -> None:
    import laspy

    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales = np.full(3, SCALE)
    header.offsets = np.floor(found.core.min(axis=0))
    for name, values in columns.items():
        header.add_extra_dim(laspy.ExtraBytesParams(name, values.dtype, LABELS[name]))
    header.add_crs(_compound(found))
    cloud = laspy.LasData(header)
    cloud.x, cloud.y, cloud.z = found.core.T
    for name, values in columns.items():
        cloud[name] = values
    cloud.return_number = np.ones(len(found.core), dtype=np.uint8)
    cloud.number_of_returns = np.ones(len(found.core), dtype=np.uint8)
    cloud.write(to)


def _ply(found: CloudChange, to: Path, columns: Columns) -> None:
    kinds = {"f8": "double", "f4": "float", "u1": "uchar", "u4": "uint"}
    fields = dict(zip("xyz", found.core.T, strict=True)) | dict(columns)
    layout = [(name, v.dtype.newbyteorder("<").str) for name, v in fields.items()]
    records = np.zeros(len(found.core), dtype=layout)
    for name, values in fields.items():
        records[name] = values
    head = ["ply", "format binary_little_endian 1.0"]
    head += [f"comment crs {found.crs}", f"comment vertical {found.earlier.vertical}"]
    head += [f"comment {name}: {label}" for name, label in LABELS.items()]
    head += [f"element vertex {len(records)}"]
    head += [f"property {kinds[kind[1:]]} {name}" for name, kind in layout]
    head += ["end_header", ""]
    to.write_bytes("\n".join(head).encode("ascii", "replace") + records.tobytes())


def _csv(found: CloudChange, to: Path, columns: Columns) -> None:
    fields = {"easting": found.core[:, 0], "northing": found.core[:, 1]}
    fields |= {"height": found.core[:, 2], **columns}
    forms = ["%d" if v.dtype.kind == "u" else "%.4f" for v in fields.values()]
    with to.open("w", encoding="utf-8", newline="") as file:
        table = np.column_stack(list(fields.values()))
        head = ",".join(fields)
        np.savetxt(file, table, fmt=forms, delimiter=",", header=head, comments="")


def _gpkg(found: CloudChange, to: Path, columns: Columns) -> None:
    import shapely
    from pyogrio import raw

    to.unlink(missing_ok=True)
    kept = columns.values()
    values = [v.astype(np.int32) if v.dtype.kind == "u" else v for v in kept]
    raw.write(
        to,
        shapely.to_wkb(shapely.points(found.core)),
        values,
        list(columns),
        layer="distances",
        driver="GPKG",
        geometry_type="Point Z",
        crs=_compound(found).to_wkt(),
        encoding="UTF-8",
    )


Writer = Callable[["CloudChange", Path, Columns], None]
WRITERS: Final[dict[str, Writer]] = {
    ".laz": _las,
    ".las": _las,
    ".ply": _ply,
    ".csv": _csv,
    ".gpkg": _gpkg,
}
