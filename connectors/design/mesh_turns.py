"""Which triangles are turned against the others of their piece."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.numerics.compiled import compiled

from .mesh_edges import Edges, Ints

Flags = NDArray[np.bool_]


def turns(edges: Edges) -> Flags:
    """True for each triangle that must be turned; the smaller part of each piece.

    Two triangles agree when they walk their common edge in opposite ways. Only edges
    of exactly two triangles tell.
    """
    uses = edges.uses
    order = np.argsort(edges.of.ravel(), kind="stable")
    starts = np.concatenate([[0], np.cumsum(uses)]).astype(np.int64)
    return _turns(edges.of, edges.forward, order.astype(np.int64), starts)


@compiled
def _turns(of: Ints, forward: Flags, order: Ints, starts: Ints) -> Flags:
    n = of.shape[0]
    turned = np.zeros(n, np.bool_)
    seen = np.zeros(n, np.bool_)
    queue = np.zeros(n, np.int64)
    for seed in range(n):
        if seen[seed]:
            continue
        head, tail, against = 0, 1, 0
        queue[0] = seed
        seen[seed] = True
        while head < tail:
            f = queue[head]
            head += 1
            against += turned[f]
            for k in range(3):
                e = of[f, k]
                if starts[e + 1] - starts[e] != 2:
                    continue
                side = order[starts[e]]
                if side == 3 * f + k:
                    side = order[starts[e] + 1]
                g, m = side // 3, side % 3
                if not seen[g]:
                    seen[g] = True
                    turned[g] = turned[f] ^ (forward[f, k] == forward[g, m])
                    queue[tail] = g
                    tail += 1
        if 2 * against > tail:
            for i in range(tail):
                turned[queue[i]] = not turned[queue[i]]
    return turned
