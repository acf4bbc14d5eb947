"""Polygons of parcels and plans: read, checked, laid on the grid, written."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.errors import InputError, OutsideSite, unknown_name
from twin.grid import Grid
from twin.site_config import Parcels

from .audit import Audit, note
from .vector_file import Layer, read_layer, to_crs

__all__ = ["Parcel", "check_inside", "rasterise", "read_parcels", "write_parcels"]

ID, LABEL, LABEL_ZH = "id", "label", "label_zh"
NO_CLOCK = "1970-01-01T00:00:00.000Z"
OVERLAP = 1.0  # m2; smaller overlaps are rounding of shared edges


@dataclass(frozen=True, slots=True)
class Parcel:
    """One area with a name; the geometry is a shapely polygon in the site's CRS."""

    id: str
    label: str
    label_zh: str
    geometry: Any = field(repr=False)


def read_parcels(
    path: Path, crs: str, told: Parcels | None = None, audit: Audit | None = None
) -> list[Parcel]:
    """Read polygons into the site's CRS.

    told   names of the attributes; without it ``id``, ``label`` and ``label_zh`` where
           the file has them, else the polygons are numbered
    audit  gets what was read, assumed and repaired

    Raises MissingCRS, UnreadableFile, UnknownName for an attribute that is not there
    and InputError for a polygon that crosses itself, is empty or has no or a used id.
    """
    notes = audit if audit is not None else Audit()
    layer = read_layer(path, told, notes)
    ids = _ids(layer, told)
    shapes = _polygons(layer, ids, repair=told is not None and told.repair, audit=notes)
    placed = to_crs(shapes, layer.crs, crs, str(path))
    label = _texts(layer, told.label if told else None, LABEL, ids)
    label_zh = _texts(layer, told.label_zh if told else None, LABEL_ZH, label)
    _note_overlaps(placed, ids, str(path), notes)
    notes.read.append(note("polygons", str(path), len(ids)))
    rows = zip(ids, label, label_zh, placed, strict=True)
    return [Parcel(*row) for row in rows]


def _ids(layer: Layer, told: Parcels | None) -> list[str]:
    wanted = told.id if told else ID
    if wanted not in layer.fields:
        if told is not None:
            raise unknown_name("attribute", wanted, layer.fields, str(layer.path))
        return [str(i) for i in range(1, len(layer.shapes) + 1)]
    ids = [str(value).strip() for value in layer.fields[wanted]]
    for row, (value, name) in enumerate(zip(layer.fields[wanted], ids, strict=True), 1):
        if value is None or not name:
            raise InputError(
                f"{layer.path}: polygon {row} has no '{wanted}'; give it an id"
            )
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        rows = [str(i) for i, name in enumerate(ids, 1) if name == twice[0]]
        raise InputError(
            f"{layer.path}: polygons {', '.join(rows)} have the same {wanted} "
            f"'{twice[0]}'; give each its own, or merge them into one multipolygon"
        )
    return ids


def _texts(
    layer: Layer, stated: str | None, usual: str, otherwise: Sequence[str]
) -> list[str]:
    if stated is not None and stated not in layer.fields:
        raise unknown_name("attribute", stated, layer.fields, str(layer.path))
    values = layer.fields.get(stated or usual)
    if values is None:
        return list(otherwise)
    return [str(v) if v else o for v, o in zip(values, otherwise, strict=True)]


def _polygons(
    layer: Layer, ids: Sequence[str], *, repair: bool, audit: Audit
) -> NDArray[Any]:
    """Return areas that are valid; others are refused with their place, or repaired."""
    shapes = layer.shapes.copy()
    areal = np.isin(shapely.get_type_id(shapes), (3, 6))
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for i in np.flatnonzero(empty | ~areal).tolist():
        kind = "empty" if empty[i] else f"a {shapes[i].geom_type}, not an area"
        raise InputError(
            f"{layer.path}: '{ids[i]}' is {kind}; draw it as a polygon or take it out"
        )
    for i in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        why = shapely.is_valid_reason(shapes[i])
        if not repair:
            raise InputError(
                f"{layer.path}: polygon '{ids[i]}' is not valid: {why} (coordinates "
                "of the file); redraw it there, or set repair: true under parcels: "
                "in site.yaml"
            )
        shapes[i] = _mended(shapes[i])
        audit.repaired.append(note(why, f"{layer.path}: {ids[i]}"))
    return shapes


