"""Published ages of restored mine soils and woods against ensembles of the twin.

Run it: ``python docs/studies/chronosequence.py``. It builds one small mine per place,
runs ``minetwin``'s own ensembles on it, and prints the tables of chronosequence.md.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from shapely.geometry import box

from connectors.audit import Audit
from connectors.monthly import Monthly, write_monthly
from connectors.surfaces import save_surface
from connectors.vector import Parcel, write_parcels
from scenarios.ensemble.bands import Bands
from scenarios.ensemble.run import ensemble
from scenarios.ensemble.spread import NORMAL_90
from scenarios.scenario import Scenario
from twin.grid import Grid
from twin.processes.erosivity import fournier_erosivity
from twin.processes.plant_types import CARBON_FRACTION
from twin.site import Built, Site
from twin.surface import Surface

CELL, SIDE, APART = 10.0, 3, 60  # m; cells of a plot and to the next one
LEAN = 3.0  # degrees
PER_DEGREE = 110_950.0  # m of northing, about
BEGIN = 2000
LAYERS = (
    "soil_organic_carbon", "soil_organic_carbon_1m", "biomass_carbon",
    "ecosystem_carbon", "litter_carbon",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A place: climate and ground; none of its climates was read from a station.

    warmth, rain  means of the months, degC and mm
    swing         half the daily range of temperature, degC
    carbon        organic carbon of the first topsoil, t/ha
    growth        90 % of what growth may be relative to native ground; () calibrated
    """

    name: str
    latitude: float
    warmth: tuple[float, ...]
    rain: tuple[float, ...]
    swing: float
    plots: Mapping[str, Mapping[str, float]]  # plot -> plant -> stocking
    years: int
    carbon: float = 3.0
    depth: float = 5.0
    growth: tuple[float, float] | None = None


LOESS = Place(
    "heidaigou", 39.8,
    (-9.5, -5.5, 1.5, 9.5, 16.0, 20.0, 21.8, 19.8, 14.2, 7.8, -0.8, -7.5),
    (2.5, 4.0, 9.0, 19.0, 33.0, 55.0, 105.0, 100.0, 55.0, 22.0, 8.0, 2.5),
    7.0,
    {"grass": {"alfalfa": 0.8}, "shrub": {"seabuckthorn": 0.8},
     "tree": {"robinia": 0.8}, "natural": {}},
    15,
)  # fmt: skip
INDIA = Place(
    "coalfields", 23.7,
    (16.5, 19.5, 24.5, 29.5, 32.0, 30.5, 27.5, 27.0, 26.8, 24.8, 20.5, 17.0),
    (18.0, 20.0, 20.0, 20.0, 45.0, 190.0, 320.0, 310.0, 220.0, 70.0, 10.0, 7.0),
    6.5, {"forest": {"tropical": 0.9}}, 15, carbon=0.5,
)  # fmt: skip
OHIO = Place(
    "ohio", 40.3,
    (-3.0, -1.5, 4.0, 10.0, 16.0, 20.5, 22.5, 21.7, 18.0, 11.8, 5.8, 0.0),
    (68.0, 60.0, 80.0, 90.0, 105.0, 100.0, 105.0, 88.0, 80.0, 68.0, 80.0, 76.0),
    6.0, {"forest": {"robinia": 0.9}, "pasture": {"grass": 0.9}}, 25, carbon=10.0,
)  # fmt: skip
WEIBEI = Place(
    "weibei", 34.8,
    (-4.0, -1.0, 4.8, 11.2, 16.2, 20.7, 22.6, 21.2, 16.2, 10.4, 3.4, -2.4),
    (7.0, 10.0, 25.0, 42.0, 55.0, 60.0, 110.0, 105.0, 100.0, 50.0, 20.0, 5.0),
    # full stands: the curve of robinia was fitted on the trees of these plots
    6.0, {"forest": {"robinia": 1.0}}, 35, carbon=25.0, growth=(0.85, 1.15),
)  # fmt: skip
PLACES = (LOESS, INDIA, OHIO, WEIBEI)


