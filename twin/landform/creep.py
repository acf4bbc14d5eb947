"""Soil creep: what crosses the faces between cells in some years."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..numerics.compiled import compiled
from ..numerics.threads import side_by_side
from ..terrain.cells import INTERIOR, OUTSIDE, Flags

Raster = NDArray[np.float64]
COURANT = 0.8  # share of the longest stable step, dx2 / 4 D
BANDS = 8  # of rows that are worked side by side
LARGE = 65_536  # cells from which that pays


@dataclass(frozen=True)
class Faces:
    """Soil that crossed the faces of each cell, as height on one cell, m.

    east, south  (rows, columns), out of the cell through that face; negative: into it
    """

    east: Raster
    south: Raster

    def given(self) -> Raster:
        """Height (rows, columns) that each cell gave to its neighbours, m."""
        made = np.zeros(self.east.shape)
        _given(self.east, self.south, made)
        return made

    def limited(self, most: Raster) -> Faces:
        """Held back where a cell gives more than ``most`` (rows, columns), m."""
        given = self.given()
        share = np.where(given > most, most / np.where(given > 0.0, given, 1.0), 1.0)
        made = Faces(self.east.copy(), self.south.copy())
        _hold(made.east, made.south, share)
        return made

    def rise(self, flags: Flags) -> tuple[Raster, Raster]:
        """Change of height, and what outlets passed on out of the site, m."""
        change, gone = np.zeros(self.east.shape), np.zeros(self.east.shape)
        _settle(self.east, self.south, flags.reshape(change.shape), change, gone)
        return change, gone


def creep(
    z: Raster, flags: Flags, cell: float, diffusivity: float, years: float
) -> Faces:
    """Linear hillslope diffusion, q = -D grad z, explicit in stable sub-steps.

    z            (rows, columns), m
    flags        of ``cell_flags``: an outlet keeps what lies beyond it level with
                 itself: what comes to it goes out, what it gives lowers it
    cell         spacing, m;  diffusivity  D, m2 year-1
    →            what crossed the faces in ``years``

    Second order in space, first in time. Whole soil mantle in slow creep; not for
    slopes near failure. Culling 1960; Fernandes & Dietrich 1997.
    """
    return _crept(z, flags, cell, (diffusivity, np.inf, 0, 0.0), years)


def creep_to_failure(
    z: Raster, flags: Flags, cell: float, law: CreepLaw, years: float
) -> Faces:
    """Creep that grows without linear bound towards the slope of failure.

    q = -D grad z (1 + (S/Sc)^2 + ... + (S/Sc)^2k), S the slope across and along the
    face: the Taylor series of Roering et al. 1999 by Ganti et al. 2012. S/Sc counts up
    to ``law.steepest`` only: beyond it soil falls, and no series says how fast.

    Arguments and result as of ``creep``.
    """
    numbers = (law.diffusivity, law.critical, law.terms, law.steepest)
    return _crept(z, flags, cell, numbers, years)


@dataclass(frozen=True, slots=True)
class CreepLaw:
    """Numbers of nonlinear creep.

    diffusivity  D, m2 year-1;  critical  slope Sc, m/m
    terms        k, powers of (S/Sc)^2 beyond the linear one
    steepest     greatest S/Sc that counts
    """

    diffusivity: float
    critical: float
    terms: int = 2
    steepest: float = 1.5

    @property
    def growth(self) -> float:
        """Greatest d q / d S over D: what bounds the stable step."""
        powers = range(self.terms + 1)
        return float(sum((2 * k + 1) * self.steepest ** (2 * k) for k in powers))


def _crept(
    z: Raster, flags: Flags, cell: float, law: tuple[float, float, int, float],
    years: float,
) -> Faces:  # fmt: skip
    diffusivity, critical, terms, steepest = law
    if not (diffusivity >= 0.0 and years >= 0.0 and critical > 0.0):
        raise InputError(
            f"creep: diffusivity {diffusivity} m2/year, critical slope {critical} and "
            f"years {years} must not be negative; give a critical slope above 0"
        )
    growth = 1.0
    if terms > 0:
        growth = CreepLaw(diffusivity, critical, terms, steepest).growth
    stable = COURANT * cell * cell / (4.0 * growth * max(diffusivity, 1e-300))
    steps = max(int(np.ceil(years / stable)), 1)
    each = diffusivity * years / steps / (cell * cell)
    now, kind = np.array(z, dtype=np.float64), flags.reshape(z.shape)
    total = Faces(np.zeros(z.shape), np.zeros(z.shape))
    part = Faces(total.east, total.south)
    if steps > 1:
        part = Faces(np.zeros(z.shape), np.zeros(z.shape))
    gone = np.zeros(z.shape)
    parts = BANDS if z.size >= LARGE else 1
    ends = np.linspace(0, z.shape[0], parts + 1).astype(int)
    bands = [(int(a), int(b)) for a, b in pairwise(ends) if b > a]
    for _ in range(steps):
        if terms > 0:
            grade = (critical * cell, terms, steepest)
            jobs = [(now, kind, each, grade, (part.east, part.south), b) for b in bands]
            side_by_side(_taylor, jobs)
        else:
            args = [(now, kind, each, part.east, part.south, b) for b in bands]
            side_by_side(_linear, args)
        if steps > 1:
            total.east[...] += part.east
            total.south[...] += part.south
            _settle(part.east, part.south, kind, now, gone)
    return total


@compiled
def _linear(
    z: Raster, kind: Flags, each: float, east: Raster, south: Raster,
    band: tuple[int, int],
) -> None:  # fmt: skip
    """Set what crosses the faces of some rows; each = D dt / dx2."""
    rows, columns = z.shape
    for r in range(band[0], band[1]):
        for c in range(columns - 1):
            a, b = kind[r, c], kind[r, c + 1]
            open_face = (a != OUTSIDE) & (b != OUTSIDE) & ((a & b & 1) | (a != b))
            east[r, c] = each * (z[r, c] - z[r, c + 1]) if open_face else 0.0
        if r + 1 < rows:
            for c in range(columns):
                a, b = kind[r, c], kind[r + 1, c]
                open_face = (a != OUTSIDE) & (b != OUTSIDE) & ((a & b & 1) | (a != b))
                south[r, c] = each * (z[r, c] - z[r + 1, c]) if open_face else 0.0


@compiled
def _taylor(
    z: Raster, kind: Flags, each: float, grade: tuple[float, int, float],
    faces: tuple[Raster, Raster], band: tuple[int, int],
) -> None:  # fmt: skip
    """Set what crosses the faces of some rows.

    grade  critical fall over one cell, m; terms; greatest S/Sc
    """
    rows, columns = z.shape
    east, south = faces
    for r in range(band[0], band[1]):
        for c in range(columns):
            east[r, c] = south[r, c] = 0.0
            a = kind[r, c]
            if a == OUTSIDE:
                continue
            if c + 1 < columns and _open(a, kind[r, c + 1]):
                fall = z[r, c] - z[r, c + 1]
                side = _side(z, kind, r, c, 1, 0) + _side(z, kind, r, c + 1, 1, 0)
                east[r, c] = each * fall * _series(fall, 0.5 * side, grade)
            if r + 1 < rows and _open(a, kind[r + 1, c]):
                fall = z[r, c] - z[r + 1, c]
                side = _side(z, kind, r, c, 0, 1) + _side(z, kind, r + 1, c, 0, 1)
                south[r, c] = each * fall * _series(fall, 0.5 * side, grade)


@compiled
def _open(a: int, b: int) -> bool:
    """Soil crosses a face between ground cells unless both are outlets."""
    return a != OUTSIDE and b != OUTSIDE and (a == INTERIOR or b == INTERIOR)


@compiled
def _side(z: Raster, kind: Flags, r: int, c: int, down: int, right: int) -> float:
    """Fall per cell along the face: central, or one-sided at the edge of the ground."""
    rows, columns = z.shape
    before = r >= down and c >= right and kind[r - down, c - right] != OUTSIDE
    after = r + down < rows and c + right < columns
    after = after and kind[r + down, c + right] != OUTSIDE
    high = z[r - down, c - right] if before else z[r, c]
    low = z[r + down, c + right] if after else z[r, c]
    spacing = (1.0 if before else 0.0) + (1.0 if after else 0.0)
    return (high - low) / spacing if spacing > 0.0 else 0.0


@compiled
def _series(fall: float, side: float, grade: tuple[float, int, float]) -> float:
    """1 + x + x^2 + ... with x = (S/Sc)^2."""
    most = grade[2] * grade[2]
    x = min((fall * fall + side * side) / (grade[0] * grade[0]), most)
    total = 1.0
    for _ in range(grade[1]):
        total = 1.0 + x * total
    return total


@compiled
def _given(east: Raster, south: Raster, given: Raster) -> None:
    rows, columns = east.shape
    for r in range(rows):
        for c in range(columns):
            out = max(east[r, c], 0.0) + max(south[r, c], 0.0)
            if c > 0:
                out += max(-east[r, c - 1], 0.0)
            if r > 0:
                out += max(-south[r - 1, c], 0.0)
            given[r, c] = out


@compiled
def _hold(east: Raster, south: Raster, share: Raster) -> None:
    """Give each face the share of the cell that gives through it."""
    rows, columns = east.shape
    for r in range(rows):
        for c in range(columns):
            if east[r, c] != 0.0:
                east[r, c] *= share[r, c] if east[r, c] > 0.0 else share[r, c + 1]
            if south[r, c] != 0.0:
                south[r, c] *= share[r, c] if south[r, c] > 0.0 else share[r + 1, c]


@compiled
def _settle(east: Raster, south: Raster, kind: Flags, z: Raster, gone: Raster) -> None:
    """Add what came less what went; what comes to an outlet is gone."""
    rows, columns = z.shape
    for r in range(rows):
        for c in range(columns):
            e, s = east[r, c], south[r, c]
            w = -east[r, c - 1] if c > 0 else 0.0
            n = -south[r - 1, c] if r > 0 else 0.0
            if kind[r, c] == INTERIOR:
                z[r, c] -= (e + w) + (s + n)
            elif kind[r, c] != OUTSIDE:
                z[r, c] -= max(e, 0.0) + max(w, 0.0) + max(s, 0.0) + max(n, 0.0)
                came = min(e, 0.0) + min(w, 0.0) + min(s, 0.0) + min(n, 0.0)
                gone[r, c] -= came