def _mended(shape: Any) -> Any:
    """Return the areas of the repaired shape, lines and points left out."""
    parts = shapely.get_parts(shapely.make_valid(shape))
    return shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (3, 6))])


def _note_overlaps(
    shapes: NDArray[Any], ids: Sequence[str], where: str, audit: Audit
) -> None:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    areas = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    for i in np.flatnonzero(areas > OVERLAP).tolist():
        told = f"{ids[first[i]]} and {ids[second[i]]} overlap by {areas[i]:.0f} m2"
        audit.assumed.append(note(f"{told}; the later one counts", where))


def check_inside(parcels: Sequence[Parcel], grid: Grid, where: str) -> list[str]:
    """Return the ids of parcels that reach over the edge of the grid.

    Raises OutsideSite for one that lies wholly outside.
    """
    site = shapely.box(*grid.bounds)
    edges = ", ".join(f"{edge:.0f}" for edge in grid.bounds)
    for parcel in parcels:
        if not shapely.intersects(site, parcel.geometry):
            west, south, east, north = (round(b) for b in parcel.geometry.bounds)
            raise OutsideSite(
                f"{where}: polygon '{parcel.id}' (x {west} to {east}, y {south} to "
                f"{north}) lies outside the site's grid ({edges}) in {grid.crs}; "
                "check the CRS of the file and the order of its coordinates, or give "
                "the site a larger extent:"
            )
    return [p.id for p in parcels if not shapely.covers(site, p.geometry)]


def rasterise(parcels: Sequence[Parcel], grid: Grid) -> NDArray[np.int32]:
    """Lay parcels on the grid: (rows, columns), 0 outside all, i = i-th parcel.

    A cell belongs to the parcel that holds its centre; where two do, to the later one.
    """
    from rasterio.features import rasterize
    from rasterio.transform import Affine

    if not parcels:
        return np.zeros(grid.shape, dtype=np.int32)
    check_inside(parcels, grid, "parcels")
    laid: NDArray[np.int32] = rasterize(
        [(parcel.geometry, i) for i, parcel in enumerate(parcels, start=1)],
        out_shape=grid.shape,
        transform=Affine(grid.cell, 0.0, grid.west, 0.0, -grid.cell, grid.north),
        fill=0,
        all_touched=False,
        dtype="int32",
    )
    return laid


def write_parcels(path: Path, parcels: Sequence[Parcel], crs: str) -> None:
    """Write a GeoPackage with layer ``parcels``, whole or not at all."""
    from pyogrio import raw

    draft = path.with_name(f"{path.stem}.part.gpkg")
    draft.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = [[getattr(p, name) for p in parcels] for name in (ID, LABEL, LABEL_ZH)]
    shapes = np.array([p.geometry for p in parcels], dtype=object)
    raw.write(
        draft,
        shapely.to_wkb(shapes),
        [np.array(column, dtype=object) for column in columns],
        [ID, LABEL, LABEL_ZH],
        layer="parcels",
        driver="GPKG",
        geometry_type="MultiPolygon",
        promote_to_multi=True,
        crs=crs,
        encoding="UTF-8",
    )
    _without_clock(draft)
    draft.replace(path)


def _without_clock(path: Path) -> None:
    """Take the time of writing out of a GeoPackage: its hash must name the content."""
    package = sqlite3.connect(path)
    with package:
        package.execute("UPDATE gpkg_contents SET last_change = ?", (NO_CLOCK,))
    package.close()
