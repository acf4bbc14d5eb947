"""Where an operator may change the ground: a mask, or polygons laid on the cells."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, OutsideSite
from ..grid import Grid
from ..surface import Surface

Mask = NDArray[np.bool_]
Window = tuple[slice, slice]
BEYOND: Final = 1e-6  # cells; what reaches no farther over the rim is rounding


def cells_in(surface: Surface, area: Mask | Any, operator: str) -> Mask:
    """Return which cells (rows, columns) an area holds, those of holes left out.

    area      (rows, columns) bool, or a shapely polygon in the grid's CRS: a cell
              belongs to it when its centre does
    operator  how messages name the caller

    Raises OutsideSite where the area reaches over the grid or holds no ground.
    """
    grid = surface.grid
    laid = _mask(area, grid, operator) if isinstance(area, np.ndarray) else None
    if laid is None:
        laid = _rasterised(area, grid, operator)
    ground: Mask = laid & np.isfinite(surface.elevation)
    if grid.mask is not None:
        ground &= grid.mask
    if not ground.any():
        raise OutsideSite(
            f"{operator}: the area holds no cell of surface {surface.id}'s ground "
            f"(cells of {grid.cell:g} m in {grid.bounds}); draw it where the surface "
            "has heights, and larger than a cell"
        )
    return ground


def _mask(area: NDArray[Any], grid: Grid, operator: str) -> Mask:
    if area.shape != grid.shape or area.dtype != np.bool_:
        raise InputError(
            f"{operator}: the area is {area.dtype} {area.shape}, the grid is bool "
            f"{grid.shape}; give one flag per cell, or a polygon"
        )
    return area


def _rasterised(area: Any, grid: Grid, operator: str) -> Mask:
    """Cells whose centre lies in a polygon."""
    from rasterio.features import rasterize
    from rasterio.transform import Affine

    if getattr(area, "geom_type", "") not in ("Polygon", "MultiPolygon"):
        raise InputError(
            f"{operator}: the area is {type(area).__name__}; it is a polygon in "
            f"{grid.crs} or a mask of the grid's cells"
        )
    if not area.is_valid or area.area == 0.0:
        raise InputError(
            f"{operator}: the polygon is empty or crosses itself; draw a simple ring"
        )
    check_inside(area.bounds, grid, f"{operator}: the area")
    laid: NDArray[np.uint8] = rasterize(
        [(area, 1)],
        out_shape=grid.shape,
        transform=Affine(grid.cell, 0.0, grid.west, 0.0, -grid.cell, grid.north),
        fill=0,
        all_touched=False,
        dtype="uint8",
    )
    return laid.astype(bool)


def check_inside(
    bounds: tuple[float, float, float, float], grid: Grid, what: str
) -> None:
    """Refuse what reaches over the rim of the grid."""
    west, south, east, north = grid.bounds
    slack = BEYOND * grid.cell
    if (
        bounds[0] < west - slack
        or bounds[1] < south - slack
        or bounds[2] > east + slack
        or bounds[3] > north + slack
    ):
        told = ", ".join(f"{v:.1f}" for v in bounds)
        raise OutsideSite(
            f"{what} spans ({told}) and reaches out of the grid, which spans "
            f"({west:.1f}, {south:.1f}, {east:.1f}, {north:.1f}) in {grid.crs}; its "
            "volumes would be cut short: draw it inside, in that CRS"
        )


def window_of(cells: Mask, margin: int = 1) -> Window:
    """Rows and columns that hold the cells and a margin around them."""
    rows, columns = np.flatnonzero(cells.any(1)), np.flatnonzero(cells.any(0))
    ends = zip((rows, columns), cells.shape, strict=True)
    top, left = (
        slice(max(int(k[0]) - margin, 0), min(int(k[-1]) + 1 + margin, n))
        for k, n in ends
    )
    return top, left


def window_around(
    bounds: tuple[float, float, float, float], grid: Grid, reach: float
) -> Window:
    """Rows and columns of the cells within ``reach`` (m) of a box."""
    rows, columns = grid.shape
    if not np.isfinite(reach):
        return slice(0, rows), slice(0, columns)
    west, south, east, north = bounds
    top = int(np.floor((grid.north - north - reach) / grid.cell))
    down = int(np.ceil((grid.north - south + reach) / grid.cell))
    left = int(np.floor((west - reach - grid.west) / grid.cell))
    right = int(np.ceil((east + reach - grid.west) / grid.cell))
    return (
        slice(min(max(top, 0), rows), max(min(down, rows), 0)),
        slice(min(max(left, 0), columns), max(min(right, columns), 0)),
    )
