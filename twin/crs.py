"""Coordinate references as users state them, checked before anything is built."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .grid import UNKNOWN_VERTICAL

Array = NDArray[np.float64]
MARGIN: Final = 1.0  # degrees around a CRS's area of use
FEW, MOST = 0.5, 0.9  # shares of points; outliers do not decide what a table is in
SAME_LENGTH: Final = 1e-8  # relative; the two feet are 2e-6 apart
ANGLES: Final = frozenset({"degree", "radian", "grad", "degree minute second"})
LENGTHS: Final = {
    "metre": 1.0,
    "foot": 0.3048,  # international
    "US survey foot": 1200.0 / 3937.0,
}


def in_plan(crs: Any) -> bool:
    """Whether a CRS has eastings and northings, a mine's own grid among them."""
    return bool(crs.is_projected or crs.type_name == "Derived Projected CRS")


def projected_in_metres(text: str) -> str:
    """Return ``text`` when it names a projected CRS in metres; ValueError if not."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(text)
    except CRSError as error:
        raise ValueError(
            f"'{text}' is no known CRS; write an EPSG code such as EPSG:32649"
        ) from error
    if crs.is_compound:
        raise ValueError(_both_in_one(text))
    if not crs.is_projected:
        raise ValueError(
            f"'{text}' ({crs.name}) is not projected; areas need metres, so write "
            "the UTM or national projected CRS of the place, such as EPSG:32649"
        )
    units = {axis.unit_name for axis in crs.axis_info[:2]}
    if units != {"metre"}:
        raise ValueError(
            f"'{text}' ({crs.name}) is in {', '.join(sorted(units))}; "
            "write a projected CRS in metres"
        )
    return text


def vertical_datum(text: str) -> str:
    """Return ``text`` when it is a vertical CRS or "unknown"; ValueError if not."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if text == UNKNOWN_VERTICAL:
        return text
    try:
        crs = CRS.from_user_input(text)
    except CRSError as error:
        raise ValueError(
            f"'{text}' is no known vertical datum; write an EPSG code such as "
            "EPSG:5737, or unknown"
        ) from error
    if crs.is_compound:
        raise ValueError(_both_in_one(text))
    if not crs.is_vertical:
        raise ValueError(
            f"'{text}' ({crs.name}) has no heights; write a vertical CRS such as "
            "EPSG:5737, or unknown"
        )
    return text


@dataclass(frozen=True, slots=True)
class Unit:
    """Unit of a coordinate axis.

    metres   of one unit; NaN for degrees, which are no length
    """

    name: str
    metres: float


@dataclass(frozen=True, slots=True)
class Parts:
    """A CRS taken apart.

    horizontal   "EPSG:…" where it has a code, WKT otherwise; always two axes
    vertical     the same of heights, or "unknown" where the CRS has none
    plan_unit    of x and y
    height_unit  of heights by the CRS itself; None where it says nothing of heights

    A compound CRS may well have x and y in metres and heights in feet.
    """

    horizontal: str
    vertical: str
    plan_unit: Unit
    height_unit: Unit | None


