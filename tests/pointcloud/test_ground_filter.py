"""SMRF against the hand-labelled ISPRS samples, one default setting for all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from connectors.pointcloud.header import read_header
from connectors.pointcloud.reference_system import reference
from connectors.pointcloud.survey import (
    Cloud,
    _ground_points,
    _not_noise,
    _smrf_surface,
    bounds,
    points_of,
)
from twin.grid import Grid

SAMPLES = ("11", "12", "21", "22", "23", "31", "41", "52", "53")


def score(path: Path) -> dict[str, float]:
    """Type I, type II and total error and Cohen's kappa, percent; class 2 is ground."""
    header = read_header(path)
    cloud = Cloud(header, reference(header, None, None))
    west, south, east, north = bounds(cloud, "EPSG:32632")
    west, north = np.floor(west), np.ceil(north)
    shape = (int(north - np.floor(south)) + 1, int(np.ceil(east) - west) + 1)
    grid = Grid("EPSG:32632", "unknown", west, north, 1.0, shape)
    surface = _smrf_surface([cloud], grid, header.low[2])
    table = np.zeros((2, 2))
    for points in points_of(cloud, grid.crs):
        made = _ground_points(points, _not_noise(points), surface)
        np.add.at(table, ((points.kind == 2).astype(int), made.astype(int)), 1)
    n = table.sum()
    agree = np.trace(table) / n
    chance = (table.sum(axis=0) * table.sum(axis=1)).sum() / n**2
    return {
        "type I": 100 * table[1, 0] / table[1].sum(),
        "type II": 100 * table[0, 1] / table[0].sum(),
        "total": 100 * (1 - agree),
        "kappa": 100 * (agree - chance) / (1 - chance),
    }


@pytest.fixture(scope="module")
def scores(shared: Path) -> dict[str, dict[str, float]]:
    """Score every sample once."""
    home = shared / "data/pointcloud/isprs_filter_test"
    return {s: score(home / f"samp{s}-utm.laz") for s in SAMPLES}


def test_mean_kappa_of_one_setting(scores: dict[str, dict[str, float]]) -> None:
    """The settings are the defaults for every sample; below this they got worse."""
    for name, found in scores.items():
        print(name, " ".join(f"{k} {v:.2f}" for k, v in found.items()))
    mean = {k: np.mean([s[k] for s in scores.values()]) for k in scores["11"]}
    print("mean", mean)

    assert mean["kappa"] > 84.0
