"""The edges of a triangle mesh, each counted once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Edges:
    """Undirected edges.

    ends   (e, 2) vertices, the smaller first
    of     (t, 3) edge of the side that runs from corner k to corner k + 1
    forward  (t, 3) True where that side runs from the smaller vertex to the larger
    """

    ends: Ints
    of: Ints
    forward: NDArray[np.bool_]

    @property
    def uses(self) -> Ints:
        """How many triangles have each edge, (e,)."""
        return np.bincount(self.of.ravel(), minlength=len(self.ends)).astype(np.int64)


def edges_of(triangles: Ints, vertices: int) -> Edges:
    """Find the edges; ``vertices`` is how many there are."""
    start, end = triangles, triangles[:, [1, 2, 0]]
    low, high = np.minimum(start, end), np.maximum(start, end)
    keys, of = np.unique(low * vertices + high, return_inverse=True)
    ends = np.column_stack(np.divmod(keys, max(vertices, 1)))
    return Edges(ends, of.reshape(triangles.shape).astype(np.int64), start < end)
