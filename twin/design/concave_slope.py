"""A concave hillslope between a crest and a toe, as nature leaves slopes behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..surface import Surface
from .area import Mask, Window, cells_in, window_of
from .designed import Designed, designed
from .line import Line
from .parameters import Parameters, Terms, number

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Concavity(Parameters):
    """How the slope lessens downhill."""

    exponent: float = number(
        0.4,
        unit="1",
        labels=("Exponent of slope and length", "坡度–坡长指数"),
        limits=(0.0, 1.0),
        source="fit log slope against log distance on stable natural slopes nearby; "
        "0 straight, about 0.6 streams (Flint 1974), 1 Hack's logarithmic profile",
    )
    straight: float = number(
        0.1,
        unit="1",
        labels=("Straight share at the crest", "坡顶直线段比例"),
        limits=(0.01, 1.0),
        source="user; the slope there is the steepest",
    )

    def fallen(self, u: Array) -> Array:
        """Share of the relief lost at the share ``u`` of the way down, 0 to 1."""
        return self._unscaled(u) / self._unscaled(np.array(1.0))

    @property
    def steepening(self) -> float:
        """Slope at the crest over the mean slope, 1."""
        return float(1.0 / self._unscaled(np.array(1.0)))

    def _unscaled(self, u: Array) -> Array:
        c, k = self.straight, 1.0 - self.exponent
        grown = np.log(np.maximum(u, c) / c)
        below = np.expm1(k * grown) / k if k > 0.0 else grown
        unscaled: Array = np.minimum(u, c) + c * below
        return unscaled


def concave_slope(
    surface: Surface,
    area: Mask | Any,
    ends: tuple[Any, Any],
    shape: Concavity,
    *,
    terms: Terms | None = None,
) -> Designed:
    """Shape an area into concave slopes that fall from a crest line to a toe line.

    With u = d_crest / (d_crest + d_toe) the share of the way, c ``straight`` and
    theta ``exponent``, the slope is

        S(u) = S_0             for u <= c
        S(u) = S_0 (u / c)^-theta   beyond,        S_0 so that the toe is met

    which is the slope-area relation S ~ A^-theta of natural slopes, the area per width
    growing as the distance from the divide. Hancock, Loch & Willgoose 2003, ESPL
    28:1097 build concave slopes for mines from it (up to five times less sediment
    than straight ones, by SIBERIA); Flint 1974, WRR 10:969; theta = 1 is Hack's
    logarithmic profile H = C - k ln L (1957, USGS Prof. Paper 294-B).

    ends  (crest, toe) lines; each cell falls from the nearest point of one, at its
          ground, to the nearest of the other

    Reports ``steepest`` and ``gentlest`` (degrees, slope at the crest and at the toe of
    the steepest profile, relief over its whole way) and ``relief`` (m, greatest).
    Limits: slopes that do not gather water: no channels, spurs or valleys are made
    (draw lines per spur, then ``drain``); the relation is fitted, not derived, and
    holds below the convex top, which natural divides have and this has not; crest and
    toe should run about alongside. The area's other sides are not tied in (``tie_in``).
    """
    cells = cells_in(surface, area, "concave-slope")
    window = window_of(cells)
    inside = cells[window]
    (down, top), (up, foot) = (
        _facing(surface, drawn, f"concave-slope: the {what}", window)
        for drawn, what in zip(ends, ("crest", "toe"), strict=True)
    )
    relief, way = top - foot, np.maximum(down + up, surface.grid.cell)
    if (relief[inside] < 0.0).any():
        short = float(-relief[inside].min())
        raise InputError(
            f"concave-slope: the crest lies up to {short:.2f} m below the toe it "
            "faces; draw the crest along high and the toe along low ground"
        )
    new = top - relief * shape.fallen(down / way)
    whole = surface.elevation.astype(np.float64)
    whole[window] = np.where(inside, new, whole[window])
    mean = float((relief / way)[inside].max())
    at_toe = shape.straight**shape.exponent
    report = {
        "steepest": float(np.degrees(np.arctan(mean * shape.steepening))),
        "gentlest": float(np.degrees(np.arctan(mean * shape.steepening * at_toe))),
        "relief": float(relief[inside].max()),
    }
    return designed(surface, whole, "concave-slope", terms=terms, report=report)


def _facing(
    surface: Surface, drawn: Any, what: str, window: Window
) -> tuple[Array, Array]:
    """Distance to a line and the ground at its nearest point, per cell of a window."""
    line = Line.of(drawn, surface.grid, what)
    distance, along = line.nearest(surface.grid, window)
    return distance, np.interp(along, *line.known_heights(surface))
