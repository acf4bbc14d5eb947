"""A surface out to what other programs open, by the file's ending; designs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.errors import InputError
from twin.grid import UNKNOWN_VERTICAL
from twin.surface import Surface
from twin.tin import Tin

from ..audit import Audit, note
from ..raster import write_cog
from .contours import contours_of
from .design import Design, Lines
from .dxf_write import write_dxf
from .guarded import read_design
from .landxml_write import write_landxml
from .mesh_write import write_mesh
from .raster_tin import tin_of_surface
from .readers import READERS
from .simplify import simplified

__all__ = ["READERS", "WRITERS", "export", "read_design"]


@dataclass(frozen=True)
class _Order:
    """One export."""

    surface: Surface
    path: Path
    interval: float | None
    tolerance: float | None
    audit: Audit

    @property
    def contours(self) -> Lines:
        """Level lines, when an interval is asked for."""
        return contours_of(self.surface, self.interval) if self.interval else ()

    @property
    def tin(self) -> Tin:
        """The triangles a surface came with, those between all its cells, or few."""
        if self.tolerance is None:
            return tin_of_surface(self.surface)
        made = simplified(self.surface.elevation, self.surface.grid, self.tolerance)
        told = f"triangles of {made.whole}, largest error {made.largest:.3g} m"
        self.audit.assumed.append(note(told, self.path, len(made.tin.triangles)))
        return made.tin

    @property
    def design(self) -> Design:
        """The surface as triangles and contours."""
        s, tin = self.surface, self.tin
        if s.tin is None and self.tolerance is None:
            told = "triangles between cell centres"
            self.audit.assumed.append(note(told, self.path, len(tin.triangles)))
        vertical = None if s.grid.vertical == UNKNOWN_VERTICAL else s.grid.vertical
        lines = self.contours
        return Design(s.id, tin, contours=lines, crs=s.grid.crs, vertical=vertical)


def export(
    surface: Surface,
    path: Path,
    *,
    interval: float | None = None,
    tolerance: float | None = None,
    audit: Audit,
) -> None:
    """Write a surface as LandXML, DXF, mesh, COG or contours, by the file's ending.

    interval   of contours, m: needed by .gpkg, added to .xml and .dxf when given
    tolerance  m, within which triangles may leave the cells' heights, so that there are
               fewer of them; those a surface came with are not used then

    Raises InputError for an ending that is not written, and for surfaces too large
    for that kind of file.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError(
            f"{path}: '{path.suffix}' is not written; use {', '.join(WRITERS)}, or "
            ".copc.laz for the cloud of a survey"
        )
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first")
    if not np.isfinite(surface.elevation).any() and surface.tin is None:
        raise InputError(f"{path}: surface {surface.id} has no ground to write")
    if tolerance is not None and writer in (_cog, _geopackage):
        raise InputError(
            f"{path}: has no triangles to simplify; leave the tolerance out"
        )
    writer(_Order(surface, path, interval, tolerance, audit))


def _landxml(order: _Order) -> None:
    write_landxml(order.path, order.design)


def _dxf(order: _Order) -> None:
    write_dxf(order.path, order.design)


def _mesh(order: _Order) -> None:
    grid, tin = order.surface.grid, order.tin
    told = {"crs": grid.crs, "vertical": grid.vertical}
    write_mesh(order.path, tin, told, audit=order.audit)


def _cog(order: _Order) -> None:
    s = order.surface
    told = f"Ground elevation; {s.kind} {s.date}"
    write_cog(
        order.path, s.elevation, s.grid, unit="m", name="elevation", description=told
    )


def _geopackage(order: _Order) -> None:
    """Contours as lines with their elevation."""
    import shapely
    from pyogrio.raw import write

    if order.interval is None:
        raise InputError(f"{order.path}: contours need an interval, e.g. interval=1.0")
    lines = order.contours
    if not lines:
        raise InputError(
            f"{order.path}: no level every {order.interval:g} m crosses the surface; "
            "take a smaller interval"
        )
    shapes = np.array([shapely.to_wkb(shapely.LineString(line)) for line in lines])
    beside = order.path.with_name(f".{order.path.stem}.tmp.gpkg")
    beside.unlink(missing_ok=True)
    write(
        str(beside), geometry=np.array(shapes, dtype=object), layer="contours",
        field_data=[np.array([line[0, 2] for line in lines])], fields=["elevation"],
        geometry_type="LineString Z", crs=order.surface.grid.crs, driver="GPKG",
    )  # fmt: skip
    beside.replace(order.path)


WRITERS: dict[str, Callable[[_Order], None]] = {
    ".xml": _landxml,
    ".dxf": _dxf,
    ".glb": _mesh,
    ".obj": _mesh,
    ".ply": _mesh,
    ".stl": _mesh,
    ".tif": _cog,
    ".gpkg": _geopackage,
}
