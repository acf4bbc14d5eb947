"""Malformed parcels: what people draw, and what attackers write."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

SQUARE = [[500000.0, 4370000.0], [500100.0, 4370000.0], [500100.0, 4370100.0],
          [500000.0, 4370100.0], [500000.0, 4370000.0]]  # fmt: skip
CRS = {"type": "name", "properties": {"name": "EPSG:32649"}}


def geojson(
    coordinates: Any, *, kind: str = "Polygon", crs: Any = CRS, ids: Any = "P1"
) -> bytes:
    """One feature."""
    feature = {
        "type": "Feature",
        "properties": {"id": ids},
        "geometry": {"type": kind, "coordinates": coordinates},
    }
    told = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    return json.dumps(told).encode()


def bow_tie() -> list[list[float]]:
    a, b, c, d, _ = SQUARE
    return [a, c, b, d, a]


FILES: dict[str, tuple[str, bytes]] = {
    "self-crossing polygon": ("bow.geojson", geojson([bow_tie()])),
    "ring of two points": ("two.geojson", geojson([SQUARE[:2]])),
    "empty polygon": ("none.geojson", geojson([])),
    "line for a polygon": ("line.geojson", geojson(SQUARE, kind="LineString")),
    "NaN in a ring": ("nan.geojson", geojson([[*SQUARE[:2], [float("nan"), 1.0],
                                              SQUARE[0]]])),
    "infinite coordinate": ("inf.geojson", geojson([[*SQUARE[:2], [1e400, 1.0],
                                                    SQUARE[0]]])),
    "unknown CRS": ("crs.geojson", geojson(
        [SQUARE], crs={"type": "name", "properties": {"name": "EPSG:999999"}})),
    "id of nothing": ("id.geojson", geojson([SQUARE], ids=None)),
    "truncated": ("cut.geojson", geojson([SQUARE])[:120]),
    "not JSON": ("text.geojson", b"parcel;east;north\n1;2;3\n"),
    "empty file": ("empty.geojson", b""),
    "deep nesting": ("deep.geojson", b'{"type": ' + b"[" * 200_000),
    "GeoPackage of noise": ("noise.gpkg", bytes(range(256)) * 40),
    "GeoPackage cut short": ("short.gpkg", b"SQLite format 3\0" + b"\0" * 80),
}  # fmt: skip


def bomb(folder: Path) -> Path:
    """A GeoPackage whose only table is none of geometries."""
    path = folder / "tableless.gpkg"
    with sqlite3.connect(path) as base:
        base.execute("create table gpkg_contents (table_name text)")
        base.execute("create table parcels (geom blob, id text)")
        base.execute("insert into parcels values (zeroblob(1000), 'P1')")
    return path


def write(folder: Path) -> dict[str, Path]:
    """Write every kind; name -> file."""
    made = {}
    for name, (file, data) in FILES.items():
        path = folder / file
        path.write_bytes(data)
        made[f"vector: {name}"] = path
    made["vector: GeoPackage without geometries"] = bomb(folder)
    return made
