"""Ground over mined panels: closed forms, any shape, any order, any time."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest
import shapely
import shapely.affinity

from scenarios.interventions.measure import Place
from scenarios.interventions.mine_panel import MinePanel
from twin.errors import BadScenario, InputError
from twin.grid import Grid
from twin.process import Step
from twin.processes.ground_strain import GroundStrain
from twin.processes.subsidence import Subsidence
from twin.subsidence.probability_integral import (
    Seam,
    extremes,
    over_cells,
    over_rectangle,
)

SEAM = Seam(thickness=3.0, depth=300.0)  # W0 2.25 m, r 150 m
CELL = 20.0
GRID = Grid("EPSG:32649", "unknown", -1000.0, 1000.0, CELL, (100, 130))
FAR = replace(GRID, west=499_000.0, north=4_351_000.0)  # as coordinates are on a site
PANEL = shapely.box(0.0, 0.0, 560.0, 160.0)


def middles(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = grid.shape
    x = grid.west + (np.arange(columns) + 0.5) * grid.cell
    y = grid.north - (np.arange(rows) + 0.5) * grid.cell
    return x[None, :], y[:, None]


def mined(panel: shapely.Geometry) -> np.ndarray:
    from twin.change.tin_grid import shares_within

    return shares_within(GRID, panel)


def test_cells_give_the_closed_form_of_a_rectangle():
    """Influence is integrated exactly, up to 5e-7 that lies beyond 2 radii."""
    x, y = middles(GRID)
    wanted = over_rectangle(x, y, (560.0, 160.0), SEAM)["subsidence"]

    got = over_cells(mined(PANEL), CELL, SEAM)

    assert np.abs(got - wanted).max() < 2e-6 * SEAM.greatest


def test_the_trough_is_as_large_as_what_was_lost_below():
    """Volume = W0 l L = 2.25 x 560 x 160 m3, for the panel and for an odd polygon."""
    odd = shapely.Polygon([(0, 0), (500, 60), (430, 260), (90, 200)])
    for panel in (PANEL, odd):
        got = over_cells(mined(panel), CELL, SEAM)

        assert got.sum() * CELL**2 == pytest.approx(2.25 * panel.area, rel=1e-9)


def test_a_dipping_seam_draws_the_trough_down_dip():
    """Depth x tan(k a) to the east: 300 tan(6 degrees) = 31.5 m."""
    dipping = replace(SEAM, dip=10.0, dip_azimuth=90.0)
    x, _ = middles(GRID)

    flat, drawn = (over_cells(mined(PANEL), CELL, s) for s in (SEAM, dipping))

    centres = [float((w * x).sum() / w.sum()) for w in (flat, drawn)]
    wanted = 300 * np.tan(np.radians(6.0))
    assert centres[1] - centres[0] == pytest.approx(wanted, rel=1e-4)


def test_cells_wider_than_the_influence_are_refused():
    with pytest.raises(InputError, match="smaller cells"):
        over_cells(np.ones((4, 4)), 200.0, SEAM)


def panel(**change: object) -> MinePanel:
    told = {
        "measure": "mine_panel", "area": {"parcels": ["p"]}, "date": "2026-01",
        "thickness": 3.0, "depth": 300.0, "inflection": 0.0,
    }  # fmt: skip
    return MinePanel.model_validate(told | change)


def sinks(
    measure: MinePanel, part: int = 0, region: object = PANEL, grid: Grid = GRID
) -> np.ndarray:
    n = grid.n
    place = Place(grid, np.ones(n, bool), region=region, part=part)
    return measure.change({"subsidence_to_come": np.zeros(n)}, place)[
        "subsidence_to_come"
    ]


def test_strips_of_an_advancing_face_add_up_to_the_panel():
    """Superposition: seven months towards the north-east make what one event makes."""
    whole = sinks(panel())
    advancing = panel(months=7, azimuth=50.0)

    strips = [sinks(advancing, part) for part in range(advancing.parts)]

    assert sum(strips) == pytest.approx(whole, abs=1e-12)
    x, _ = middles(GRID)
    middle = [float((s.reshape(GRID.shape) * x).sum() / s.sum()) for s in strips]
    assert middle == sorted(middle)
    there = shapely.affinity.translate(PANEL, 500_000.0, 4_350_000.0)
    far = [sinks(advancing, k, there, FAR) for k in range(advancing.parts)]
    assert np.array(far) == pytest.approx(np.array(strips), abs=1e-8)


def test_inflection_draws_the_panels_edges_in():
    """0.1 x 300 m on each side: 500 x 100 m are left to sink."""
    got = sinks(panel(inflection=0.1))

    assert got.sum() * CELL**2 == pytest.approx(2.25 * 500 * 100, rel=1e-9)


def test_a_panel_narrower_than_its_offsets_or_too_shallow_is_told():
    with pytest.raises(BadScenario, match="narrower than twice"):
        sinks(panel(inflection=0.3))
    with pytest.raises(BadScenario, match="20 times"):
        sinks(panel(depth=50.0))


def test_months_add_up_to_knothes_curve_whatever_was_mined_when():
    """Two panels a year apart: W = a (1 - exp(-2 c)) + b (1 - exp(-c)) after two."""
    process, step = Subsidence(rate=1.3), Step(2026, 1, 31, GRID)
    left, total = np.array([2.0]), np.zeros(1)
    for month in range(24):
        if month == 12:
            left = left + 0.7
        made = process.step({"subsidence_to_come": left}, step)
        left = left + made["subsidence_to_come"]
        total = total + made["subsidence_total"]
        assert made["elevation"] == -made["subsidence_total"]

    assert total[0] == pytest.approx(2 * (1 - exp(-2.6)) + 0.7 * (1 - exp(-1.3)))
    assert total[0] + left[0] == pytest.approx(2.7)


def test_tilt_and_strain_reach_their_greatest_beside_a_wide_panel():
    """i0 = W0 / r and e0 = 1.52 b W0 / r, within 2 % on cells of r / 30."""
    fine = Grid("EPSG:32649", "unknown", -1000.0, 600.0, 5.0, (240, 400))
    x, _ = middles(fine)
    y = np.zeros((240, 1)) + 5000.0  # far inside, so that only one side matters
    w = over_rectangle(x + 0.0 * y, y, (1e5, 1e4), SEAM)["subsidence"]

    made = GroundStrain(movement_radius=45.0).step(
        {"subsidence_total": w.ravel()}, Step(2026, 12, 31, fine)
    )

    told = extremes(SEAM)
    assert made["ground_tilt"].max() == pytest.approx(told["tilt"], rel=0.02)
    assert made["tensile_strain"].max() == pytest.approx(told["strain"], rel=0.02)
