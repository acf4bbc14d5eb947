"""Sections: grounds cut by an upright plane along a line, and what lies between them.

A section is stations (m along the line) and elevations, straight between them. On a Tin
it is exact: a station at every edge that the line crosses. On a raster elevations are
bilinear between cell centres; along a line they are parabolas between the lines through
the centres, so there are stations at every such crossing and at steps of a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from ..errors import InputError
from ..surface import Surface
from ..tin import Tin
from .comparable import within_mask
from .facets import Plane
from .line_crossings import pieces_on_raster, pieces_on_tin

Float = NDArray[np.float64]
Ground = Tin | Surface | Plane

SAME_LENGTH: Final = 1e-9  # relative, of lines that are meant to be one
NEAR: Final = 1e-9  # m; shorter pieces are left out
ROUNDING: Final = 1e-12  # of stations, relative to the line's length
AROUND: Final = 100  # pieces that may be left out in a row, around a vertex


@dataclass(frozen=True, slots=True)
class Section:
    """One ground along a line.

    pieces  (n, 4) station, elevation, station, elevation of straight pieces, m, one
            after the other; apart from each other where there is no ground
    length  of the line, m
    """

    pieces: Float = field(repr=False)
    length: float

    @property
    def gaps(self) -> NDArray[np.bool_]:
        """Whether there is no ground between a piece and the next, (n - 1,)."""
        found: NDArray[np.bool_] = self.pieces[1:, 0] > self.pieces[:-1, 2]
        return found

    @property
    def profile(self) -> tuple[Float, Float]:
        """Stations and elevations as one line to draw; NaN elevation once per gap."""
        p = self.pieces
        if not len(p):
            return np.zeros(0), np.zeros(0)
        gap = np.append(self.gaps, False)
        step = np.append(p[1:, 1] != p[:-1, 3], True)  # else the next one starts there
        rows = np.stack([p[:, 0:2], p[:, 2:4], p[:, 2:4]], axis=1)
        rows[:, 2, 1] = np.nan
        keep = np.stack([np.ones_like(gap), gap | step, gap], axis=1)
        chain = rows[keep]
        return chain[:, 0], chain[:, 1]

    @property
    def grade(self) -> Float:
        """Rise per metre of each piece, (n,)."""
        found: Float = (self.pieces[:, 3] - self.pieces[:, 1]) / (
            self.pieces[:, 2] - self.pieces[:, 0]
        )
        return found

    def at(self, stations: Float) -> Float:
        """Elevation at stations, NaN where there is no ground; later side of a step."""
        s = np.asarray(stations, dtype=np.float64)
        if not len(self.pieces):
            return np.full(s.shape, np.nan)
        k = np.maximum(np.searchsorted(self.pieces[:, 0], s, side="right") - 1, 0)
        known = (s >= self.pieces[k, 0]) & (s <= self.pieces[k, 2])
        return np.where(known, _height(self.pieces[k], s), np.nan)


@dataclass(frozen=True, slots=True)
class SectionAreas:
    """Areas between two grounds on one line, m2.

    cut, fill  where the second lies below and above the first
    length     of the line along which both are known, m
    """

    cut: float
    fill: float
    length: float

    @property
    def net(self) -> float:
        """Fill less cut, m2."""
        return self.fill - self.cut


def section(ground: Ground, line: shapely.LineString) -> Section:
    """Cut one ground along a line, from its first point to its last.

    Raises InputError for a line without length.
    """
    points = _points(line)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    if isinstance(ground, Plane):
        z = ground.at(points[:, 0], points[:, 1])
        pieces = np.column_stack([along[:-1], z[:-1], along[1:], z[1:]])
    elif isinstance(ground, Tin):
        pieces = _in_order(pieces_on_tin(ground, points, along), float(along[-1]))
    else:
        pieces = pieces_on_raster(within_mask(ground), points, along)
    return Section(pieces, float(along[-1]))


def sections(
    grounds: Sequence[Ground], line: shapely.LineString
) -> tuple[Float, Float]:
    """Cut several grounds: stations (n,) of them all, elevations (grounds, n).

    At a step elevations are those of its later side.
    """
    cut = [section(g, line) for g in grounds]
    stations = np.unique(np.concatenate([s.pieces[:, [0, 2]].ravel() for s in cut]))
    return stations, np.stack([s.at(stations) for s in cut])


def long_profile(
    ground: Ground, line: shapely.LineString, step: float
) -> tuple[Float, Float]:
    """Elevations at equal steps along a line and at its end: stations, elevations."""
    if not step > 0.0:
        raise InputError(f"profile: step is {step} m; give one above 0")
    cut = section(ground, line)
    stations = np.append(np.arange(0.0, cut.length, step), cut.length)
    return stations, cut.at(stations)


def area_between(a: Section, b: Section) -> SectionAreas:
    """Areas from section a to section b of one line, exact for straight pieces.

    Raises InputError for sections of lines of different length.
    """
    if abs(a.length - b.length) > SAME_LENGTH * max(a.length, b.length):
        raise InputError(
            f"sections: one line is {a.length:.3f} m long, the other {b.length:.3f} m; "
            "cut both grounds along the same line"
        )
    stations = np.unique(np.concatenate([a.pieces[:, [0, 2]], b.pieces[:, [0, 2]]]))
    left, right = stations[:-1], stations[1:]
    d0, d1 = np.array(_ends(b, left, right)) - np.array(_ends(a, left, right))
    known = np.isfinite(d0) & np.isfinite(d1)
    d0, d1, width = d0[known], d1[known], (right - left)[known]
    crossing = (d0 > 0.0) != (d1 > 0.0)
    apart = np.where(crossing & (d0 != d1), d0 - d1, 1.0)
    turn = np.where(crossing, d0 / apart, 1.0)  # share of the width before the crossing
    first, second = 0.5 * d0 * turn * width, 0.5 * d1 * (1.0 - turn) * width
    whole = 0.5 * (d0 + d1) * width
    parts = np.where(crossing, [first, second], [whole, np.zeros_like(whole)])
    return SectionAreas(
        cut=float(-parts[parts < 0.0].sum()),
        fill=float(parts[parts > 0.0].sum()),
        length=float(width.sum()),
    )


def along_line(line: shapely.LineString, stations: Float) -> tuple[Float, Float]:
    """East and north of stations on a line, m."""
    points = shapely.line_interpolate_point(line, stations)
    return np.asarray(shapely.get_x(points)), np.asarray(shapely.get_y(points))


def _points(line: shapely.LineString) -> Float:
    """Corners without repetitions, (k, 2)."""
    points = np.asarray(shapely.get_coordinates(line), dtype=np.float64)
    if not isinstance(line, shapely.LineString) or not line.length > 0.0:
        raise InputError(
            f"section: the line ({line.geom_type}, {line.length:g} m long) has no "
            "length; give a LineString of two places or more"
        )
    moved = np.any(np.diff(points, axis=0) != 0.0, axis=1)
    kept: Float = points[np.concatenate([[True], moved])]
    return kept


def _in_order(pieces: Float, length: float) -> Float:
    """One after the other; a piece along an edge counts once, of the one that leads.

    Stations that two triangles give for one edge differ by rounding and are made one.
    """
    if not len(pieces):
        return pieces
    pieces = pieces[np.lexsort((-pieces[:, 2], pieces[:, 0]))]
    close = NEAR + ROUNDING * length
    before = np.concatenate([[-np.inf], np.maximum.accumulate(pieces[:-1, 2])])
    pieces = pieces[pieces[:, 2] - np.maximum(before, pieces[:, 0]) > close]
    before = np.concatenate([[-np.inf], pieces[:-1, 2]])
    meets = pieces[:, 0] - before <= AROUND * close
    start = np.where(meets, before, pieces[:, 0])
    z = np.where(start > pieces[:, 0] + close, _height(pieces, start), pieces[:, 1])
    return np.column_stack([start, z, pieces[:, 2:4]])


def _height(pieces: Float, s: Float) -> Float:
    """Elevation of each piece at its own station, exact at both ends."""
    share = (s - pieces[:, 0]) / (pieces[:, 2] - pieces[:, 0])
    found: Float = pieces[:, 1] * (1.0 - share) + pieces[:, 3] * share
    return found


def _ends(cut: Section, left: Float, right: Float) -> tuple[Float, Float]:
    """Elevations at both ends of intervals that lie in one piece each, or NaN."""
    p, middle = cut.pieces, 0.5 * (left + right)
    if not len(p):
        nothing = np.full(left.shape, np.nan)
        return nothing, nothing
    k = np.maximum(np.searchsorted(p[:, 0], middle, side="right") - 1, 0)
    known = (middle >= p[k, 0]) & (middle <= p[k, 2])
    return (
        np.where(known, _height(p[k], left), np.nan),
        np.where(known, _height(p[k], right), np.nan),
    )
