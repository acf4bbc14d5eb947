"""Clouds thinned to mean points with normals, and a first move that reaches far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FEWEST: Final = 100  # thinned points; fewer tell no move
MOST: Final = 200_000  # thinned points of a cloud; more do not sharpen the move
NEIGHBOURS: Final = 12  # of a normal
COARSE: Final = 4.0  # voxels of the first, far-reaching search
ASLANT: Final = (0.35, 0.5, 0.65)  # radians; any that is no face of the ground
ROUNDS: Final = 40
ROUNDED: Final = 6  # decimals of the first search, whose sums depend on the threads


@dataclass(frozen=True)
class Ground:
    """Thinned cloud with its tree and normals, about the local origin."""

    cloud: Any
    tree: Any
    points: Array
    normals: Array


def thinned(points: Array, voxel: float, threads: int) -> Ground:
    """Mean points of voxels, with normals.

    The voxels lie aslant: level ground along the faces of level ones would be parted
    into what noise lifts above and what it lowers below, and lose its level.
    """
    import small_gicp
    from scipy.spatial.transform import Rotation

    aslant = Rotation.from_rotvec(ASLANT).as_matrix()
    # one thread: with more the order of the sums, and so the last bit, is chance
    thin = small_gicp.voxelgrid_sampling(points @ aslant.T, voxel, 1)
    # the voxels come in the order of space: every k-th is spread all over it
    kept = np.array(thin.points())[:: -(-thin.size() // MOST), :3] @ aslant
    thin = small_gicp.PointCloud(np.ascontiguousarray(kept))
    tree = small_gicp.KdTree(thin, threads)
    small_gicp.estimate_normals_covariances(thin, tree, NEIGHBOURS, threads)
    points, normals = np.array(thin.points()), np.array(thin.normals())
    return Ground(thin, tree, points[:, :3], normals[:, :3])


def caught(
    fixed: Array, moving: Array, *, voxel: float, reach: float, threads: int
) -> Array:
    """Coarse search that reaches far; nothing where coarse clouds are too small."""
    coarse = COARSE * voxel
    ground = thinned(fixed, coarse, threads)
    source = thinned(moving, coarse, threads)
    if min(len(ground.points), len(source.points)) < FEWEST:
        return np.eye(4)
    return aligned(ground, source, np.eye(4), max(reach, coarse), threads)


def aligned(
    ground: Ground, source: Ground, start: Array, reach: float, threads: int
) -> Array:
    """Generalised ICP from a start; the start where too few points find partners."""
    import small_gicp

    found = small_gicp.align(
        ground.cloud,
        source.cloud,
        ground.tree,
        start,
        registration_type="GICP",
        max_correspondence_distance=reach,
        num_threads=threads,
        max_iterations=ROUNDS,
        rotation_epsilon=1e-6,
        translation_epsilon=1e-4,
    )
    matrix: Array = np.array(found.T_target_source)
    good = found.num_inliers >= FEWEST and np.isfinite(matrix).all()
    return matrix if good else start


def rounded(matrix: Array) -> Array:
    """Same start whatever the threads: a micrometre, and 1e-9 radians."""
    from scipy.spatial.transform import Rotation

    vector = Rotation.from_matrix(matrix[:3, :3]).as_rotvec()
    found = np.eye(4)
    found[:3, :3] = Rotation.from_rotvec(np.round(vector, ROUNDED + 3)).as_matrix()
    found[:3, 3] = np.round(matrix[:3, 3], ROUNDED)
    return found
