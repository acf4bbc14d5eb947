"""A drain over a ground: what it catches, what comes, whether it carries it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from scenarios.ground_drain import Section, Storm, peak_of, reaches_of
from twin.errors import InputError
from twin.grid import Grid
from twin.surface import Surface
from twin.water.linings import linings

CELL, ROWS, COLUMNS = 2.0, 101, 60
SMALL, LARGE = Section(0.3, 1.0, 0.3, 0.1), Section(0.5, 1.5, 0.9, 0.15)
STORM = Storm(60.0, 1.0, 90.0)


def hillside(fall: float = 0.10, along: float = 0.01) -> Surface:
    """A plane that falls to the south, and a little to the east."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS] * CELL
    z = (200.0 - fall * y - along * x).astype(np.float32)
    grid = Grid("EPSG:32649", "unknown", 0.0, ROWS * CELL, CELL, z.shape)
    return Surface("hill", date(2025, 1, 1), "designed", {}, grid, z)


def contour(row: int = 80, corners: int = 4) -> shapely.LineString:
    """From west to east along a row of cells."""
    y = (ROWS - row - 0.5) * CELL
    return shapely.LineString([(x, y) for x in np.linspace(3.0, 111.0, corners)])


def test_a_catch_drain_gets_the_slope_above_it_reach_by_reach():
    """Water runs straight south: width of a reach times the slope above the drain."""
    reaches = reaches_of(hillside(), contour(), STORM, LARGE, linings()["grass"])

    assert [r.end for r in reaches] == pytest.approx([36.0, 72.0, 108.0])
    wide = np.array([r.end for r in reaches]) * 80.0 * CELL / 1e4
    assert [r.catchment_ha for r in reaches] == pytest.approx(wide, rel=0.06)
    assert [r.gradient for r in reaches] == pytest.approx([0.01] * 3, rel=0.1)
    peaks = [r.peak for r in reaches]
    assert peaks == sorted(peaks)
    assert all(r.verdict == "holds" for r in reaches)


def test_long_rain_on_sealed_ground_runs_off_as_it_falls():
    """CN 100, longer than the ground takes to answer: i A."""
    found = peak_of(Storm(60.0, 6.0, 100.0), area=2e4, concentration=0.2)

    assert found == pytest.approx(0.010 / 3600.0 * 2e4, rel=0.01)


def test_the_peak_holds_no_more_water_than_falls():
    """A short storm: the peak is below i A, and grows with the curve number."""
    short = [peak_of(Storm(30.0, 0.2, n), 5e5, 1.0) for n in (70.0, 85.0, 100.0)]

    assert short == sorted(short)
    assert short[-1] < 0.030 / (0.2 * 3600.0) * 5e5


def test_a_small_drain_overflows_and_a_steep_one_scours():
    hill, line = hillside(), contour()
    small = reaches_of(hill, line, Storm(120.0, 0.5, 95.0), SMALL, linings()["earth"])
    steep = hillside(fall=0.5, along=0.12)
    fast = reaches_of(steep, line, STORM, LARGE, linings()["earth"])

    assert small[-1].verdict.startswith("overflows")
    assert "scours" in fast[-1].verdict
    assert fast[-1].velocity > linings()["earth"].fastest
    assert fast[-1].froude > 1.0


def test_a_reach_that_climbs_is_named_and_a_drain_drawn_upwards_refused():
    surface = hillside()
    z = np.array(surface.elevation)
    z[:, 20:40] += 1.0
    hump = Surface("hump", surface.date, "designed", {}, surface.grid, z)

    told = reaches_of(hump, contour(), STORM, LARGE, linings()["earth"])
    assert [r.verdict == "no fall" for r in told] == [False, True, False]
    backwards = shapely.LineString(contour().coords[::-1])
    with pytest.raises(InputError, match="upper to its lower"):
        reaches_of(surface, backwards, STORM, LARGE, linings()["earth"])
    away = shapely.LineString([(3.0, 60.0), (500.0, 60.0)])
    with pytest.raises(InputError, match="leaves the ground"):
        reaches_of(surface, away, STORM, LARGE, linings()["earth"])


@pytest.mark.parametrize("wrong", [(0.0, 1.0, 80.0), (60.0, 0.0, 80.0), (60, 1, 120)])
def test_a_storm_without_rain_time_or_ground_is_refused(wrong):
    with pytest.raises(InputError, match="storm"):
        Storm(*wrong)
