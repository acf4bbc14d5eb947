"""Volumes between two grounds in closed form: cut, fill and their areas.

How each ground is read

    Tin               its triangles; what two of them share is integrated exactly
    Plane             without end
    Surface, Surface  on the same grid: flat prisms, one per cell
    Surface, Plane    flat prisms of the height above the plane at the cell's centre
    Surface otherwise triangles between its cell centres (``tin_of_centres``)

A raster is not laid as flat prisms against triangles, because on a slope the stairs of
its cells would be counted as cut and as fill, about slope x cell / 8 over the whole
area each, though nothing changed. Where both are rasters of one grid those stairs
cancel, and whole cells, rim and holes are counted as they are. The triangles a Surface
came as are in ``surface.tin``; give that for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from ..errors import InputError
from ..surface import Surface
from ..tin import Tin
from .comparable import check_comparable, within_mask
from .facets import (
    Bounds,
    Facets,
    Origin,
    Plane,
    facet_of_plane,
    facets_of_tin,
    goes_second,
    origin_of,
)
from .overlay import parts_within, volumes_between_facets
from .region import check_region, facets_of_region
from .tin_grid import cell_sums, centres, shares_within, tin_of_centres

__all__ = ["Ground", "Plane", "Volumes", "volume_between", "volumes_by_parcel"]

Ground = Tin | Surface | Plane


@dataclass(frozen=True, slots=True)
class Volumes:
    """What lies between two grounds, from the first to the second.

    cut, fill  m3, where the second lies below and above the first; neither is negative
    area       that both grounds (and the polygon) share, m2
    cut_area, fill_area  parts of it with cut and with fill, m2; the rest is unchanged
    pieces     pairs of triangles, or cells, that were summed
    """

    cut: float
    fill: float
    area: float
    cut_area: float
    fill_area: float
    pieces: int

    @property
    def net(self) -> float:
        """Change of the second ground's volume, fill - cut, m3."""
        return self.fill - self.cut

    @property
    def gross(self) -> float:
        """Material moved, fill + cut, m3."""
        return self.fill + self.cut

    @property
    def back(self) -> Volumes:
        """From the second ground to the first."""
        return Volumes(
            self.fill,
            self.cut,
            self.area,
            self.fill_area,
            self.cut_area,
            self.pieces,
        )


def volume_between(
    a: Ground, b: Ground, *, within: shapely.Geometry | None = None
) -> Volumes:
    """Cut and fill from ground a to ground b, m3.

    within  polygon or multipolygon, holes and all, in the grounds' CRS; cells and
            triangles on its rim count by the part inside

    ``volume_between(b, a)`` is ``volume_between(a, b).back`` to the last bit. The
    module's docstring tells how each kind of ground is read.

    Raises InputError for two planes, for surfaces of different references and for a
    polygon that is none; MissingCRS for surfaces without a vertical datum.
    """
    if within is not None:
        check_region(within)
    if isinstance(a, Plane) and isinstance(b, Plane):
        raise InputError(
            "volume: two planes have no end, so none between them; "
            "give the ground itself as a Tin or a Surface"
        )
    a, b = (within_mask(g) if isinstance(g, Surface) else g for g in (a, b))
    if isinstance(a, Surface) and isinstance(b, Surface):
        check_comparable(a, b)
    rise = _rise_of_cells(a, b)
    if rise is not None:
        grid = next(g.grid for g in (a, b) if isinstance(g, Surface))
        share = None if within is None else shares_within(grid, within)
        return _volumes(cell_sums(rise, grid.cell_area, share))
    one, other, origin = _facets(a, b)
    return _between(one, other, within, origin)


def volumes_by_parcel(
    a: Ground, b: Ground, parcels: Mapping[str, shapely.Geometry]
) -> dict[str, Volumes]:
    """Volumes within each parcel, by its name; grounds are read once for all."""
    for region in parcels.values():
        check_region(region)
    a, b = (within_mask(g) if isinstance(g, Surface) else g for g in (a, b))
    if _rise_of_cells(a, b) is not None or (
        isinstance(a, Plane) and isinstance(b, Plane)
    ):
        return {k: volume_between(a, b, within=p) for k, p in parcels.items()}
    if isinstance(a, Surface) and isinstance(b, Surface):
        check_comparable(a, b)
    one, other, origin = _facets(a, b)
    return {k: _between(one, other, p, origin) for k, p in parcels.items()}


def _between(
    a: Facets, b: Facets, within: shapely.Geometry | None, origin: Origin
) -> Volumes:
    """Overlay in an order of the grounds' own, so that back is the same with signs."""
    if goes_second(a, b):
        return _between(b, a, within, origin).back
    if within is not None:
        a = parts_within(a, facets_of_region(within, origin))
    return _volumes(volumes_between_facets(a, b))


def _volumes(sums: tuple[float, ...]) -> Volumes:
    fill, cut, fill_area, cut_area, area, pieces = sums
    return Volumes(cut, fill, area, cut_area, fill_area, int(pieces))


def _rise_of_cells(a: Ground, b: Ground) -> np.ndarray | None:
    """Height of b above a per cell where both are known at cell centres, else None."""
    if isinstance(a, Surface) and isinstance(b, Surface):
        if any(d.what != "active" for d in a.grid.differences(b.grid)):
            return None
        return b.elevation.astype(np.float64) - a.elevation
    if isinstance(a, Surface) and isinstance(b, Plane):
        return -_above_plane(a, b)
    if isinstance(a, Plane) and isinstance(b, Surface):
        return _above_plane(b, a)
    return None


def _above_plane(surface: Surface, plane: Plane) -> np.ndarray:
    east, north = centres(surface.grid)
    z = surface.elevation.astype(np.float64)
    above: np.ndarray = z - plane.at(east[None, :], north[:, None])
    return above


def _facets(a: Ground, b: Ground) -> tuple[Facets, Facets, Origin]:
    """Both grounds about one origin."""
    grounds = [tin_of_centres(g) if isinstance(g, Surface) else g for g in (a, b)]
    bounds = _extent([g.bounds for g in grounds if isinstance(g, Tin)])
    origin = origin_of(bounds)
    one, other = (
        facet_of_plane(g, bounds, origin)
        if isinstance(g, Plane)
        else facets_of_tin(g, origin)
        for g in grounds
    )
    return one, other, origin


def _extent(bounds: list[Bounds]) -> Bounds:
    """Around all; an empty Tin has none."""
    given = np.array([b for b in bounds if np.isfinite(b).all()])
    if not len(given):
        return 0.0, 0.0, 0.0, 0.0
    low, high = given.min(axis=0), given.max(axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])
