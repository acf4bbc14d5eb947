"""RothC in dry climates: bare ground that dries out, moisture by water retention."""

from __future__ import annotations

import numpy as np
import pytest
from cells import see_of, step_of, varied_cells
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import DeclarationError
from twin.kernel.ordering import ordered
from twin.processes.rothc_dryland import (
    bare_limits,
    dry_modifier,
    dryland_limits,
    held_water,
    retention_parameters,
)
from twin.processes.soil_carbon import SoilCarbon
from twin.processes.soil_carbon_bare import SoilCarbonBare
from twin.processes.soil_carbon_dryland import SoilCarbonDryland


def test_a_moist_month_is_that_of_rothc_to_the_last_digits():
    """Without a deficit both variants have b = 1, so they decay as RothC-26.3 does."""
    cells = varied_cells(3000)
    cells["soil_moisture_deficit"][:] = 0.0
    cells["potential_evapotranspiration"][:] = 0.0
    plain = SoilCarbon()
    want = plain.step(see_of(plain, cells, 7), step_of(7))

    for kind in (SoilCarbonBare, SoilCarbonDryland):
        process = kind()
        made = process.step(see_of(process, cells, 7), step_of(7))
        for name, values in want.items():
            np.testing.assert_allclose(made[name], values, rtol=1e-12, atol=1e-15)


def test_bare_soil_of_a_rainless_summer_decays_at_the_least_rate():
    """RothC-26.3 stops at 0.556 of the deficit, b = 0.839; to -15 bar b is 0.2."""
    cells = varied_cells(50)
    cells["vegetation_cover"][:] = 0.0
    cells["soil_moisture_deficit"][:] = 0.0
    cells["potential_evapotranspiration"][:] = 500.0
    plain, bare = SoilCarbon(), SoilCarbonBare()

    standard = plain.step(see_of(plain, cells, 7), step_of(7))["decay_exposure"]
    dried = bare.step(see_of(bare, cells, 7), step_of(7))["decay_exposure"]

    b = 0.2 + 0.8 * (1.0 - 0.556) / (1.0 - 0.444)
    np.testing.assert_allclose(dried / standard, 0.2 / b, rtol=1e-12)


def test_under_plants_the_bare_variant_is_rothc():
    cells = varied_cells(500)
    cells["vegetation_cover"][:] = 1.0
    plain, bare = SoilCarbon(), SoilCarbonBare()

    for month in (4, 7):
        want = plain.step(see_of(plain, cells, month), step_of(month))
        made = bare.step(see_of(bare, cells, month), step_of(month))
        for name, values in want.items():
            np.testing.assert_allclose(made[name], values, rtol=1e-10, atol=1e-14)


@given(
    clay=st.floats(0.0, 100.0),
    silt=st.floats(0.0, 100.0),
    density=st.floats(0.0, 2.65),
    carbon=st.floats(0.0, 60.0),
)
def test_drier_always_means_a_greater_deficit(clay, silt, density, carbon):
    """Whatever soil is given, 0 > -1 bar > -15 bar > -1000 bar, within its pores."""
    soil = (np.array([v]) for v in (clay, silt, density, carbon))
    ends = dryland_limits(retention_parameters(*soil), depth=0.3)

    assert 0.0 > ends.moist[0] > ends.wilting[0] > ends.driest[0] > -200.0
    assert ends.bare[0] == ends.wilting[0]


def test_a_loam_holds_what_loams_hold():
    """Silt loam, 1.35 g/cm3: 40 to 52 % of pores, available water 12 to 30 %.

    Ranges for silt loam of Rawls et al. 1982, porosity 0.42 to 0.58 and water at -0.33
    and -15 bar 0.33 and 0.13; the curve is of other soils, so a band only.
    """
    soil = (np.array([v]) for v in (18.0, 55.0, 1.35, 0.6))
    parameters = retention_parameters(*soil)

    field, wilting = held_water(330.0, *parameters), held_water(15000.0, *parameters)
    assert 0.40 < parameters[0][0] < 0.52
    assert 0.12 < (field - wilting)[0] < 0.30


def test_the_modifier_is_whole_when_moist_and_never_below_its_least():
    ends = bare_limits(np.full(4, 20.0), depth=0.23)
    most = ends.wilting[0]
    deficit = np.array([0.0, 0.444 * most, most, 1.5 * most])

    found = dry_modifier(deficit, ends, least=0.1)

    assert found == pytest.approx([1.0, 1.0, 0.1, 0.1], abs=1e-15)


def test_two_soil_carbons_do_not_run_together():
    with pytest.raises(DeclarationError, match="instead of 'soil_carbon'"):
        ordered((SoilCarbon(), SoilCarbonDryland()))
