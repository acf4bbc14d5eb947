"""Other estimates of potential evapotranspiration: what sets them apart."""

from __future__ import annotations

import numpy as np
import pytest
from cells import see_of, step_of, varied_cells

from scenarios.model import first_set
from twin.processes.pet_fao56 import penman_monteith
from twin.processes.pet_hamon import PetHamon, hamon
from twin.processes.pet_hargreaves import PetHargreaves
from twin.processes.pet_oudin import PetOudin, oudin
from twin.processes.pet_priestley_taylor import PetPriestleyTaylor, priestley_taylor


def test_oudin_is_nothing_at_five_degrees_of_frost_and_grows_from_there():
    """PET is linear in T + 5 but for latent heat; at -5 degC and below it is 0."""
    found = oudin(np.array([-20.0, -5.0, -4.0]), top=20.0)

    assert found[:2] == pytest.approx([0.0, 0.0], abs=0.0)
    assert found[2] == pytest.approx(20.0 * 1.0 / 100.0 / (2.501 + 0.002361 * 4.0))


def test_hamon_at_the_equator_of_a_freezing_day_is_a_millimetre():
    """Twelve hours and 0 degC: both factors are 1."""
    assert hamon(0.0, hours=12.0) == pytest.approx(1.0, rel=1e-15)


def test_hamon_doubles_every_sixteen_log_two_degrees():
    warm = hamon(10.0 + 16.0 * np.log(2.0), hours=9.0)

    assert warm == pytest.approx(2.0 * hamon(10.0, hours=9.0), rel=1e-14)


def test_priestley_taylor_is_penman_without_wind_but_for_its_coefficient():
    """At u2 = 0 Penman-Monteith is D Rn / (D + g) x 0.408, lambda 2.45 MJ/kg."""
    at = {"net": 12.0, "pressure": 90.0}
    still = penman_monteith(18.0, deficit=1.0, wind=0.0, **at)

    found = priestley_taylor(18.0, alpha=1.0, **at)

    latent = 2.501 - 0.002361 * 18.0
    assert found == pytest.approx(still / 0.408 / latent, rel=1e-13)


def test_priestley_taylor_is_not_negative_where_grass_loses_more_than_it_gets():
    assert priestley_taylor(-5.0, net=-2.0, pressure=90.0, alpha=1.26) == 0.0


@pytest.mark.parametrize("kind", [PetOudin, PetHamon, PetPriestleyTaylor])
def test_a_variant_writes_what_the_default_writes_and_more_on_sunny_slopes(kind):
    process, cells = kind(), varied_cells(40)
    cells["radiation_factor"] = np.linspace(0.5, 1.4, 40)
    cells["elevation"][:] = 1000.0

    made = process.step(see_of(process, cells, 7), step_of(7))

    assert kind.writes == PetHargreaves.writes
    found = made["potential_evapotranspiration"]
    assert (np.diff(found) > 0.0).all()
    assert 40.0 < found.mean() < 250.0


def test_a_run_takes_the_estimate_that_its_weather_allows():
    """Hargreaves by default, Oudin without daily extremes; others are asked for."""
    only = {"air_temperature", "precipitation"}
    extremes = only | {"air_temperature_min", "air_temperature_max"}
    bright = extremes | {"relative_humidity", "solar_radiation"}
    chosen = [
        next(name for name in first_set(known) if name.startswith("pet_"))
        for known in (only, extremes, bright, bright | {"wind_speed"})
    ]

    assert chosen == ["pet_oudin", "pet_hargreaves", "pet_hargreaves", "pet_fao56"]
