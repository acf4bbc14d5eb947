"""Level lines of a ground, by marching triangles.

A vertex at a level counts as above it, so every triangle is crossed by one segment or
none, and no line branches. Lines run with the higher ground on their left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError
from twin.numerics.compiled import compiled
from twin.surface import Surface
from twin.tin import Tin

from .design import Lines
from .mesh_edges import Edges, edges_of
from .raster_tin import tin_of_surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_SEGMENTS = 50_000_000
MOST_LEVELS = 100_000


def contours_of(ground: Surface | Tin, interval: float, base: float = 0.0) -> Lines:
    """Level lines at base + k * interval, each (n, 3), m; closed ones end at the start.

    interval, base  m

    Raises InputError for an interval that is not positive or makes too many lines.
    """
    tin = ground if isinstance(ground, Tin) else tin_of_surface(ground)
    levels = _levels(tin, interval, base)
    if not levels.size or not len(tin.triangles):
        return ()
    v, t = tin.vertices, tin.triangles
    low, high = v[t, 2].min(1), v[t, 2].max(1)
    # a level crosses a triangle when low < level <= high
    first = np.searchsorted(levels, low, "right")
    last = np.searchsorted(levels, high, "right")
    counts = last - first
    if counts.sum() > MOST_SEGMENTS:
        raise InputError(
            f"contours every {interval:g} m: {counts.sum()} segments; "
            "take a larger interval or a coarser surface"
        )
    edges = edges_of(t, len(v))
    face = np.repeat(np.arange(len(t)), counts)
    ahead = np.cumsum(counts) - counts
    level = np.arange(counts.sum()) - np.repeat(ahead - first, counts)
    order = np.argsort(level, kind="stable")
    return _lines(tin, edges, levels, face[order], level[order])


def _levels(tin: Tin, interval: float, base: float) -> Floats:
    if not (np.isfinite(interval) and interval > 0.0 and np.isfinite(base)):
        raise InputError(f"contours every {interval} m; an interval is above 0")
    if not len(tin.triangles):
        return np.zeros(0)
    z = tin.vertices[tin.triangles.ravel(), 2]
    first, last = (
        np.ceil((z.min() - base) / interval),
        np.floor((z.max() - base) / interval),
    )
    if last - first > MOST_LEVELS:
        raise InputError(
            f"contours every {interval:g} m over {z.max() - z.min():g} m: more than "
            f"{MOST_LEVELS} levels; take a larger interval"
        )
    return np.asarray(base + np.arange(first, last + 1) * interval, dtype=np.float64)


def _lines(tin: Tin, edges: Edges, levels: Floats, face: Ints, level: Ints) -> Lines:
    """Segments of every level chained; one line per chain."""
    entry, leave = _segments(tin.vertices, tin.triangles, edges.of, levels, face, level)
    path, ends = _chains(entry, leave, level, len(edges.ends))
    edge = np.where(path >= 0, leave[np.maximum(path, 0)], entry[-path - 1])
    a, b = tin.vertices[edges.ends[edge, 0]], tin.vertices[edges.ends[edge, 1]]
    z = levels[level[np.where(path >= 0, path, -path - 1)]]
    part = (z - a[:, 2]) / (b[:, 2] - a[:, 2])
    points = a + part[:, None] * (b - a)
    points[:, 2] = z
    return _without_repeats(points, ends)


def _without_repeats(points: Floats, ends: Ints) -> Lines:
    """Lines whose points differ each from the last; none of a single point.

    Where vertices lie at a level, several edges are crossed at one point.
    """
    line = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
    new = np.ones(len(points), dtype=bool)
    new[1:] = (points[1:] != points[:-1]).any(axis=1) | (line[1:] != line[:-1])
    kept = np.bincount(line[new], minlength=len(ends))
    new &= kept[line] > 1
    kept = kept[kept > 1]
    return tuple(np.split(points[new], np.cumsum(kept)[:-1])) if len(kept) else ()


@compiled
def _segments(
    v: Floats, t: Ints, of: Ints, levels: Floats, face: Ints, level: Ints
) -> tuple[Ints, Ints]:
    """Edge by which each segment enters its triangle, and by which it leaves."""
    entry = np.zeros(face.size, np.int64)
    leave = np.zeros(face.size, np.int64)
    for s in range(face.size):
        f, z = face[s], levels[level[s]]
        for k in range(3):
            here = v[t[f, k], 2] >= z
            there = v[t[f, (k + 1) % 3], 2] >= z
            # counter-clockwise: a line with the high side on its left enters where
            # the rim falls and leaves where it rises
            if here and not there:
                entry[s] = of[f, k]
            elif there and not here:
                leave[s] = of[f, k]
    return entry, leave


@compiled
def _chains(entry: Ints, leave: Ints, level: Ints, edges: int) -> tuple[Ints, Ints]:
    """Points of all chains in a row, and where each chain ends.

    A point s >= 0 is the end of segment s, -s - 1 is the start of segment s.
    """
    n = entry.size
    starts = np.full(edges, -1, np.int64)
    ended = np.full(edges, -1, np.int64)
    done = np.zeros(n, np.bool_)
    path = np.zeros(2 * n, np.int64)
    ends = np.zeros(n, np.int64)
    size = lines = low = 0
    while low < n:
        high = low
        while high < n and level[high] == level[low]:
            starts[entry[high]] = high
            ended[leave[high]] = high
            high += 1
        for turn in range(2):  # open lines first, what is left are rings
            for s in range(low, high):
                if done[s] or (turn == 0 and ended[entry[s]] >= low):
                    continue
                path[size] = -s - 1
                size += 1
                at = s
                while at >= low and not done[at]:
                    done[at] = True
                    path[size] = at
                    size += 1
                    at = starts[leave[at]]
                ends[lines] = size
                lines += 1
        low = high
    return path[:size], ends[:lines]
