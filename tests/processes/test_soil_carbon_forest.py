"""Snags, branches and forest floor above RothC: where a month's fall goes."""

from __future__ import annotations

import numpy as np
import pytest
from cells import see_of, step_of, varied_cells

from twin.processes.dead_matter import Living, month_shares, pools, year
from twin.processes.soil_carbon import SoilCarbon
from twin.processes.soil_carbon_forest import STOCK_OF, SoilCarbonForest
from twin.vocabulary.alternatives import DEAD

FOREST = SoilCarbonForest()
NOTHING = Living(*np.zeros((5, 60)))


def test_twelve_months_at_ten_degrees_are_a_year_of_cbm():
    """Apart from the order of decay and fall within the year: a few per cent of it."""
    cells = varied_cells(60)
    cells |= {name: np.zeros(60) for name in ("wood_fall", "root_litter")}
    all_ = pools()
    before = np.zeros((9, 60))
    for pool, stock in STOCK_OF.items():
        before[all_.index(pool)] = cells[stock]
    after, _, _ = year(before, NOTHING, 10.0, "hardwood")

    for month in range(1, 13):
        see = see_of(FOREST, cells, month) | {"air_temperature": 10.0}
        made = FOREST.step(see, step_of(month))
        for stock in STOCK_OF.values():
            cells[stock] = cells[stock] + made[stock]

    for pool, stock in STOCK_OF.items():
        lost = cells[stock].sum() - before[all_.index(pool)].sum()
        asked = (after - before)[all_.index(pool)].sum()
        assert lost == pytest.approx(asked, rel=0.1), pool


def test_a_pool_alone_loses_in_twelve_months_of_ten_degrees_what_the_table_says():
    np.testing.assert_allclose(
        1.0 - (1.0 - month_shares(10.0)) ** 12, pools().rate, rtol=1e-12
    )


def test_what_falls_stands_or_lies_where_cbm_puts_it():
    cells = varied_cells(60)
    cells["litter_carbon"] = cells["dead_wood_carbon"] = np.full(60, 0.5)
    see = see_of(FOREST, cells, 1) | {"air_temperature": -300.0}  # nothing decays
    see |= {name: np.zeros(60) for name in DEAD}

    made = FOREST.step(see, step_of(1))

    wood = see["wood_fall"]
    np.testing.assert_allclose(made["stem_snag_carbon"], 0.35 * wood)
    np.testing.assert_allclose(made["branch_snag_carbon"], 0.25 * 0.65 * wood)
    np.testing.assert_allclose(made["fallen_branch_carbon"], 0.75 * 0.65 * wood)
    np.testing.assert_allclose(made["dead_wood_carbon"], -wood, atol=1e-15)
    roots = see["root_litter"]
    np.testing.assert_allclose(made["litter_carbon"], -roots, atol=1e-15)
    soil = made["soil_carbon_dpm"] + made["soil_carbon_rpm"]
    assert soil.sum() == pytest.approx(roots.sum())


def test_soil_without_anything_above_is_that_of_rothc():
    cells = varied_cells(60)
    for name in (*STOCK_OF.values(), "wood_fall", "root_litter"):
        cells[name] = np.zeros(60)

    made = FOREST.step(see_of(FOREST, cells, 7), step_of(7))

    plain = SoilCarbon()
    alone = plain.step(see_of(plain, cells, 7), step_of(7))
    for name, values in alone.items():
        assert np.array_equal(values, made[name]), name
    assert all((made[name] == 0.0).all() for name in DEAD)
