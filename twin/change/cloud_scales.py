"""How wide M3C2 must look on given clouds: from point density and roughness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Array = NDArray[np.float64]
ENOUGH: Final = 30  # points in a cylinder, on average; most then have the 20 needed
STEADY: Final = 25.0  # normal scale over roughness; normals then err by under 2 %
MOSTLY: Final = 0.75  # share of places where that has to hold
WIDEST: Final = 16.0  # projection scales; wider normals are not those of the ground
LADDER: Final = 2.0**0.5  # from one tried scale to the next
FEWEST: Final = 10  # points of a plane
DEEP: Final = 2.0  # projection scales that a cylinder reaches at least
MARGIN: Final = 1.5  # times the largest change of a coarse cell
LARGEST: Final = 0.999  # share of coarse cells that changed by no more
SPARSE: Final = 3.0  # mean spacings; side of the cells that are counted as covered
WHY: Final = "Lague, Brodu & Leroux 2013, ISPRS J. 82:10, sections 3.2 and 3.3"


@dataclass(frozen=True)
class Patch:
    """One patch of both clouds, (n, 3) and (m, 3), and places (k, 3) to look at."""

    earlier: Array
    later: Array
    places: Array


@dataclass(frozen=True, slots=True)
class Scales:
    """Proposed lengths, m, and what they rest on.

    normal, radius  radii of ball and cylinder: half of Lague et al.'s D and d
    depth      reach of the cylinder to either side
    density    points per m2 of plan of the sparser cloud
    roughness  of the earlier cloud about planes of the normal scale, upper quartile, m
    steady     share of the places where D is at least 25 times the roughness
    """

    normal: float
    radius: float
    depth: float
    density: float
    roughness: float
    steady: float


def propose(patches: Sequence[Patch]) -> Scales:
    """Choose the scales for two clouds, from patches of them.

    The projection scale d holds 30 points of the sparser cloud, for the normal
    distribution of the level of detection (section 3.3; at least 20 are asked for in
    3.2). The normal scale D is the least, from d on, that is 25 times the roughness
    about its own plane at three places of four (3.2: 20 to 25 times); where no D up to
    16 d is, the steadiest. Lague, Brodu & Leroux 2013, ISPRS J. 82:10; the figures are
    taken from others who quote them (unverified in the original). The depth is 2 d, to
    be made larger by ``deep_enough``.

    Raises InputError where no patch has both clouds.
    """
    both = [p for p in patches if len(p.earlier) and len(p.later)]
    found = [min(_density(p.earlier), _density(p.later)) for p in both]
    if not found:
        raise InputError(
            "M3C2: the clouds have no place in common; check that they overlap and are "
            "in one CRS"
        )
    density = float(np.median(found))
    radius = rounded_up(np.sqrt(ENOUGH / (np.pi * density)))
    normal, rough, steady = _normal(both, radius)
    return Scales(normal, radius, DEEP * 2.0 * radius, density, rough, steady)


def deep_enough(scales: Scales, change: Array) -> Scales:
    """Let the cylinder reach what changed most; no rule for it was published.

    change  differences of mean heights of coarse cells, m; NaN where one has none

    1.5 times the change that one cell of 1000 exceeds, and never less than it was: a
    cylinder too long meets the other side of a pit, one too short misses the ground.
    """
    known = np.abs(change[np.isfinite(change)])
    if not known.size:
        return scales
    far = MARGIN * float(np.quantile(known, LARGEST))
    return replace(scales, depth=rounded_up(max(scales.depth, far)))


def roughness(points: Array, places: Array, radius: float) -> Array:
    """Standard deviation (k,) about the plane of the points within ``radius``, m.

    NaN where fewer than ten points lie there.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(points)
    near: Any = tree.query_ball_point(places, radius)
    count = np.array([len(n) for n in near], dtype=np.int64)
    owner = np.repeat(np.arange(len(places)), count)
    index = np.concatenate([*map(np.asarray, near), np.zeros(0)]).astype(np.int64)
    local = points[index] - places[owner]
    n = np.maximum(count, 1)
    mean = _sums(owner, local, len(places)) / n[:, None]
    local = local - mean[owner]
    square = (local[:, :, None] * local[:, None, :]).reshape(-1, 9)
    covariance = (_sums(owner, square, len(places)) / n[:, None]).reshape(-1, 3, 3)
    least = np.linalg.eigvalsh(covariance)[:, 0]
    return np.where(count >= FEWEST, np.sqrt(np.maximum(least, 0.0)), np.nan)


def _sums(owner: NDArray[np.int64], values: Array, n: int) -> Array:
    columns = [np.bincount(owner, weights=v, minlength=n) for v in values.T]
    return np.stack(columns, axis=1)


def _density(points: Array) -> float:
    """Points per m2 of the plan that they cover."""
    span = np.maximum(np.ptp(points[:, :2], axis=0), 1e-3)
    cell = SPARSE * float(np.sqrt(span.prod() / len(points)))
    column, row = ((points[:, :2] - points[:, :2].min(axis=0)) / cell).astype(int).T
    covered = np.unique(row * (int(span[0] / cell) + 2) + column).size
    return len(points) / (covered * cell * cell)


def _normal(patches: Sequence[Patch], radius: float) -> tuple[float, float, float]:
    """Radius of the normals, roughness there, and share of places that are steady."""
    tried: list[tuple[float, float, float]] = []
    scale = 2.0 * radius
    while scale <= WIDEST * 2.0 * radius * 1.001:
        half = rounded_up(scale / 2.0)
        parts = [roughness(p.earlier, p.places, half) for p in patches]
        rough = np.concatenate(parts)
        rough = rough[np.isfinite(rough)]
        if rough.size:
            steady = float(np.mean(2.0 * half >= STEADY * rough))
            tried.append((half, float(np.quantile(rough, MOSTLY)), steady))
            if steady >= MOSTLY:
                return tried[-1]
        scale *= LADDER
    if not tried:
        raise InputError(
            f"M3C2: no place has {FEWEST} points within {WIDEST * radius:.3g} m; the "
            "cloud is too sparse for normals: state --normal, --radius and --depth"
        )
    return max(tried, key=lambda one: (one[0] / max(one[1], 1e-9), -one[0]))


def rounded_up(value: float) -> float:
    """Up to two digits; nobody wants a radius of 0.97720502 m."""
    digits = 1 - int(np.floor(np.log10(value)))
    return float(np.ceil(value * 10.0**digits - 1e-9) / 10.0**digits)
