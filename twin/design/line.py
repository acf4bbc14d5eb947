"""Lines that designs follow: distance and chainage of cells, heights along them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from ..errors import InputError, OutsideSite
from ..grid import Grid
from ..numerics.compiled import compiled
from ..numerics.threads import side_by_side
from ..surface import Surface
from .area import Window, check_inside

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A line in plan, open or closed.

    vertices  (v, 2) east, north, m; the first again at the end where it is closed
    what      how messages name it, e.g. "drain: the line"
    """

    vertices: Array = field(repr=False)
    what: str

    @classmethod
    def of(cls, drawn: Any, grid: Grid, what: str) -> Line:
        """Take a shapely line, ring or polygon (its outer ring), or (v, 2) points.

        Points that repeat are dropped. Refuses what is shorter than a cell or reaches
        out of the grid.
        """
        if not isinstance(drawn, np.ndarray | list | tuple):
            kind = getattr(drawn, "geom_type", type(drawn).__name__)
            if kind == "Polygon":
                drawn = drawn.exterior
            elif kind not in ("LineString", "LinearRing"):
                raise InputError(
                    f"{what} is a {kind}; draw one line, ring or polygon in one piece"
                )
            drawn = drawn.coords
        points = np.array(drawn, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] < 2 or not np.isfinite(points).all():
            raise InputError(
                f"{what}: points are {points.shape}; two finite coordinates each, m"
            )
        points = points[:, :2]
        apart = np.any(np.diff(points, axis=0) != 0.0, axis=1)
        points = points[np.concatenate([[True], apart])]
        line = cls(points, what)
        if len(points) < 2 or line.length < grid.cell:
            raise InputError(
                f"{what} is shorter than a cell of {grid.cell:g} m; draw at least two "
                "points further apart"
            )
        check_inside(line.bounds, grid, what)
        return line

    @cached_property
    def chainage(self) -> Array:
        """Distance along the line of each vertex, m, (v,)."""
        steps = np.hypot(*np.diff(self.vertices, axis=0).T)
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length(self) -> float:
        """Length in plan, m."""
        return float(self.chainage[-1])

    @property
    def closed(self) -> bool:
        """Tell whether the line ends where it starts."""
        return len(self.vertices) > 3 and bool(
            (self.vertices[0] == self.vertices[-1]).all()
        )

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north, m."""
        low, high = self.vertices.min(axis=0), self.vertices.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def at(self, chainage: Array) -> Array:
        """Points (n, 2) at distances along the line."""
        x, y = self.vertices.T
        return np.stack(
            [
                np.interp(chainage, self.chainage, x),
                np.interp(chainage, self.chainage, y),
            ],
            axis=1,
        )

    def stations(self, step: float) -> Array:
        """Chainages of all vertices and of points at most ``step`` apart, (n,)."""
        even = np.linspace(0.0, self.length, int(np.ceil(self.length / step)) + 1)
        return np.unique(np.concatenate([even, self.chainage]))

    def heights(self, surface: Surface) -> tuple[Array, Array]:
        """Chainages half a cell apart and the ground there, m; NaN over holes.

        Bilinear between cell centres; the outermost half cell repeats the rim.
        """
        grid = surface.grid
        along = self.stations(grid.cell / 2)
        x, y = self.at(along).T
        row = (grid.north - y) / grid.cell - 0.5
        column = (x - grid.west) / grid.cell - 0.5
        ground = map_coordinates(
            surface.elevation, [row, column], order=1, mode="nearest", output=np.float64
        )
        return along, ground

    def known_heights(self, surface: Surface) -> tuple[Array, Array]:
        """As ``heights``; refuses a line that crosses holes."""
        along, ground = self.heights(surface)
        holes = np.flatnonzero(np.isnan(ground))
        if holes.size:
            x, y = self.at(along[holes[:1]])[0]
            raise OutsideSite(
                f"{self.what}: surface {surface.id} has no height at ({x:.1f}, "
                f"{y:.1f}), {along[holes[0]]:.1f} m along it; draw it over known "
                "ground or state the level"
            )
        return along, ground

    def nearest(self, grid: Grid, window: Window) -> tuple[Array, Array]:
        """Distance (m) of each cell centre of a window to the line, and the chainage.

        Both (rows, columns) of the window. Exact for straight pieces; at equal distance
        the piece nearer the start counts.
        """
        rows, columns = window
        x = grid.west + (np.arange(columns.start, columns.stop) + 0.5) * grid.cell
        y = grid.north - (np.arange(rows.start, rows.stop) + 0.5) * grid.cell
        distance, along = np.zeros((y.size, x.size)), np.zeros((y.size, x.size))
        parts = np.array_split(np.arange(y.size), 4)
        side_by_side(
            _nearest,
            [
                (x, y[p[0] : p[-1] + 1], self.vertices, self.chainage,
                 distance[p[0] : p[-1] + 1], along[p[0] : p[-1] + 1])
                for p in parts if p.size
            ],
        )  # fmt: skip
        return distance, along


@compiled
def _nearest(
    x: Array, y: Array, vertices: Array, chainage: Array, distance: Array, along: Array
) -> None:
    """Write distance and chainage of each cell; all pieces are tried."""
    for r in range(y.size):
        for c in range(x.size):
            best, where = np.inf, 0.0
            for k in range(chainage.size - 1):
                d2, t = _to_piece(x[c], y[r], vertices, k)
                if d2 < best:
                    best = d2
                    where = chainage[k] + t * (chainage[k + 1] - chainage[k])
            distance[r, c] = np.sqrt(best)
            along[r, c] = where


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _to_piece(x: float, y: float, vertices: Array, k: int) -> tuple[float, float]:
    """Squared distance to piece k and the share of it at the foot point."""
    east, north = (
        vertices[k + 1, 0] - vertices[k, 0],
        vertices[k + 1, 1] - vertices[k, 1],
    )
    dx, dy = x - vertices[k, 0], y - vertices[k, 1]
    t = (dx * east + dy * north) / (east * east + north * north)
    t = min(max(t, 0.0), 1.0)
    dx -= t * east
    dy -= t * north
    return dx * dx + dy * dy, t
