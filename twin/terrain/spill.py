"""The level at which each basin spills on its way to an outlet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .basins import Index, basins_of, raised
from .cells import Flags, Raster, at

Drains = NDArray[np.bool_]


@dataclass(frozen=True)
class Spillways:
    """Basins of a raster and the lowest passes that join them, as a tree.

    z, flags, basin  flat rasters; basin 0 drains to the outlets
    bottom           lowest cell of each basin
    parent, height   next basin towards basin 0, and the height of the pass there, m
    order            basins, each after its parent

    Between any two basins the greatest pass along a minimum spanning tree is the least
    possible one, so the tree serves whichever basins drain.
    """

    z: Raster
    flags: Flags
    basin: Index
    bottom: Index
    parent: Index
    height: Raster
    order: Index

    @classmethod
    def of(cls, z: Raster, flags: Flags, near: NDArray[np.int64]) -> Spillways:
        """Find basins and passes; the tree is built by Boruvka's rounds."""
        basin, bottom = basins_of(z, flags, near)
        one, other, height = _passes(z, flags, basin, int(near[3]))
        tree = _spanning_tree(one, other, height, bottom.size)
        rooted = _rooted(one[tree], other[tree], height[tree], bottom.size)
        return cls(z, flags, basin, bottom, *rooted)

    def levels(self, drains: Drains | None = None) -> Raster:
        """Lowest level at which water of each basin gets out, m; -inf where it drains.

        drains  basins whose bottom is an outlet; basin 0 always is one
        """
        out = np.zeros(self.bottom.size, dtype=np.bool_) if drains is None else drains
        return _levels(self.parent, self.height, self.order, out)

    def filled(self, drains: Drains | None = None) -> Raster:
        """Heights filled to where the water gets out, flat; NaN outside."""
        return raised(self.z, self.flags, self.basin, self.levels(drains))


@njit(cache=True, nogil=True)
def _passes(
    z: Raster, flags: Flags, basin: Index, columns: int
) -> tuple[Index, Index, Raster]:
    """Return every pair of neighbours that lie in different basins, and its height."""
    steps = np.array([1, columns - 1, columns, columns + 1])
    aside = np.array([1, -1, 0, 1])
    n = z.size
    room = max(n // 4, 16)
    one = np.empty(room, dtype=np.int32)
    other = np.empty(room, dtype=np.int32)
    height = np.empty(room)
    size = 0
    for i in range(n):
        if flags[i] == 0:
            continue
        c = i % columns
        if size + 4 > room:
            room *= 2
            one, other = _longer(one, room), _longer(other, room)
            height = _longer(height, room)
        for k in range(4):
            j = i + steps[k]
            to = c + aside[k]
            if j >= n or to < 0 or to >= columns or flags[at(j)] == 0:
                continue
            if basin[at(j)] != basin[i]:
                one[at(size)], other[at(size)] = basin[i], basin[at(j)]
                height[at(size)] = max(z[i], z[at(j)])
                size += 1
    return one[:size], other[:size], height[:size]


@njit(cache=True, nogil=True)
def _longer(values: NDArray[Any], room: int) -> NDArray[Any]:
    made = np.empty(room, dtype=values.dtype)
    made[: values.size] = values
    return made


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
def _rooted(
    one: Index, other: Index, height: Raster, count: int
) -> tuple[Index, Raster, Index]:
    """Parent, height of the pass there, and order from basin 0 outwards."""
    start = np.zeros(count + 1, dtype=np.int32)
    for e in range(one.size):
        start[one[e] + 1] += 1
        start[other[e] + 1] += 1
    for a in range(count):
        start[a + 1] += start[a]
    put = start[:-1].copy()
    joins = np.empty(2 * one.size, dtype=np.int32)
    for e in range(one.size):
        for a in (one[e], other[e]):
            joins[put[a]] = e
            put[a] += 1
    parent = np.full(count, -1, dtype=np.int32)
    up = np.full(count, np.inf)
    order = np.zeros(count, dtype=np.int32)
    parent[0] = 0
    head, tail = 0, 1
    while head < tail:
        a = order[head]
        head += 1
        for k in range(start[a], start[a + 1]):
            e = joins[k]
            b = other[e] if one[e] == a else one[e]
            if parent[b] < 0:
                parent[b], up[b] = a, height[e]
                order[tail] = b
                tail += 1
    return parent, up, order[:tail].copy()


@njit(cache=True, nogil=True)
def _levels(parent: Index, height: Raster, order: Index, drains: Drains) -> Raster:
    """Least greatest pass to a basin that drains: up the tree, then down."""
    level = np.full(parent.size, np.inf)
    for b in range(parent.size):
        if drains[b]:
            level[b] = -np.inf
    level[0] = -np.inf
    for k in range(order.size - 1, 0, -1):
        b = order[k]
        level[parent[b]] = min(level[parent[b]], max(level[b], height[b]))
    for k in range(1, order.size):
        b = order[k]
        level[b] = min(level[b], max(level[parent[b]], height[b]))
    return level
