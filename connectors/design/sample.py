"""Elevations at cell centres out of triangles, and the Surface made of them."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, MissingCRS
from twin.grid import UNKNOWN_VERTICAL, Grid
from twin.hashing import sha256_of
from twin.numerics.compiled import compiled
from twin.surface import Surface, SurfaceKind
from twin.tin import Tin

from ..audit import Audit, note
from .design import Design

Raster = NDArray[np.float32]
MOST_WORK = 2_000_000_000  # cells tried, some 10 s


def sample(tin: Tin, grid: Grid) -> Raster:
    """Elevation at each cell centre, (rows, columns) float32, m; NaN outside.

    A centre on an edge that two triangles share belongs to one of them: edges on the
    west and north of a triangle are its own, as of pixels. Where triangles overlap
    the last listed one holds.
    """
    found = np.full(grid.shape, np.nan)
    v, t = _in_cells(tin, grid), tin.triangles
    work = _work(v, t, grid.shape)
    if work > MOST_WORK:
        raise InputError(
            f"{tin}: would try {work:.3g} cells; its triangles overlap or are slivers: "
            "examine and repair it, or take a coarser grid"
        )
    _fill(v, np.ascontiguousarray(tin.vertices[:, 2]), t, found)
    return found.astype(np.float32)


def surface_of(
    design: Design, grid: Grid, id: str, when: date, kind: SurfaceKind, *, audit: Audit
) -> Surface:
    """Surface on a grid out of a design in the same references; the tin is kept.

    Raises MissingCRS where the design names no CRS, InputError where it lies in
    another one, in another datum, or beside the grid.
    """
    where = str(design.source or design.name)
    if design.tin is None:
        raise InputError(f"{where}: has lines only; export its triangles too")
    _check_references(design, grid, where, audit)
    elevation = sample(design.tin, grid)
    held = int(np.isfinite(elevation).sum())
    if not held:
        raise InputError(
            f"{where}: {design.tin} covers no cell centre of the grid {grid.bounds}; "
            "check its CRS, unit and origin"
        )
    audit.read.append(note("cells sampled from triangles", where, held))
    source = {where: sha256_of(design.source)} if design.source else {where: ""}
    return Surface(id, when, kind, source, grid, elevation, tin=design.tin)


def _check_references(design: Design, grid: Grid, where: str, audit: Audit) -> None:
    if design.crs is None:
        raise MissingCRS(f"{where}: names no CRS; state it, e.g. crs: {grid.crs[:40]}")
    datum = design.vertical
    if datum is None:
        audit.assumed.append(note(f"vertical datum {grid.vertical}", where))
        datum = grid.vertical
    if UNKNOWN_VERTICAL in (datum, grid.vertical):
        datum = grid.vertical
    own = Grid(design.crs, datum, 0.0, 0.0, 1.0, (1, 1))
    site = Grid(grid.crs, grid.vertical, 0.0, 0.0, 1.0, (1, 1))
    apart = own.differences(site)
    if apart:
        raise InputError(
            f"{where}: has {'; '.join(map(str, apart))}; "
            "transform the design, or state its true reference"
        )


def _in_cells(tin: Tin, grid: Grid) -> NDArray[np.float64]:
    """Columns and rows of the vertices; a cell centre is a whole number."""
    x = (tin.vertices[:, 0] - grid.west) / grid.cell - 0.5
    y = (grid.north - tin.vertices[:, 1]) / grid.cell - 0.5
    return np.column_stack([x, y])


def _work(v: NDArray[Any], t: NDArray[Any], shape: tuple[int, int]) -> float:
    rows, columns = shape
    x, y = v[t, 0], v[t, 1]
    wide = np.clip(x.max(1), 0, columns) - np.clip(x.min(1), 0, columns)
    high = np.clip(y.max(1), 0, rows) - np.clip(y.min(1), 0, rows)
    return float(((wide + 1.0) * (high + 1.0)).sum())


@compiled
def _side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Signed area; of an edge walked the other way the exact negative."""
    if ax < bx or (ax == bx and ay < by):
        return (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    return -((ax - bx) * (y - by) - (ay - by) * (x - bx))


@compiled
def _within(w: float, dx: float, dy: float) -> bool:
    """Half-open edge, rows downwards: inside is w < 0 for counter-clockwise."""
    return w < 0.0 or (w == 0.0 and (dy > 0.0 or (dy == 0.0 and dx < 0.0)))


@compiled
def _fill(
    v: NDArray[np.float64],
    z: NDArray[np.float64],
    t: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    rows, columns = out.shape
    for i in range(t.shape[0]):
        a, b, c = t[i, 0], t[i, 1], t[i, 2]
        ax, ay, bx, by, cx, cy = v[a, 0], v[a, 1], v[b, 0], v[b, 1], v[c, 0], v[c, 1]
        left = max(math.ceil(max(min(ax, bx, cx), -1.0)), 0)
        right = min(math.floor(min(max(ax, bx, cx), columns)), columns - 1)
        top = max(math.ceil(max(min(ay, by, cy), -1.0)), 0)
        bottom = min(math.floor(min(max(ay, by, cy), rows)), rows - 1)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                wa = _side(bx, by, cx, cy, column, row)
                wb = _side(cx, cy, ax, ay, column, row)
                wc = _side(ax, ay, bx, by, column, row)
                if (
                    _within(wa, cx - bx, cy - by)
                    and _within(wb, ax - cx, ay - cy)
                    and _within(wc, bx - ax, by - ay)
                ):
                    whole = wa + wb + wc
                    out[row, column] = (
                        z[a] + (wb * (z[b] - z[a]) + wc * (z[c] - z[a])) / whole
                    )
