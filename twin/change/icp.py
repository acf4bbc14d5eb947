"""How far a cloud has to be moved and turned so that unchanged ground coincides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .icp_error import move_covariance
from .icp_start import FEWEST, ROUNDS, Ground, aligned, caught, rounded, thinned
from .robust_spread import middle, nmad, rms

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
REACH: Final = 4.0  # voxels within which the last search looks for a partner
SETTLED: Final = 0.1  # standard errors; a smaller step ends the search
FINEST: Final = 1e-6  # m at the edge of the cloud; below it all is rounding
NUDGE: Final = 0.02  # voxels, of the moves that tell how firmly the clouds sit
WEAKEST: Final = 0.01  # least rms slope, m/m, in which ground must differ from a plane


@dataclass(frozen=True, slots=True)
class IcpRules:
    """How clouds are brought together.

    voxel        m; both clouds are thinned to one mean point per voxel
    reach        m; the furthest that the clouds may be apart at the start
    least_overlap  share of the moving points that must find ground beside them
    clip         NMADs beyond which ground counts as changed
    threads      of the searches
    """

    voxel: float = 1.0
    reach: float = 10.0
    least_overlap: float = 0.3
    clip: float = 3.0
    threads: int = 2


@dataclass(frozen=True)
class Registration:
    """Rigid move of the moving cloud, its errors and what it left.

    moved = origin + R (point - origin) + shift

    matrix        (4, 4) about ``origin``: R and shift
    origin        (3,) amid the moving cloud; a turn of millions of metres loses mm
    shift         (3,) of the origin, m
    rotation_deg  (3,) about the east, north and up axis (rotation vector)
    covariance    (6, 6) of the turn, radians, and of the shift, m
    rmse, nmad    m, of moved stable points to the planes of the fixed cloud
    fitness       share of the moving points that have fixed ground beside them
    stable        share of these that was taken as unchanged
    pairs         points that took part
    rounds        of the search; 40 where partners kept changing by less than an error
    """

    matrix: Array = field(repr=False)
    origin: Array
    shift: Array
    rotation_deg: Array
    covariance: Array = field(repr=False)
    rmse: float
    nmad: float
    fitness: float
    stable: float
    pairs: int
    rounds: int

    @property
    def shift_error(self) -> Array:
        """Standard errors (3,) of the shift, m."""
        found: Array = np.sqrt(np.diag(self.covariance)[3:])
        return found

    @property
    def rotation_error_deg(self) -> Array:
        """Standard errors (3,) of the rotation, degrees."""
        return np.degrees(np.sqrt(np.diag(self.covariance)[:3]))

    def apply(self, points: Array) -> Array:
        """Move (n, 3) points."""
        local = points - self.origin
        moved: Array = local @ self.matrix[:3, :3].T + (self.shift + self.origin)
        return moved

    def error_along(self, places: Array, directions: Array) -> Array:
        """Standard errors (n,) of moved places (n, 3) along unit vectors (n, 3), m.

        It grows with the distance from the origin, for a turn is not sure either.
        """
        arm = np.cross(places - self.origin, directions)
        rows = np.concatenate([arm, directions], axis=1)
        found: Array = np.sqrt(np.einsum("ij,jk,ik->i", rows, self.covariance, rows))
        return found


@dataclass(frozen=True)
class _Pairs:
    """Moved points (n, 3), normals beside them, distances r (n,), the unchanged."""

    q: Array
    normal: Array
    r: Array
    kept: Mask
    fitness: float


def register(
    fixed: Array,
    moving: Array,
    rules: IcpRules | None = None,
    *,
    mask: Mask | None = None,
    polygon: Array | None = None,
) -> Registration:
    """Bring a moving cloud (n, 3) onto a fixed one (m, 3) by unchanged ground.

    mask     (n,) True where a moving point is known to be on stable ground
    polygon  (k, 2) corners around stable ground in the fixed cloud's coordinates

    First generalised ICP (Segal et al. 2009, RSS V) from coarse to fine, then least
    squares of point-to-plane distances, each round with what lies within ``rules.clip``
    NMADs: ground that changed falls out by itself while it is less than half. Chen &
    Medioni 1992, Image Vision Comput. 10:145.

    The covariance is that of ``icp_error``: on four kinds of synthetic ground with
    known moves 89 to 92 % of the 90 % intervals held the truth (docs/how-to, Compare
    two clouds). It knows nothing of an error that all of a cloud has in common.

    Raises InputError for clouds that are empty or hold no numbers, that overlap too
    little, or whose ground is too flat to tell a shift in plan.
    """
    rules = rules or IcpRules()
    fixed, moving = _cloud(fixed, "fixed"), _cloud(moving, "moving")
    moving = moving[_stable(moving, mask, polygon)]
    _enough(len(moving), "stable points of the moving cloud")
    origin = np.round(np.median(moving, axis=0), 1)
    near = _beside(fixed, moving, rules.reach)
    _enough(int(near.sum()), "points of the fixed cloud beside the moving one")
    fixed, moving = fixed[near] - origin, moving - origin
    ground = thinned(fixed, rules.voxel, rules.threads)
    source = thinned(moving, rules.voxel, rules.threads)
    _enough(min(len(source.points), len(ground.points)), "thinned points")
    start = caught(
        ground.points,
        source.points,
        voxel=rules.voxel,
        reach=rules.reach,
        threads=rules.threads,
    )
    start = aligned(ground, source, start, REACH * rules.voxel, rules.threads)
    return _polished(ground, source, rounded(start), origin, rules)


def _cloud(points: Array, name: str) -> Array:
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise InputError(
            f"ICP: {name} cloud of shape {points.shape}; give (n, 3): east, north, up"
        )
    bad = int(np.count_nonzero(~np.isfinite(points).all(axis=1)))
    if bad:
        raise InputError(
            f"ICP: {bad} of {len(points)} points of the {name} cloud hold NaN or "
            "infinity; leave them out first"
        )
    _enough(len(points), f"points of the {name} cloud")
    return points


def _enough(count: int, what: str) -> None:
    if count < FEWEST:
        raise InputError(
            f"ICP: {count} {what} are too few, {FEWEST} are needed; check that the "
            "clouds overlap and are in one CRS, or take a finer voxel"
        )


def _stable(moving: Array, mask: Mask | None, polygon: Array | None) -> Mask:
    kept = np.ones(len(moving), dtype=np.bool_)
    if mask is not None:
        if mask.shape != kept.shape:
            raise InputError(
                f"ICP: the mask is {mask.shape}, the moving cloud has {len(moving)} "
                "points; give one value per point"
            )
        kept &= mask
    if polygon is not None:
        import shapely

        shape = shapely.Polygon(polygon)
        shapely.prepare(shape)
        kept &= shapely.contains_xy(shape, moving[:, 0], moving[:, 1])
    return kept


def _beside(fixed: Array, moving: Array, reach: float) -> Mask:
    low, high = moving.min(axis=0) - reach, moving.max(axis=0) + reach
    near = np.ones(len(fixed), dtype=np.bool_)
    for axis in range(3):
        near &= (fixed[:, axis] >= low[axis]) & (fixed[:, axis] <= high[axis])
    return near


def _polished(
    ground: Ground, source: Ground, start: Array, origin: Array, rules: IcpRules
) -> Registration:
    """Gauss-Newton of point-to-plane distances on what did not change."""
    matrix = start
    size = float(np.abs(source.points[:, :2]).max())
    rounds = 0
    while rounds < ROUNDS:
        rounds += 1
        pairs = _pairs(ground, source, matrix, rules)
        x = _design(pairs, size)
        solved = np.linalg.lstsq(x, pairs.r[pairs.kept], rcond=None)
        step = solved[0].astype(np.float64)
        matrix = _stepped(matrix, step, size)
        if (np.abs(step) < np.maximum(SETTLED * _plain_error(x, pairs), FINEST)).all():
            break
    pairs = _pairs(ground, source, matrix, rules)
    x, left = _design(pairs, size), pairs.r[pairs.kept]

    def slope(step: Array) -> Array:
        """X'r of the clouds a step further, with the partners that they have there."""
        near = _pairs(ground, source, _stepped(matrix, step, size), rules)
        found: Array = _design(near, size).T @ near.r[near.kept]
        return found

    nudges = NUDGE * rules.voxel * np.eye(6)
    answer = np.stack([slope(-n) - slope(n) for n in nudges], axis=1)
    answer /= 2.0 * NUDGE * rules.voxel
    where = pairs.q[pairs.kept, :2]
    covariance = move_covariance(x, left, where, rules.voxel, answer)
    return _told(matrix, origin, pairs, rounds, covariance=covariance, size=size)


