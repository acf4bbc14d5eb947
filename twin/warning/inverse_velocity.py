"""Time of failure from the inverse of velocity, a straight line before the end."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InputError
from ..process import Array

FEWEST = 5  # points of a line that means anything
LEAST_FIT = 0.9  # R2 below which no time is told


@dataclass(frozen=True, slots=True)
class Failure:
    """When the line meets zero, in the unit of the times; ``fit`` is its R2."""

    time: float
    fit: float


def time_of_failure(times: Array, velocity: Array) -> Failure | None:
    """Intercept of 1/v with zero, by least squares over accelerating points.

    times, velocity  (n,), n at least 5, velocity above 0
    →                None where velocity does not rise or R2 is below 0.9

    Exact for Voight's exponent 2 only; below it the line bends and the time told is too
    early, above it too late. Fukuzono 1985; Voight 1988.
    """
    if times.size < FEWEST:
        raise InputError(
            f"inverse velocity: {times.size} points; a line wants {FEWEST} at least"
        )
    if not (velocity > 0.0).all():
        raise InputError("inverse velocity: a velocity is 0 or below; leave it out")
    inverse = 1.0 / velocity
    middle, level = times.mean(), inverse.mean()
    slope = ((times - middle) * (inverse - level)).sum() / ((times - middle) ** 2).sum()
    if slope >= 0.0:
        return None
    rest = inverse - level - slope * (times - middle)
    fit = 1.0 - (rest**2).sum() / ((inverse - level) ** 2).sum()
    if fit < LEAST_FIT:
        return None
    return Failure(float(middle - level / slope), float(fit))
