"""Which CRS and which unit a cloud's coordinates have; never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from twin.crs import MARGIN, in_plan, swapped
from twin.errors import InputError, MissingCRS, UnitMismatch
from twin.gauss_kruger import check_zone
from twin.grid import UNKNOWN_VERTICAL

from ..coordinates import exact_way
from .header import LasHeader

SHOWN = 120  # characters of what a library says; it repeats the file's own text
FEET = {"foot": 0.3048, "ft": 0.3048, "feet": 0.3048, "international foot": 0.3048}
US_FEET = dict.fromkeys(("us survey foot", "ftus", "us-ft", "foot_us"), 1200 / 3937)
METRES = dict.fromkeys(("m", "metre", "meter", "metres", "meters"), 1.0)
HEIGHT_UNITS = {**METRES, **FEET, **US_FEET}  # names in rasters, lower case -> m


@dataclass(frozen=True)
class Reference:
    """Horizontal and vertical reference of a file, and what was assumed.

    to_metres  factor of heights
    """

    horizontal: CRS
    vertical: str
    to_metres: float
    assumed: tuple[str, ...] = ()


def file_crs(header: LasHeader) -> CRS | None:
    """Parse the CRS of the header's records, WKT or GeoTIFF keys."""
    import laspy

    try:
        # the header alone: laspy.open would start the native decoder in this process
        with header.path.open("rb") as file:
            records = laspy.LasHeader.read_from(file, read_evlrs=True)
        found: CRS | None = records.parse_crs()
    except Exception as error:
        raise MissingCRS(
            f"{header.path}: the CRS in the file cannot be read "
            f"({str(error)[:SHOWN]}); state it in site.yaml beside the file's name: "
            "crs: EPSG:…"
        ) from error
    return found


def reference(header: LasHeader, crs: str | None, vertical: str | None) -> Reference:
    """Combine what the file says with what the user stated; MissingCRS otherwise."""
    own = file_crs(header)
    assumed = []
    if crs is not None:
        stated = _stated(crs, header.path)
        said = own.name if own is not None else "nothing"
        assumed.append(f"CRS {crs} as stated in site.yaml; the file says {said}")
        own = stated
    if own is None:
        raise MissingCRS(
            f"{header.path}: no CRS in the file; state it in site.yaml "
            "beside the file's name, e.g. crs: EPSG:32649"
        )
    horizontal, height = _parts(own)
    _plausible(header, horizontal)
    if crs is None and horizontal.to_authority(min_confidence=60) is None:
        units = {axis.unit_name for axis in horizontal.axis_info[:2]}
        raise MissingCRS(
            f"{header.path}: its CRS '{horizontal.name}' has no EPSG code and is in "
            f"{', '.join(sorted(units))}; state the code in site.yaml, e.g. crs: "
            "EPSG:2994 beside the file's name"
        )
    datum, factor = _heights(header.path, horizontal, height, vertical)
    if vertical is not None:
        assumed.append(f"vertical datum {vertical} as stated in site.yaml")
    elif datum == UNKNOWN_VERTICAL:
        assumed.append("no vertical datum in the file: unknown, no differencing")
    return Reference(horizontal, datum, factor, tuple(assumed))


def raster_reference(path: Path, crs: str, vertical: str, unit: str) -> Reference:
    """Reference of a raster, whose band may tell the unit of its heights.

    crs       of the raster; a compound one brings a datum
    vertical  stated by the user or by a tag of the file, or "unknown"
    unit      of the band as the file says it, "" where it does not
    """
    horizontal, height = _parts(_stated(crs, path))
    stated = None if vertical == UNKNOWN_VERTICAL else vertical
    factor = HEIGHT_UNITS.get(unit.strip().lower())
    if unit and factor is None:
        raise UnitMismatch(
            f"{path}: its values are in '{unit}', not a unit of height known here; "
            "convert the raster to metres and set its band unit to m"
        )
    if factor is None and not in_plan(horizontal):
        factor = 1.0  # x and y in degrees tell nothing of heights: metres by custom
    if stated is None and height is None and factor is not None:
        return Reference(horizontal, UNKNOWN_VERTICAL, factor)
    datum, own = _heights(path, horizontal, height, stated)
    return Reference(horizontal, datum, own if not unit or factor is None else factor)


