"""Where the cut goes: the least haul from zones of cut to zones of fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..change.comparable import check_comparable
from ..errors import InputError
from ..surface import Surface
from .area import Mask, cells_in
from .haul_zones import ZoneVolumes, automatic_zones, volumes_of
from .transport import cheapest_flows

BORROW: Final = "borrow"
SURPLUS: Final = "surplus"
ELSEWHERE: Final = "elsewhere"
CUBIC_METRE_KM: Final = 1e-3  # m3 km in 1 m3 m


@dataclass(frozen=True, slots=True)
class Flow:
    """One row of a mass-haul table.

    origin       zone of cut, or "borrow"
    destination  zone of fill, or "surplus"
    volume       m3 as placed (cut times bulking)
    in_place     m3 as cut (volume / bulking)
    distance     m in plan between the centroids of cut and fill; NaN for borrow and
                 surplus, whose place is not known
    start, end   centroids (east, north), m; NaN where not known
    """

    origin: str
    destination: str
    volume: float
    in_place: float
    distance: float
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class MassHaul:
    """Table of flows; bulking * cut = sum of flows + surplus, fill = same + borrow.

    cut, fill        m3 in place, m3 as placed
    surplus, borrow  m3 as placed; one of the two is 0
    haul             m3 km as placed, borrow and surplus left out
    mean_distance    m, of what is hauled within the site; NaN when nothing is
    """

    flows: tuple[Flow, ...] = field(repr=False)
    cut: float
    fill: float
    bulking: float
    surplus: float
    borrow: float
    haul: float
    mean_distance: float


def mass_haul(
    before: Surface,
    after: Surface,
    *,
    zones: Mapping[str, Mask | Any] | None = None,
    bulking: float = 1.0,
) -> MassHaul:
    """Find the flows from cut to fill whose volume times distance is least.

    zones    name → mask or polygon; each gives its cut and takes its fill; what lies in
             none is zone "elsewhere". None: connected cut and fill, parted by squares
             and the small ones joined to their nearest (see haul_zones)
    bulking  volume of fill that one volume of cut makes, 1

        minimise sum v_ij d_ij,  sum_j v_ij <= bulking cut_i,  sum_i v_ij <= fill_j

    with as much hauled as there is room for: Hitchcock's transportation problem (1941,
    J. Math. Phys. 20:224), for earthwork Stark & Mayer 1983, J. Constr. Eng. Manage.
    109:297. Distances are straight, on the map: roads are longer, and earth moved
    within a zone counts as far as its centroids are apart. One material: what may not
    be used as fill has to be taken out by whoever calls.
    """
    if not 0.0 < bulking < np.inf:
        raise InputError(f"mass haul: bulking {bulking!r}; it is a ratio above 0")
    check_same_ground(before, after)
    rise = after.elevation - before.elevation
    np.nan_to_num(rise, copy=False, nan=0.0)
    if zones is None:
        labels, names = automatic_zones(rise, before.grid.cell)
    else:
        labels, names = _given(before, zones)
    cut, fill = volumes_of(rise, labels, before.grid)
    return _table(cut, fill, names, bulking)


def check_same_ground(before: Surface, after: Surface) -> None:
    """Refuse surfaces of other grids, or of heights that do not mean the same."""
    apart = before.grid.differences(after.grid)
    if apart:
        raise InputError(
            f"surfaces {before.id} and {after.id} are not on the same cells: "
            f"{'; '.join(map(str, apart))}; bring one onto the other's grid first"
        )
    if before.grid.vertical != after.grid.vertical:
        check_comparable(before, after)


def _given(
    before: Surface, zones: Mapping[str, Mask | Any]
) -> tuple[NDArray[np.int32], list[str]]:
    """Zones of a user as labels; 0 is elsewhere."""
    labels = np.zeros(before.grid.shape, dtype=np.int32)
    for i, (name, area) in enumerate(zones.items(), start=1):
        cells = cells_in(before, area, f"mass haul: zone {name}")
        if (labels[cells] != 0).any():
            raise InputError(
                f"mass haul: zone {name} lies over another zone; a cell belongs to one"
            )
        labels[cells] = i
    return labels, [ELSEWHERE, *zones]


def _table(
    cut: ZoneVolumes, fill: ZoneVolumes, names: list[str], bulking: float
) -> MassHaul:
    """Solve for the flows and write them with surplus and borrow."""
    supply = bulking * cut.volume
    gone, come = float(supply.sum()), float(fill.volume.sum())
    i, j, volume, distance = cheapest_flows(supply, fill.volume, cut.at, fill.at)
    nowhere = (nan, nan)
    rows = [
        Flow(
            names[cut.zone[a]], names[fill.zone[b]], v, v / bulking, d,
            (float(cut.at[a, 0]), float(cut.at[a, 1])),
            (float(fill.at[b, 0]), float(fill.at[b, 1])),
        )
        for a, b, v, d in zip(
            i.tolist(), j.tolist(), volume.tolist(), distance.tolist(), strict=True
        )
    ]  # fmt: skip
    left = supply - np.bincount(i, volume, supply.size)
    short = fill.volume - np.bincount(j, volume, fill.volume.size)
    small = 1e-12 * max(gone, come)
    if gone > come:
        rows += [
            Flow(names[cut.zone[a]], SURPLUS, float(left[a]), float(left[a]) / bulking,
                 nan, (float(cut.at[a, 0]), float(cut.at[a, 1])), nowhere)
            for a in np.flatnonzero(left > small)
        ]  # fmt: skip
    else:
        rows += [
            Flow(BORROW, names[fill.zone[b]], float(short[b]),
                 float(short[b]) / bulking, nan, nowhere,
                 (float(fill.at[b, 0]), float(fill.at[b, 1])))
            for b in np.flatnonzero(short > small)
        ]  # fmt: skip
    moment, hauled = float(np.dot(volume, distance)), float(volume.sum())
    return MassHaul(
        flows=tuple(rows),
        cut=float(cut.volume.sum()),
        fill=come,
        bulking=bulking,
        surplus=max(gone - come, 0.0),
        borrow=max(come - gone, 0.0),
        haul=moment * CUBIC_METRE_KM,
        mean_distance=moment / hauled if hauled > 0.0 else nan,
    )