def _stepped(matrix: Array, step: Array, size: float) -> Array:
    """Move further by a turn (3,), in metres at the cloud's edge, and a shift (3,)."""
    from scipy.spatial.transform import Rotation

    move = np.eye(4)
    move[:3, :3] = Rotation.from_rotvec(step[:3] / size).as_matrix()
    move[:3, 3] = step[3:]
    moved: Array = move @ matrix
    return moved


def _told(
    matrix: Array,
    origin: Array,
    pairs: _Pairs,
    rounds: int,
    *,
    covariance: Array,
    size: float,
) -> Registration:
    from scipy.spatial.transform import Rotation

    unit = np.array([1.0 / size] * 3 + [1.0] * 3)
    left = pairs.r[pairs.kept]
    return Registration(
        matrix,
        origin,
        matrix[:3, 3].copy(),
        np.degrees(Rotation.from_matrix(matrix[:3, :3]).as_rotvec()),
        covariance * unit[:, None] * unit[None, :],
        rms(left),
        nmad(left),
        pairs.fitness,
        float(pairs.kept.mean()),
        int(pairs.kept.sum()),
        rounds,
    )


def _pairs(ground: Ground, source: Ground, matrix: Array, rules: IcpRules) -> _Pairs:
    """Partners, their distance along the mean of both normals, and what is unchanged.

    On ground of even curvature the mean of both normals is square to the line between
    the points, so that partners beside each other are no distance apart; along one
    normal they are, and the whole cloud is turned by it. Rusinkiewicz 2019, ACM Trans.
    Graph. 38(4):85 (unverified).
    """
    q = source.points @ matrix[:3, :3].T + matrix[:3, 3]
    index, square = ground.tree.batch_nearest_neighbor_search(q, rules.threads)
    near, square = np.asarray(index, dtype=np.int64), np.asarray(square)
    reach = REACH * rules.voxel
    there = square <= reach * reach
    fitness = float(there.mean())
    if fitness < rules.least_overlap:
        raise InputError(
            f"ICP: only {fitness:.0%} of the moving points have fixed ground within "
            f"{reach:g} m, {rules.least_overlap:.0%} are needed; check that both "
            "clouds are of one place and in one CRS, or take a larger reach"
        )
    near, q = near[there], q[there]
    normal, other = ground.normals[near], source.normals[there] @ matrix[:3, :3].T
    alike = np.where(np.einsum("ij,ij->i", normal, other) < 0.0, -1.0, 1.0)
    normal = normal + other * alike[:, None]  # normals come either way
    normal *= (np.where(normal[:, 2] < 0.0, -1.0, 1.0) / _length(normal))[:, None]
    r = np.einsum("ij,ij->i", normal, ground.points[near] - q)
    kept = np.abs(r - middle(r)) <= rules.clip * nmad(r) + 1e-9
    return _Pairs(q, normal, r, kept, fitness)


def _length(vectors: Array) -> Array:
    found: Array = np.linalg.norm(vectors, axis=1)
    return found


def _design(pairs: _Pairs, size: float) -> Array:
    """Distance per unit of turn at the cloud's edge and of shift, (n, 6).

    Raises InputError where a combination of moves changes hardly any distance.
    """
    q, normal = pairs.q[pairs.kept], pairs.normal[pairs.kept]
    x: Array = np.concatenate([np.cross(q, normal) / size, normal], axis=1)
    weakest = np.sqrt(max(np.linalg.eigvalsh(x.T @ x / len(x))[0], 0.0))
    if weakest < WEAKEST:
        raise InputError(
            "ICP: the stable ground is too flat, or slopes one way only, to tell a "
            "shift in plan or a turn; take in slopes of several directions, or level "
            "the heights alone (twin.change.coregister.level)"
        )
    return x


def _plain_error(x: Array, pairs: _Pairs) -> Array:
    """Standard errors as if no two residuals were correlated; (6,), too small."""
    found: Array = rms(pairs.r[pairs.kept]) * np.sqrt(np.diag(np.linalg.inv(x.T @ x)))
    return found
