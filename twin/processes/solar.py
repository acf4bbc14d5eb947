"""Geometry of the sun: declination, daylength and radiation at the top of the air."""

from __future__ import annotations

from math import acos, cos, pi, radians, sin, tan

SOLAR_CONSTANT = 0.0820  # MJ m-2 min-1; FAO-56
MID_MONTH = (15, 46, 74, 105, 135, 166, 196, 227, 258, 288, 319, 349)  # day of the year


def inverse_distance(day: int) -> float:
    """Inverse relative distance of Earth and sun, dr = 1 + 0.033 cos(2 pi J / 365).

    day  J, day of the year.  FAO-56 eq. 23.
    """
    return 1.0 + 0.033 * cos(2.0 * pi * day / 365.0)


def declination(day: int) -> float:
    """Solar declination, 0.409 sin(2 pi J / 365 - 1.39), rad; FAO-56 eq. 24."""
    return 0.409 * sin(2.0 * pi * day / 365.0 - 1.39)


def sunset_angle(latitude: float, day: int) -> float:
    """Hour angle of sunset, arccos(-tan(phi) tan(delta)), rad; FAO-56 eq. 25.

    latitude  phi, degree, north positive; polar day and night are whole
    """
    cosine = -tan(radians(latitude)) * tan(declination(day))
    return acos(min(1.0, max(-1.0, cosine)))


def daylength(latitude: float, day: int) -> float:
    """Hours of daylight, N = 24 / pi x sunset angle; FAO-56 eq. 34."""
    return 24.0 / pi * sunset_angle(latitude, day)


def extraterrestrial_radiation(latitude: float, day: int) -> float:
    """Radiation on a level plane at the top of the air, Ra, MJ m-2 d-1.

    Ra = 24 x 60 / pi Gsc dr (ws sin phi sin delta + cos phi cos delta sin ws)

    latitude  phi, degree
    day       day of the year

    FAO-56 eq. 21.
    """
    phi, delta = radians(latitude), declination(day)
    ws = sunset_angle(latitude, day)
    geometry = ws * sin(phi) * sin(delta) + cos(phi) * cos(delta) * sin(ws)
    per_day = 24.0 * 60.0 / pi * SOLAR_CONSTANT * inverse_distance(day)
    return max(per_day * geometry, 0.0)


def sunshine_radiation(sunshine: float, daylight: float, top: float) -> float:
    """Short-wave radiation by sunshine, Rs = (0.25 + 0.50 n / N) Ra; FAO-56 eq. 35.

    sunshine  n, hours of sun; daylight  N, hours; top  Ra, MJ m-2 d-1
    """
    return (0.25 + 0.50 * sunshine / daylight) * top