def parts(text: str) -> Parts:
    """Take a CRS apart in plan and height; ValueError for what cannot be mapped.

    Heights above an ellipsoid have a unit, but no vertical datum that levels or other
    surveys share: "unknown". Geocentric x, y, z are no map coordinates at all.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(text)
    except CRSError as error:
        raise ValueError(
            f"'{text}' is no known CRS; write an EPSG code such as EPSG:32649, or "
            "EPSG:4547+5737 with heights"
        ) from error
    if crs.is_bound:
        crs = CRS.from_user_input(crs.source_crs)
    if crs.is_geocentric:
        raise ValueError(
            f"'{text}' ({crs.name}) is geocentric: x, y, z from the centre of the "
            "earth, no map; if the coordinates look like map coordinates the file "
            "states the wrong CRS, so state the one they are in, e.g. EPSG:32612"
        )
    if crs.is_vertical and not crs.is_compound:
        raise ValueError(
            f"'{text}' ({crs.name}) has heights only; give the CRS of x and y, too, "
            f"e.g. EPSG:4547+{crs.to_epsg() or 5737}"
        )
    height = None
    if crs.is_compound:
        crs, height = crs.sub_crs_list[:2]
    unit = None if height is None else unit_of(height.axis_info[0])
    if height is None and len(crs.axis_info) > 2:
        unit, crs = unit_of(crs.axis_info[2]), crs.to_2d()
    vertical = UNKNOWN_VERTICAL if height is None else _coded(height)
    return Parts(_coded(crs), vertical, unit_of(crs.axis_info[0]), unit)


def unit_of(axis: Any) -> Unit:
    """Unit of a pyproj axis; the two feet, 2 ppm apart, by their names.

    2 ppm are 8 m in a northing of 4 000 km, and 2 mm in a height of 1000 m.
    """
    factor = float(axis.unit_conversion_factor)
    if axis.unit_name in ANGLES:
        return Unit(axis.unit_name, math.nan)
    for name, metres in LENGTHS.items():
        if abs(factor / metres - 1.0) < SAME_LENGTH:
            return Unit(name, metres)
    return Unit(axis.unit_name, factor)


def swapped(
    east: Array,
    north: Array,
    crs: str,
    *,
    area: tuple[float, float, float, float] | None = None,
) -> bool:
    """Tell whether points lie in the area of use only when their columns are swapped.

    east, north  (n,) in the units of the CRS; longitude and latitude in a geographic
    area         west, south, east, north in degrees where a narrower one than the
                 CRS's is known, such as the site's

    False where they lie in it as they are, where they lie in it neither way, and where
    no area is known: nothing is swapped on suspicion. Coordinates are never changed.
    """
    area = area or area_of_use(crs)
    if area is None:
        return False
    straight = _share_inside(east, north, crs, area)
    other = _share_inside(north, east, crs, area)
    return straight < FEW and other >= MOST


def area_of_use(crs: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees where a CRS is meant for, if known."""
    from pyproj import CRS

    parsed = CRS.from_user_input(crs)
    if parsed.is_compound:
        parsed = parsed.sub_crs_list[0]
    if parsed.area_of_use is None:
        code = parsed.to_authority(min_confidence=60)
        parsed = parsed if code is None else CRS.from_authority(*code)
    area = parsed.area_of_use
    return None if area is None else (area.west, area.south, area.east, area.north)


def share_inside(
    east: Array,
    north: Array,
    crs: str,
    *,
    area: tuple[float, float, float, float] | None = None,
) -> float:
    """Share of points, in 0 to 1, that lie in the area of use; NaN where none is."""
    area = area or area_of_use(crs)
    return math.nan if area is None else _share_inside(east, north, crs, area)


def _share_inside(
    east: Array, north: Array, crs: str, area: tuple[float, float, float, float]
) -> float:
    from pyproj import CRS, Transformer

    parsed = CRS.from_user_input(crs)
    if parsed.is_compound:
        parsed = parsed.sub_crs_list[0]
    good = np.isfinite(east) & np.isfinite(north)
    lon, lat = east[good], north[good]
    if not lon.size:
        return 0.0
    if not parsed.is_geographic:
        back = Transformer.from_crs(parsed, parsed.geodetic_crs, always_xy=True)
        lon, lat = back.transform(lon, lat)
        projected = np.isfinite(lon) & np.isfinite(lat)
        lon = np.where(projected, lon, 0.0)
        lat = np.where(projected, lat, np.inf)
    west, south, farthest_east, farthest_north = area
    inside = (lat > south - MARGIN) & (lat < farthest_north + MARGIN)
    inside &= np.abs(lat) <= 90.0
    beyond = (lon - west + MARGIN) % 360.0  # areas may cross the date line
    width = (farthest_east - west) % 360.0 or 360.0
    inside &= (np.abs(lon) <= 360.0) & (beyond < width + 2.0 * MARGIN)
    return float(np.count_nonzero(inside) / inside.size)


def _coded(crs: Any) -> str:
    code = crs.to_authority(min_confidence=60)
    return ":".join(code) if code else str(crs.to_wkt())


def _both_in_one(text: str) -> str:
    whole = parts(text)
    return (
        f"'{text}' is a CRS of plan and heights in one; write them apart, "
        f"crs: {whole.horizontal} and vertical: {whole.vertical}"
    )
