"""The search for the best plans on problems whose answer is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ..optimise.front import Problem, search
from ..optimise.quality import hypervolume, inverted_distance

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]
DECISIONS, POINTS, FINE = 30, 100, 1_000_001
REFERENCE = np.array([1.1, 1.1])


def _second(number: int) -> Callable[[Numbers, Numbers], Numbers]:
    """Shape h of ZDT1 to ZDT3, by f1 and g."""
    return {
        1: lambda f, g: 1.0 - np.sqrt(f / g),
        2: lambda f, g: 1.0 - np.square(f / g),
        3: lambda f, g: 1.0 - np.sqrt(f / g) - f / g * np.sin(10.0 * np.pi * f),
    }[number]


def zdt(number: int) -> Problem:
    """ZDT1, ZDT2 or ZDT3 with 30 decisions between 0 and 1.

    Zitzler, Deb & Thiele 2000, Evolutionary Computation 8:173.
    """
    shape = _second(number)

    def aims(x: Numbers) -> Numbers:
        f, g = x[:, 0], 1.0 + 9.0 * x[:, 1:].mean(axis=1)
        return np.stack([f, g * shape(f, g)], axis=1)

    return Problem(np.zeros(DECISIONS), np.ones(DECISIONS), aims, count=2)


def true_front(number: int) -> Numbers:
    """Points that nothing beats, g = 1, evenly by f1 in each piece, (100, 2)."""
    shape, dense = _second(number), np.linspace(0.0, 1.0, FINE)
    height = shape(dense, np.ones_like(dense))
    before = np.concatenate(([np.inf], np.minimum.accumulate(height)[:-1]))
    best = np.flatnonzero(height < before)
    pieces = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    f = np.concatenate(
        [np.linspace(dense[p[0]], dense[p[-1]], POINTS // len(pieces)) for p in pieces]
    )
    return np.stack([f, shape(f, np.ones_like(f))], axis=1)


def zdt_front(problem: Numbers, seed: Numbers) -> Result:
    """Hypervolume and inverted distance of the front after 250 generations of 100."""
    made = []
    for number, start in zip(problem.astype(int), seed.astype(int), strict=True):
        found = search(
            zdt(int(number)), population=100, generations=250, seed=int(start)
        ).aims
        far = inverted_distance(found, true_front(int(number)))
        made.append((hypervolume(found, REFERENCE), far))
    table = np.array(made)
    return {"hypervolume": table[:, 0], "distance": table[:, 1]}
