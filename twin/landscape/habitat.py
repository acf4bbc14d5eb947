"""Habitat quality: suitability of each class, lessened by threats around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from ..errors import InputError
from ..process import Array
from .patches import Classes

STEEPNESS = 2.5  # z of the quality curve; InVEST
FADED = 2.99  # of exponential decay at the greatest distance: 5 % are left; InVEST


@dataclass(frozen=True)
class Threat:
    """Something that harms habitat.

    where     cells (rows, columns) where it is
    reach     greatest distance of its effect, m
    weight    among the threats, 1
    decay     with distance: linear to 0, or exponential to 5 %
    harm      class -> sensitivity of the class to it, 0 to 1
    """

    where: NDArray[np.bool_]
    reach: float
    weight: float
    decay: Literal["linear", "exponential"]
    harm: Mapping[int, float]


@dataclass(frozen=True)
class Habitat:
    """Quality and degradation of each cell, (rows, columns), 0 to 1."""

    quality: Array
    degradation: Array


def habitat_quality(
    classes: Classes,
    suitability: Mapping[int, float],
    threats: Sequence[Threat],
    *,
    cell: float,
    half: float = 0.5,
    access: Array | float = 1.0,
) -> Habitat:
    """Q = H (1 - D^z / (D^z + k^z)), D = sum of weight x decay x access x harm.

    suitability  class -> habitat H, 0 to 1
    half         k, degradation that halves quality; a comparison, not an absolute
    access       1 where threats reach freely, less where land is protected

    Sharp et al., InVEST habitat quality; the nearest cell of a threat counts.
    """
    total = sum(threat.weight for threat in threats)
    if not total > 0.0:
        raise InputError("habitat quality: name at least one threat with a weight")
    harm = np.zeros(classes.shape)
    for threat in threats:
        share = threat.weight / total
        felt = _of_class(classes, threat.harm)
        harm += share * _reached(threat, cell) * access * felt
    suited = _of_class(classes, suitability)
    power = harm**STEEPNESS
    quality = suited * (1.0 - power / (power + half**STEEPNESS))
    return Habitat(quality, harm)


def _reached(threat: Threat, cell: float) -> Array:
    """Effect at each cell by the distance to the nearest cell of the threat."""
    if not threat.where.any():
        return np.zeros(threat.where.shape)
    away = distance_transform_edt(~threat.where) * cell
    if threat.decay == "linear":
        return np.maximum(1.0 - away / threat.reach, 0.0)
    faded: Array = np.exp(-FADED * away / threat.reach)
    return np.where(away <= threat.reach, faded, 0.0)


def _of_class(classes: Classes, table: Mapping[int, float]) -> Array:
    """Value of each cell by its class; classes that are not listed get 0."""
    made = np.zeros(classes.shape)
    for value, amount in table.items():
        made[classes == value] = amount
    return made