def same_datum(one: str, other: str) -> bool:
    """Whether heights, once in metres, count from the same level in both."""
    if one == other:
        return True
    try:
        a, b = CRS.from_user_input(one), CRS.from_user_input(other)
    except CRSError:
        return False
    direction = a.axis_info[0].direction == b.axis_info[0].direction
    return a.datum is not None and a.datum == b.datum and direction


def _stated(crs: str, path: Path) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise InputError(
            f"{path}: '{crs}' stated for it in site.yaml is no CRS; "
            "write the code of a known one, e.g. EPSG:32649"
        ) from error


def _parts(crs: CRS) -> tuple[CRS, CRS | None]:
    if crs.is_compound:
        first, second = crs.sub_crs_list[:2]
        return first, second
    return crs, None


def _heights(
    path: Path, horizontal: CRS, height: CRS | None, stated: str | None
) -> tuple[str, float]:
    given = _stated(stated, path) if stated not in (None, UNKNOWN_VERTICAL) else height
    if given is not None:
        factor = float(given.axis_info[0].unit_conversion_factor)
        code = given.to_authority(min_confidence=60)
        return stated or (":".join(code) if code else given.name), factor
    factor = float(horizontal.axis_info[0].unit_conversion_factor)
    if abs(factor - 1.0) > 1e-9:
        raise MissingCRS(
            f"{path}: x and y are in {horizontal.axis_info[0].unit_name} and "
            "the unit of heights is not stated; state it in site.yaml: "
            "vertical: EPSG:6360 (ftUS) or EPSG:5703 (m) beside the file's name"
        )
    return UNKNOWN_VERTICAL, 1.0


def _plausible(header: LasHeader, crs: CRS) -> None:
    if not in_plan(crs):
        raise InputError(
            f"{header.path}: its CRS is {crs.name}, which is not projected, but x runs "
            f"from {header.low[0]:.1f} to {header.high[0]:.1f}; if that CRS is wrong, "
            "state the right one in site.yaml: crs: EPSG:…, else reproject the cloud"
        )
    area = crs.area_of_use
    if area is None:
        return
    _in_order(header, crs)
    middle = [(a + b) / 2 for a, b in zip(header.low, header.high, strict=True)][:2]
    geographic = crs.geodetic_crs
    if geographic is None:
        return
    there = Transformer.from_crs(crs, geographic, always_xy=True)
    lon, lat = there.transform(middle[0], middle[1])
    inside = (
        area.west - MARGIN <= lon <= area.east + MARGIN
        and area.south - MARGIN <= lat <= area.north + MARGIN
    )
    if not inside:
        raise InputError(
            f"{header.path}: its middle ({middle[0]:.1f}, {middle[1]:.1f}) lies at "
            f"{lat:.2f} N {lon:.2f} E, outside the area of {crs.name}; the CRS or the "
            "axis order is wrong: state the right CRS in site.yaml: crs: EPSG:…"
        )


def _in_order(header: LasHeader, crs: CRS) -> None:
    """Refuse zone numbers that contradict the CRS, and swapped columns."""
    code = crs.to_authority(min_confidence=60)
    text = ":".join(code) if code else crs.to_wkt()
    east, north = np.array([header.low, header.high], dtype=np.float64)[:, :2].T
    check_zone(east, north, text, str(header.path))
    if swapped(east, north, text):
        raise InputError(
            f"{header.path}: x and y ({east[0]:.1f}, {north[0]:.1f}) lie in the area "
            f"of {crs.name} only when swapped; write the file again with the easting "
            "as x, nothing is swapped on suspicion"
        )


def to_site(crs: CRS, site_crs: str, where: object) -> Any:
    """Return a transformer to the site's CRS, or None where they are the same."""
    return exact_way(crs, site_crs, str(where)).transformer
