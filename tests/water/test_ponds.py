"""Ponds of pits and subsidence basins: depth, volume and level from the ground."""

from __future__ import annotations

import numpy as np
import pytest

from twin.water.ponds import ponds, water_level


def bowl(cells: int = 81, cell: float = 5.0, deep: float = 4.0, wide: float = 100.0):
    """A paraboloid sunk into a plain: z = 100 - deep (1 - r2 / wide2) within."""
    x = (np.arange(cells) - cells // 2) * cell
    r2 = x[:, None] ** 2 + x[None, :] ** 2
    return 100.0 - deep * np.maximum(1.0 - r2 / wide**2, 0.0)


def test_a_sunken_bowl_holds_half_its_cylinder():
    """Volume of a paraboloid is pi r2 h / 2; cells of a twentieth miss by 1 %."""
    found = ponds(bowl(), 5.0)

    assert found.volume == pytest.approx([np.pi * 100.0**2 * 4.0 / 2.0], rel=0.01)
    assert found.level == pytest.approx([100.0], abs=1e-12)
    assert found.area == pytest.approx([np.pi * 100.0**2], rel=0.02)
    assert np.nanmax(found.depth) == pytest.approx(4.0)


def test_a_notch_in_the_rim_lowers_the_level_to_itself():
    """Water leaves where the rim is lowest, wherever that is."""
    z = bowl()
    z[40, 40:] = np.minimum(z[40, 40:], 98.5)

    found = ponds(z, 5.0)

    assert found.level == pytest.approx([98.5])
    assert np.nanmax(found.depth) == pytest.approx(2.5)


def test_two_pits_are_two_ponds_and_dips_of_a_survey_are_none():
    z = np.full((40, 80), 50.0)
    z[10:20, 10:20] = 46.0
    z[10:20, 50:60] = 47.0
    z[30, 30] = 49.95

    found = ponds(z, 2.0, shallowest=0.1)

    assert sorted(found.volume) == pytest.approx([10 * 10 * 4 * 3.0, 10 * 10 * 4 * 4.0])
    assert found.number.max() == 2
    assert found.depth[30, 30] == 0.0


def test_ground_that_drains_has_no_pond():
    z = np.add.outer(np.arange(20.0), np.arange(30.0))

    found = ponds(z, 1.0)

    assert found.volume.size == 0
    assert not found.depth.any()


def test_water_that_fills_a_pond_stands_at_its_level():
    """The level of the full volume is the spill level; of none the lowest cell."""
    z = bowl()
    full = ponds(z, 5.0)
    cells = z[full.number == 1]

    assert water_level(cells, 5.0, float(full.volume[0])) == pytest.approx(100.0)
    assert water_level(cells, 5.0, 0.0) == pytest.approx(z.min())


def test_half_filled_water_is_a_level_sheet_of_its_volume():
    cells = np.array([1.0, 2.0, 4.0])

    level = water_level(cells, 10.0, 250.0)

    assert level == pytest.approx((250.0 / 100.0 + 1.0 + 2.0) / 2.0)
    assert np.maximum(level - cells, 0.0).sum() * 100.0 == pytest.approx(250.0)


def test_outside_stays_empty():
    z = bowl()
    z[:5] = np.nan

    found = ponds(z, 5.0)

    assert np.isnan(found.depth[:5]).all()
    assert np.isfinite(found.depth[5:]).all()
