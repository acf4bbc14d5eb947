"""Functions of the landscape that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.landscape.habitat import Threat, habitat_quality
from twin.landscape.metrics import contagion, diversity, landscape
from twin.landscape.patches import patches

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]


def by_class(classes: Numbers, *, cell: float) -> Result:
    """Metrics of each class."""
    return landscape(classes.astype(np.int64), cell).by_class


def whole(classes: Numbers, *, cell: float) -> Result:
    """Metrics of the map; contagion and diversity by shares of sides too."""
    raster = classes.astype(np.int64)
    found = patches(raster)
    sides = found.pairs.sum(axis=1) / found.pairs.sum()
    told = dict(landscape(raster, cell).whole)
    told["contagion_by_sides"] = contagion(found, sides)
    told["diversity_by_sides"] = diversity(sides)
    return {name: np.array([value]) for name, value in told.items()}


def habitat() -> Result:
    """InVEST's presence and absence test: two classes, two strips of threats."""
    classes = np.ones((100, 100), dtype=np.int64)
    classes[50:] = 2
    first, second = np.zeros((2, 100, 100), dtype=np.bool_)
    first[20:80, 5:8] = True
    second[20:80, 10:13] = True
    access = np.where(classes == 1, 0.2, 1.0)
    made = habitat_quality(
        classes,
        {1: 1.0, 2: 0.5},
        [
            Threat(first, 40.0, 0.7, "linear", {1: 1.0, 2: 0.5}),
            Threat(second, 70.0, 1.0, "exponential", {1: 1.0, 2: 1.0}),
        ],
        cell=1.0,
        access=access,
    )
    return {
        "degradation": np.array([made.degradation.sum()]),
        "quality": np.array([made.quality.sum()]),
    }
