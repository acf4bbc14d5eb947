"""Sections through grounds of a site along a line: profiles, areas, files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from connectors.audit import Audit
from connectors.design.design import Design
from connectors.design.dxf_write import write_dxf
from connectors.vector_file import read_layer, to_crs
from twin.change.comparable import check_comparable
from twin.change.sections import (
    Section,
    SectionAreas,
    along_line,
    area_between,
    section,
)
from twin.errors import InputError
from twin.surface import Surface

from .grounds import ground_of

if TYPE_CHECKING:
    from twin.site import Site


@dataclass(frozen=True)
class GroundSection:
    """Several grounds along one line.

    grounds  the first is what the others are compared with
    areas    between the first and each other ground
    """

    name: str
    line: shapely.LineString
    grounds: tuple[Surface, ...] = field(repr=False)
    cuts: tuple[Section, ...] = field(repr=False)
    areas: tuple[SectionAreas, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data: stations and elevations of each ground, m; areas, m2."""
        lines = []
        for ground, cut in zip(self.grounds, self.cuts, strict=True):
            stations, heights = cut.profile
            lines.append(
                {
                    "id": ground.id,
                    "date": ground.date.isoformat(),
                    "kind": ground.kind,
                    "station": stations.tolist(),
                    "elevation": [None if np.isnan(z) else float(z) for z in heights],
                }
            )
        first = self.grounds[0]
        return {
            "name": self.name,
            "line": shapely.get_coordinates(self.line).tolist(),
            "crs": first.grid.crs,
            "vertical": first.grid.vertical,
            "length": self.cuts[0].length,
            "grounds": lines,
            "areas": [
                {"id": g.id, **asdict(a), "net": a.net}
                for g, a in zip(self.grounds[1:], self.areas, strict=True)
            ],
        }


def sections_of(
    site: Site, names: Sequence[str], lines: dict[str, shapely.LineString]
) -> list[GroundSection]:
    """Cut grounds of a site along lines in its CRS.

    Grounds that came as triangles are cut exactly, rasters bilinearly. Raises
    MissingCRS and InputError where several grounds are not comparable, UnknownName for
    a wrong id.
    """
    grounds = tuple(ground_of(site, name) for name in names)
    for other in grounds[1:]:
        check_comparable(grounds[0], other)
    made = []
    for name, line in lines.items():
        cuts = tuple(section(g if g.tin is None else g.tin, line) for g in grounds)
        if not any(len(cut.pieces) for cut in cuts):
            raise InputError(
                f"section {name}: the line crosses none of {', '.join(names)}; it lies "
                f"at {line.bounds}, the site within {grounds[0].grid.bounds}"
            )
        areas = tuple(area_between(cuts[0], cut) for cut in cuts[1:])
        made.append(GroundSection(name, line, grounds, cuts, areas))
    return made


def line_of(places: Sequence[str]) -> shapely.LineString:
    """Line through places written as "x,y" in the site's CRS."""
    try:
        corners = [tuple(float(v) for v in place.split(",")) for place in places]
    except ValueError:
        corners = []
    if len(corners) < 2 or any(len(c) != 2 for c in corners):
        raise InputError(
            f"line {' '.join(places)}: write two places or more as x,y in metres, such "
            "as 500120,4349880 500420,4349880"
        )
    return shapely.LineString(corners)


def lines_of(path: Path, crs: str) -> dict[str, shapely.LineString]:
    """Lines of a vector file in the site's CRS, by number."""
    layer = read_layer(path, None, Audit())
    placed = to_crs(layer.shapes, layer.crs, crs, str(path))
    found = {
        str(i): shape
        for i, shape in enumerate(placed, start=1)
        if isinstance(shape, shapely.LineString)
    }
    if not found:
        raise InputError(f"{path}: holds no line; draw one LineString per section")
    return found


def write_section(found: GroundSection, path: Path) -> None:
    """Write a section as .csv (stations and heights) or .dxf (3D polylines)."""
    ending = path.suffix.lower()
    if ending == ".csv":
        path.write_text(_csv(found), encoding="utf-8-sig", newline="")
    elif ending == ".dxf":
        lines = []
        for cut in found.cuts:
            stations, heights = cut.profile
            east, north = along_line(found.line, stations)
            rows = np.column_stack([east, north, heights])
            breaks = np.flatnonzero(np.isnan(heights))
            parts = np.split(rows, breaks)
            lines += [p[np.isfinite(p[:, 2])] for p in parts]
        first = found.grounds[0].grid
        kept = tuple(line for line in lines if len(line) > 1)
        write_dxf(path, Design(found.name, breaklines=kept, crs=first.crs))
    else:
        raise InputError(f"{path}: a section is written as .csv, .dxf or .svg")


def _csv(found: GroundSection) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("section", "ground", "station_m", "x_m", "y_m", "elevation_m"))
    for ground, cut in zip(found.grounds, found.cuts, strict=True):
        stations, heights = cut.profile
        east, north = along_line(found.line, stations)
        for row in zip(stations, east, north, heights, strict=True):
            if not np.isnan(row[3]):
                values = [f"{v:.4f}" for v in row]
                writer.writerow((found.name, ground.id, *values))
    return text.getvalue()
