"""Landscape metrics and habitat against maps whose answers are plain."""

from __future__ import annotations

import numpy as np
import pytest

from twin.errors import InputError
from twin.landscape.habitat import Threat, habitat_quality
from twin.landscape.metrics import landscape


def test_a_square_of_forest_in_a_field():
    """4 x 4 of 10 x 10 cells of 10 m: one patch each, an edge of 160 m."""
    field = np.ones((10, 10), dtype=np.int64)
    field[3:7, 3:7] = 2

    told = landscape(field, 10.0)

    assert told.classes.tolist() == [1, 2]
    assert told.by_class["area"].tolist() == [0.84, 0.16]
    assert told.by_class["number"].tolist() == [1.0, 1.0]
    assert told.whole["edge"] == pytest.approx(160.0)
    assert told.by_class["shape"][1] == pytest.approx(1.0)
    assert told.whole["mesh"] == pytest.approx((0.84**2 + 0.16**2) / 1.0)
    shares = np.array([0.84, 0.16])
    assert told.whole["diversity"] == pytest.approx(-(shares * np.log(shares)).sum())


def test_patches_join_over_corners_and_the_outside_is_no_class():
    """Two cells corner to corner are one patch; class 0 counts nowhere."""
    field = np.array([[1, 2, 0], [2, 1, 0], [2, 2, 0]])

    told = landscape(field, 100.0)

    assert told.by_class["number"].tolist() == [1.0, 1.0]
    assert told.whole["area"] == pytest.approx(6.0)
    with pytest.raises(InputError, match="no class"):
        landscape(np.zeros((3, 3), dtype=np.int64), 10.0)


def test_one_class_is_wholly_contagious_and_a_board_is_not():
    board = (np.indices((8, 8)).sum(axis=0) % 2) + 1

    assert landscape(np.ones((5, 5), dtype=np.int64), 1.0).whole["contagion"] == 100.0
    assert landscape(board, 1.0).whole["contagion"] == pytest.approx(50.0, abs=1.0)


def test_habitat_far_from_a_threat_keeps_its_suitability_and_at_it_loses_most():
    """k = 0.5: where D = 1, Q = H (1 - 1 / (1 + 0.5^2.5)) = 0.150 H."""
    classes = np.ones((1, 200), dtype=np.int64)
    road = np.zeros((1, 200), dtype=np.bool_)
    road[0, 0] = True

    made = habitat_quality(
        classes, {1: 0.8}, [Threat(road, 50.0, 1.0, "linear", {1: 1.0})], cell=1.0
    )

    assert made.quality[0, 0] == pytest.approx(0.8 * (1 - 1 / (1 + 0.5**2.5)))
    assert (made.quality[0, 50:] == 0.8).all()
    assert (np.diff(made.quality[0]) >= 0.0).all()
    assert made.degradation[0, 25] == pytest.approx(0.5)


def test_no_threat_is_no_question():
    with pytest.raises(InputError, match="at least one threat"):
        habitat_quality(np.ones((2, 2), dtype=np.int64), {1: 1.0}, [], cell=1.0)
