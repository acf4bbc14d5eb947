"""A lidar survey of the true ground, as LAZ: strips, returns, noise and gaps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import laspy
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS as ProjCRS
from pyproj.crs import CompoundCRS
from scipy.ndimage import map_coordinates

from twin.terrain.derivatives import slope

from .frame import CRS, SIZE, SOUTH, VERTICAL, WEST, Frame, Raster
from .truth import Truth

STRIPS, STRIP_WIDTH, FLYING_HEIGHT = 4, 440.0, 600.0  # -, m, m above ground
PULSES, QUICK_PULSES = 1.02, 0.16  # m-2 of a strip
RANGE_NOISE, STRIP_BIAS, GRASS_NOISE = 0.035, 0.015, 0.05  # m
STEEP, LOST_ON_STEEP = 50.0, 0.6  # degrees, share of pulses without return there
STRAY = 6e-5  # share of pulses that return from birds or from below by multipath
GROUND, LOW, MEDIUM, HIGH, BUILDING, LOW_NOISE, HIGH_NOISE = 2, 3, 4, 5, 6, 7, 18
FIRST_SECOND = 400_000_000.0  # adjusted standard GPS time of the flight, s
SMOKE = ((1085.0, 1120.0), 16.0)  # a dust plume hid the ground: centre and radius, m


@dataclass(frozen=True)
class Points:
    """Returns of a survey, in the order of flight; x and y are local, m."""

    x: Raster
    y: Raster
    z: Raster
    time: Raster
    kind: NDArray[np.uint8]
    number: NDArray[np.uint8]
    count: NDArray[np.uint8]
    strip: NDArray[np.uint8]
    angle: Raster


def survey(truth: Truth, *, quick: bool, seed: int) -> Points:
    """Fly the strips and gather the returns of every pulse."""
    rng = np.random.default_rng(seed + 3)
    density = QUICK_PULSES if quick else PULSES
    steep = slope(truth.ground, truth.frame.spacing) > STEEP
    dark = truth.water.astype(np.float32)
    lost = np.where(steep, np.float32(LOST_ON_STEEP), np.float32(0.0)) + dark
    return _joined(
        [_strip(truth, lost, number, density, rng) for number in range(STRIPS)]
    )


def _strip(
    truth: Truth,
    lost: NDArray[np.float32],
    number: int,
    density: float,
    rng: np.random.Generator,
) -> Points:
    """One flight line from south to north or back."""
    axis = (number + 0.5) * SIZE / STRIPS
    west, east = max(axis - STRIP_WIDTH / 2, 0.0), min(axis + STRIP_WIDTH / 2, SIZE)
    count = round((east - west) * SIZE * density)
    along = np.sort(rng.uniform(0.0, SIZE, count))
    y = along if number % 2 == 0 else SIZE - along
    x = np.minimum(rng.uniform(west, east, count), SIZE - 0.01)
    at = _nearest(truth.frame, x, y)
    seen = rng.uniform(size=count) >= lost[at]
    seen &= np.hypot(x - SMOKE[0][0], y - SMOKE[0][1]) > SMOKE[1]
    x, y, along, at = x[seen], y[seen], along[seen], (at[0][seen], at[1][seen])
    z = _between(truth.ground, truth.frame, x, y)
    z += rng.normal(0.0, RANGE_NOISE, x.size) + rng.normal(0.0, STRIP_BIAS)
    plants = truth.canopy[at]
    z += np.abs(rng.normal(0.0, GRASS_NOISE, x.size)) * (plants > 0.05)
    time = FIRST_SECOND + 600.0 * number + along / 60.0
    angle = np.degrees(np.arctan2(x - axis, FLYING_HEIGHT))
    return _returns(
        Pulses(x, y, z, time, plants, truth.building[at], angle), number, rng
    )


@dataclass(frozen=True)
class Pulses:
    """Pulses that met the ground at z, under plants and buildings of a height, m."""

    x: Raster
    y: Raster
    z: Raster
    time: Raster
    plants: Raster
    building: Raster
    angle: Raster


def _returns(p: Pulses, strip: int, rng: np.random.Generator) -> Points:
    """Split pulses into returns: crown, within the crown, ground; roofs; strays."""
    n = p.x.size
    crown = (p.plants > 0.4) & (rng.uniform(size=n) < 0.72)
    inner = crown & (p.plants > 3.0) & (rng.uniform(size=n) < 0.4)
    blocked = crown & (rng.uniform(size=n) < 0.28)
    roof = p.building > 0.0
    stray = rng.uniform(size=n) < STRAY
    top = p.z + p.plants * rng.uniform(0.7, 1.0, n)
    middle = p.z + p.plants * rng.uniform(0.25, 0.65, n)
    last = p.z + p.building
    wild = rng.uniform(size=n) < 0.5
    last = np.where(stray, p.z + np.where(wild, 60.0, -8.0), last)
    kind = np.full(n, GROUND, dtype=np.uint8)
    kind[roof] = BUILDING
    kind[stray] = np.where(wild, HIGH_NOISE, LOW_NOISE)[stray]
    seen = np.stack([crown, inner, ~blocked])
    number = np.cumsum(seen, axis=0, dtype=np.uint8)
    count = number[-1]
    heights = np.stack([top, middle, last])
    above = heights - p.z
    named = np.where(above < 0.5, LOW, np.where(above < 2.0, MEDIUM, HIGH))
    named[-1] = kind
    # pulse by pulse, and of each pulse the highest return first
    at = np.nonzero(seen.T)
    return Points(
        x=p.x[at[0]],
        y=p.y[at[0]],
        z=heights.T[at],
        time=p.time[at[0]],
        kind=named.astype(np.uint8).T[at],
        number=number.T[at],
        count=count[at[0]],
        strip=np.full(at[0].size, strip + 1, dtype=np.uint8),
        angle=p.angle[at[0]],
    )


def _joined(strips: list[Points]) -> Points:
    names = Points.__dataclass_fields__
    return Points(**{n: np.concatenate([getattr(s, n) for s in strips]) for n in names})


def _nearest(
    frame: Frame, x: Raster, y: Raster
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the cell under each point."""
    rows, columns = frame.to_pixels(x, y)
    top = frame.cells - 1
    return (
        np.clip(np.rint(rows), 0, top).astype(np.int64),
        np.clip(np.rint(columns), 0, top).astype(np.int64),
    )


