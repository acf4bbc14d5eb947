"""The table of plant types: complete, ordered, within range; draws of its priors."""

from __future__ import annotations

import shutil
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from twin.errors import DeclarationError
from twin.processes.plant_table import FOLDER, read_parameters, read_values
from twin.processes.plant_types import (
    DEFAULT_TYPES,
    METAL_LIMITS,
    PARAMETERS,
    PLANT_TYPES,
    PlantType,
)
from twin.soil.constituents import METALS

KEYS = tuple(PARAMETERS)


def test_types_keep_the_values_they_had_before_they_were_a_table():
    """Values of the first version, typed from its Python; the table changes no bit."""
    then = {
        ("robinia", "asymptote"): 150.0,
        ("robinia", "root_share"): 0.207,
        ("pine", "shape"): 1.9,
        ("pine", "root_share"): 0.2006,
        ("seabuckthorn", "mortality"): 0.03,
        ("caragana", "foliage_young"): 0.45,
        ("alfalfa", "asymptote"): 21.8,
        ("alfalfa", "dpm_rpm"): 1.44,
        ("grass", "root_reach"): 0.952,
        ("grass", "recruitment"): 0.25,
        ("pioneer", "spread"): 0.02,
        ("pioneer", "leaf_area"): 24.0,
    }

    now = {key: getattr(PLANT_TYPES[key[0]], key[1]).value for key in then}

    assert now == then
    assert tuple(PLANT_TYPES)[: len(DEFAULT_TYPES)] == DEFAULT_TYPES


def test_every_parameter_of_the_code_stands_in_the_table_and_no_other():
    told = {f.name for f in fields(PlantType)}

    assert told == {*KEYS, "name", "label", "label_zh", "form", "species"}
    assert set(METAL_LIMITS) == set(METALS)


@pytest.mark.parametrize("name", PLANT_TYPES)
def test_a_type_tolerates_less_than_it_likes(name):
    plant = PLANT_TYPES[name]

    edges = [getattr(plant, f"ph_{key}").value for key in ("least", "low", "high")]

    assert edges == sorted(edges)
    assert plant.ph_high.value < plant.ph_most.value


@pytest.mark.parametrize("key", KEYS)
def test_draws_lie_around_the_value_within_the_interval_that_is_told(key):
    """Half of a prior lies below its median, 95 % between low and high.

    2000 draws: three standard errors are 0.034 of the half and 0.015 of the 95 %.
    """
    for plant in PLANT_TYPES.values():
        known = getattr(plant, key)
        drawn = known.draw(2000, np.random.default_rng(8))
        if known.low == known.high:
            assert (drawn == known.value).all()
            continue
        assert abs((drawn < known.value).mean() - 0.5) < 0.034
        inside = (drawn > known.low) & (drawn < known.high)
        assert abs(inside.mean() - 0.95) < 0.03  # low and high are rounded


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("robinia,asymptote,150.0", "robinia,asymptote,9e9", "within 0 to 2000"),
        ("robinia,rate", "robinia,asymptote", "has 'asymptote' already"),
        ("robinia,rate", "robinia,pace", "'pace' is not in parameters.csv"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(tmp_path: Path, old, new, told):
    shutil.copytree(FOLDER, tmp_path / "table")
    file = tmp_path / "table" / "values.csv"
    text = file.read_text("utf-8")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(DeclarationError, match=told) as refused:
        read_values(read_parameters(), tmp_path / "table")

    assert "values.csv, row" in str(refused.value)
