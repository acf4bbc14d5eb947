"""Hollows of a ground: what drains to them, how full they stand in the long run."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from scenarios.ground_ponds import Balance, ponds_of, standing_share
from twin.grid import Grid
from twin.surface import Surface

CELL = 5.0
DRY = Balance(rain=400.0, evaporation=1000.0, runoff=0.1)


def ground(z: np.ndarray) -> Surface:
    grid = Grid("EPSG:32649", "unknown", 5e5, 4e6, CELL, z.shape)
    return Surface("g", date(2025, 1, 1), "surveyed", {}, grid, z.astype(np.float32))


def funnel(side: int = 60) -> np.ndarray:
    """A cone of 10 % towards the middle, its rim at the edge of the map."""
    y, x = np.mgrid[0:side, 0:side] - (side - 1) / 2
    return 100.0 + 0.1 * CELL * np.hypot(x, y)


def test_the_area_that_stands_is_what_evaporates_the_inflow():
    """0.1 x 400 mm on 100 ha against 1000 - 400 + 40 mm: 6.25 ha, of 10 ha 0.625."""
    assert standing_share(DRY, 100.0, 10.0) == pytest.approx(0.625)
    assert standing_share(DRY, 1000.0, 10.0) == 1.0
    assert standing_share(DRY, 0.0, 10.0) == 0.0
    assert standing_share(Balance(900.0, 600.0, 0.2), 10.0, 10.0) == 1.0


def test_a_funnel_is_one_pond_with_all_that_drains_to_it():
    (pond,) = ponds_of(ground(funnel()), DRY, shallowest=0.3, smallest=1.0)

    held = np.maximum(pond.spill_level - funnel(), 0.0)
    wet = held[1:-1, 1:-1].sum() * CELL**2
    assert pond.volume_m3 == pytest.approx(wet, rel=0.02)
    assert pond.catchment_ha >= pond.area_ha
    assert pond.catchment_ha <= 60 * 60 * CELL**2 / 1e4
    assert pond.standing_area_ha == pytest.approx(
        pond.catchment_ha * 0.04 / 0.64, abs=CELL**2 / 1e4
    )
    inside = funnel()[funnel() < pond.standing_level]
    volume = (pond.standing_level - inside).sum() * CELL**2
    assert pond.standing_volume_m3 == pytest.approx(volume, rel=1e-4)
    assert pond.east == pytest.approx(5e5 + 150.0, abs=CELL)


def test_water_goes_to_the_hollow_it_meets_first():
    """A terrace pit catches the slope above it; the lower pit only what is below."""
    z = np.repeat(np.linspace(120.0, 100.0, 80)[:, None], 20, axis=1)
    z[20:24, 1:19] -= 6.0
    z[60:64, 1:19] -= 6.0
    upper, lower = sorted(
        ponds_of(ground(z), DRY, shallowest=0.3, smallest=1.0), key=lambda p: -p.north
    )

    strip = 18 * CELL * CELL / 1e4  # ha in a row of cells between the rims
    assert upper.catchment_ha == pytest.approx(23 * strip, rel=0.1)
    assert lower.catchment_ha == pytest.approx(40 * strip, rel=0.1)


def test_dips_of_the_survey_are_left_out():
    z = np.repeat(np.linspace(120.0, 100.0, 80)[:, None], 20, axis=1)
    z[30, 10] -= 0.6

    assert ponds_of(ground(z), DRY, shallowest=0.5, smallest=0.0) == []
    assert len(ponds_of(ground(z), DRY, shallowest=0.2, smallest=0.0)) == 1
    assert ponds_of(ground(z), DRY, shallowest=0.2, smallest=100.0) == []
