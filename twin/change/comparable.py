"""Whether two surfaces may be subtracted, and the second on the grid of the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from ..errors import InputError, MissingCRS
from ..grid import UNKNOWN_VERTICAL, Grid
from ..surface import Raster, Surface
from .resampling import resampled

SAME_CELL: Final = 1e-6  # relative difference of cell sizes that are meant alike
ON_CELL: Final = 1e-6  # cells; an offset nearer to whole cells is rounding


def check_comparable(a: Surface, b: Surface) -> None:
    """Refuse two surfaces whose heights do not mean the same.

    Raises MissingCRS where a CRS or a vertical datum is missing or unknown, InputError
    where they differ: a datum apart would be reported as cut or fill.
    """
    for surface in (a, b):
        if not surface.grid.crs:
            raise MissingCRS(
                f"surface {surface.id}: no CRS; state it where the survey is named "
                "(crs: EPSG:32649) before surfaces are subtracted"
            )
        if surface.grid.vertical in ("", UNKNOWN_VERTICAL):
            raise MissingCRS(
                f"surface {surface.id}: its vertical datum is unknown, so a difference "
                "of heights means nothing; state vertical: EPSG:5737 (or the one it "
                "was surveyed in) in site.yaml and build again"
            )
    apart = [d for d in a.grid.differences(b.grid) if d.what in ("crs", "vertical")]
    if apart:
        raise InputError(
            f"surfaces {a.id} and {b.id} are not comparable: "
            f"{'; '.join(map(str, apart))}; bring one into the other's reference first"
        )


def within_mask(surface: Surface) -> Surface:
    """Return the surface with holes where its grid has no cell."""
    mask = surface.grid.mask
    if mask is None or mask.all():
        return surface
    held = np.where(mask, surface.elevation, np.float32(np.nan))
    return replace(surface, grid=replace(surface.grid, mask=None), elevation=held)


def on_grid(surface: Surface, grid: Grid) -> Surface:
    """Lay a surface on another grid of the same cell size; holes where it ends.

    Raises InputError where the cells are of another size: averaging or refining them is
    a decision of whoever imports them.
    """
    own = surface.grid
    if abs(own.cell - grid.cell) > SAME_CELL * grid.cell:
        raise InputError(
            f"surface {surface.id}: cells of {own.cell:g} m cannot be subtracted from "
            f"cells of {grid.cell:g} m; import it again on the other's grid"
        )
    down = (own.north - grid.north) / grid.cell
    right = (grid.west - own.west) / grid.cell
    return moved(surface, grid, (down, right), 0.0)


def moved(
    surface: Surface, grid: Grid, offset: tuple[float, float], up: float
) -> Surface:
    """Sample a surface at ``offset`` (rows, columns) from each cell of ``grid``.

    up  added to heights, m

    Heights are interpolated by cubic convolution, errors and other layers by their
    nearest cell: interpolated noise would look smaller than the survey's.
    """
    down, right = (round(o) if abs(o - round(o)) < ON_CELL else o for o in offset)
    if (down, right) == (0, 0) and surface.grid.shape == grid.shape:
        lifted = surface.elevation if up == 0.0 else surface.elevation + np.float32(up)
        return replace(surface, grid=grid, elevation=lifted, tin=None)
    near = (float(round(down)), float(round(right)))
    layers: Mapping[str, Raster] = {
        name: resampled(layer, near, grid.shape, 0.0)
        for name, layer in surface.layers.items()
    }
    error = surface.error
    return replace(
        surface,
        grid=grid,
        elevation=resampled(surface.elevation, (down, right), grid.shape, up),
        error=None if error is None else resampled(error, near, grid.shape, 0.0),
        layers=layers,
        tin=None,
    )
