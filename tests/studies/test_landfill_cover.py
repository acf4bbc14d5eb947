"""Soil water of landfill covers beside the bucket, as the page tells of it."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    """Functions of the study."""
    path = ROOT / "docs/studies/landfill_cover.py"
    return SimpleNamespace(**runpy.run_path(str(path)))


@pytest.fixture(scope="module")
def told(study, shared):
    """Everything the page tells, computed from the shared files."""
    return study.run(shared)


def test_the_numbers_of_the_page_are_those_of_the_files(study, told):
    """RMSE of the early and the late months, percent of volume, as printed."""
    page = {
        "soil_water, full at 33 kPa": (13.6, 9.6),
        "soil_water, full at 6 kPa": (6.2, 4.2),
        "soil_water_storms, full at 6 kPa": (3.8, 2.3),
        "soil_water in daily steps, fitted": (2.7, 2.0),
        "deficit of RothC, fitted": (2.0, 3.7),
        "early mean": (3.8, 4.2),
    }

    for name, printed in page.items():
        for within, rmse in zip((study.early, study.late), printed, strict=True):
            skill = study.Skill.of(told.models[name], told.seen, within)
            assert skill.rmse == pytest.approx(rmse, abs=0.05), name
    assert sum(map(study.early, told.seen)) == 12
    assert len(told.seen) == 20


def test_the_monthly_bucket_fails_and_storms_halve_its_error(study, told):
    """The page says so; should the process mend, the page must change."""
    sums = study.Skill.of(
        told.models["soil_water, full at 6 kPa"], told.seen, study.late
    )
    storms = study.Skill.of(
        told.models["soil_water_storms, full at 6 kPa"], told.seen, study.late
    )

    assert sums.nse < -2.0
    assert storms.rmse < 0.6 * sums.rmse
    assert abs(storms.bias) < 0.2


def test_storms_take_the_balance_to_that_of_daily_steps(told):
    """Evapotranspiration closes more than four fifths of the gap of month and day."""
    month, storms, day = (
        told.balances[name]["evapotranspiration"]
        for name in ("soil_water", "soil_water_storms", "soil_water in daily steps")
    )

    assert abs(storms - day) < 0.2 * abs(month - day)
    for balance in told.balances.values():
        out = sum(balance[k] for k in ("evapotranspiration", "runoff", "recharge"))
        assert abs(balance["precipitation"] - out) < 15.0  # what store and snow hold


def test_ice_and_water_beyond_the_pores_are_left_out(study, shared):
    """Sensors see no ice; E3 read more than its pores hold while the snow melted."""
    months = study.measured(shared)

    assert all(str(m)[5:] not in ("01", "02") for s in months.values() for m in s)
    assert max(v for s in months.values() for v in s.values()) <= study.POROSITY
