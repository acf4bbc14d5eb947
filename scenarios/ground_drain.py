"""Does a drain carry its storm: catchment, peak flow, depth and speed by reach."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.change.sections import along_line
from twin.errors import InputError
from twin.terrain.depressions import fill_depressions
from twin.terrain.first_met import first_met
from twin.terrain.routing import d8_receivers, flow_order
from twin.water.channel import Channel, check_channel
from twin.water.curve_number import retention, storm_runoff
from twin.water.linings import Lining
from twin.water.peak_flow import kirpich_time, triangular_flow

if TYPE_CHECKING:
    from twin.surface import Surface

Numbers = NDArray[np.float64]
LEAST_TIME = 5.0 / 60.0  # h, of concentration: shorter storms are not told apart
LEAST_FALL = 0.001  # m/m, of a flow path in the time of concentration
STEP_SHARE = 0.133  # of the time of concentration; NRCS NEH-4 chapter 16
MOST_STEPS = 400


@dataclass(frozen=True)
class Storm:
    """The design storm: steady rain on ground of a curve number.

    depth   mm of rain in the whole of it
    hours   how long it lasts
    number  curve number of the catchment, 1
    """

    depth: float
    hours: float
    number: float

    def __post_init__(self) -> None:
        """Refuse a storm without rain or time, or a number beyond its range."""
        if not (self.depth > 0.0 and self.hours > 0.0):
            raise InputError(
                f"storm: {self.depth:g} mm in {self.hours:g} h; both must be above 0"
            )
        if not 0.0 < self.number <= 100.0:
            raise InputError(
                f"storm: curve number {self.number:g}; expected above 0 to 100"
            )


@dataclass(frozen=True)
class Section:
    """Cross-section of the drain, trapezoidal: bottom m, banks m/m, depth m."""

    width: float
    side: float
    depth: float
    freeboard: float


@dataclass(frozen=True)
class Reach:
    """One straight piece of the drain, from its upper to its lower end.

    start, end     stations along the drain from its upper end, m
    gradient       fall of its bed, m/m
    catchment_ha   that drains into it and all above it
    concentration  time of concentration at its lower end, h
    peak           flow, m3 s-1
    depth          of uniform flow, m;  velocity  m s-1
    verdict        holds, overflows, scours, or no fall
    """

    start: float
    end: float
    gradient: float
    catchment_ha: float
    concentration: float
    peak: float
    depth: float
    velocity: float
    froude: float
    verdict: str


def reaches_of(
    surface: Surface, line: shapely.LineString, storm: Storm,
    section: Section, lining: Lining,
) -> list[Reach]:  # fmt: skip
    """Check a drain along a line over a ground, reach by reach from the top.

    Reaches lie between the corners of the line, the bed on the ground. What flows to a
    cell of the drain is caught by it. Peaks are those of the triangular SCS unit
    hydrograph under steady rain, the time of concentration Kirpich's on the longest
    way to the reach. Small catchments (to a few km2), no baseflow, no backwater.
    """
    stations, beds = _bed(surface, line)
    caught = _catchments(surface, line, stations)
    made, area, longest, highest = [], 0.0, 0.0, float(beds[0])
    for k, (start, end) in enumerate(pairwise(stations)):
        own_area, own_way, own_top = caught[k]
        area += own_area
        along = longest + (end - start)
        if own_way > along:
            along, highest = own_way, own_top
        longest = along
        fall = max((highest - beds[k + 1]) / max(longest, 1.0), LEAST_FALL)
        hours = max(float(kirpich_time(np.array(longest), np.array(fall))), LEAST_TIME)
        peak = peak_of(storm, area, hours)
        gradient = float(beds[k] - beds[k + 1]) / float(end - start)
        made.append(
            _checked((float(start), float(end), gradient), (area, hours, peak),
                     section, lining)
        )  # fmt: skip
    return made


def peak_of(storm: Storm, area: float, concentration: float) -> float:
    """Peak flow of a catchment, m3 s-1.

    area           m2
    concentration  time of concentration, h
    """
    step = max(STEP_SHARE * concentration, storm.hours / MOST_STEPS)
    count = max(int(np.ceil(storm.hours / step)), 1)
    step = storm.hours / count
    fallen = storm.depth * np.arange(count + 1) / count
    shed = storm_runoff(fallen, np.full(count + 1, retention(np.array(storm.number))))
    hours = np.linspace(0.0, storm.hours + 3.0 * concentration, 4 * count + 200)
    flow = triangular_flow(
        hours, np.diff(shed), area / 1e6, concentration=concentration, step=step
    )
    return float(flow.max())


def _checked(
    place: tuple[float, float, float], load: tuple[float, float, float],
    section: Section, lining: Lining,
) -> Reach:  # fmt: skip
    """Check one reach; where the bed does not fall nothing flows."""
    start, end, gradient = place
    area, hours, peak = load
    if gradient <= 0.0:
        nothing = (float("nan"),) * 3
        return Reach(start, end, gradient, area / 1e4, hours, peak, *nothing, "no fall")
    channel = Channel(section.width, section.side, gradient, lining.roughness)
    found = check_channel(
        np.array([peak]), channel, deep=section.depth, freeboard=section.freeboard,
        fastest=lining.fastest,
    )  # fmt: skip
    verdict = "holds" if found.holds[0] else "overflows"
    if found.scours[0]:
        verdict = "scours" if verdict == "holds" else "overflows, scours"
    return Reach(
        start, end, gradient, area / 1e4, hours, peak,
        float(found.depth[0]), float(found.velocity[0]), float(found.froude[0]),
        verdict,
    )  # fmt: skip


def _bed(surface: Surface, line: shapely.LineString) -> tuple[Numbers, Numbers]:
    """Stations of the corners and the ground there, from the upper end, m."""
    corners = shapely.get_coordinates(line)
    steps = np.hypot(*np.diff(corners, axis=0).T)
    stations = np.concatenate([[0.0], np.cumsum(steps[steps > 0.0])])
    beds = _heights(surface, line, stations)
    if not np.isfinite(beds).all():
        raise InputError(
            f"drain: the line leaves the ground {surface.id} (no height at station "
            f"{stations[~np.isfinite(beds)][0]:.0f} m); draw it on the ground"
        )
    if beds[-1] > beds[0]:
        raise InputError(
            f"drain: the line climbs from {beds[0]:.2f} to {beds[-1]:.2f} m; draw it "
            "from its upper to its lower end"
        )
    return stations, beds


def _cells(
    surface: Surface, line: shapely.LineString, stations: Numbers
) -> NDArray[np.int64]:
    """Flat index of the cell at each station, -1 off the grid."""
    grid = surface.grid
    x, y = along_line(line, stations)
    column = np.floor((x - grid.west) / grid.cell).astype(np.int64)
    row = np.floor((grid.north - y) / grid.cell).astype(np.int64)
    rows, columns = grid.shape
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    return np.where(inside, row * columns + column, -1)


def _heights(surface: Surface, line: shapely.LineString, stations: Numbers) -> Numbers:
    """Ground at stations: of the cell that each lies in, m."""
    cells = _cells(surface, line, stations)
    found = surface.elevation.ravel()[np.maximum(cells, 0)].astype(np.float64)
    return np.where(cells >= 0, found, np.nan)


def _catchments(
    surface: Surface, line: shapely.LineString, stations: Numbers
) -> list[tuple[float, float, float]]:
    """Of each reach: area it catches itself, m2; longest way to it, m; its top, m."""
    z, cell = surface.elevation.astype(np.float64), surface.grid.cell
    fine = np.arange(0.0, stations[-1], 0.25 * cell)
    cells = _cells(surface, line, fine)
    marks = np.zeros(z.size, dtype=np.int64)
    reach = np.searchsorted(stations, fine, side="right")  # 1.. by reach
    on = cells >= 0
    marks[cells[on][::-1]] = reach[on][::-1]  # of two reaches in a cell the upper
    receivers = d8_receivers(fill_depressions(z), cell)
    order = flow_order(receivers)
    met, way = first_met(receivers, order, marks.reshape(z.shape), cell)
    count = len(stations) - 1
    number = met.ravel()
    areas = np.bincount(number, minlength=count + 1)[1:] * cell * cell
    made = []
    for k in range(count):
        own = np.flatnonzero(number == k + 1)
        far = own[np.argmax(way.ravel()[own])] if own.size else -1
        top = float(z.ravel()[far]) if own.size else float("-inf")
        length = float(way.ravel()[far]) if own.size else 0.0
        made.append((float(areas[k]), length, top))
    return made
