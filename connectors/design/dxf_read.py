"""DXF in: faces and meshes as triangles, polylines as contours or breaklines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, UnreadableFile, unknown_name

from ..audit import Audit, note
from .design import Design, Points, Stated, gate, tin_of
from .mesh import Mesh

MOST_BYTES = 512 << 20
BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"
TEXT = re.compile(rb"^(\xef\xbb\xbf)?\s*(999\s*\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION\b")
# $INSUNITS of the DXF reference, metres per unit
INSUNITS = {
    1: 0.0254, 2: 0.3048, 3: 1609.344, 4: 0.001, 5: 0.01, 6: 1.0, 7: 1000.0,
    10: 0.9144, 14: 0.1, 21: 1200.0 / 3937.0,
}  # fmt: skip
LEVEL = 1e-9  # m; a polyline whose elevations differ by less is a contour


@dataclass
class _Found:
    """Corners of triangles and lines while entities are read, in drawing units."""

    corners: list[Any] = field(default_factory=list)
    breaklines: list[Points] = field(default_factory=list)
    contours: list[Points] = field(default_factory=list)
    other: dict[str, int] = field(default_factory=dict)
    edges_only: int = 0


def read_dxf(path: Path, stated: Stated, audit: Audit) -> Design:
    """Read the triangles and lines of the stated layers, or of all, in metres.

    Level polylines are contours, all others breaklines. Raises UnreadableFile for
    what is no sound DXF, InputError where no unit is named.
    """
    drawing = _opened(path, audit)
    factor = _factor(path, drawing, stated, audit)
    space = drawing.modelspace()
    layers = {entity.dxf.layer for entity in space}
    for name in stated.layers:
        if name not in layers:
            raise unknown_name("layer with entities", name, layers, str(path))
    chosen = set(stated.layers) or layers
    found = _Found()
    try:
        for entity in space:
            if entity.dxf.layer in chosen:
                _take(entity, found)
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        raise UnreadableFile(
            f"{path}: an entity is damaged ({error}); audit the drawing in CAD, "
            "then save it again"
        ) from error
    return _finished(path, found, factor, stated, audit)


def _opened(path: Path, audit: Audit) -> Any:
    from ezdxf import recover
    from ezdxf.lldxf.const import DXFError

    head = gate(path, MOST_BYTES)
    binary = head.startswith(BINARY)
    if not (binary or TEXT.match(head.replace(b"\r\n", b"\n"))):
        raise UnreadableFile(
            f"{path}: does not begin as a DXF file; a DWG must be saved as DXF first"
        )
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 256, 0))
        if b"EOF" not in file.read():
            raise UnreadableFile(
                f"{path}: ends before its EOF mark, so parts are lost; export it again"
            )
    try:
        drawing, auditor = recover.readfile(path)
    except (DXFError, OSError, ValueError, TypeError, KeyError,
            IndexError, AttributeError, AssertionError) as error:  # fmt: skip
        raise UnreadableFile(
            f"{path}: a damaged DXF ({type(error).__name__}: {error}); open it in CAD, "
            "audit it, and save it again"
        ) from error
    guessed = [n for n in (*auditor.errors, *auditor.fixes) if n.code in _guesses()]
    if guessed:
        raise UnreadableFile(
            f"{path}: {len(guessed)} numbers or tags are damaged "
            f"({guessed[0].message:.120}); export it again"
        )
    for what, notes in (("fixed", auditor.fixes), ("left", auditor.errors)):
        if notes:
            told = f"faults of the drawing {what}: {notes[0].message}"
            audit.repaired.append(note(told, path, len(notes)))
    return drawing


def _guesses() -> set[int]:
    """Faults that recovering mends by guessing a number."""
    from ezdxf.audit import AuditError

    return {
        int(AuditError.INVALID_FLOATING_POINT_VALUE),
        int(AuditError.INVALID_INTEGER_VALUE),
    }


def _factor(path: Path, drawing: Any, stated: Stated, audit: Audit) -> float:
    """Metres per drawing unit."""
    code = int(drawing.header.get("$INSUNITS", 0))
    if code in INSUNITS:
        audit.read.append(note(f"$INSUNITS {code}: {INSUNITS[code]:.12g} m", path))
        return INSUNITS[code]
    if stated.metres is None:
        raise InputError(
            f"{path}: $INSUNITS is {code}, which names no unit of ground; "
            "state the unit, e.g. unit: m"
        )
    audit.assumed.append(note(f"unit {stated.unit} as stated", path))
    return stated.metres


def _take(entity: Any, found: _Found) -> None:
    take = _KINDS.get(entity.dxftype())
    if take is None:
        kind = entity.dxftype()
        found.other[kind] = found.other.get(kind, 0) + 1
    else:
        take(entity, found)


def _face(entity: Any, found: _Found) -> None:
    d = entity.dxf
    if not all(d.hasattr(name) for name in ("vtx0", "vtx1", "vtx2", "vtx3")):
        # a default corner would be invented ground at 0, 0, 0
        raise ValueError(f"3DFACE {d.handle} lacks a corner")
    _quad([d.vtx0, d.vtx1, d.vtx2, d.vtx3], found)


def _quad(corners: list[Any], found: _Found) -> None:
    """A face of three or four corners; the last repeats when there are three."""
    a, b, c, *rest = [tuple(p) for p in corners]
    found.corners += [a, b, c]
    if rest and rest[0] not in (a, c):
        found.corners += [a, c, rest[0]]


def _polyline(entity: Any, found: _Found) -> None:
    if entity.is_poly_face_mesh:
        for face in entity.faces():
            corners = [v.dxf.location for v in face[:-1]]
            if len(corners) >= 3:
                _quad(corners, found)
            else:
                found.edges_only += 1
    elif entity.is_polygon_mesh:
        for quad in _mesh_quads(entity):
            _quad(quad, found)
    else:
        points = [tuple(p) for p in entity.points_in_wcs()]
        _line(points, bool(entity.is_closed), found)


def _mesh_quads(entity: Any) -> Iterator[list[Any]]:
    m, n = entity.dxf.m_count, entity.dxf.n_count
    places = [v.dxf.location for v in entity.vertices]
    if m < 2 or n < 2 or m * n != len(places):
        raise ValueError(f"polymesh of {m} x {n} has {len(places)} vertices")
    for i in range(m if entity.is_m_closed else m - 1):
        for j in range(n if entity.is_n_closed else n - 1):
            i2, j2 = (i + 1) % m, (j + 1) % n
            order = (i * n + j, i2 * n + j, i2 * n + j2, i * n + j2)
            yield [places[k] for k in order]


def _lwpolyline(entity: Any, found: _Found) -> None:
    points = [tuple(p) for p in entity.vertices_in_wcs()]
    _line(points, bool(entity.closed), found)


def _segment(entity: Any, found: _Found) -> None:
    _line([tuple(entity.dxf.start), tuple(entity.dxf.end)], False, found)


def _line(points: list[Any], closed: bool, found: _Found) -> None:
    if len(points) < 2:
        return
    line = np.array([*points, points[0]] if closed else points, dtype=np.float64)
    level = np.ptp(line[:, 2]) <= LEVEL and len(points) > 2
    (found.contours if level else found.breaklines).append(line)


_KINDS: dict[str, Callable[[Any, _Found], None]] = {
    "3DFACE": _face,
    "POLYLINE": _polyline,
    "LWPOLYLINE": _lwpolyline,
    "LINE": _segment,
}


def _finished(
    path: Path, found: _Found, factor: float, stated: Stated, audit: Audit
) -> Design:
    lines = [*found.breaklines, *found.contours]
    corners = np.array(found.corners, dtype=np.float64).reshape(-1, 3)
    if not all(np.isfinite(a).all() for a in (corners, *lines)):
        raise UnreadableFile(
            f"{path}: a coordinate is NaN or infinite; delete that entity in CAD"
        )
    if not len(corners) and not lines:
        kinds = ", ".join(f"{n} {kind}" for kind, n in found.other.items()) or "nothing"
        raise UnreadableFile(
            f"{path}: no 3DFACE, mesh or polyline in those layers, but {kinds}; "
            "explode blocks or export the surface as faces"
        )
    dropped = {f"{kind} entities": n for kind, n in found.other.items()}
    dropped["faces of two corners"] = found.edges_only
    tin = None
    if len(corners):
        mesh = joined(corners * factor)
        tin = tin_of(path, mesh.vertices, mesh.triangles)
        dropped["upright triangles"] = len(mesh.triangles) - len(tin.triangles)
        audit.read.append(note("triangles", path, len(tin.triangles)))
    audit.dropped += [note(what, path, n) for what, n in dropped.items() if n]
    audit.read.append(note("breaklines", path, len(found.breaklines)))
    audit.read.append(note("contours (level polylines)", path, len(found.contours)))
    return Design(
        path.stem,
        tin,
        tuple(line * factor for line in found.breaklines),
        (),
        tuple(line * factor for line in found.contours),
        stated.crs,
        stated.vertical,
        path,
    )


def joined(corners: NDArray[np.float64]) -> Mesh:
    """Triangles of corners (3 t, 3) with equal corners made one vertex."""
    vertices, place = np.unique(corners, axis=0, return_inverse=True)
    return Mesh(vertices, place.reshape(-1, 3).astype(np.int64))
