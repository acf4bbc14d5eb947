"""LandXML in: surfaces of triangles, breaklines, boundaries, contours.

LandXML 1.0 to 2.0; points are "northing easting elevation". The reader streams: no
document is held, no DTD or entity is let in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

import numpy as np
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse
from numpy.typing import NDArray

from twin.errors import InputError, UnreadableFile, unknown_name

from ..audit import Audit, note
from .design import METRES, Design, Lines, Points, Stated, gate, tin_of
from .xml_encoding import utf8

MOST_BYTES = 1 << 30
MOST_ELEMENTS = 30_000_000
DEEPEST = 64
VERSIONS = ("1.0", "1.1", "1.2", "2.0")
LISTS = {"Breakline": "breaklines", "Boundary": "boundaries", "Contour": "contours"}


@dataclass
class _Draft:
    """One <Surface> while it is read."""

    name: str
    ids: dict[str, int] = field(default_factory=dict)
    points: list[str] = field(default_factory=list)
    faces: list[str] = field(default_factory=list)
    hidden: int = 0
    spare: int = 0
    breaklines: list[Points] = field(default_factory=list)
    boundaries: list[Points] = field(default_factory=list)
    contours: list[Points] = field(default_factory=list)


@dataclass
class _Document:
    """What was met so far."""

    path: Path
    version: str = ""
    unit: str | None = None
    crs: str | None = None
    vertical: str | None = None
    surfaces: list[_Draft] = field(default_factory=list)
    inside: _Draft | None = None
    elevation: float = np.nan  # of the contour that is open


def read_landxml(path: Path, stated: Stated, audit: Audit) -> Design:
    """Read one surface of a LandXML file, in metres.

    Raises UnreadableFile for what is no sound LandXML, InputError where the user must
    choose (a surface of several, a unit).
    """
    gate(path, MOST_BYTES)
    document = _Document(path)
    try:
        with path.open("rb") as file:
            _walk(document, utf8(file))
    except DefusedXmlException as error:
        raise UnreadableFile(
            f"{path}: holds a document type or entities ({type(error).__name__}), "
            "which can be an attack; export plain LandXML"
        ) from error
    except (ParseError, UnicodeError, ValueError, LookupError) as error:
        raise UnreadableFile(
            f"{path}: not well-formed XML ({error}); export it again"
        ) from error
    draft = _chosen(document, stated)
    return _finished(document, draft, stated, audit)


def _walk(document: _Document, file: IO[bytes]) -> None:
    parser = DefusedXMLParser(target=TreeBuilder(), encoding="utf-8", forbid_dtd=True)
    stack: list[Element] = []
    count = 0
    for event, element in iterparse(file, ("start", "end"), parser=parser):
        tag = element.tag.rpartition("}")[2]
        if event == "start":
            count += 1
            if count > MOST_ELEMENTS or len(stack) >= DEEPEST:
                raise UnreadableFile(
                    f"{document.path}: more than {MOST_ELEMENTS} elements or "
                    f"{DEEPEST} levels; simplify the surface"
                )
            _opened(document, tag, element, root=not stack)
            stack.append(element)
            continue
        stack.pop()
        _closed(document, tag, element, stack)
        if stack:
            stack[-1].remove(element)  # nothing stays in memory


def _opened(document: _Document, tag: str, element: Element, *, root: bool) -> None:
    """Attributes are complete when an element opens."""
    told = element.attrib
    if root:
        space = element.tag.partition("}")[0]
        if tag != "LandXML":
            raise UnreadableFile(
                f"{document.path}: the root is <{tag}>, not <LandXML>; "
                "export the surface as LandXML 1.2"
            )
        document.version = told.get("version", space.rpartition("-")[2])
        if not document.version.startswith(VERSIONS):
            raise UnreadableFile(
                f"{document.path}: LandXML version '{document.version}' is not known "
                f"({', '.join(VERSIONS)}); export it as 1.2"
            )
    elif tag == "Surface":
        document.inside = _Draft(told.get("name", ""))
        document.surfaces.append(document.inside)
    elif tag in ("Metric", "Imperial"):
        document.unit = told.get("linearUnit", "meter" if tag == "Metric" else "foot")
    elif tag == "CoordinateSystem":
        document.crs = _reference(told)
        document.vertical = told.get("verticalDatum") or None
    elif tag == "Contour":
        document.elevation = _numbers(document, told.get("elev", "nan"), "contour")[0]


def _reference(told: dict[str, str]) -> str | None:
    code = told.get("epsgCode", "").strip()
    if code:
        return code if ":" in code else f"EPSG:{code}"
    return told.get("ogcWktCode") or told.get("name") or told.get("desc") or None


def _closed(
    document: _Document, tag: str, element: Element, stack: list[Element]
) -> None:
    """Text is complete when an element closes."""
    draft = document.inside
    if draft is None:
        return
    above = stack[-1].tag.rpartition("}")[2] if stack else ""
    text = element.text or ""
    if tag == "P" and above == "Pnts":
        draft.ids[element.get("id", "").strip()] = len(draft.points)
        draft.points.append(text)
    elif tag == "F":
        if element.get("i") == "1":
            draft.hidden += 1
        else:
            draft.faces.append(text)
    elif tag in ("PntList3D", "PntList2D"):
        if above in LISTS:
            line = _line(document, text, tag, above)
            getattr(draft, LISTS[above]).append(line)
        else:
            draft.spare += 1
    elif tag == "Surface":
        document.inside = None


def _line(document: _Document, text: str, tag: str, what: str) -> Points:
    width = 3 if tag == "PntList3D" else 2
    numbers = _numbers(document, text, what)
    if numbers.size % width:
        raise UnreadableFile(
            f"{document.path}: a {what} has {numbers.size} numbers, "
            f"not a multiple of {width}; export it again"
        )
    points = numbers.reshape(-1, width)
    height = document.elevation if what == "Contour" else np.nan
    z = points[:, 2] if width == 3 else np.full(len(points), height)
    return np.column_stack([points[:, 1], points[:, 0], z])


def _numbers(document: _Document, text: str, what: str) -> Points:
    """Numbers of a text, finite all; only a missing elevation is told as nan."""
    try:
        found = np.array(text.split(), dtype=np.float64)
    except ValueError as error:
        raise UnreadableFile(
            f"{document.path}: {what}: {error}; export it again"
        ) from error
    if text != "nan" and not np.isfinite(found).all():
        raise UnreadableFile(
            f"{document.path}: {what}: a coordinate is NaN or infinite; mend or "
            "leave out that point"
        )
    return found


def _chosen(document: _Document, stated: Stated) -> _Draft:
    drafts = document.surfaces
    if not drafts:
        raise UnreadableFile(
            f"{document.path}: no <Surface> in it; export the surface, "
            "not alignments or parcels only"
        )
    names = [draft.name for draft in drafts]
    if stated.surface is not None:
        if stated.surface not in names:
            raise unknown_name("surface", stated.surface, names, str(document.path))
        return drafts[names.index(stated.surface)]
    if len(drafts) > 1:
        raise InputError(
            f"{document.path}: holds {len(drafts)} surfaces; name one of: "
            f"{', '.join(names)}"
        )
    return drafts[0]


def _finished(
    document: _Document, draft: _Draft, stated: Stated, audit: Audit
) -> Design:
    """Arrays out of texts, units applied, everything noted."""
    path, where = document.path, f"{document.path}: surface '{draft.name}'"
    factor = _factor(document, stated, audit)
    vertices, triangles = _vertices(where, draft), _triangles(where, draft)
    tin = tin_of(path, vertices * factor, triangles) if len(triangles) else None
    if tin is None and not (draft.breaklines or draft.boundaries or draft.contours):
        raise UnreadableFile(
            f"{where}: neither triangles nor lines; export its definition too"
        )
    upright = len(triangles) - len(tin.triangles) if tin else 0
    audit.read.append(note(f"LandXML {document.version} triangles", where,
                           len(tin.triangles) if tin else 0))  # fmt: skip
    dropped = {
        "invisible faces": draft.hidden,
        "upright triangles": upright,
        "lists of loose points": draft.spare,
    }
    audit.dropped += [note(what, where, n) for what, n in dropped.items() if n]
    lines = {k: _scaled(getattr(draft, k), factor) for k in LISTS.values()}
    audit.read += [note(what, where, len(found)) for what, found in lines.items()]
    return Design(
        draft.name or path.stem,
        tin,
        crs=stated.crs or document.crs,
        vertical=stated.vertical or document.vertical,
        source=path,
        **lines,
    )


def _factor(document: _Document, stated: Stated, audit: Audit) -> float:
    """Metres per unit of the file."""
    unit = document.unit
    if unit is None:
        if stated.metres is None:
            raise InputError(
                f"{document.path}: names no <Units>; state the unit, e.g. unit: m"
            )
        audit.assumed.append(note(f"unit {stated.unit} as stated", document.path))
        return stated.metres
    if unit.lower() not in METRES:
        raise unknown_name("linearUnit", unit, METRES, str(document.path))
    factor = METRES[unit.lower()]
    audit.read.append(note(f"unit {unit}: {factor:.12g} m", document.path))
    return factor


def _scaled(lines: list[Points], factor: float) -> Lines:
    return tuple(line * factor for line in lines)


def _vertices(where: str, draft: _Draft) -> Points:
    rows = [text.split() for text in draft.points]
    short = next((i for i, row in enumerate(rows) if len(row) != 3), None)
    if short is not None:
        raise UnreadableFile(
            f"{where}: point {short + 1} is '{draft.points[short][:60]}', not "
            "'northing easting elevation'; export it again"
        )
    if len(draft.ids) != len(draft.points):
        raise UnreadableFile(
            f"{where}: {len(draft.points) - len(draft.ids)} points have the id of "
            "another, so faces are ambiguous; export it again"
        )
    try:
        found = np.array(rows, dtype=np.float64).reshape(-1, 3)
    except ValueError as error:
        raise UnreadableFile(f"{where}: a point: {error}; export it again") from error
    if not np.isfinite(found).all():
        bad = int(np.flatnonzero(~np.isfinite(found).all(axis=1))[0])
        raise UnreadableFile(
            f"{where}: point {bad + 1} is '{draft.points[bad][:60]}'; every "
            "coordinate is a finite number; mend or leave out that point"
        )
    return found[:, [1, 0, 2]]


def _triangles(where: str, draft: _Draft) -> NDArray[np.int64]:
    ids: Any = draft.ids
    rows = [text.split() for text in draft.faces]
    try:
        found = [(ids[a], ids[b], ids[c]) for a, b, c in rows]
    except KeyError as error:
        raise UnreadableFile(
            f"{where}: a face names point {error}, which is in no <Pnts>; "
            "export it again"
        ) from error
    except ValueError as error:
        raise UnreadableFile(
            f"{where}: a face has not three points ({error}); export triangles, "
            "not a grid"
        ) from error
    return np.array(found, dtype=np.int64).reshape(-1, 3)
