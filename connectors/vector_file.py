"""A vector file as it is: shapes, attributes and CRS, behind a plausibility gate."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.errors import InputError, MissingCRS, UnreadableFile, unknown_name
from twin.site_config import Parcels

from .audit import Audit, note
from .text import detected

WGS84 = "EPSG:4326"
MOST_BYTES = 512 << 20
# First bytes by ending: GDAL would open any of its formats under any name.
GEOJSON, GEOPACKAGE, SHAPEFILE = b"{", b"SQLite format 3\x00", b"\x00\x00\x27\x0a"
SIGNATURES = {
    ".geojson": GEOJSON,
    ".json": GEOJSON,
    ".gpkg": GEOPACKAGE,
    ".shp": SHAPEFILE,
}


@dataclass(frozen=True)
class Layer:
    """One layer: shapely shapes, attributes by name, CRS of the coordinates."""

    path: Path
    shapes: NDArray[Any]
    fields: Mapping[str, Sequence[Any]]
    crs: str


def read_layer(path: Path, told: Parcels | None, audit: Audit) -> Layer:
    """Read the only layer of a file, or the stated one."""
    from pyogrio import raw
    from pyogrio.errors import DataLayerError, DataSourceError

    head = _gate(path)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            name = _layer_name(path, told.layer if told else None)
            encoding = _encoding(path, told.encoding if told else None, audit)
            meta, _, shapes, columns = raw.read(
                path, layer=name, force_2d=True, encoding=encoding
            )
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"{path}: cannot be read as {path.suffix.lower()} ({error}); export it "
            "again as GeoJSON or GeoPackage"
        ) from error
    audit.assumed.extend(note(f"GDAL: {w.message}", path) for w in said)
    if shapes is None or len(shapes) == 0:
        raise InputError(f"{path}: holds no polygon; draw at least one")
    geometry = _shapes(path, shapes)
    stated = told.crs if told else None
    crs = _crs(path, meta["crs"], stated, audit, geojson=head == GEOJSON)
    _look_like_degrees(path, geometry, crs)
    fields = dict(zip(meta["fields"], (list(c) for c in columns), strict=True))
    return Layer(path, geometry, fields, crs)


def _shapes(path: Path, wkb: NDArray[Any]) -> NDArray[Any]:
    """Geometries of the features; each bad one would fail later and less clearly."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the row is named below instead
        made = shapely.from_wkb(wkb, on_invalid="warn")
    held = np.array([value is not None for value in wkb])
    if (held & shapely.is_missing(made)).any():
        row = int(np.flatnonzero(held & shapely.is_missing(made))[0]) + 1
        raise InputError(
            f"{path}: feature {row} is no geometry (a ring needs four points, the last "
            "equal to the first); draw it again"
        )
    found: NDArray[Any] = made
    return found


def _gate(path: Path) -> bytes:
    """Return the signature of the file; UnreadableFile when it is not what it says."""
    expected = SIGNATURES.get(path.suffix.lower())
    if expected is None:
        raise UnreadableFile(
            f"{path}: polygons are read from {', '.join(SIGNATURES)}; convert the file"
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise UnreadableFile(
            f"{path}: cannot be read ({error.strerror}); check the name and the rights"
        ) from error
    if size > MOST_BYTES:
        raise UnreadableFile(f"{path}: {size >> 20} MiB of polygons; split the file")
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip() if expected == GEOJSON else head
    if not plain.startswith(expected):
        raise UnreadableFile(
            f"{path}: this is not {path.suffix.lower()} (its first bytes are others); "
            "export it again, do not rename it"
        )
    return expected


def _encoding(path: Path, stated: str | None, audit: Audit) -> str | None:
    """Return the encoding of attributes; only a Shapefile may leave it open."""
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or not table.is_file():
        return None
    if stated is not None or path.with_suffix(".cpg").is_file():
        return stated
    raw = table.read_bytes()
    text = detected(raw[int.from_bytes(raw[8:10], "little") :], table)
    if text.assumed:
        audit.assumed.append(note(text.assumed, table))
    return text.encoding


def _layer_name(path: Path, stated: str | None) -> str:
    from pyogrio import list_layers

    names = [str(name) for name, _ in list_layers(path)]
    if stated is not None:
        if stated not in names:
            raise unknown_name("layer", stated, names, str(path))
        return stated
    if len(names) != 1:
        raise InputError(
            f"{path}: has {len(names)} layers ({', '.join(names)}); say which with "
            "layer: in site.yaml"
        )
    return names[0]


def _crs(
    path: Path, found: str | None, stated: str | None, audit: Audit, *, geojson: bool
) -> str:
    """Return the CRS of the coordinates: the file's, else the stated one."""
    if geojson and not _has_crs_member(path):
        found = None if stated else WGS84
    if found is None and stated is None:
        raise MissingCRS(
            f"{path}: has no CRS and none is guessed; export it with its CRS, or state "
            "crs: for it in site.yaml"
        )
    if found is None:
        told = f"CRS {stated}, stated in site.yaml, for the file has none"
        audit.assumed.append(note(told, str(path)))
        return str(stated)
    if stated is not None and not _same(found, stated):
        raise InputError(
            f"{path}: its CRS is {found}, but site.yaml states {stated}; take crs: "
            "out of site.yaml, or mend the file"
        )
    return found


def _has_crs_member(path: Path) -> bool:
    """Return whether a GeoJSON has the crs member of 2008; else it is WGS 84."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"{path}: this is not JSON ({error}); export it again as GeoJSON"
        ) from error
    return bool(told.get("crs"))


def _same(one: str, other: str) -> bool:
    from pyproj import CRS

    return bool(CRS.from_user_input(one).equals(CRS.from_user_input(other)))


def _look_like_degrees(path: Path, shapes: NDArray[Any], crs: str) -> None:
    """Refuse metres under a CRS in degrees, the usual slip of GeoJSON exports."""
    from pyproj import CRS

    if not CRS.from_user_input(crs).is_geographic:
        return
    west, south, east, north = shapely.total_bounds(shapes)
    if west < -360 or east > 360 or south < -90.001 or north > 90.001:
        raise MissingCRS(
            f"{path}: coordinates such as ({west:.0f}, {south:.0f}) are no degrees, "
            f"but the file is in {crs} (GeoJSON without crs member is WGS 84); export "
            "it in WGS 84, or state crs: for it in site.yaml"
        )


def to_crs(shapes: NDArray[Any], source: str, target: str, where: str) -> NDArray[Any]:
    """Transform shapes; MissingCRS when no proper transformation is known."""
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    if _same(source, target):
        return shapes
    try:
        change = Transformer.from_crs(
            source, target, always_xy=True, allow_ballpark=False
        )

        def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(change.transform(xy[:, 0], xy[:, 1], errcheck=True))

        return np.asarray(shapely.transform(shapes, moved))
    except ProjError as error:
        raise MissingCRS(
            f"{where}: cannot be brought from {source} to {target} ({error}); "
            "deliver it in the CRS of the site"
        ) from error
