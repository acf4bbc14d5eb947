"""Grade to a slope: cut what stands out, fill what lies low, or only lay back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion, maximum_filter
from scipy.optimize import brentq

from ..numerics.threads import side_by_side
from ..surface import Surface
from ..terrain.derivatives import horn_gradient
from .area import Mask, Window, cells_in, window_of
from .designed import Designed, designed
from .parameters import Parameters, Terms, number
from .slope_envelope import Raster, lowered, raised

AROUND: Final = np.ones((3, 3), dtype=bool)
ROUNDS: Final = 24  # of holding back what Horn's slope shows as too steep
TURNS: Final = 8  # of balancing again after that
NEAR: Final = 0.01  # of the level, within which it is looked for first then
SLACK: Final = 2e-3  # of the limit; less steep than that is as asked
EAGER: Final = 1.5  # times the excess is held back: it spreads over the neighbours
TOP: Final = 1e-6  # m above the highest fill, so that the level is bracketed


@dataclass(frozen=True, kw_only=True)
class GradeTo(Parameters):
    """To what slope a ground is graded."""

    max_slope: float = number(
        unit="degree",
        labels=("Largest slope", "最大坡度"),
        limits=(1.0, 60.0),
        source="user; 25 degrees and less for planting with machines is usual",
    )


@dataclass(frozen=True)
class Case:
    """An area cut out of its surface, and what may move in it.

    z       ground (rows, columns) of the window, m; 0 in holes
    inside  cells that may change
    domain  these and the ring around them, which stays
    rise    m a cell, per cell
    """

    window: Window
    z: Raster = field(repr=False)
    inside: Mask = field(repr=False)
    domain: Mask = field(repr=False)
    cell: float
    limit: float
    rise: Raster = field(repr=False)

    @property
    def within(self) -> Mask:
        """Cells whose slope is ours: those beside the ring share theirs with it."""
        within: Mask = binary_erosion(self.inside, AROUND)
        return within

    @property
    def ring(self) -> Mask:
        """Cells around the area, which stay as they are."""
        return self.domain & ~self.inside


@dataclass(frozen=True)
class Family:
    """Grounds g(t) of one case; t = 0 fills all, ``top`` only cuts.

    upper        U, lowest ground above z that keeps the slope
    least, most  between which the ring leaves a ground room
    """

    case: Case
    upper: Raster = field(repr=False)
    least: Raster = field(repr=False)
    most: Raster = field(repr=False)

    @property
    def top(self) -> float:
        """Level at which nothing is filled, m."""
        return float(np.max((self.upper - self.case.z)[self.case.inside])) + TOP

    def at(self, level: float) -> Raster:
        """g(t): U lowered by the level is filled, what is too steep is cut."""
        case = self.case
        start = np.maximum(case.z, self.upper - level)
        g = lowered(start, case.inside, case.rise)
        return np.where(case.inside, np.clip(g, self.least, self.most), case.z)


def grade(
    surface: Surface, area: Mask | Any, to: GradeTo, *, terms: Terms | None = None
) -> Designed:
    """Grade an area to at most a slope, cut and fill balanced.

    A ground keeps the slope s where it rises no faster. With U the lowest such ground
    above z and L[.] the highest below a ground,

        g(t) = L[max(z, U - t)]

    fills up to U lowered by t, m, and cuts what is still too steep; a straight scarp is
    turned about a point of its face. Fill falls and cut grows with t; the t is found
    where bulking * cut = fill (Brent). Reports

    steepest   degrees, largest slope left (Horn 1981), but for the outermost cells
    forced     m2 of the outermost cells that stay steeper: where the ground around the
               area is steeper than the limit, none can meet both, and that one stays
    unbalanced m3 as placed, bulking * cut - fill; not 0 where the ring leaves no room
               for the fill, or falls into the area so steeply that more has to be
               filled beside it than is cut

    Limits: one elevation per cell; slopes are those between cells, so steps finer than
    two cells are not seen; the material's strength is not looked at. A ground as gentle
    as asked stays as it is, cell by cell. Envelopes of slope: Zhao 2005, see
    slope_envelope; balance as in scenarios' Regrade.
    """
    terms = terms or Terms()
    case = _case(surface, area, to, "grade")
    best = case.z if _gentle(case) else _graded(case, terms.bulking)
    report = _told(case, best, terms.bulking)
    return designed(
        surface, _whole(surface, case, best), "grade", terms=terms, report=report
    )


def lay_back(
    surface: Surface, area: Mask | Any, to: GradeTo, *, terms: Terms | None = None
) -> Designed:
    """Cut an area back to at most a slope; nothing is filled.

        g(x) = min over y of (z(y) + s |x - y|)

    the highest ground below the old one that keeps the slope s: the least cut. Reports
    ``steepest`` and ``forced`` as ``grade`` does; limits as there.
    """
    case = _case(surface, area, to, "lay-back")

    def cut_back(case: Case) -> Raster:
        cut = lowered(case.z, case.domain, case.rise)
        return _as_stored(np.where(case.inside, cut, case.z))

    best = case.z if _gentle(case) else _until_gentle(case, cut_back)[1]
    report = _told(case, best, 1.0)
    del report["unbalanced"]
    return designed(
        surface, _whole(surface, case, best), "lay-back", terms=terms, report=report
    )


def _graded(case: Case, bulking: float) -> Raster:
    """Balance, hold back what is too steep at that level, and balance again."""
    level, best = 0.0, case.z
    for _ in range(TURNS):
        level = _level(_family(case), bulking, level)

        def at_level(case: Case, level: float = level) -> Raster:
            return _as_stored(_family(case).at(level))

        held, best = _until_gentle(case, at_level)
        if held is case:
            break
        case = held
    return best


def _gentle(case: Case) -> bool:
    """Tell whether a ground is gentle enough to be left as it is."""
    allowed = case.limit * (1.0 + SLACK) + _rounding(case)
    return not bool((_gradient(case, case.z)[case.within] > allowed).any())


def _until_gentle(case: Case, make: Callable[[Case], Raster]) -> tuple[Case, Raster]:
    """Make the ground, hold back where Horn's slope is above the limit, and again.

    What is made keeps half of the slack, so that it counts as gentle when it comes
    back.
    """
    within, best = case.within, make(case)
    allowed = case.limit * (1.0 + SLACK / 2) + _rounding(case) / 2
    for _ in range(ROUNDS):
        steep = _gradient(case, best)
        over = within & (steep > allowed)
        if not over.any():
            break
        case = _held_back(case, over, steep)
        best = make(case)
    return case, best


def _case(surface: Surface, area: Mask | Any, to: GradeTo, operator: str) -> Case:
    whole = cells_in(surface, area, operator)
    window = window_of(whole)
    inside = whole[window]
    z = surface.elevation[window].astype(np.float64)
    known = np.isfinite(z)
    limit = float(np.tan(np.radians(to.max_slope)))
    cell = surface.grid.cell
    return Case(
        window=window,
        z=np.where(known, z, 0.0),
        inside=inside,
        domain=binary_dilation(inside, AROUND) & known,
        cell=cell,
        limit=limit,
        rise=np.full(z.shape, limit * cell),
    )


def _held_back(case: Case, over: Mask, steep: Raster) -> Case:
    """Allow less rise around cells that came out too steep.

    Sweeps of first order leave cones and ridges up to some percent too steep in Horn's
    eyes; only there is the limit lowered, so that nowhere else more earth is moved.
    """
    much = np.where(over, steep / case.limit - 1.0, 0.0)
    share = 1.0 - np.minimum(EAGER * maximum_filter(much, size=3), 0.2)
    return replace(case, rise=case.rise * share)


def _rounding(case: Case) -> float:
    """Gradient that storing heights as float32 may feign."""
    top = float(np.abs(case.z).max())
    return 2.0 * float(np.spacing(np.float32(top))) / case.cell


def _as_stored(z: Raster) -> Raster:
    """Heights as the surface will hold them, so that slopes are those of the result."""
    stored: Raster = z.astype(np.float32).astype(np.float64)
    return stored


def _family(case: Case) -> Family:
    """Envelopes of the ground and of the ring, which stays."""
    low, high = (np.where(case.ring, case.z, far) for far in (-np.inf, np.inf))
    upper, least, most = side_by_side(
        lambda envelope, z, cells: envelope(z, cells, case.rise),
        [
            (raised, case.z, case.inside),
            (raised, low, case.domain),
            (lowered, high, case.domain),
        ],
    )
    # where the ring forbids both, what lies between keeps the slope within
    return Family(case, upper, np.minimum(least, most), np.maximum(least, most))


def _level(family: Family, bulking: float, near: float) -> float:
    """Find the level t at which bulking * cut = fill, or the nearest to it.

    near  level that was right for about the same case, or 0
    """

    def balance(level: float) -> float:
        change = (family.at(level) - family.case.z)[family.case.inside]
        return float(-bulking * change[change < 0].sum() - change[change > 0].sum())

    low, high = (1.0 - NEAR) * near, min((1.0 + NEAR) * near, family.top)
    if not (near > 0.0 and balance(low) < 0.0 < balance(high)):
        low, high = 0.0, family.top
        over, short = balance(low), balance(high)
        if over >= 0.0 or short <= 0.0:
            return low if abs(over) <= abs(short) else high
    return float(brentq(balance, low, high, xtol=1e-7, rtol=1e-12))


def _gradient(case: Case, z: Raster) -> Raster:
    east, north = horn_gradient(z, case.cell, case.domain)
    return np.nan_to_num(np.hypot(east, north))


def _told(case: Case, best: Raster, bulking: float) -> dict[str, float]:
    steep, within = _gradient(case, best), case.within
    rim = case.inside & ~within & (steep > case.limit * (1.0 + SLACK))
    change = np.where(case.inside, best - case.z, 0.0) * case.cell**2
    cut, fill = -change[change < 0].sum(), change[change > 0].sum()
    return {
        "steepest": float(np.degrees(np.arctan(steep[within].max(initial=0.0)))),
        "forced": float(np.count_nonzero(rim)) * case.cell**2,
        "unbalanced": float(bulking * cut - fill),
    }


def _whole(surface: Surface, case: Case, best: Raster) -> Raster:
    """Lay the window back into its surface."""
    whole = surface.elevation.astype(np.float64)
    part = whole[case.window]
    part[case.inside] = best[case.inside]
    return whole
