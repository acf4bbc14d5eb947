"""A file of points of any kind as a Cloud: its header, and the CRS it is in."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.crs import in_plan, swapped
from twin.errors import InputError, MissingCRS
from twin.grid import UNKNOWN_VERTICAL

from .header import LasHeader
from .other_formats import look
from .reference_system import Reference, raster_reference, reference
from .survey import Cloud

Area = tuple[float, float, float, float]  # west, south, east, north, degrees


def open_cloud(
    path: Path,
    crs: str | None,
    vertical: str | None,
    columns: str | None = None,
    area: Area | None = None,
) -> Cloud:
    """Look at a file and settle its reference; nothing is swapped on suspicion.

    crs, vertical  as stated in site.yaml; PLY, text and E57 carry none of their own
    columns        of a text without a header line, e.g. "number code x y z"
    area           of the site in degrees, narrower than that of the CRS

    Raises MissingCRS, and InputError where east and north are swapped.
    """
    header = look(path, columns)
    if header.point_format >= 0:
        return Cloud(header, reference(header, crs, vertical))
    if crs is None:
        raise MissingCRS(
            f"{path}: a file of this kind carries no CRS; state it in site.yaml beside "
            "the file's name, e.g. crs: EPSG:32649"
        )
    return Cloud(header, _stated(header, crs, vertical, area))


def _stated(
    header: LasHeader, crs: str, vertical: str | None, area: Area | None
) -> Reference:
    found = raster_reference(header.path, crs, vertical or UNKNOWN_VERTICAL, "")
    east, north = np.array([header.low, header.high], dtype=np.float64)[:, :2].T
    if not in_plan(found.horizontal):
        raise InputError(
            f"{header.path}: {crs} is not projected, and clouds are read in metres; "
            "state the projected CRS that its x and y are in: crs: EPSG:…"
        )
    if swapped(east, north, crs, area=area):
        raise InputError(
            f"{header.path}: x and y ({east[0]:.1f}, {north[0]:.1f}) lie in the area "
            f"of {found.horizontal.name} only when swapped; state the columns "
            "the other way in site.yaml, e.g. columns: y x z, or write the easting as x"
        )
    assumed = [f"CRS {crs} as stated in site.yaml; the file says nothing"]
    if vertical is None:
        assumed.append("no vertical datum stated: unknown, no differencing")
    else:
        assumed.append(f"vertical datum {vertical} as stated in site.yaml")
    return Reference(found.horizontal, found.vertical, found.to_metres, tuple(assumed))
