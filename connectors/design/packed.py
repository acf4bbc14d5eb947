"""Designs and meshes as plain data and arrays, to pass from one process to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from twin.tin import Tin

from .design import Design, Lines, Stated
from .mesh import Mesh

Packed = tuple[dict[str, Any], dict[str, Any]]
LINES = ("breaklines", "boundaries", "contours")


def packed_design(design: Design) -> Packed:
    """Names and references; vertices, triangles, and lines end to end."""
    told = {name: getattr(design, name) for name in ("name", "crs", "vertical")}
    arrays = {}
    for kind in LINES:
        lines: Sequence[Any] = getattr(design, kind)
        arrays[kind] = np.concatenate([np.empty((0, 3)), *lines])
        arrays[f"{kind}_sizes"] = np.array([len(x) for x in lines], dtype=np.int64)
    if design.tin is not None:
        arrays["vertices"] = design.tin.vertices
        arrays["triangles"] = design.tin.triangles
    return told, arrays


def opened_design(
    told: Mapping[str, Any], arrays: Mapping[str, Any], path: Path
) -> Design:
    """The design that was packed."""
    tin = None
    if "vertices" in arrays:
        tin = Tin(arrays["vertices"], arrays["triangles"])
    lines: dict[str, Any] = {
        kind: _cut(arrays[kind], arrays[f"{kind}_sizes"]) for kind in LINES
    }
    return Design(tin=tin, source=path, **told, **lines)


def _cut(points: Any, sizes: Any) -> Lines:
    if not len(sizes):
        return ()
    return tuple(np.split(points, np.cumsum(sizes)[:-1]))


def packed_mesh(mesh: Mesh, said: Mapping[str, str]) -> Packed:
    """What the file tells; vertices and triangles."""
    return {"said": dict(said)}, {
        "vertices": mesh.vertices,
        "triangles": mesh.triangles,
    }


def packed_stated(stated: Stated) -> dict[str, Any]:
    """What the user states, as plain data."""
    return asdict(stated)


def opened_stated(given: Mapping[str, Any]) -> Stated:
    """What the user stated."""
    origin = given["origin"]
    return Stated(
        **{
            **given,
            "layers": tuple(given["layers"]),
            "origin": None if origin is None else tuple(origin),
        }
    )
