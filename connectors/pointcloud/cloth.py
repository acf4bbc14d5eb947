"""Cloth simulation filter for ground (Zhang et al. 2016, Remote Sensing 8, 501).

The cloud is turned upside down and a cloth of particles falls on it: it lies on what
was ground and, being stiff, spans the hollows that buildings and plants have become.
Where it lies, there is ground. Heights move only up and down, so a particle is a cell.

Compared with the authors' program: a cell's lowest point stands for its nearest one,
and the last step (settling on slopes) goes over all particles, not only groups above
50. Particles are visited stripe by stripe in a fixed order: any number of threads gives
the same cloth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.numerics.threads import side_by_side
from twin.terrain.cells import at

from .morphology import filled_nearest, grown, sound, through

Cells = NDArray[np.float64]
Mask = NDArray[np.bool_]

GRAVITY = 0.2  # m per (unit of the model's time)2; the paper's, not the Earth's
DAMPING = 0.01  # share of its speed that a particle loses in a step
AT_REST = 0.005  # m; the cloth lies still when no particle moves further
ABOVE = 0.05  # m, of the cloth over the highest (upside down) point at first
SETTLE = 0.3  # m, closer to its point on a slope a particle is let down onto it
SLACK = 0.3  # share of a difference in height that one pull evens out
STRIPE = 64  # rows; above 4, so that stripes of one parity never touch
# neighbours at one and two cells, half of the plane: the others pull from their side
PULLS = ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0), (2, 2), (2, -2))


@dataclass(frozen=True, slots=True)
class Cloth:
    """Settings; one default for all sites.

    ``Cloth(passes=0, scalar=0.0)`` is the filter as published. By itself it loses
    slopes: a stiff cloth bridges what is hollow upside down.

    cell        m between particles
    rigidness   pulls in each step: 1 steep and fine, 2 relief and terraces, 3 flat
    time_step   of the model's time
    steps       at most
    threshold   m, a point this close to the cloth is ground
    scalar      m of further tolerance per unit of slope; the paper has none
    reach, fit, steepest, passes  of the ground that grows back, as in ``Smrf``
    """

    cell: float = 1.0
    rigidness: int = 1
    time_step: float = 0.65
    steps: int = 500
    threshold: float = 0.5
    scalar: float = 1.25
    reach: float = 6.0
    fit: float = 0.4
    steepest: float = 1.0
    passes: int = 10


def cloth_surface(low: Cells, settings: Cloth) -> Cells:
    """Heights of the cloth, the right way up, from lowest heights with holes (NaN).

    low  (rows, columns), m
    """
    if not np.isfinite(low).any():
        return low.copy()
    hard = np.ascontiguousarray(-filled_nearest(sound(low)))
    cloth, free = _fallen(hard, settings)
    _settle(cloth, free, hard, np.flatnonzero(~free))
    return -cloth


def ground_surface(low: Cells, settings: Cloth) -> Cells:
    """Ground heights everywhere: the cloth, and what grows from where it lies.

    The cloth of the paper where ``passes`` is 0.
    """
    cloth = cloth_surface(low, settings)
    z = sound(low)
    bare = np.isfinite(z) & (np.abs(z - cloth) <= settings.threshold)
    if settings.passes == 0 or not bare.any():
        return cloth
    return through(z, grown(z, bare, settings))


def _fallen(hard: Cells, settings: Cloth) -> tuple[Cells, Mask]:
    """Let the cloth fall until it rests; its heights and which particles still hang."""
    cloth = np.full(hard.shape, hard.max() + ABOVE)
    before, free = cloth.copy(), np.ones(hard.shape, dtype=np.bool_)
    fall = GRAVITY * settings.time_step**4  # force and step both bear the square
    pull_free = 0.5 * (1.0 - (1.0 - 2.0 * SLACK) ** settings.rigidness)
    pull_held = 1.0 - (1.0 - SLACK) ** settings.rigidness
    pulls, strength = np.array(PULLS), np.array([pull_free, pull_held])
    starts = range(0, hard.shape[0], STRIPE)
    stripes = [np.array([a, min(a + STRIPE, hard.shape[0])]) for a in starts]
    for _ in range(settings.steps):
        _fall(cloth, before, free, fall)
        for parity in (0, 1):
            jobs = [(cloth, free, pulls, strength, s) for s in stripes[parity::2]]
            side_by_side(_pull, jobs)
        if _collide(cloth, before, free, hard) < AT_REST:
            break
    return cloth, free


@njit(cache=True, nogil=True, error_model="numpy")
def _fall(cloth: Any, before: Any, free: Any, fall: float) -> None:
    """Verlet step of the particles that hang; they fall by their last move and more."""
    rows, columns = cloth.shape
    for i in range(rows):
        for j in range(columns):
            z = cloth[at(i), at(j)]
            moved = (z - before[at(i), at(j)]) * (1.0 - DAMPING) - fall
            before[at(i), at(j)] = z
            cloth[at(i), at(j)] = z + (moved if free[at(i), at(j)] else 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _pull(cloth: Any, free: Any, pulls: Any, strength: Any, stripe: Any) -> None:
    """Particles of a stripe and their neighbours pull each other to one height."""
    rows, columns = cloth.shape
    for i in range(stripe[0], stripe[1]):
        for j in range(columns):
            own = free[at(i), at(j)]
            for k in range(pulls.shape[0]):
                a, b = i + pulls[k, 0], j + pulls[k, 1]
                if a >= rows or b < 0 or b >= columns:
                    continue
                other = free[at(a), at(b)]
                if not (own or other):
                    continue
                apart = cloth[at(a), at(b)] - cloth[at(i), at(j)]
                move = apart * (strength[0] if own and other else strength[1])
                if own:
                    cloth[at(i), at(j)] += move
                if other:
                    cloth[at(a), at(b)] -= move


@njit(cache=True, nogil=True, error_model="numpy")
def _collide(cloth: Any, before: Any, free: Any, hard: Any) -> float:
    """Hold the particles that met their point; the furthest move of the others, m."""
    rows, columns = cloth.shape
    furthest = 0.0
    for i in range(rows):
        for j in range(columns):
            if not free[at(i), at(j)]:
                continue
            moved = abs(cloth[at(i), at(j)] - before[at(i), at(j)])
            furthest = max(furthest, moved)
            if cloth[at(i), at(j)] < hard[at(i), at(j)]:
                cloth[at(i), at(j)] = hard[at(i), at(j)]
                free[at(i), at(j)] = False
    return furthest


@njit(cache=True, nogil=True)
def _settle(cloth: Any, free: Any, hard: Any, held: Any) -> None:
    """Let particles down that hang closely over a slope, beginning beside held ones."""
    rows, columns = cloth.shape
    queue = np.zeros(cloth.size, dtype=np.int64)
    queue[: held.size] = held
    head, tail = 0, held.size
    while head < tail:
        i, j = queue[head] // columns, queue[head] % columns
        head += 1
        for step in range(4):
            a = i + (step == 0) - (step == 1)
            b = j + (step == 2) - (step == 3)
            if a < 0 or a >= rows or b < 0 or b >= columns or not free[a, b]:
                continue
            near = abs(hard[a, b] - hard[i, j]) < SETTLE
            if near and abs(cloth[a, b] - hard[a, b]) < SETTLE:
                cloth[a, b] = hard[a, b]
                free[a, b] = False
                queue[tail] = a * columns + b
                tail += 1
