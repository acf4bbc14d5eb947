"""Indices from bands: what is refused, what no number is made of, what years share."""

from __future__ import annotations

import numpy as np
import pytest

from twin.errors import InputError, UnknownName
from twin.sensing.ecological_index import rsei
from twin.sensing.spectral import INDICES, index
from twin.sensing.tasselled_cap import COEFFICIENTS, tasselled_cap
from twin.warning.inverse_velocity import time_of_failure


def test_every_index_tells_its_source_and_its_bands():
    """Labels in both languages, and only bands that the register knows."""
    known = {"blue", "green", "red", "edge", "nir", "swir1", "swir2"}
    for told in INDICES.values():
        assert told.label
        assert told.label_zh
        assert told.source
        assert set(told.bands) <= known


def test_shadow_without_light_is_no_number():
    """0 / 0 has no greenness."""
    dark = {"nir": np.array([0.0, 0.4]), "red": np.array([0.0, 0.1])}

    made = index("NDVI")(dark)

    assert np.isnan(made[0])
    assert made[1] == pytest.approx(0.6)


def test_a_missing_band_and_an_unknown_index_are_named():
    with pytest.raises(InputError, match="EVI: needs nir, red, blue; without blue"):
        index("EVI")({"nir": np.ones(1), "red": np.ones(1)})
    with pytest.raises(UnknownName, match="did you mean"):
        index("NVDI")


@pytest.mark.parametrize("sensor", COEFFICIENTS)
def test_tasselled_cap_rows_are_a_turned_frame(sensor):
    """Rows have length one and stand upright on each other, to printed digits."""
    rows = COEFFICIENTS[sensor]

    assert rows @ rows.T == pytest.approx(np.eye(3), abs=0.02)
    with pytest.raises(UnknownName, match="sensor"):
        tasselled_cap({}, "landsat9")


def layers(seed: int, shift: float = 0.0) -> np.ndarray:
    """Green, wet ground beside dry, hot ground; ``shift`` makes all of it greener."""
    rng = np.random.default_rng(seed)
    good = rng.uniform(0.0, 0.8, (20, 30))
    noise = rng.normal(0.0, 0.05, (4, 20, 30))
    return np.stack([good + shift, good, 1.0 - good, 1.0 - good]) + noise


def test_years_are_comparable_by_the_scaling_of_one_of_them_only():
    """By its own bounds a greener year looks alike; by those of the first it rises."""
    first, later = layers(1), layers(1, shift=0.2)

    one = rsei(first)
    alone, compared = rsei(later), rsei(later, one.scaling)

    assert alone.values == pytest.approx(one.values)
    assert (compared.values > one.values).all()


def test_water_is_masked_and_a_flat_layer_is_refused():
    sea = layers(2)
    sea[1, :5] = np.nan

    made = rsei(sea)

    assert np.isnan(made.values[:5]).all()
    assert np.nanmax(made.grades) == 5.0
    sea[3] = 1.0
    with pytest.raises(InputError, match="heat is the same everywhere"):
        rsei(sea)


def test_no_time_is_told_without_acceleration_or_a_line():
    """Steady creep has none; scatter has none; four points are too few."""
    t = np.arange(20.0)
    rng = np.random.default_rng(3)

    assert time_of_failure(t, np.full(20, 2.0)) is None
    assert time_of_failure(t, rng.uniform(1.0, 9.0, 20)) is None
    with pytest.raises(InputError, match="5 at least"):
        time_of_failure(t[:4], np.ones(4))
