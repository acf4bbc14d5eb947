"""Benches and batters: pits and heaps cut or built in steps from a crest or a toe.

At the distance d from the line the steps have fallen (or risen) by

    E(d) = k h + min(d - k (r + w), r) tan(batter),   r = h / tan(batter)
    k = floor(d / (r + w))

a batter first, then a bench of the width w, and so on. Distances are to the nearest
point of the line: outer corners are rounded, inner ones mitred, as machines leave them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, OutsideSite
from ..surface import Surface
from .area import Window, window_around
from .designed import Designed, designed
from .line import Line
from .parameters import Parameters, Terms, number

Array = NDArray[np.float64]
PROFILE: Final = "user; mine safety rules and the stability analysis of the site"


@dataclass(frozen=True, kw_only=True)
class Benches(Parameters):
    """Steps that go on until they meet the ground."""

    height: float = number(
        unit="m",
        labels=("Height of a bench", "台阶高度"),
        limits=(0.1, 100.0),
        source=PROFILE,
    )
    width: float = number(
        unit="m",
        labels=("Width of a bench", "平台宽度"),
        limits=(0.0, 500.0),
        source=PROFILE,
    )
    batter: float = number(
        unit="degree",
        labels=("Batter angle", "台阶坡面角"),
        limits=(1.0, 85.0),
        source=PROFILE,
    )
    level: float | None = number(
        None,
        unit="m",
        labels=("Elevation of the line", "起始线高程"),
        limits=(-1000.0, 9000.0),
        absent="the ground at the nearest point of the line",
    )

    @property
    def run(self) -> float:
        """Width of a batter in plan, m."""
        return self.height / float(np.tan(np.radians(self.batter)))

    @property
    def overall(self) -> float:
        """Slope from line to line over many steps, degrees."""
        return float(np.degrees(np.arctan2(self.height, self.run + self.width)))

    def stepped(self, distance: Array) -> Array:
        """E(d): change of elevation at a distance (m) from the line, m."""
        period = self.run + self.width
        k = np.floor(distance / period)
        on_batter = np.minimum(distance - k * period, self.run)
        stepped: Array = k * self.height + on_batter * (self.height / self.run)
        return stepped


@dataclass(frozen=True, kw_only=True)
class CountedBenches(Benches):
    """A number of steps, then level ground."""

    count: int = number(
        unit="1",
        labels=("Number of steps", "台阶数"),
        limits=(1, 200),
        source="user",
    )

    def stepped(self, distance: Array) -> Array:
        """E(d), level beyond the last batter."""
        return np.minimum(super().stepped(distance), self.count * self.height)


def pit_below_crest(
    surface: Surface, crest: Any, steps: CountedBenches, *, terms: Terms | None = None
) -> Designed:
    """Dig a pit inside its crest: batters and benches downward, then a level floor.

        new = min(z, level - E(d)) inside the ring

    crest  closed line or polygon. Reports ``floor`` (m, level of the last step),
    ``overall`` (degrees, slope over many steps) and ``steps`` that found room. Where
    ``level`` is left out the benches follow a sloping crest, and doing it twice digs
    on: the crest is then sampled from ground that was cut. Ramps are not made.
    """
    line = _ring(surface, crest, "pit-below-crest")
    new, report = _inside(surface, line, steps, -1.0)
    return designed(surface, new, "pit-below-crest", terms=terms, report=report)


def heap_above_toe(
    surface: Surface, toe: Any, steps: CountedBenches, *, terms: Terms | None = None
) -> Designed:
    """Build a heap inside its toe: batters and benches upward, then a level top.

        new = max(z, level + E(d)) inside the ring

    toe  closed line or polygon. Reports and limits as ``pit_below_crest``, with ``top``
    in the place of ``floor``.
    """
    line = _ring(surface, toe, "heap-above-toe")
    new, report = _inside(surface, line, steps, 1.0)
    return designed(surface, new, "heap-above-toe", terms=terms, report=report)


def heap_below_crest(
    surface: Surface, crest: Any, steps: Benches, *, terms: Terms | None = None
) -> Designed:
    """Build a heap from its crest: level within, benches down outside to the ground.

        new = max(z, level - E(d)), d = 0 inside the ring

    Reports ``overall`` (degrees) and ``reach`` (m from the crest to where it meets the
    ground). Refused where it does not meet the ground within the site.
    """
    line = _ring(surface, crest, "heap-below-crest")
    new, report = _outside(surface, line, steps, -1.0)
    return designed(surface, new, "heap-below-crest", terms=terms, report=report)


def pit_above_floor(
    surface: Surface, floor: Any, steps: Benches, *, terms: Terms | None = None
) -> Designed:
    """Dig a pit from its floor: level within, benches up outside to the ground.

        new = min(z, level + E(d)), d = 0 inside the ring

    Reports and refuses as ``heap_below_crest``.
    """
    line = _ring(surface, floor, "pit-above-floor")
    new, report = _outside(surface, line, steps, 1.0)
    return designed(surface, new, "pit-above-floor", terms=terms, report=report)


def _inside(
    surface: Surface, line: Line, steps: CountedBenches, up: float
) -> tuple[Array, dict[str, float]]:
    """Return the new ground and what is told of it; ``up`` is 1 or -1."""
    window = window_around(line.bounds, surface.grid, 0.0)
    distance, level, within = _laid(surface, line, steps, window)
    new = surface.elevation.astype(np.float64)
    steep = level + up * steps.stepped(distance)
    z = new[window]
    new[window] = np.where(within, (np.maximum if up > 0 else np.minimum)(z, steep), z)
    deep = float(distance[within].max(initial=0.0))
    made = steps.stepped(np.array([deep]))[0] / steps.height
    report = {
        "overall": steps.overall,
        "steps": float(np.floor(made + 1e-9)),
        "top" if up > 0 else "floor": _last(steep[within], up),
    }
    return new, report


def _last(steep: Array, up: float) -> float:
    """Elevation of the last step, m."""
    return float(steep.max() if up > 0 else steep.min())


def _outside(
    surface: Surface, line: Line, steps: Benches, up: float
) -> tuple[Array, dict[str, float]]:
    """Return the new ground and what is told of it; ``up`` is 1 or -1."""
    rows, columns = surface.grid.shape
    distance, level, within = _laid(
        surface, line, steps, (slice(0, rows), slice(0, columns))
    )
    distance[within] = 0.0
    z = surface.elevation.astype(np.float64)
    new: Array = (np.minimum if up > 0 else np.maximum)(
        z, level + up * steps.stepped(distance)
    )
    changed = (new != z) & np.isfinite(z)
    rim = np.concatenate([changed[0], changed[-1], changed[:, 0], changed[:, -1]])
    if rim.any():
        raise OutsideSite(
            f"{line.what}: the benches do not meet the ground within the site; "
            f"{np.count_nonzero(rim)} cells of its rim would change: draw it further "
            "inside, or take another level, a steeper batter or narrower benches"
        )
    reach = float(distance[changed].max(initial=0.0))
    return new, {"overall": steps.overall, "reach": reach}


def _ring(surface: Surface, drawn: Any, operator: str) -> Line:
    line = Line.of(drawn, surface.grid, f"{operator}: the line")
    if not line.closed:
        raise InputError(
            f"{operator}: the line is open, so inside and outside are not told apart; "
            "draw a ring or a polygon"
        )
    return line


def _laid(
    surface: Surface, line: Line, steps: Benches, window: Window
) -> tuple[Array, Array | float, NDArray[np.bool_]]:
    """Distance of each cell, elevation of the line there, and whether it is inside."""
    import shapely

    grid = surface.grid
    distance, along = line.nearest(grid, window)
    level: Array | float
    if steps.level is None:
        level = np.interp(along, *line.known_heights(surface))
    else:
        level = steps.level
    polygon = shapely.Polygon(line.vertices)
    shapely.prepare(polygon)
    rows, columns = (np.arange(s.start, s.stop) + 0.5 for s in window)
    box = window_around(line.bounds, grid, 0.0)
    within = np.zeros(distance.shape, dtype=bool)
    part = tuple(
        slice(b.start - w.start, b.stop - w.start)
        for b, w in zip(box, window, strict=True)
    )
    within[part] = shapely.contains_xy(
        polygon,
        grid.west + columns[None, part[1]] * grid.cell,
        grid.north - rows[part[0], None] * grid.cell,
    )
    if not within.any():
        raise OutsideSite(f"{line.what} holds no cell centre; draw a larger ring")
    return distance, level, within
