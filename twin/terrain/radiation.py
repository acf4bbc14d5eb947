"""How much more or less sun a slope gets than level ground."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled

Array = NDArray[np.float64]

MID_MONTH_DAYS = (15, 46, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344)
HOUR_STEP = 0.25  # h, of the sum over the day
SLOPE_STEP, ASPECT_STEP = 1.0, 2.0  # degrees, nodes of the table
DIFFUSE_FRACTION = 0.4  # of global radiation; order of magnitude, unverified
ALBEDO = 0.2  # of the ground in front of the slope; order of magnitude, unverified


def radiation_factor(
    slope_deg: Array,
    aspect_deg: Array,
    latitude: float,
    *,
    month: int | None = None,
    diffuse_fraction: float = DIFFUSE_FRACTION,
) -> Array:
    """Short-wave radiation on a slope divided by that on level ground.

    slope_deg, aspect_deg  degrees, aspect clockwise from north; any shape
    latitude               degrees north
    month                  1 to 12, or None for the whole year
    diffuse_fraction       share of the sky in global radiation on level ground
    →                      1 on level ground, 0 and more elsewhere

    (1 - k) R_b + k (1 + cos s)/2 + 0.2 (1 - cos s)/2. R_b is the ratio of
    extraterrestrial radiation on slope and level, summed over mid-month days with self
    shading (Allen et al. 2006); the rest is isotropic sky and ground (Liu & Jordan
    1963). Shading by other hills is left out.
    """
    table = _beam_table(float(latitude), month)
    tilt = np.cos(np.radians(slope_deg))
    slope, aspect, level = np.broadcast_arrays(slope_deg, aspect_deg, tilt)
    flat = [np.ascontiguousarray(x, np.float64).ravel() for x in (slope, aspect, level)]
    found: Array = _factor(table, flat[0], flat[1], flat[2], diffuse_fraction)
    return found.reshape(slope.shape)


@compiled
def _factor(
    table: Array, slope: Array, aspect: Array, tilt: Array, diffuse: float
) -> Array:
    """Sum of beam, sky and ground; the beam is linear between the table's nodes."""
    made = np.empty(slope.size)
    most, around = table.shape[0] - 1, table.shape[1] - 1
    for i in range(slope.size):
        up = min(max(slope[i] / SLOPE_STEP, 0.0), float(most))
        turn = aspect[i] / ASPECT_STEP
        turn -= np.floor(turn / around) * around
        if not (up >= 0.0 and turn >= 0.0):
            made[i] = np.nan
            continue
        r, c = min(int(up), most - 1), min(int(turn), around - 1)
        u, v = up - r, turn - c
        low = table[r, c] * (1.0 - v) + table[r, c + 1] * v
        high = table[r + 1, c] * (1.0 - v) + table[r + 1, c + 1] * v
        beam = low * (1.0 - u) + high * u
        sky, ground = 0.5 * (1.0 + tilt[i]), 0.5 * (1.0 - tilt[i])
        made[i] = (1.0 - diffuse) * beam + diffuse * sky + ALBEDO * ground
    return made


def beam_ratio(
    slope_deg: Array, aspect_deg: Array, latitude: float, month: int | None = None
) -> Array:
    """Extraterrestrial radiation on a slope over that on level ground.

    The sum runs over quarter hours of mid-month days while the sun is above both the
    horizon and the slope.
    """
    east, north, up = _sun(latitude, month)
    tilt, turn = np.radians(slope_deg), np.radians(aspect_deg)
    normal = (
        np.sin(tilt) * np.sin(turn),
        np.sin(tilt) * np.cos(turn),
        np.cos(tilt),
    )
    got = np.zeros(np.broadcast(tilt, turn).shape)
    for e, n, u in zip(east, north, up, strict=True):
        got += np.maximum(e * normal[0] + n * normal[1] + u * normal[2], 0.0)
    found: Array = got / up.sum()
    return found


def _sun(latitude: float, month: int | None) -> tuple[Array, Array, Array]:
    """Return unit vectors (east, north, up) to the sun by day, distance-weighted."""
    days = MID_MONTH_DAYS if month is None else (MID_MONTH_DAYS[month - 1],)
    day = 2.0 * np.pi * np.array(days, dtype=np.float64)[:, None] / 365.0
    declination = 0.409 * np.sin(day - 1.39)  # FAO-56 eq. 24
    distance = 1.0 + 0.033 * np.cos(day)  # FAO-56 eq. 23
    hours = np.arange(-12.0 + HOUR_STEP / 2.0, 12.0, HOUR_STEP)
    angle = np.pi * hours[None, :] / 12.0
    phi = np.radians(latitude)
    up = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(
        angle
    )
    north = np.cos(phi) * np.sin(declination) - np.sin(phi) * np.cos(
        declination
    ) * np.cos(angle)
    east = -np.cos(declination) * np.sin(angle)
    shines = up > 0.0
    e, n, u = ((v * distance)[shines] for v in (east, north, up))
    return e, n, u


@lru_cache(maxsize=32)
def _beam_table(latitude: float, month: int | None) -> Array:
    """Beam ratio at whole steps of slope and aspect; between them it is linear."""
    slopes = np.arange(0.0, 90.0 + SLOPE_STEP, SLOPE_STEP)
    aspects = np.arange(0.0, 360.0 + ASPECT_STEP, ASPECT_STEP)
    table = beam_ratio(slopes[:, None], aspects[None, :], latitude, month)
    table.flags.writeable = False
    return table
