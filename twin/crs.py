"""Coordinate references as users state them, checked before anything is built."""

from __future__ import annotations

from .grid import UNKNOWN_VERTICAL


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
    if not crs.is_vertical:
        raise ValueError(
            f"'{text}' ({crs.name}) has no heights; write a vertical CRS such as "
            "EPSG:5737, or unknown"
        )
    return text
