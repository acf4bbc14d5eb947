"""A drain along a line: a trapezoid channel with an even fall, cut into the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..surface import Surface
from .area import window_around
from .designed import Designed, designed
from .line import Line
from .parameters import Parameters, Terms, number

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Channel(Parameters):
    """Shape of a channel, from its upper end."""

    bottom: float = number(
        unit="m",
        labels=("Bottom width", "渠底宽度"),
        limits=(0.0, 100.0),
    )
    side: float = number(
        2.0,
        unit="m m-1",
        labels=("Side slope, horizontal per vertical", "边坡系数（水平/垂直）"),
        limits=(0.05, 20.0),
        source="user; 1.5 to 2 in earth (GB 50288-2018 by soil), steeper in rock",
    )
    grade: float = number(
        unit="m m-1",
        labels=("Fall along the line", "纵坡"),
        limits=(0.0, 0.5),
        source="user; 0.002 to 0.02 unlined in earth, steeper needs a lining",
    )
    depth: float = number(
        0.5,
        unit="m",
        labels=("Depth at the upper end", "起点深度"),
        limits=(0.0, 100.0),
    )
    level: float | None = number(
        None,
        unit="m",
        labels=("Elevation of the bottom at the upper end", "起点渠底高程"),
        limits=(-1000.0, 9000.0),
        absent="the ground at the upper end less the depth",
    )


def drain(
    surface: Surface, line: Any, channel: Channel, *, terms: Terms | None = None
) -> Designed:
    """Cut a channel along a line that is drawn downstream.

        new = min(z, i(s) + max(n - b / 2, 0) / m),   i(s) = i(0) - grade s

    s, n  distance along and away from the line, m;  b bottom width;  m side slope

    Volume of a prismatic cut of the depth D: (b + m D) D per metre. Reports

    profile    rows of chainage, x, y, ground, bottom, depth (m) and ground_grade (m/m,
               fall to the next row) at the vertices of the line
    grade, length, fall    m/m, m, m, of the bottom
    deepest    m below the ground on the line, and ``deepest_at`` its chainage
    daylights  rows of chainage, x, y where the bottom comes out of the ground ("out")
               or goes in again ("in")
    open       m of the line where the bottom lies below the ground
    ends_below True where the lower end lies in the ground: water stands there
    width      m, widest top of the cut on the line's sides, were the ground level

    Limits: nothing is filled, so there is no channel where the ground lies below the
    bottom; capacity and lining are not looked at; at bends sharper than the channel is
    wide the outer bank is a cone. Cells must be finer than about a third of the bottom
    width for the volume to hold within some percent.
    """
    grid = surface.grid
    path = Line.of(line, grid, "drain: the line")
    along, ground = path.known_heights(surface)
    start = ground[0] - channel.depth if channel.level is None else channel.level
    bottom = start - channel.grade * along
    z_top = float(np.nanmax(surface.elevation))
    reach = channel.bottom / 2 + channel.side * max(z_top - float(bottom.min()), 0.0)
    window = window_around(path.bounds, grid, reach + grid.cell)
    n, s = path.nearest(grid, window)
    bank = np.maximum(n - channel.bottom / 2, 0.0) / channel.side
    whole = surface.elevation.astype(np.float64)
    whole[window] = np.minimum(whole[window], start - channel.grade * s + bank)
    if (ground <= bottom).all():
        raise InputError(
            f"drain: the bottom ({bottom[0]:.2f} m falling to {bottom[-1]:.2f} m) lies "
            f"nowhere below the ground on the line ({ground.min():.2f} to "
            f"{ground.max():.2f} m); draw it downhill, or start it lower"
        )
    report = _told(path, channel, along, ground - bottom, ground)
    return designed(surface, whole, "drain", terms=terms, report=report)


def _told(
    path: Line, channel: Channel, along: Array, depth: Array, ground: Array
) -> dict[str, Any]:
    deepest = int(np.argmax(depth))
    steps = np.diff(along)
    cut = 0.5 * ((depth[1:] > 0.0).astype(float) + (depth[:-1] > 0.0))
    return {
        "profile": _profile(path, along, depth, ground),
        "grade": channel.grade,
        "length": path.length,
        "fall": channel.grade * path.length,
        "deepest": float(depth[deepest]),
        "deepest_at": float(along[deepest]),
        "daylights": _daylights(path, along, depth),
        "open": float(np.dot(steps, cut)),
        "ends_below": bool(depth[-1] > 0.0),
        "width": channel.bottom + 2.0 * channel.side * float(depth[deepest]),
    }


def _profile(
    path: Line, along: Array, depth: Array, ground: Array
) -> list[dict[str, float]]:
    """Ground and bottom at the vertices."""
    at = np.searchsorted(along, path.chainage)
    fall = -np.diff(ground[at]) / np.diff(path.chainage)
    rows = zip(path.vertices, path.chainage, at, [*fall, fall[-1]], strict=True)
    return [
        {
            "chainage": float(c),
            "x": float(p[0]),
            "y": float(p[1]),
            "ground": float(ground[k]),
            "bottom": float(ground[k] - depth[k]),
            "depth": float(depth[k]),
            "ground_grade": float(f),
        }
        for p, c, k, f in rows
    ]


def _daylights(path: Line, along: Array, depth: Array) -> list[dict[str, Any]]:
    """Where the bottom crosses the ground, interpolated between stations."""
    k = np.flatnonzero((depth[1:] > 0.0) != (depth[:-1] > 0.0))
    share = depth[k] / (depth[k] - depth[k + 1])
    chainage = along[k] + share * (along[k + 1] - along[k])
    rows = zip(chainage, path.at(chainage), depth[k] > 0.0, strict=True)
    return [
        {"chainage": float(c), "x": float(p[0]), "y": float(p[1]),
         "way": "out" if out else "in"}
        for c, p, out in rows
    ]  # fmt: skip
