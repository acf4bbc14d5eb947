"""Grade to a slope: cut what stands out, fill what lies low, or only lay back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion, maximum_filter
from scipy.optimize import brentq

from ..surface import Surface
from ..terrain.derivatives import horn_gradient
from .area import Mask, Window, cells_in, window_of
from .designed import Designed, designed
from .parameters import Parameters, Terms, number
from .slope_envelope import Raster, lowered, raised

AROUND: Final = np.ones((3, 3), dtype=bool)
ROUNDS: Final = 24  # of holding back what Horn's slope shows as too steep
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
    level = 0.0

    def balanced(case: Case) -> Raster:
        nonlocal level
        ground, level = _balanced(case, terms.bulking, level)
        return ground

    best = _until_gentle(case, balanced)
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

    best = _until_gentle(case, cut_back)
    report = _told(case, best, 1.0)
    del report["unbalanced"]
    return designed(
        surface, _whole(surface, case, best), "lay-back", terms=terms, report=report
    )


def _until_gentle(case: Case, make: Callable[[Case], Raster]) -> Raster:
    """Make the ground, hold back where Horn's slope is above the limit, and again.

    What is made keeps half of the slack, so that it is gentle enough to be left alone
    when it comes back.
    """
    rounding, judged = _rounding(case), case.within
    best, slack = case.z, SLACK
    for _ in range(ROUNDS):
        steep = _gradient(case, best)
        over = judged & (steep > case.limit * (1.0 + slack) + rounding)
        if not over.any():
            break
        if best is case.z:
            slack, rounding = slack / 2, rounding / 2
        else:
            case = _held_back(case, over, steep)
        best = make(case)
    return best


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


def _tied(case: Case) -> tuple[Raster, Raster]:
    """Lowest and highest ground that leaves the ring at no more than the slope."""
    low = raised(np.where(case.ring, case.z, -np.inf), case.domain, case.rise)
    high = lowered(np.where(case.ring, case.z, np.inf), case.domain, case.rise)
    return low, high


def _balanced(case: Case, bulking: float, near: float) -> tuple[Raster, float]:
    """Find the level at which bulking * cut = fill; return that ground and level.

    near  level that was right for about the same case, or 0
    """
    upper = raised(case.z, case.inside, case.rise)
    tied = _tied(case)
    # where the ring forbids both, what lies between keeps the slope within
    least, most = np.minimum(*tied), np.maximum(*tied)

    def ground(level: float) -> Raster:
        g = lowered(np.maximum(case.z, upper - level), case.inside, case.rise)
        return np.where(case.inside, np.clip(g, least, most), case.z)

    def balance(level: float) -> float:
        change = (ground(level) - case.z)[case.inside]
        return float(-bulking * change[change < 0].sum() - change[change > 0].sum())

    top = float(np.max((upper - case.z)[case.inside])) + TOP
    low, high = 0.9 * near, min(1.1 * near, top)
    if not (near > 0.0 and balance(low) < 0.0 < balance(high)):
        low, high = 0.0, top
        over, short = balance(low), balance(high)
        if over >= 0.0 or short <= 0.0:
            level = 0.0 if abs(over) <= abs(short) else top
            return _as_stored(ground(level)), level
    level = float(brentq(balance, low, high, xtol=1e-7, rtol=1e-12))
    return _as_stored(ground(level)), level


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
