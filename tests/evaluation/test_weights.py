"""Weights and orders: limits, directions, contradictions."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.evaluation.weights import (
    ahp_weights,
    by_range,
    entropy_weights,
    topsis,
)
from twin.errors import InputError


def test_a_criterion_that_is_the_same_everywhere_gets_no_weight():
    """Full entropy tells nothing apart; zeros are allowed (p ln p = 0)."""
    matrix = np.array([[1.0, 5.0, 0.0], [3.0, 5.0, 2.0], [9.0, 5.0, 7.0]])

    weights = entropy_weights(matrix)

    assert weights[1] == 0.0
    assert weights.sum() == pytest.approx(1.0)
    with pytest.raises(InputError, match="no negative"):
        entropy_weights(-matrix)
    with pytest.raises(InputError, match="the same"):
        entropy_weights(np.ones((3, 2)))


def test_consistent_judgements_give_back_the_weights_they_were_made_of():
    """a[i, j] = w[i] / w[j] has the eigenvector w and no inconsistency."""
    w = np.array([0.5, 0.3, 0.2])

    weights, ratio = ahp_weights(w[:, None] / w[None, :])

    assert weights == pytest.approx(w)
    assert ratio == pytest.approx(0.0, abs=1e-12)


def test_contradicting_judgements_are_refused():
    """A over B, B over C, C over A."""
    circle = np.array([[1.0, 5.0, 1 / 5], [1 / 5, 1.0, 5.0], [5.0, 1 / 5, 1.0]])

    with pytest.raises(InputError, match="consistency ratio"):
        ahp_weights(circle)


def test_the_best_in_everything_is_first_whatever_the_direction():
    """Cost counts the other way round."""
    matrix = np.array([[9.0, 1.0], [5.0, 3.0], [1.0, 8.0]])

    order = topsis(by_range(matrix, np.array([1.0, -1.0])), np.array([0.5, 0.5]))

    assert order[0] == pytest.approx(1.0)
    assert order[2] == pytest.approx(0.0)
    assert order[1] == pytest.approx(order.mean(), abs=0.2)