@dataclass(frozen=True)
class Point:
    """A published number and how the twin would have been measured to give it.

    share  what part of the layer was sampled, 1: 90 % between two ends
    gain   against the start
    """

    place: str
    plot: str
    age: int
    layer: str  # or several, added
    value: float  # t/ha
    told: str
    gain: bool = False
    share: tuple[float, float] = (1.0, 1.0)
    factor: float = 1.0


TOP = "soil_organic_carbon"
METRE = "soil_organic_carbon_1m"
WHOLE = "ecosystem_carbon"
HALF = (0.50, 0.70)  # of carbon to 30 cm lies above 15 cm: mixed to rooted; judgement
DRY = 1.0 / CARBON_FRACTION
COMMUNITY = "biomass_carbon + litter_carbon"  # 79 to 83 % of it are trees
CALIBRATION = (
    Point("heidaigou", "grass", 15, METRE, 15.47, "Li et al. 2014", gain=True),
    Point("heidaigou", "shrub", 15, METRE, 6.93, "Li et al. 2014", gain=True),
    Point("heidaigou", "tree", 15, METRE, 6.95, "Li et al. 2014", gain=True),
)
TEST = (
    Point("coalfields", "forest", 3, TOP, 0.75, "Ahirwal, Maiti", share=HALF),
    Point("coalfields", "forest", 15, TOP, 7.6, "Ahirwal, Maiti", share=HALF),
    Point("coalfields", "forest", 15, WHOLE, 15 * 5.38, "Ahirwal, Maiti", gain=True),
    Point("ohio", "forest", 25, WHOLE, 107.0, "Shrestha & Lal 2010", gain=True),
    Point("ohio", "pasture", 25, WHOLE, 21.0, "Shrestha & Lal 2010", gain=True),
    Point("weibei", "forest", 30, COMMUNITY, 146.58, "Cheng 2014", factor=DRY),
    Point("weibei", "forest", 35, COMMUNITY, 165.76, "Cheng 2014", factor=DRY),
    Point("weibei", "forest", 30, COMMUNITY, 160.97, "Cheng 2014", factor=DRY),
)


def build(place: Place, folder: Path) -> Site:
    """Write a site whose parcels are the plots, out of reach of each other's seeds."""
    (folder / "runs").mkdir(parents=True)
    columns = SIDE + (SIDE + APART) * (len(place.plots) - 1)
    z = np.full((SIDE, columns), np.nan, np.float32)
    north = round(place.latitude * PER_DEGREE, -1)  # the twin reads latitude from it
    grid = Grid("EPSG:32649", "unknown", 500000.0, north, CELL, z.shape)
    parcels, ground = [], []
    for i, (plot, plants) in enumerate(place.plots.items()):
        first = i * (SIDE + APART)
        rise = CELL * np.tan(np.radians(LEAN)) * np.arange(SIDE)
        z[:, first : first + SIDE] = 1000.0 + rise[:, None]
        west = grid.west + first * CELL
        area = box(west, north - SIDE * CELL, west + SIDE * CELL, north)
        parcels.append(Parcel(plot, plot, plot, area))
        told = ", ".join(
            f"{name}: {{age: 0, stocking: {stocking}}}"
            for name, stocking in plants.items()
        )
        ground.append(
            f"  {plot}: {{soil_organic_carbon: {place.carbon}, "
            f"soil_depth: {place.depth}, plants: {{{told}}}}}"
        )
    (folder / "site.yaml").write_text(
        f"version: 1\nname: {place.name}\ncrs: EPSG:32649\nvertical: unknown\n"
        f"cell: 10\nground:\n" + "\n".join(ground) + "\n",
        encoding="utf-8",
    )
    surface = Surface("1999-12-31", date(1999, 12, 31), "surveyed", {}, grid, z)
    save_surface(surface, folder / "surfaces", Audit())
    write_parcels(folder / "layers" / "parcels.gpkg", parcels, grid.crs)
    write_monthly(folder / "layers" / "climate_monthly.csv", weather(place))
    Built(grid.to_dict(), ("1999-12-31",)).save(folder)
    return Site.open(folder)


