"""Exact volumes between grounds of a site, or above a level: one computation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.vector import read_parcels
from twin.change.comparable import check_comparable
from twin.change.facets import Plane
from twin.change.prisms import Ground, Volumes, volume_between, volumes_by_parcel
from twin.surface import Surface

from .ground_change import WHOLE
from .grounds import ground_of

if TYPE_CHECKING:
    from twin.site import Site

CELLS = "flat prisms, one per cell"
TRIANGLES = "its triangles"
CENTRES = "triangles between its cell centres"


@dataclass(frozen=True)
class GroundVolume:
    """Volumes from ground a to ground b, of the whole and of parcels.

    read  how a and b were read
    """

    a: str
    b: str
    read: tuple[str, str]
    rows: dict[str, Volumes]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, m3 and m2."""
        return {
            "a": self.a,
            "b": self.b,
            "read": list(self.read),
            "unit": {"volume": "m3", "area": "m2"},
            "parcels": [
                {"parcel": name, **asdict(v), "net": v.net, "gross": v.gross}
                for name, v in self.rows.items()
            ],
        }


def volume_from(
    site: Site,
    a: str,
    b: str | None = None,
    *,
    level: float | None = None,
    parcels: Path | None = None,
) -> GroundVolume:
    """Exact volumes from ground ``a`` to ground ``b``, or from a level to ``a``.

    level    m; a ground's volume over it is the fill, below it the cut
    parcels  polygons; without them those of the site

    Grounds that came as triangles are taken so. No interval: for surveys with errors
    there is ``change_between``. Raises MissingCRS where a vertical datum is unknown and
    there are two grounds, InputError where they are not comparable.
    """
    first = ground_of(site, a)
    if level is not None or b is None:
        height = 0.0 if level is None else level
        one: Ground = Plane(height)
        other, told_b = _exact(first), a
        told_a, read = f"level {height:g} m", ("a plane", _told(other, plane=True))
    else:
        second = ground_of(site, b)
        check_comparable(first, second)
        one, other = _exact(first), _exact(second)
        told_a, told_b = a, b
        read = (_told(one, other), _told(other, one))
    rows = {WHOLE: volume_between(one, other)}
    shapes = _parcels(site, parcels, first)
    rows |= volumes_by_parcel(one, other, shapes)
    return GroundVolume(told_a, told_b, read, rows)


def _exact(surface: Surface) -> Ground:
    """The triangles that a ground came as, else its raster."""
    return surface if surface.tin is None else surface.tin


def _told(ground: Ground, other: Ground | None = None, *, plane: bool = False) -> str:
    if not isinstance(ground, Surface):
        return TRIANGLES
    if plane:
        return CELLS
    alike = isinstance(other, Surface) and not [
        d for d in ground.grid.differences(other.grid) if d.what != "active"
    ]
    return CELLS if alike else CENTRES


def _parcels(site: Site, path: Path | None, ground: Surface) -> dict[str, Any]:
    if path is None:
        path = site.layers_dir / "parcels.gpkg"
        if not path.is_file():
            return {}
    return {p.id: p.geometry for p in read_parcels(path, ground.grid.crs)}
