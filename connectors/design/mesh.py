"""Triangles of any kind, upright and overhanging ones too: what mesh files hold."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError


@dataclass(frozen=True)
class Mesh:
    """Triangles as they were drawn; a Tin is what is left of them as a ground.

    vertices   (v, 3) east, north, elevation, m
    triangles  (t, 3) indices into ``vertices``, any turn
    """

    vertices: NDArray[np.float64] = field(repr=False)
    triangles: NDArray[np.int64] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no triangle mesh is."""
        v, t = self.vertices, self.triangles
        if v.ndim != 2 or v.shape[1] != 3 or t.ndim != 2 or t.shape[1] != 3:
            raise InputError(
                f"mesh: vertices are {v.shape}, triangles {t.shape}; both are (n, 3)"
            )
        if not np.isfinite(v).all():
            bad = int(np.flatnonzero(~np.isfinite(v).all(axis=1))[0])
            raise InputError(f"mesh: vertex {bad} is {v[bad]}; every number is finite")
        if t.size and (t.min() < 0 or t.max() >= len(v)):
            bad = int(t.max() if t.max() >= len(v) else t.min())
            raise InputError(f"mesh: a triangle names vertex {bad}; there are {len(v)}")
