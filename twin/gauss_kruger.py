"""Chinese Gauss-Krüger zones: eastings with and without the zone's number in front."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .grid import SHORT

Array = NDArray[np.float64]
MILLION: Final = 1_000_000.0  # m; the zone's number is written in front of 6 digits
NARROW: Final = range(25, 46)  # zones of 3 degrees, central meridian 3 n
WIDE: Final = range(13, 24)  # zones of 6 degrees, central meridian 6 n - 3


@dataclass(frozen=True, slots=True)
class Family:
    """First EPSG codes of one datum's zones; the next zone has the next code.

    narrow, wide   numbered eastings, zone 25 of 3 degrees and zone 13 of 6 degrees
    narrow_plain, wide_plain   the same without number, central meridian 75 E
    """

    datum: str
    narrow: int
    narrow_plain: int
    wide: int
    wide_plain: int


FAMILIES: Final = (
    Family("CGCS2000", 4513, 4534, 4491, 4502),
    Family("Xian 1980", 2349, 2370, 2327, 2338),
    Family("Beijing 1954", 2401, 2422, 21413, 21453),
)


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone of one datum.

    numbered   eastings bear the zone's number: 38 500 000 rather than 500 000 m
    """

    family: Family
    number: int
    numbered: bool

    @property
    def epsg(self) -> int:
        """EPSG code."""
        if self.number in NARROW:
            first = self.family.narrow if self.numbered else self.family.narrow_plain
            return first + self.number - NARROW.start
        first = self.family.wide if self.numbered else self.family.wide_plain
        return first + self.number - WIDE.start

    @property
    def meridian(self) -> int:
        """Central meridian, degrees east."""
        return 3 * self.number if self.number in NARROW else 6 * self.number - 3


def zone_number(east: Array) -> int | None:
    """Number in front of the eastings, or None where they bear none.

    Eastings within a zone are 6 digits; 13 to 23 and 25 to 45 in front of them are
    zones of 6 and of 3 degrees, and no projection of China reaches so far unnumbered.
    Points over two zones are told by the middle one.
    """
    there = east[np.isfinite(east)]
    if not there.size:
        return None
    number = int(np.median(there) // MILLION)
    return number if number in NARROW or number in WIDE else None


def zone_of(crs: str) -> Zone | None:
    """Zone that an EPSG code or name states, or None for any other CRS."""
    from pyproj import CRS

    parsed: Any = CRS.from_user_input(crs)
    if parsed.is_compound:
        parsed = parsed.sub_crs_list[0]
    code = parsed.to_epsg(min_confidence=60)
    for family in FAMILIES:
        for zone in _zones(family):
            if code == zone.epsg:
                return zone
    return None


def check_zone(east: Array, north: Array, crs: str, where: str) -> None:
    """Refuse eastings whose zone number and the stated CRS contradict each other.

    Raises InputError that names the EPSG code which the eastings tell, and the
    column when the number stands in the northings.
    """
    number, stated = zone_number(east), zone_of(crs)
    if number is None and zone_number(north) is not None:
        raise InputError(
            f"{where}: the northings (about {np.nanmedian(north):.0f}) bear the number "
            f"of a Gauss-Krüger zone, {zone_number(north)}, so the columns are "
            "swapped; in China X is often the northing. Give easting first"
        )
    if number is None and stated is not None and stated.numbered:
        plain = Zone(stated.family, stated.number, numbered=False)
        raise InputError(
            f"{where}: {_told(crs)} has the zone number {stated.number} in its "
            f"eastings, but they are about {np.nanmedian(east):.0f}; "
            f"state EPSG:{plain.epsg} (central meridian {plain.meridian}E, no number) "
            "if it is that meridian"
        )
    if number is None or (
        stated is not None and stated.numbered and stated.number == number
    ):
        return
    # any CRS whose eastings are that large by themselves is none of these
    if stated is None and _reaches(crs, float(np.nanmedian(east))):
        return
    raise InputError(
        f"{where}: the eastings (about {np.nanmedian(east):.0f}) bear the number of "
        f"Gauss-Krüger zone {number}, which {_told(crs)} does not have; "
        f"state {_codes(number, stated)}"
    )


def _codes(number: int, stated: Zone | None) -> str:
    families = FAMILIES if stated is None else (stated.family,)
    told = [f"EPSG:{Zone(f, number, numbered=True).epsg} ({f.datum})" for f in families]
    return " or ".join(told)


def _told(crs: str) -> str:
    if len(crs) <= SHORT:
        return crs
    from pyproj import CRS

    return str(CRS.from_user_input(crs).name)


def _zones(family: Family) -> list[Zone]:
    return [
        Zone(family, number, numbered)
        for number in (*NARROW, *WIDE)
        for numbered in (True, False)
    ]


def _reaches(crs: str, east: float) -> bool:
    """Tell whether a false easting or geographic range explains such eastings."""
    from pyproj import CRS

    parsed: Any = CRS.from_user_input(crs)
    if not parsed.is_projected and not parsed.is_compound:
        return False
    text = parsed.to_wkt()
    found = re.findall(r'"(?:False easting|Easting at [^"]*)",([-0-9.]+)', text)
    factor = float(parsed.axis_info[0].unit_conversion_factor)
    # web and other world-wide Mercators reach 20 000 km from their origin
    world = "Mercator" in text and "Transverse Mercator" not in text
    return world or any(abs(float(f) * factor - east) < 5 * MILLION for f in found)
