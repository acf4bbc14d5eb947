"""LandXML 1.2 out: one surface with triangles, lines, unit and references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from twin.errors import InputError

from .design import Design, Lines, Points

SPACE = "http://www.landxml.org/schema/LandXML-1.2"
UNITS = (
    '<Metric areaUnit="squareMeter" linearUnit="meter" volumeUnit="cubicMeter" '
    'temperatureUnit="celsius" pressureUnit="mmHG"/>'
)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
ROWS = 100_000  # written at once


def write_landxml(path: Path, design: Design) -> None:
    """Write a design in metres; every coordinate in its shortest exact form."""
    if design.tin is None and not (design.breaklines or design.contours):
        raise InputError(
            f"{path}: design '{design.name}' has neither triangles nor lines to write"
        )
    beside = path.with_name(f".{path.name}.tmp")
    with beside.open("w", encoding="utf-8", newline="\n") as file:
        for part in _document(design):
            file.write(part)
    beside.replace(path)


def _document(design: Design) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    # The schema asks for a date; a fixed one keeps equal designs equal files.
    yield f'<LandXML xmlns="{SPACE}" version="1.2" date="1970-01-01" time="00:00:00">\n'
    yield f"<Units>{UNITS}</Units>\n"
    yield _reference(design)
    yield '<Application name="minetwin"/>\n'
    yield f"<Surfaces>\n<Surface name={_attribute(design.name)}>\n"
    yield "<SourceData>\n" if _has_lines(design) else ""
    yield from _group("Breaklines", 'Breakline brkType="standard"', design.breaklines)
    yield from _group("Boundaries", 'Boundary bndType="outer"', design.boundaries)
    yield from _contours(design.contours)
    yield "</SourceData>\n" if _has_lines(design) else ""
    yield from _definition(design)
    yield "</Surface>\n</Surfaces>\n</LandXML>\n"


def _has_lines(design: Design) -> bool:
    return bool(design.breaklines or design.boundaries or design.contours)


def _reference(design: Design) -> str:
    if not (design.crs or design.vertical):
        return ""
    told = ""
    if design.crs:
        authority, _, code = design.crs.partition(":")
        known = authority.upper() == "EPSG" and code.isdigit()
        told += f' epsgCode="{code}"' if known else ""
        told += f" desc={_attribute(design.crs)}"
        told += "" if known else f" ogcWktCode={_attribute(design.crs)}"
    if design.vertical:
        told += f" verticalDatum={_attribute(design.vertical)}"
    return f"<CoordinateSystem{told}/>\n"


def _attribute(text: str) -> str:
    return quoteattr(FORBIDDEN.sub("", text))


def _group(plural: str, opened: str, lines: Lines) -> Iterator[str]:
    if lines:
        yield f"<{plural}>\n"
        for i, line in enumerate(lines, 1):
            yield _list(f'{opened} name="{i}"', line)
        yield f"</{plural}>\n"


def _contours(lines: Lines) -> Iterator[str]:
    if lines:
        yield "<Contours>\n"
        for line in lines:
            yield _list(f'Contour elev="{float(line[0, 2])!r}"', line[:, :2])
        yield "</Contours>\n"


def _list(opened: str, line: Points) -> str:
    level = line.shape[1] == 3 and np.isfinite(line[:, 2]).all()
    order = [1, 0, 2] if level else [1, 0]
    kind = "PntList3D" if level else "PntList2D"
    numbers = " ".join(map(repr, line[:, order].ravel().tolist()))
    return f"<{opened}><{kind}>{numbers}</{kind}></{opened.split()[0]}>\n"


def _definition(design: Design) -> Iterator[str]:
    if design.tin is None:
        return
    v, t = design.tin.vertices, design.tin.triangles + 1
    yield '<Definition surfType="TIN">\n<Pnts>\n'
    for start in range(0, len(v), ROWS):
        rows = enumerate(v[start : start + ROWS].tolist(), start + 1)
        yield "".join(f'<P id="{i}">{n!r} {e!r} {z!r}</P>\n' for i, (e, n, z) in rows)
    yield "</Pnts>\n<Faces>\n"
    for start in range(0, len(t), ROWS):
        faces = t[start : start + ROWS].tolist()
        yield "".join(f"<F>{a} {b} {c}</F>\n" for a, b, c in faces)
    yield "</Faces>\n</Definition>\n"