def weather(place: Place) -> Monthly:
    """The mean year, every year."""
    warm, rain = np.array(place.warmth), np.array(place.rain)
    return Monthly(
        (BEGIN, 1),
        {
            "air_temperature": warm,
            "air_temperature_min": warm - place.swing,
            "air_temperature_max": warm + place.swing,
            "precipitation": rain,
            "rainfall_erosivity": fournier_erosivity(rain),
        },
    )


def scenario(place: Place, members: int, growth: tuple[float, float]) -> Scenario:
    """Everything that is not known varies: growth, plants, soil, weather, decay."""
    plants = sorted({p for plot in place.plots.values() for p in plot} | {"pioneer"})
    vary = {f"plants.{name}": {"shape": "prior"} for name in plants}
    vary["vegetation.site_factor"] = _told("lognormal", growth)
    vary["ground.soil_organic_carbon"] = _told("lognormal", (0.5, 2.0))
    vary["climate.precipitation"] = _told("normal", (0.85, 1.15))
    vary["climate.air_temperature"] = _told("normal", (-1.0, 1.0))
    vary["soil_carbon.litter_incorporation"] = _told("lognormal", (1.0, 4.0))
    vary["deep_carbon.depth_decay"] = _told("normal", (0.02, 0.05))
    return Scenario.from_dict(
        {
            "version": 1, "name": place.name, "start": f"{BEGIN}-01",
            "years": place.years, "seed": 20261123,
            "ensemble": {"members": members, "vary": vary},
            "output": {"every": "year", "layers": list(LAYERS)},
        }
    )  # fmt: skip


def _told(shape: str, ends: tuple[float, float]) -> dict[str, object]:
    return {"shape": shape, "low": ends[0], "high": ends[1]}


def modelled(point: Point, bands: Bands) -> np.ndarray:
    """What each member says of a point, (members,)."""
    layers = [bands.series(name, point.plot) for name in point.layer.split(" + ")]
    series = np.sum(layers, axis=0) * point.factor
    value = series[:, point.age] - (series[:, 0] if point.gain else 0.0)
    low, high = point.share
    if low == high:
        return value
    rng = np.random.default_rng([point.age, 1])
    return value * rng.uniform(low, high, value.size)


BETWEEN = 0.35  # standard deviation of ln growth between mines; science.md section 2
PRIOR = (0.34, 1.07)  # 90 % of growth of dumps: 0.6 of native with that deviation
ERROR = 0.25  # standard deviation of a published mean, as a share; judgement


def calibrate(bands: Bands, points: Sequence[Point]) -> tuple[np.ndarray, float]:
    """Weights of the members by Bayes' rule, and how many members they stand for.

    One parameter is kept of it: growth of dumps relative to native ground.
    """
    off = [np.log(modelled(p, bands).clip(1e-3) / p.value) / ERROR for p in points]
    score = -0.5 * np.sum(np.square(off), axis=0)
    weight = np.exp(score - score.max())
    weight /= weight.sum()
    return weight, float(1.0 / np.square(weight).sum())


