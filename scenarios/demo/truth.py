"""The true ground of the demo mine at three dates, from which surveys are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter

from .canopy import canopy_heights
from .frame import COARSE, FINE, Frame, Mask, Raster
from .landform import (
    blob,
    corridor,
    distance_from,
    heights_along,
    polygon,
    smooth_noise,
    spline,
    stairs,
)
from .loess import loess_hills

PIT_CENTRE, PIT_FLOOR, PIT_LEVEL = (590.0, 905.0), (150.0, 85.0), 1232.0
DUMP_CENTRE, DUMP_TOP, DUMP_LEVEL = (1130.0, 470.0), (165.0, 112.0), 1338.0
DUMP_LIFT, DUMP_FACE, DUMP_BERM = 12.0, 34.0, 15.0  # m, degrees, m
BENCH, BENCH_FACE, BERM = 10.0, 66.0, 11.0  # m, degrees, m
YARD = ((70.0, 560.0), (250.0, 590.0), (235.0, 700.0), (60.0, 670.0))
STOCKPILE = ((690.0, 190.0), (860.0, 150.0), (885.0, 235.0), (715.0, 280.0))
GANGUE, GANGUE_HEIGHT, REPOSE = (330.0, 330.0), 38.0, 36.0  # m, m, degrees
POND = ((655.0, 890.0), (42.0, 26.0))  # sump in the pit's floor
ROAD_HALF_WIDTH, GRADE = 11.0, 0.08  # m, m/m
DESIGN_SLOPE = 18.0  # degrees, of the dump once it is regraded


@dataclass(frozen=True)
class Truth:
    """What the surveys try to see. All rasters lie on ``frame``, row 0 north, m.

    ground    surveyed in 2024: pit, dump, heaps, road
    earlier   surveyed in 2019: a smaller pit and no dump
    designed  2026: dump regraded, pit partly backfilled
    canopy    height of plants above the ground of 2024; buildings apart
    building  height of buildings
    water     open water, from which no pulse returns
    areas     name -> mask
    """

    frame: Frame
    ground: Raster = field(repr=False)
    earlier: Raster = field(repr=False)
    designed: Raster = field(repr=False)
    canopy: Raster = field(repr=False)
    building: Raster = field(repr=False)
    water: Mask = field(repr=False)
    areas: dict[str, Mask] = field(repr=False)

    def cut_and_fill(self) -> tuple[float, float]:
        """Volumes removed and placed from the earlier to the current ground, m3."""
        rise = self.ground - self.earlier
        area = self.frame.spacing**2
        cut = -float(np.sum(np.minimum(rise, 0.0))) * area
        return cut, float(np.sum(np.maximum(rise, 0.0))) * area


def demo_truth(*, quick: bool = False, seed: int = 1) -> Truth:
    """Return the truth behind ``make_demo`` with the same arguments."""
    frame = Frame(COARSE if quick else FINE)
    natural = loess_hills(frame, seed)
    areas: dict[str, Mask] = {}
    from_floor = distance_from(_floor(frame, 1.0), frame.spacing)
    ground = _pit(natural, from_floor, PIT_LEVEL)
    once = distance_from(_floor(frame, 0.62), frame.spacing)
    earlier = _pit(natural, once, PIT_LEVEL + 3.0 * BENCH)
    areas["pit"] = ground < natural - 0.5
    ground, yard = _yard(ground, frame)
    earlier, _ = _yard(earlier, frame)
    top = blob(frame, DUMP_CENTRE, DUMP_TOP, turn=24.0, wobble=0.05)
    from_top = distance_from(top, frame.spacing)
    dump = _dump(from_top, frame, seed)
    areas["dump"] = dump > natural + 0.3
    ground = np.where(areas["dump"], np.maximum(ground, dump), ground)
    areas["dump_top"] = areas["dump"] & (dump > DUMP_LEVEL - 6.0)
    ground, areas["stockpile"] = _stockpile(ground, frame)
    ground, areas["gangue"] = _gangue(ground, frame)
    ground, areas["road"] = _roads(ground, frame)
    water = blob(frame, *POND, wobble=0.06)
    ground = np.where(water, PIT_LEVEL - 2.0, ground)
    building = _buildings(frame)
    areas["yard"] = yard
    mined = np.logical_or.reduce(list(areas.values()))
    canopy = canopy_heights(natural, frame, mined, seed=seed)
    designed = _designed(ground, natural, from_top, from_floor)
    return Truth(frame, ground, earlier, designed, canopy, building, water, areas)


def _floor(frame: Frame, share: float) -> Mask:
    """Floor of the pit, or the share of it that was open before."""
    radii = (PIT_FLOOR[0] * share, PIT_FLOOR[1] * share)
    return blob(frame, PIT_CENTRE, radii, turn=-18.0, wobble=0.07)


def _pit(natural: Raster, from_floor: Raster, level: float) -> Raster:
    """Benches up from a level floor to wherever they meet the hills."""
    wall = level + stairs(from_floor, height=BENCH, face_deg=BENCH_FACE, berm=BERM)
    return np.minimum(natural, wall)


def _dump(away: Raster, frame: Frame, seed: int) -> Raster:
    """Terraces down from a level top to wherever they meet the ground."""
    fall = stairs(away, height=DUMP_LIFT, face_deg=DUMP_FACE, berm=DUMP_BERM)
    rng = np.random.default_rng(seed + 1)
    heaps = 0.35 * smooth_noise(frame, rng, 5.0)
    crown = 0.012 * np.hypot(frame.x - DUMP_CENTRE[0], frame.y - DUMP_CENTRE[1])
    return DUMP_LEVEL - fall + np.where(away == 0.0, heaps - crown, 0.25 * heaps)


def _yard(ground: Raster, frame: Frame) -> tuple[Raster, Mask]:
    """Level platform of the preparation plant, with batters."""
    platform = polygon(frame, YARD)
    level = float(np.median(ground[platform]))
    away = distance_from(platform, frame.spacing)
    batter = away * np.tan(np.radians(40.0))
    return np.clip(ground, level - batter, level + batter), platform


def _stockpile(ground: Raster, frame: Frame) -> tuple[Raster, Mask]:
    """Flat-topped heap of topsoil."""
    foot = polygon(frame, STOCKPILE)
    inwards = distance_from(~foot, frame.spacing)
    height = np.minimum(inwards * np.tan(np.radians(33.0)), 9.0)
    smooth = uniform_filter(ground, round(40.0 / frame.spacing))
    return np.where(foot, np.maximum(ground, smooth + height), ground), foot


def _gangue(ground: Raster, frame: Frame) -> tuple[Raster, Mask]:
    """Cone at the angle of repose with the ridge of its tipping rail."""
    away = np.hypot(frame.x - GANGUE[0], frame.y - GANGUE[1])
    ridge = np.hypot(
        np.maximum(np.abs(frame.x - GANGUE[0] + 45.0) - 45.0, 0.0), frame.y - GANGUE[1]
    )
    column = int(GANGUE[0] / frame.spacing)
    row = frame.cells - 1 - int(GANGUE[1] / frame.spacing)
    apex = float(ground[row, column]) + GANGUE_HEIGHT
    fall = np.tan(np.radians(REPOSE))
    along = np.clip((GANGUE[0] - frame.x) * 0.28, 0.0, 25.0)
    cone = np.maximum(apex - away * fall, apex - along - ridge * fall)
    return np.maximum(ground, cone), cone > ground + 0.3


def _roads(ground: Raster, frame: Frame) -> tuple[Raster, Mask]:
    """Ramp up the pit's wall, haul road to the dump and on to the plant."""
    ramp = _pit_ramp(frame.spacing)
    ground, on_ramp = corridor(
        ground, frame, ramp, half_width=ROAD_HALF_WIDTH, fill_deg=60.0
    )
    x0, y0, z0 = ramp[0][-1], ramp[1][-1], ramp[2][-1]
    dump = [(x0, y0), (880.0, 700.0), (930.0, 585.0), (1000.0, 520.0), (1080.0, 480.0)]
    plant = [(x0, y0), (790.0, 640.0), (600.0, 610.0), (420.0, 600.0), (180.0, 640.0)]
    made = on_ramp
    level = uniform_filter(ground, round(50.0 / frame.spacing))
    for points, end in ((dump, DUMP_LEVEL - 1.0), (plant, None)):
        x, y = spline(points, frame.spacing / 2.0)
        z = heights_along(level, frame, x, y)
        last = float(z[-1]) if end is None else end
        z = _graded(z, float(z0), last)
        ground, surface = corridor(ground, frame, (x, y, z), half_width=ROAD_HALF_WIDTH)
        made = made | surface
    return ground, made


