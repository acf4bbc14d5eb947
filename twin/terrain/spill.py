"""The level at which each basin spills on its way to an outlet."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .cells import Flags, Raster

Index = NDArray[np.int32]


@njit(cache=True, nogil=True)
def spill_levels(
    z: Raster, flags: Flags, basin: Index, count: int, columns: int
) -> Raster:
    """Lowest level at which water of each basin reaches basin 0, the outlets.

    z, flags, basin  flat rasters
    count            number of basins, with basin 0
    →                (count,), m; -inf for basin 0

    The greatest pass on the way along a minimum spanning tree of the passes is the
    least possible one; the tree is built by Boruvka's rounds.
    """
    one, other, height = _passes(z, flags, basin, columns)
    tree = _spanning_tree(one, other, height, count)
    return _levels(one[tree], other[tree], height[tree], count)


@njit(cache=True, nogil=True)
def _passes(
    z: Raster, flags: Flags, basin: Index, columns: int
) -> tuple[Index, Index, Raster]:
    """Return every pair of neighbours that lie in different basins, and its height."""
    steps = np.array([1, columns - 1, columns, columns + 1])
    aside = np.array([1, -1, 0, 1])
    n = z.size
    size = 0
    for run in range(2):
        if run == 1:
            one = np.empty(size, dtype=np.int32)
            other = np.empty(size, dtype=np.int32)
            height = np.empty(size)
        size = 0
        for i in range(n):
            if flags[i] == 0:
                continue
            c = i % columns
            for k in range(4):
                j = i + steps[k]
                to = c + aside[k]
                if j >= n or to < 0 or to >= columns or flags[j] == 0:
                    continue
                if basin[j] != basin[i]:
                    if run == 1:
                        one[size], other[size] = basin[i], basin[j]
                        height[size] = max(z[i], z[j])
                    size += 1
    return one, other, height


@njit(cache=True, nogil=True)
def _spanning_tree(one: Index, other: Index, height: Raster, count: int) -> Index:
    """Return the passes of a minimum spanning tree (ties: the first pass)."""
    parent = np.arange(count).astype(np.int32)
    alive = np.arange(one.size).astype(np.int32)
    left = one.size
    tree = np.empty(max(count - 1, 0), dtype=np.int32)
    size = 0
    best = np.empty(count, dtype=np.int32)
    while left > 0:
        best[:] = -1
        kept = 0
        for e in range(left):
            edge = alive[e]
            a, b = _root(parent, one[edge]), _root(parent, other[edge])
            if a == b:
                continue
            alive[kept] = edge
            kept += 1
            if best[a] < 0 or height[edge] < height[best[a]]:
                best[a] = edge
            if best[b] < 0 or height[edge] < height[best[b]]:
                best[b] = edge
        left = kept
        for a in range(count):
            edge = best[a]
            if edge >= 0:
                p, q = _root(parent, one[edge]), _root(parent, other[edge])
                if p != q:
                    parent[max(p, q)] = min(p, q)
                    tree[size] = edge
                    size += 1
    return tree[:size]


@njit(cache=True, nogil=True, inline="always")
def _root(parent: Index, a: int) -> int:
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@njit(cache=True, nogil=True)
def _levels(one: Index, other: Index, height: Raster, count: int) -> Raster:
    """Walk the tree from basin 0 and carry the greatest pass along."""
    start = np.zeros(count + 1, dtype=np.int32)
    for e in range(one.size):
        start[one[e] + 1] += 1
        start[other[e] + 1] += 1
    for a in range(count):
        start[a + 1] += start[a]
    put = start[:-1].copy()
    at = np.empty(2 * one.size, dtype=np.int32)
    for e in range(one.size):
        for a in (one[e], other[e]):
            at[put[a]] = e
            put[a] += 1
    level = np.full(count, np.inf)
    level[0] = -np.inf
    queue = np.empty(count, dtype=np.int32)
    queue[0] = 0
    head, tail = 0, 1
    while head < tail:
        a = queue[head]
        head += 1
        for k in range(start[a], start[a + 1]):
            e = at[k]
            b = other[e] if one[e] == a else one[e]
            if level[b] == np.inf:
                level[b] = max(level[a], height[e])
                queue[tail] = b
                tail += 1
    return level