def _between(z: Raster, frame: Frame, x: Raster, y: Raster) -> Raster:
    found: Raster = map_coordinates(
        z, frame.to_pixels(x, y), order=1, mode="nearest", prefilter=False
    )
    return found


def write_laz(path: Path, points: Points) -> int:
    """Write LAS 1.4, format 6, with the compound CRS as WKT; return the count."""
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales = np.array([0.001, 0.001, 0.001])
    header.offsets = np.array([WEST, SOUTH, 1000.0])
    header.generating_software = "minetwin demo (synthetic)"
    header.system_identifier = "synthetic"
    header.vlrs.append(laspy.vlrs.known.WktCoordinateSystemVlr(compound_wkt()))
    header.global_encoding.wkt = True
    las = laspy.LasData(header)
    las.x, las.y, las.z = points.x + WEST, points.y + SOUTH, points.z
    las.gps_time = points.time
    las.classification = points.kind
    las.return_number, las.number_of_returns = points.number, points.count
    las.point_source_id = points.strip.astype(np.uint16)
    las.scan_angle = np.rint(points.angle / 0.006).astype(np.int16)
    las.write(path, laz_backend=laspy.LazBackend.LazrsParallel)
    return int(points.x.size)


def compound_wkt() -> str:
    """UTM 49N with heights above the Yellow Sea 1985 datum, as LAS 1.4 wants it."""
    parts = [ProjCRS.from_user_input(CRS), ProjCRS.from_user_input(VERTICAL)]
    name = " + ".join(part.name for part in parts)
    text: str = CompoundCRS(name, parts).to_wkt("WKT1_GDAL")
    return text