def elsewhere(growth: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Ends of 90 % of growth on another mine: the calibrated median, and what differs.

    The deviation is that of the calibration and that between mines together.
    """
    logs = np.log(growth)
    middle = float(weight @ logs)
    width = float(np.sqrt(weight @ np.square(logs - middle) + BETWEEN**2))
    ends = np.exp(middle + NORMAL_90 * width * np.array([-1.0, 1.0]))
    return float(ends[0]), float(ends[1])


RANGES = (  # of a review, soil carbon gained a year, t/ha; Yuan et al. 2016
    ("forest", 0.20, 6.27, (("heidaigou", "tree"), ("coalfields", "forest"))),
    ("grass", 0.30, 3.37, (("heidaigou", "grass"), ("ohio", "pasture"))),
)


@dataclass(frozen=True)
class Told:
    """A point beside the ensemble."""

    point: Point
    low: float
    middle: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the published number lies in the band."""
        return self.low <= self.point.value <= self.high


@dataclass(frozen=True)
class Study:
    """Everything that the page tells."""

    growth: tuple[float, float]
    effective: float
    calibration: tuple[Told, ...]
    test: tuple[Told, ...]
    rates: tuple[tuple[str, str, tuple[float, ...], tuple[float, float]], ...]

    @property
    def covered(self) -> float:
        """Share of the points not used for calibration that lie in the band."""
        return float(np.mean([t.inside for t in self.test]))


def run(folder: Path, members: int) -> Study:
    """Calibrate on the loess dump, then ask the other places."""
    sites = {place.name: build(place, folder / place.name) for place in PLACES}
    first = ensemble(scenario(LOESS, members, PRIOR), sites[LOESS.name])
    weight, effective = calibrate(first, CALIBRATION)
    growth = elsewhere(first.draws["vegetation.site_factor"], weight)
    bands = {
        place.name: ensemble(
            scenario(place, members, place.growth or growth), sites[place.name]
        )
        for place in PLACES
    }
    told = _beside(CALIBRATION, bands), _beside(TEST, bands)
    return Study(growth, effective, *told, _rates(bands))


def _rates(bands: Mapping[str, Bands]) -> tuple[tuple, ...]:
    """Soil carbon to 1 m gained a year over 15 years, beside a review's ranges."""
    made = []
    for _, low, high, plots in RANGES:
        for place, plot in plots:
            series = bands[place].series(METRE, plot)
            rate = (series[:, 15] - series[:, 0]) / 15.0
            ends = tuple(float(v) for v in np.percentile(rate, (5.0, 50.0, 95.0)))
            made.append((place, plot, ends, (low, high)))
    return tuple(made)


def _beside(points: Sequence[Point], bands: Mapping[str, Bands]) -> tuple[Told, ...]:
    ends = [
        np.percentile(modelled(p, bands[p.place]), (5.0, 50.0, 95.0)) for p in points
    ]
    return tuple(
        Told(p, *(float(v) for v in e)) for p, e in zip(points, ends, strict=True)
    )


HEAD = (
    "place", "plot", "age", "quantity", "published", "5 %", "50 %", "95 %", "width",
    "inside",
)  # fmt: skip


def table(told: Sequence[Told]) -> str:
    """A Markdown table of points beside their bands, t/ha."""
    lines = [
        f"| {' | '.join(HEAD)} |",
        f"|{'---|' * len(HEAD)}",
    ]
    for t in told:
        p = t.point
        numbers = (f"{v:.3g}" for v in (p.value, t.low, t.middle, t.high))
        width = f"{(t.high - t.low) / t.middle:.1f}"
        quantity = f"{p.layer}{', gain' if p.gain else ''}"
        inside = "yes" if t.inside else "**no**"
        cells = (p.place, p.plot, str(p.age), quantity, *numbers, width, inside)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the tables of the page."""
    members = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        study = run(Path(folder), members)
    low, high = study.growth
    print(f"growth of dumps: {low:.2f} to {high:.2f} of native (90 %); the weights")
    print(f"stand for {study.effective:.0f} of {members} members\n")
    print(table(study.calibration), "\n")
    print(table(study.test), "\n")
    for place, plot, ends, (low, high) in study.rates:
        told = " | ".join(f"{v:.2f}" for v in ends)
        print(f"| {place} | {plot} | {told} | {low} to {high} |")
    print(f"{100 * study.covered:.0f} % of {len(study.test)} points inside")


if __name__ == "__main__":
    main()
