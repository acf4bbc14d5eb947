"""Published ages of restored ground, beside the ensemble that the page tells of."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The study with a quarter of the page's members."""
    made = runpy.run_path(str(ROOT / "docs" / "studies" / "chronosequence.py"))
    return made["run"](tmp_path_factory.mktemp("places"), 100)


def test_four_in_five_published_points_lie_in_the_band_of_90_percent(study):
    """Points that were not used to calibrate; and, trivially, those that were."""
    assert len(study.test) == 8
    assert study.covered >= 0.8
    assert all(told.inside for told in study.calibration)


def test_growth_of_dumps_is_near_what_the_literature_gives(study):
    """0.5 to 0.7 of native on raw dumps: the calibrated median lies there."""
    low, high = study.growth

    assert 0.5 < (low * high) ** 0.5 < 0.7


def test_the_bands_are_told_as_wide_as_they_are(study):
    """A band that held everything would prove nothing: none is over four medians."""
    for told in (*study.calibration, *study.test):
        assert told.high - told.low < 4.0 * told.middle
