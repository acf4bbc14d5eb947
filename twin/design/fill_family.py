"""Grounds of one area by the level to which they are filled, and their balance.

With U the lowest ground above z that keeps the slope, and L[.] the highest below one,

    g(t) = L[f(t)],   f(t) = max(z, U - t) as far as the ring leaves room

L is monotone and commutes with adding a constant, so that for any s already known

    g(t) <= g(s) + max(s - t, 0)

from which the next ground is looked for instead of from f(t) itself: the same ground,
reached by a fraction of the cells' moves. A rise that was made less only lowers it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from scipy.optimize import brentq

from ..numerics.compiled import compiled
from ..numerics.threads import halves, side_by_side
from ..terrain.cells import at
from .slope_envelope import SETTLED, Flags, Raster, lower_again

NEAR: Final = 1e-4  # of the level, within which it is first looked for later on
WIDER: Final = 8.0  # times as far it is looked for next
TOP: Final = 1e-6  # m above the highest fill, so that the level is bracketed
Level = tuple[float, Raster]


@dataclass
class Family:
    """Grounds of an area by their level t, m; 0 fills all, ``top`` only cuts.

    z      (rows, columns), m, the ground as it is
    inside  1 in cells that may change; none of them outermost
    upper   U, m
    least, most  between which the ring leaves a ground room
    known   the grounds of the levels looked at last, at or above what they are now
    """

    z: Raster = field(repr=False)
    inside: Flags = field(repr=False)
    upper: Raster = field(repr=False)
    least: Raster = field(repr=False)
    most: Raster = field(repr=False)
    known: list[Level] = field(default_factory=list, repr=False)

    @property
    def top(self) -> float:
        """Level at which nothing is filled, m."""
        return float(np.max((self.upper - self.z)[self.inside != 0])) + TOP

    def filled(self, level: float) -> Raster:
        """f(t): fill up to U lowered by the level, as the ring has room."""
        out = np.empty(self.z.shape)
        self._by_rows(_filled, level, out)
        return out

    def graded(self, level: float, rise: Raster) -> Raster:
        """g(t) with a rise that is nowhere more than at any call before."""
        g = self.filled(level)
        below = [s for s in self.known if s[0] <= level]
        above = [s for s in self.known if s[0] > level]
        # the nearest on either side bind most
        nearest = sorted(below, key=_height)[-1:] + sorted(above, key=_height)[:1]
        for height, other in nearest:
            _not_above(g, other, max(height - level, 0.0))
        lower_again(g, self.inside.copy(), self.inside, rise)
        self.known = [*nearest, (level, g)]
        return g

    def learn(self, level: float, g: Raster) -> None:
        """Take over g(t) as it became when the rise was made less."""
        self.known = [s for s in self.known if s[0] != level] + [(level, g)]

    def balance(self, level: float, rise: Raster, bulking: float) -> float:
        """Bulking times cut less fill, in metres of one cell."""
        g = self.graded(level, rise)
        parts = [(p.start, p.stop) for p in halves(g.shape[0])]
        moved = side_by_side(
            lambda first, last: _moved(g, self.z, self.inside, first, last), parts
        )
        cut, fill = (sum(part[k] for part in moved) for k in (0, 1))
        return float(bulking * cut - fill)

    def level(self, rise: Raster, bulking: float, near: float) -> float:
        """Find the level t at which bulking * cut = fill, or the nearest to it.

        near  level that was right for about the same rise, or 0
        """
        seen: dict[float, float] = {}
        enough = SETTLED * np.count_nonzero(self.inside)

        def balance(level: float) -> float:
            if level not in seen:
                off = self.balance(level, rise, bulking)
                seen[level] = 0.0 if abs(off) <= enough else off
            return seen[level]

        low, high = self._bracket(balance, near)
        over, short = balance(low), balance(high)
        if over > 0.0 or short < 0.0:
            return low if abs(over) <= abs(short) else high
        return float(brentq(balance, low, high, xtol=1e-7, rtol=1e-12))

    def _bracket(
        self, balance: Callable[[float], float], near: float
    ) -> tuple[float, float]:
        """Two levels with the balance between them: close to near, or all there is."""
        top = self.top
        if not 0.0 < near < top:
            return 0.0, top
        step = NEAR * near if balance(near) < 0.0 else -NEAR * near
        last, level = near, near + step
        while 0.0 < level < top:
            if balance(last) * balance(level) <= 0.0:
                return min(last, level), max(last, level)
            step *= WIDER
            last, level = level, level + step
        return 0.0, top

    def _by_rows(self, kernel: Any, level: float, out: Raster) -> None:
        given = (self.z, self.upper, self.least, self.most, self.inside)
        parts = [(p.start, p.stop) for p in halves(out.shape[0])]
        side_by_side(lambda first, last: kernel(given, level, first, last, out), parts)


def _height(known: Level) -> float:
    return known[0]


@compiled
def _filled(given: Any, level: float, first: int, last: int, out: Raster) -> None:
    z, upper, least, most, inside = given
    for r in range(first, last):
        for c in range(z.shape[1]):
            if not inside[at(r), at(c)]:
                out[at(r), at(c)] = np.inf
                continue
            high = max(z[at(r), at(c)], upper[at(r), at(c)] - level)
            high = max(high, least[at(r), at(c)])
            out[at(r), at(c)] = min(high, most[at(r), at(c)])


@compiled
def _not_above(start: Raster, g: Raster, lift: float) -> None:
    for r in range(start.shape[0]):
        for c in range(start.shape[1]):
            start[at(r), at(c)] = min(start[at(r), at(c)], g[at(r), at(c)] + lift)


@compiled
def _moved(
    g: Raster, z: Raster, inside: Flags, first: int, last: int
) -> tuple[float, float]:
    """Cut and fill of some rows, summed row by row."""
    cut, fill = 0.0, 0.0
    for r in range(first, last):
        row_cut, row_fill = 0.0, 0.0
        for c in range(g.shape[1]):
            if inside[at(r), at(c)]:
                rise = g[at(r), at(c)] - z[at(r), at(c)]
                row_cut += max(-rise, 0.0)
                row_fill += max(rise, 0.0)
        cut += row_cut
        fill += row_fill
    return cut, fill
