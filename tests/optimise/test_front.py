"""Fronts of the search: their measures, their seeds and their limits."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from scenarios.optimise.front import Problem, search
from scenarios.optimise.quality import hypervolume, inverted_distance
from scenarios.reference.runner import SHIPPED, run_case
from twin.errors import BadScenario, MissingExtra


def parabolas() -> Problem:
    """Distance squared from 0 and from 2: whatever lies between is on the front."""
    return Problem(
        np.array([-5.0]),
        np.array([5.0]),
        lambda x: np.hstack([x**2, (x - 2.0) ** 2]),
        count=2,
    )


def test_the_area_beaten_is_that_of_the_steps():
    """By hand: 3 x 1 + 2 x 1 + 1 x 1 below (4, 4) and nothing for points beyond."""
    aims = np.array([[3.0, 1.0], [1.0, 3.0], [2.0, 2.0], [2.5, 2.5], [9.0, 0.0]])

    assert hypervolume(aims, np.array([4.0, 4.0])) == 6.0
    assert hypervolume(aims[-1:], np.array([4.0, 4.0])) == 0.0


def test_the_distance_is_the_mean_over_the_true_points():
    """By hand: 0, 1 and 5 (of 3, 4)."""
    true = np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 4.0]])

    assert inverted_distance(np.array([[0.0, 0.0]]), true) == pytest.approx(2.0)


def test_the_front_of_two_parabolas_is_what_lies_between():
    """Schaffer 1985: sqrt(f1) + sqrt(f2) = 2 on the front."""
    found = search(parabolas(), population=40, generations=60, seed=5)

    assert found.decisions.min() > -0.01
    assert found.decisions.max() < 2.01
    assert np.sqrt(found.aims).sum(axis=1) == pytest.approx(2.0, abs=0.02)
    assert (np.diff(found.aims[:, 0]) >= 0.0).all()


def test_the_same_seed_gives_the_same_front():
    first, again = (
        search(parabolas(), population=20, generations=10, seed=3) for _ in range(2)
    )

    assert np.array_equal(first.decisions, again.decisions)


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [([0.0, 1.0], [1.0, 1.0], "decision 2"), ([0.0], [1.0, 2.0], "shapes")],
)
def test_limits_that_hold_nothing_are_refused(lower, upper, said):
    with pytest.raises(BadScenario, match=said):
        Problem(np.array(lower), np.array(upper), lambda x: x, count=1)


def test_without_the_library_the_case_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymoo.optimize", None)

    with pytest.raises(MissingExtra, match=r"minetwin\[plans\]"):
        search(parabolas(), population=4, generations=1, seed=1)
    outcome = run_case(SHIPPED / "nsga2-zdt.yaml")

    assert outcome.passed
    assert "NOT RUN nsga2-zdt" in str(outcome)
    assert "minetwin[plans]" in str(outcome)
