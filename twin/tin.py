"""A ground as triangles: what a design is drawn in and what surveys are made into."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .errors import InputError

Vertices = NDArray[np.float64]
Triangles = NDArray[np.int64]


@dataclass(frozen=True)
class Tin:
    """Triangles over the ground, each seen from above counter-clockwise.

    vertices   (v, 3) east, north, elevation; m in the CRS and datum of the Surface
    triangles  (t, 3) indices into ``vertices``

    One elevation per place: overhangs belong to solids, not to a Tin. Triangles without
    extent in plan (upright walls) are refused; ``of`` turns the others as needed.
    """

    vertices: Vertices = field(repr=False)
    triangles: Triangles = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no triangle mesh is, and lock the arrays."""
        v, t = self.vertices, self.triangles
        if v.ndim != 2 or v.shape[1] != 3 or t.ndim != 2 or t.shape[1] != 3:
            raise InputError(
                f"tin: vertices are {v.shape} and triangles {t.shape}; both are (n, 3)"
            )
        if not np.isfinite(v).all():
            bad = int(np.flatnonzero(~np.isfinite(v).all(axis=1))[0])
            raise InputError(f"tin: vertex {bad} is {v[bad]}; every number is finite")
        if t.size and (t.min() < 0 or t.max() >= len(v)):
            raise InputError(
                f"tin: a triangle names vertex {int(t.max())}; there are {len(v)}"
            )
        if t.size and (self.doubled_areas <= 0.0).any():
            bad = int(np.flatnonzero(self.doubled_areas <= 0.0)[0])
            raise InputError(
                f"tin: triangle {bad} is upright or clockwise; make it with Tin.of"
            )
        v.flags.writeable = False
        t.flags.writeable = False

    @classmethod
    def of(cls, vertices: Vertices, triangles: Triangles) -> Tin:
        """Turn clockwise triangles, drop upright ones (no extent in plan)."""
        v = np.array(vertices, dtype=np.float64)
        t = np.array(triangles, dtype=np.int64).reshape(-1, 3)
        area = _doubled_areas(v, t)
        t[area < 0.0] = t[area < 0.0][:, ::-1]
        return cls(v, np.ascontiguousarray(t[area != 0.0]))

    @cached_property
    def doubled_areas(self) -> NDArray[np.float64]:
        """Twice the area of each triangle in plan, m2, (t,)."""
        return _doubled_areas(self.vertices, self.triangles)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the triangles' vertices, m."""
        used = self.vertices[self.triangles.ravel()]
        if not used.size:
            return (np.nan, np.nan, np.nan, np.nan)
        low, high = used.min(axis=0), used.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def __repr__(self) -> str:
        """Count and extent."""
        west, south, east, north = self.bounds
        return (
            f"Tin of {len(self.triangles)} triangles on {len(self.vertices)} vertices, "
            f"{west:.1f} {south:.1f} to {east:.1f} {north:.1f} m"
        )


def _doubled_areas(v: Vertices, t: Triangles) -> NDArray[np.float64]:
    """Exact enough far from the origin: differences first."""
    a = v[t[:, 0], :2]
    b, c = v[t[:, 1], :2] - a, v[t[:, 2], :2] - a
    found: NDArray[np.float64] = b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
    return found
