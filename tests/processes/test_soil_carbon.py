"""RothC as a process: inputs, dead wood, frozen ground, cover between 0 and 1."""

from __future__ import annotations

import numpy as np
import pytest
from cells import see_of, step_of, varied_cells

from twin.processes import rothc
from twin.processes.rothc_initial import initial_pools
from twin.processes.rothc_kernel import rothc_month, soil_constants
from twin.processes.soil_carbon import SoilCarbon


def plain_month(see, depth):
    """One month of RothC in plain NumPy, from its pure functions."""
    most = rothc.greatest_deficit(see["clay_content"], depth=depth)
    gain = see["precipitation"] - see["potential_evapotranspiration"]
    cover = see["vegetation_cover"]
    deficit = rothc.next_deficit(see["soil_moisture_deficit"], gain, most, cover=cover)
    modifier = (
        rothc.temperature_modifier(see["air_temperature"])
        * rothc.moisture_modifier(deficit, most)
        * rothc.cover_modifier(cover)
    )
    pools = np.array([see[f"soil_carbon_{p}"] for p in ("dpm", "rpm", "bio", "hum")])
    rates = np.array([10.0, 0.3, 0.66, 0.02])[:, None]
    lost = pools * -np.expm1(-rates * modifier / 12.0)
    total = lost.sum(axis=0)
    kept = total / (1.0 + rothc.co2_ratio(see["clay_content"]))
    added = -lost
    added[2] += 0.46 * kept
    added[3] += 0.54 * kept
    return added, total - kept, deficit - see["soil_moisture_deficit"]


@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_the_compiled_month_equals_plain_numpy(month):
    process, cells = SoilCarbon(), varied_cells(3000)
    cells["litter_carbon"][:] = cells["dead_wood_carbon"][:] = 0.0
    see = see_of(process, cells, month)

    made = process.step(see, step_of(month))

    added, respired, dried = plain_month(see, process.depth)
    names = [f"soil_carbon_{p}" for p in ("dpm", "rpm", "bio", "hum")]
    for name, want in zip(names, added, strict=True):
        np.testing.assert_allclose(made[name], want, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(made["carbon_respired_total"], respired, rtol=1e-11)
    np.testing.assert_allclose(made["soil_moisture_deficit"], dried, atol=1e-12)


def test_thousand_months_end_where_plain_numpy_ends():
    """Powers of one exponential drift by less than 1e-9 from four exponentials."""
    process, fast = SoilCarbon(litter_incorporation=1.0), varied_cells(400)
    fast["litter_carbon"][:] = fast["dead_wood_carbon"][:] = 0.0
    slow = {k: v.copy() for k, v in fast.items()}
    names = [f"soil_carbon_{p}" for p in ("dpm", "rpm", "bio", "hum")]
    inputs = np.array([0.01, 0.02, 0.0, 0.0])[:, None]
    for i in range(1000):
        month = i % 12 + 1
        made = process.step(see_of(process, fast, month), step_of(month))
        added, _, dried = plain_month(see_of(process, slow, month), process.depth)
        for k, name in enumerate(names):
            fast[name] = fast[name] + made[name] + inputs[k]
            slow[name] = slow[name] + added[k] + inputs[k]
        fast["soil_moisture_deficit"] += made["soil_moisture_deficit"]
        slow["soil_moisture_deficit"] += dried
    for name in names:
        np.testing.assert_allclose(fast[name], slow[name], rtol=1e-9)


def test_frozen_ground_loses_nothing():
    process, cells = SoilCarbon(), varied_cells(50)
    see = see_of(process, cells, 1) | {"air_temperature": -9.0}
    see["litter_carbon"] = see["dead_wood_carbon"] = np.zeros(50)

    made = process.step(see, step_of(1))

    assert not made["carbon_respired_total"].any()
    assert not made["soil_carbon_hum"].any()


def test_litter_and_dead_wood_feed_the_soil_after_decay():
    """Inputs: litter by its quality; wood 17 % to soil, the rest to the air."""
    process, cells = SoilCarbon(), varied_cells(20)
    for pool in ("dpm", "rpm", "bio", "hum"):
        cells[f"soil_carbon_{pool}"][:] = 0.0
    see = see_of(process, cells, 7)

    made = process.step(see, step_of(7))

    litter = see["litter_carbon"] * -np.expm1(-2.0 / 12.0)
    wood = -made["dead_wood_carbon"]
    into = made["soil_carbon_dpm"] + made["soil_carbon_rpm"]
    assert -made["litter_carbon"] == pytest.approx(litter)
    assert into == pytest.approx(litter + 0.17 * wood)
    assert made["carbon_respired_total"] == pytest.approx(0.83 * wood)


def test_cover_between_bare_and_full_lies_between_them():
    most = rothc.greatest_deficit(np.full(3, 20.0))
    cover = np.array([0.0, 0.5, 1.0])

    after = rothc.next_deficit(np.full(3, -5.0), -200.0, most, cover=cover)

    assert after[0] == pytest.approx(0.556 * most[0])
    assert after[2] == pytest.approx(most[2])
    assert after[1] == pytest.approx(0.5 * (after[0] + after[2]))


@pytest.mark.parametrize("carbon", [0.0, 0.05, 0.3, 1.2, 9.0])
def test_initial_pools_are_never_negative_and_sum_to_the_total(carbon):
    clay = np.array([0.0, 5.0, 25.0, 60.0])

    pools = initial_pools(np.full(4, carbon), clay)

    assert all((pool >= 0.0).all() for pool in pools.values())
    assert sum(pools.values()) == pytest.approx(np.full(4, carbon), abs=1e-12)


def test_the_kernel_accepts_any_number_of_cells():
    for n in (1, 1023, 1024, 1025):
        out = np.zeros((7, n))
        pools = (np.ones(n), np.ones(n), np.ones(n), np.ones(n))

        rothc_month(
            pools,
            np.zeros(n),
            (np.ones(n), np.zeros(n)),
            (soil_constants(np.full(n, 20.0), 0.23), np.zeros(n)),
            out,
        )

        assert np.ptp(out, axis=1).max() == 0.0
        assert (out[4] > 0.0).all()
