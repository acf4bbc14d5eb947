"""Run-on: what one cell sheds enters the soil of cells below it."""

from __future__ import annotations

import numpy as np
import pytest
from cells import see_of, step_of, varied_cells
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import DeclarationError
from twin.kernel.ordering import ordered
from twin.processes.soil_water import SoilWater
from twin.processes.soil_water_run_on import SoilWaterRunOn, run_on


@given(seed=st.integers(0, 300), share=st.floats(0.0, 1.0))
def test_all_that_is_shed_soaks_in_or_leaves(seed, share):
    """On any tree of cells: sum(shed) = sum(taken) + sum(ends), taken within room."""
    rng = np.random.default_rng(seed)
    n = 200
    receiver = np.array([max(int(rng.integers(-3, i + 1)), 0) for i in range(n)])
    receiver[0] = 0
    shed, room = rng.uniform(0.0, 30.0, n), rng.uniform(-1.0, 20.0, n)

    taken, ends = run_on(shed, room, receiver, np.arange(n), share)

    assert taken.sum() + ends.sum() == pytest.approx(shed.sum(), rel=1e-12)
    assert (taken <= np.maximum(room, 0.0)).all()
    assert (ends[receiver != np.arange(n)] == 0.0).all()


def test_without_soaking_the_soil_is_that_of_soil_water():
    """Share 0: soil as without run-on, and the same runoff, gathered at the ends."""
    cells = varied_cells(300)
    cells["slope"] = np.zeros(300)
    cells["flow_receiver"] = np.maximum(np.arange(300) - 1, 0)
    cells["flow_order"] = np.arange(300)
    alone, routed = SoilWater(), SoilWaterRunOn(soaking_share=0.0)

    want = alone.step(see_of(alone, cells, 7), step_of(7))
    made = routed.step(see_of(routed, cells, 7), step_of(7))

    assert np.array_equal(made["soil_water"], want["soil_water"])
    assert made["runoff_total"].sum() == pytest.approx(want["runoff_total"].sum())
    assert (made["runoff_total"][1:] == 0.0).all()


def test_the_foot_of_a_slope_gets_wetter_than_its_top():
    cells = varied_cells(50)
    for name in cells:
        if name not in ("stocking", "effective_age"):
            cells[name][...] = cells[name][..., :1]
    cells["available_water_capacity"][:], cells["soil_water"][:] = 150.0, 20.0
    cells["curve_number"][:], cells["vegetation_cover"][:] = 92.0, 0.0
    cells["potential_evapotranspiration"][:] = 150.0
    cells["flow_receiver"] = np.minimum(np.arange(50) + 1, 49)
    cells["flow_order"] = np.arange(50)[::-1].copy()
    process = SoilWaterRunOn()

    made = process.step(see_of(process, cells, 7), step_of(7))

    assert made["soil_water"][10] > made["soil_water"][0]
    assert made["runoff_total"][:49].max() == 0.0


def test_steep_ground_sheds_more_than_gentle_ground():
    """Huang et al. 2006: CN 80 becomes 81.7 at a gradient of 1 (45 degrees)."""
    cells = varied_cells(2)
    cells["slope"], cells["curve_number"] = np.array([2.0, 45.0]), np.full(2, 80.0)
    cells["flow_receiver"], cells["flow_order"] = np.zeros(2), np.arange(2.0)
    process = SoilWaterRunOn()

    gentle, steep = process.number(see_of(process, cells, 7))

    assert gentle == 80.0
    assert steep == pytest.approx(80.0 * 338.42 / 324.52)


def test_it_does_not_run_beside_another_bucket():
    with pytest.raises(DeclarationError):
        ordered((SoilWater(), SoilWaterRunOn()))
