"""What the soil lets of growth, and that plants grow by no more."""

from __future__ import annotations

import numpy as np
from cells import step_of, varied_cells

from twin.process import Array
from twin.processes.vegetation import Vegetation

WEATHER = {
    "air_temperature": 15.0,
    "actual_evapotranspiration": np.full(40, 80.0),
    "potential_evapotranspiration": np.full(40, 100.0),
}


def month(process: Vegetation, limit: Array | None = None) -> dict[str, Array]:
    """Amounts of one summer month on cells that are all unlike."""
    cells = varied_cells(40, seed=3) | WEATHER
    known = cells if limit is None else {**cells, "growth_limit": limit}
    return dict(process.step({n: known[n] for n in process.reads}, step_of(7)))


def test_a_limit_of_one_changes_no_bit():
    free, limited = Vegetation(), Vegetation(limits=("soil_ph",))
    k = len(free.plant_types)

    one, other = month(free), month(limited, np.ones((k, 40)))

    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_limit_slows_each_type_s_ageing_by_its_share():
    """Effective age grows by m(t) dt (science.md section 2): by the limit times."""
    types = ("pine", "grass")  # none spreads by itself, which would dilute the age
    free, limited = (Vegetation(types, limits=x) for x in ((), ("soil_ph",)))
    rng = np.random.default_rng(5)
    limit = rng.random((2, 40))
    cells = varied_cells(40, seed=3) | WEATHER
    for name in ("stocking", "effective_age"):
        cells[name] = cells[name][:2].clip(0.0, 0.5) + 0.1
    for name in ("biomass_carbon_above", "biomass_carbon_below"):
        cells[name] = cells[name][:2]
    cells["growth_limit"] = limit

    one, other = (
        p.step({n: cells[n] for n in p.reads}, step_of(7)) for p in (free, limited)
    )

    np.testing.assert_allclose(
        other["effective_age"], limit * one["effective_age"], rtol=1e-14
    )
