"""The loess dump of the literature: order, bands and the shape of its recovery.

Heidaigou, Inner Mongolia, about 415 mm a year: after 15 years soils to 1 m had gained
15.47, 6.93 and 6.95 t C/ha under grass, shrubs and trees (Li et al. 2014, abstract).
One parameter is calibrated on these three numbers and nothing else: the site factor,
0.53 of native growth (least error of the logs, 13 %), for dumps with 30 cm of loess on
them. Sign, order and bands are asked for, not a match.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from heidaigou import CALIBRATED, weather

from scenarios.growing_season import growing_season
from scenarios.initial import DEFAULT_GROUND, initial_state
from scenarios.model import processes
from twin.grid import Grid
from twin.kernel import Forcing, Model, Output, simulate
from twin.processes.register import FIRST_SET, PROCESSES

TYPES = ("robinia", "seabuckthorn", "alfalfa", "pioneer")
PLANTED = {"natural": None, "grass": "alfalfa", "shrub": "seabuckthorn"}
PLANTED |= {"tree": "robinia", "compost": "robinia"}
COMPOST = {"soil_carbon_dpm": 0.49, "soil_carbon_rpm": 0.49, "soil_carbon_hum": 0.02}
KEPT = (
    "soil_organic_carbon",
    "soil_organic_carbon_1m",
    "ecosystem_carbon",
    "vegetation_cover",
    "soil_loss",
)


class Keeper:
    """Means of the kept layers, year by year."""

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []

    def write(self, index: int, layers: Any) -> None:
        self.rows.append({name: float(np.mean(v)) for name, v in layers.items()})

    def checkpoint(self, arrays: Any, about: Any) -> None:
        """Nothing is resumed here."""


@cache
def track(
    case: str, slope: float = 3.0, practice: float = 1.0
) -> dict[str, np.ndarray]:
    """Thirty years of a plot of 60 x 60 m; carbon in t/ha."""
    grid = Grid("EPSG:32649", "unknown", 5e5, 4.37e6, 10.0, (6, 6))
    z = 1350.0 + 10.0 * np.tan(np.radians(slope)) * np.arange(6)[:, None] * np.ones(6)
    plant = PLANTED[case]
    block = {
        **DEFAULT_GROUND,
        "soil_organic_carbon": 3.0,
        "soil_depth": 5.0,
        "practice_factor": practice,
        "plants": {plant: {"age": 0.0, "stocking": 0.8}} if plant else {},
    }
    years = weather(30 * 12)
    settings = {"latitude": 39.5, "plant_types": TYPES, "site_factor": CALIBRATED}
    settings["warmth_of_year"] = growing_season(
        processes(FIRST_SET, {}, {"latitude": 39.5}), years, (2025, 1),
        base=5.0, enough=0.6,
    )  # fmt: skip
    made = []
    for name in FIRST_SET:
        kind = PROCESSES[name]
        own = {k: v for k, v in settings.items() if k in kind.__dataclass_fields__}
        made.append(kind(**own))
    state = initial_state(
        grid, z.ravel(), np.zeros(36, np.int64), ground=[block], start=(2025, 1),
        site_factor=CALIBRATED, plant_types=TYPES,
    )  # fmt: skip
    if case == "compost":  # 30 t/ha of dry matter with 25 % carbon, split as manure
        stocks = dict(state.stocks)
        for pool, share in COMPOST.items():
            stocks[pool] = stocks[pool] + 0.75 * share
        state = replace(state, stocks=stocks)
    model = Model(grid, tuple(made), np.zeros(36, np.int64))
    keeper = Keeper()
    simulate(
        model, state, Forcing((2025, 1), years), until=(2055, 1),
        output=Output("year", KEPT), writer=keeper,
    )  # fmt: skip
    return {name: np.array([row[name] for row in keeper.rows]) for name in KEPT}


def gain(case: str, layer: str, years: int) -> float:
    """Gain of carbon, t/ha."""
    told = track(case)[layer]
    return float(10.0 * (told[years] - told[0]))


def test_after_15_years_grass_leads_shrubs_and_trees_are_near_and_all_beat_nature():
    """15.47 > 6.95 ~ 6.93 > natural, to 1 m; shrubs and trees within a half."""
    got = {c: gain(c, "soil_organic_carbon_1m", 15) for c in PLANTED}

    assert got["grass"] > 1.5 * max(got["tree"], got["shrub"])
    assert 1 / 1.5 < got["tree"] / got["shrub"] < 1.5
    assert min(got["tree"], got["shrub"]) > 3.0 + got["natural"]
    assert got["grass"] == pytest.approx(15.47, rel=0.25)
    assert got["shrub"] == pytest.approx(6.93, rel=0.25)
    assert got["tree"] == pytest.approx(6.95, rel=0.25)


@pytest.mark.parametrize("case", ["grass", "shrub", "tree"])
def test_topsoil_gains_lie_in_the_band_of_20_years(case: str):
    """0.2 to 1.5 t C/ha a year (reviews of reclaimed opencast mines)."""
    assert 0.2 < gain(case, "soil_organic_carbon", 20) / 20.0 < 1.5


def test_nature_alone_is_at_least_three_times_slower():
    """Ecosystem carbon of 30 years, against the slowest of what was planted."""
    planted = min(gain(c, "ecosystem_carbon", 30) for c in ("grass", "shrub", "tree"))

    assert gain("natural", "ecosystem_carbon", 30) < planted / 3.0


@pytest.mark.parametrize(
    ("case", "layer"),
    [("grass", "soil_organic_carbon"), ("tree", "ecosystem_carbon")],
)
def test_the_rate_rises_then_falls(case: str, layer: str):
    """Plants begin slowly and slow again; a straight line would be wrong."""
    rate = np.diff(track(case)[layer][::3])

    peak = int(np.argmax(rate))
    assert 0 < peak < len(rate) - 1
    assert rate[0] < 0.8 * rate[peak]
    assert rate[-1] < 0.8 * rate[peak]


def test_compost_is_a_head_start_that_fades():
    """7.5 t C/ha more at the start; after 30 years a quarter or less of it is left."""
    ahead = (
        track("compost")["soil_organic_carbon"] - track("tree")["soil_organic_carbon"]
    )

    assert 10.0 * ahead[0] == pytest.approx(7.5)
    assert 0.0 < ahead[30] < 0.25 * ahead[0]


def test_erosion_of_the_raw_dump_falls_by_an_order_under_cover():
    """Above 150 t/ha a year on raw slopes of 34 degrees; below 10 once cover has passed
    60 % on slopes below 25 degrees with benches and contour furrows (E T 0.35).
    """
    raw, green = track("natural", 34.0), track("grass", 20.0, 0.35)

    assert raw["soil_loss"][1] > 150.0
    covered = green["vegetation_cover"] > 0.6
    throughout = covered[:-1] & covered[1:]  # loss is that of the year that ends
    assert np.count_nonzero(throughout) >= 5
    assert (green["soil_loss"][1:][throughout] < 10.0).all()