def _graded(z: Raster, first: float, last: float) -> Raster:
    """Smooth heights along a road, drawn to the heights of both ends."""
    share = np.linspace(0.0, 1.0, z.size)
    smooth = gaussian_filter1d(z, z.size / 14.0, mode="nearest")
    pull = (first - smooth[0]) * (1.0 - share) ** 2 + (last - smooth[-1]) * share**2
    found: Raster = smooth + pull
    return found


def _pit_ramp(spacing: float) -> tuple[Raster, Raster, Raster]:
    """Spiral that climbs the benches at the road's grade; local x, y and height."""
    step = spacing / 2.0
    count = int(780.0 / step)
    rise = GRADE * step * np.arange(count, dtype=np.float64)
    bench = BENCH / np.tan(np.radians(BENCH_FACE)) + BERM
    out = rise / BENCH * bench + 3.0
    a, b = PIT_FLOOR[0] + out, PIT_FLOOR[1] + out
    angle = np.radians(100.0) + np.cumsum(step / np.sqrt(a * b))
    turn = np.radians(-18.0)
    u, v = a * np.cos(angle), b * np.sin(angle)
    x = PIT_CENTRE[0] + u * np.cos(turn) - v * np.sin(turn)
    y = PIT_CENTRE[1] + u * np.sin(turn) + v * np.cos(turn)
    z: Raster = PIT_LEVEL + rise
    return x, y, z


def _buildings(frame: Frame) -> Raster:
    """Preparation plant and silos: heights above the yard, m."""
    height = np.zeros((frame.cells, frame.cells))
    for x, y, wide, deep, tall in (
        (110.0, 600.0, 46.0, 22.0, 24.0),
        (165.0, 645.0, 60.0, 16.0, 11.0),
        (200.0, 610.0, 18.0, 18.0, 30.0),
        (95.0, 655.0, 40.0, 14.0, 7.0),
    ):
        here = (abs(frame.x - x) < wide / 2.0) & (abs(frame.y - y) < deep / 2.0)
        height[here] = tall
    return height


def _designed(
    ground: Raster, natural: Raster, from_top: Raster, from_floor: Raster
) -> Raster:
    """Dump at one even slope; pit backfilled to a gentle bowl."""
    fall = from_top * np.tan(np.radians(DESIGN_SLOPE))
    shaped = np.maximum(natural, DUMP_LEVEL - 6.0 - fall)
    made = np.where((from_top < 330.0) & (shaped > natural), shaped, ground)
    bowl = PIT_LEVEL + 25.0 + from_floor * np.tan(np.radians(12.0))
    return np.where(
        from_floor < 260.0, np.maximum(made, np.minimum(bowl, natural)), made
    )
