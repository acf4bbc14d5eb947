"""Grade to a slope: cut what stands out, fill what lies low, or only lay back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion

from ..numerics.threads import side_by_side
from ..surface import Surface
from ..terrain.derivatives import horn_gradient
from .area import Mask, Window, cells_in, window_of
from .designed import Designed, designed
from .fill_family import Family
from .parameters import Parameters, Terms, number
from .slope_envelope import Raster, lower_again, lowered, raised
from .steep_cells import hold_back, too_steep

AROUND: Final = np.ones((3, 3), dtype=bool)
ROUNDS: Final = 12  # of holding back what Horn's slope shows as too steep
TURNS: Final = 8  # of balancing again after that
SLACK: Final = 2e-3  # of the limit; less steep than that is as asked
RIM: Final = 0.05  # of the limit; sweeps leave outermost cells steeper by some percent
EAGER: Final = 1.2  # times the excess is held back: it spreads over the neighbours


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

    z       ground of the window and a cell around it, m; 0 in holes and there
    inside  cells that may change
    within  those whose slope is ours: those beside the ring share theirs with it
    domain  these and the ring around them, which stays
    rise    m a cell, per cell
    """

    window: Window
    z: Raster = field(repr=False)
    inside: Mask = field(repr=False)
    within: Mask = field(repr=False)
    domain: Mask = field(repr=False)
    cell: float
    limit: float
    rise: Raster = field(repr=False)

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

        g(t) = L[max(z, U - t)]     as far as the ground around leaves room

    fills up to U lowered by t, m, and cuts what is still too steep; a straight scarp is
    turned about a point of its face. Fill falls and cut grows with t; the t is found
    where bulking * cut = fill (Brent). Reports

    steepest   degrees, largest slope left (Horn 1981), but for the outermost cells
    forced     m2 of the outermost cells that stay steeper by 5 % and more: where the
               ground around the area is steeper than the limit, none can meet both,
               and that one stays
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
    best = case.z
    if not _gentle(case):
        cut = lowered(case.z, case.domain, case.rise)
        best = _as_stored(case, _until_gentle(case, cut, case.domain)[1])
    report = _told(case, best, 1.0)
    del report["unbalanced"]
    return designed(
        surface, _whole(surface, case, best), "lay-back", terms=terms, report=report
    )


def _graded(case: Case, bulking: float) -> Raster:
    """Balance, hold back what is too steep at that level, and balance again."""
    family, level, best = _family(case), 0.0, case.z
    for _ in range(TURNS):
        level = family.level(case.rise, bulking, level)
        g = family.graded(level, case.rise)
        held, g = _until_gentle(case, g, case.inside)
        best = _as_stored(case, g)
        if held is case:
            break
        family.learn(level, g)
        case = held
    return best


def _gentle(case: Case) -> bool:
    """Tell whether a ground is gentle enough to be left as it is."""
    allowed = case.limit * (1.0 + SLACK) + _rounding(case)
    return not too_steep(case.z, case.within, case.cell, allowed)[0].size


def _until_gentle(case: Case, g: Raster, domain: Mask) -> tuple[Case, Raster]:
    """Hold back a cut ground g where Horn's slope is above the limit, and cut again.

    Sweeps of first order leave cones and ridges up to some percent too steep in Horn's
    eyes; only there is the limit lowered, so that nowhere else more earth is moved.
    What is made keeps half of the slack, so that it counts as gentle when it comes
    back.
    """
    allowed = case.limit * (1.0 + SLACK / 2) + _rounding(case) / 2
    held, cells_inside = False, domain.astype(np.uint8)
    for _ in range(ROUNDS):
        cells, steep = too_steep(g, case.within, case.cell, allowed)
        if not cells.size:
            break
        if not held:
            g, held = g.copy(), True
            case = replace(case, rise=case.rise.copy())
        shares = EAGER * (steep / case.limit - 1.0) + SLACK / 2
        waiting = hold_back(case.rise, cells, shares)
        waiting *= cells_inside
        lower_again(g, waiting, cells_inside, case.rise)
    return case, g


def _case(surface: Surface, area: Mask | Any, to: GradeTo, operator: str) -> Case:
    whole = cells_in(surface, area, operator)
    window = window_of(whole)
    # no outermost cell is in the domain, so that sweeps need not look for the rim
    inside = np.pad(whole[window], 1)
    z = np.pad(surface.elevation[window].astype(np.float64), 1, constant_values=np.nan)
    known = np.isfinite(z)
    limit = float(np.tan(np.radians(to.max_slope)))
    cell = surface.grid.cell
    return Case(
        window=window,
        z=np.where(known, z, 0.0),
        inside=inside,
        within=binary_erosion(inside, AROUND),
        domain=binary_dilation(inside, AROUND) & known,
        cell=cell,
        limit=limit,
        rise=np.full(z.shape, limit * cell),
    )


def _rounding(case: Case) -> float:
    """Gradient that storing heights as float32 may feign."""
    top = float(np.abs(case.z).max())
    return 2.0 * float(np.spacing(np.float32(top))) / case.cell


def _as_stored(case: Case, g: Raster) -> Raster:
    """Ground as the surface will hold it, so that slopes are those of the result."""
    stored: Raster = np.where(case.inside, g, case.z).astype(np.float32)
    return stored.astype(np.float64)


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
    room = np.minimum(least, most), np.maximum(least, most)
    return Family(case.z, case.inside.astype(np.uint8), upper, *room)


def _gradient(case: Case, z: Raster) -> Raster:
    east, north = horn_gradient(z, case.cell, case.domain)
    return np.nan_to_num(np.hypot(east, north))


def _told(case: Case, best: Raster, bulking: float) -> dict[str, float]:
    steep, within = _gradient(case, best), case.within
    rim = case.inside & ~within & (steep > case.limit * (1.0 + RIM))
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
    inside = case.inside[1:-1, 1:-1]
    part[inside] = best[1:-1, 1:-1][inside]
    return whole
