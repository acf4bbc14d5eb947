"""One picture of a ground in 3D, to scale: relief, difference, labels of what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.grid import Grid

from ..report.picture import table_of, thinned
from .caption import Caption, captioned
from .probe import drawing_library

MOST_CELLS = 900  # along a side of what is drawn
GROUND = "#d8d3c8"
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class View:
    """How the ground is looked at.

    azimuth       direction that the picture looks towards, degrees from north
    height        of the eye over the horizon, degrees
    exaggeration  of heights
    size          pixels, width and height
    """

    azimuth: float = 0.0
    height: float = 40.0
    exaggeration: float = 1.0
    size: tuple[int, int] = (1600, 1000)


def still(
    elevation: NDArray[np.floating],
    grid: Grid,
    view: View,
    caption: Caption,
    *,
    values: NDArray[np.floating] | None = None,
    most: float = 1.0,
) -> Pixels:
    """Draw heights (rows, columns), m, as RGB (height, width, 3), parallel projection.

    values  draped over it, coloured from -most to most with zero in the middle; holes
            show the bare ground
    """
    library = drawing_library()
    plotter = library.Plotter(off_screen=True, window_size=list(view.size))
    plotter.set_background("white")
    mesh, shown = _mesh(library, elevation, grid, view, values)
    if shown is None:
        plotter.add_mesh(mesh, color=GROUND, smooth_shading=True, specular=0.05)
    else:
        mesh.point_data["value"] = shown
        colours = ["#" + bytes(c).hex() for c in table_of("vik")]
        plotter.add_mesh(
            mesh, scalars="value", cmap=colours, clim=(-most, most), nan_color=GROUND,
            smooth_shading=True, show_scalar_bar=False,
        )  # fmt: skip
    scale, north = _look(plotter, mesh, view)
    drawn = np.asarray(plotter.screenshot(return_img=True))
    plotter.close()
    return captioned(drawn, caption, scale, north, most if shown is not None else None)


def _mesh(
    library: Any,
    elevation: NDArray[np.floating],
    grid: Grid,
    view: View,
    values: NDArray[np.floating] | None,
) -> tuple[Any, Any]:
    """Surface about the site's middle, holes cut out; values at its points."""
    z, step = thinned(elevation, MOST_CELLS)
    cell = grid.cell * step
    rows, columns = z.shape
    x, y = np.meshgrid(
        (np.arange(columns) - columns / 2) * cell, (rows / 2 - np.arange(rows)) * cell
    )
    base = float(np.nanmean(z))
    height = np.where(np.isfinite(z), (z - base) * view.exaggeration, 0.0)
    surface = library.StructuredGrid(x, y, height)
    surface.point_data["known"] = np.isfinite(z).ravel(order="F").astype(float)
    if values is not None:
        draped, _ = thinned(values, MOST_CELLS)
        surface.point_data["draped"] = draped.ravel(order="F")
    kept = surface.threshold(0.5, scalars="known", all_scalars=True).extract_surface(
        algorithm="dataset_surface"
    )
    return kept, None if values is None else np.asarray(kept.point_data["draped"])


def _look(plotter: Any, mesh: Any, view: View) -> tuple[float, tuple[float, float]]:
    """Aim the camera; return metres a pixel, and where north points on the picture."""
    turn, up = np.radians(view.azimuth), np.radians(view.height)
    ahead = np.array(
        [np.sin(turn) * np.cos(up), np.cos(turn) * np.cos(up), -np.sin(up)]
    )
    centre = np.array(mesh.center)
    reach = float(np.linalg.norm(np.array(mesh.bounds[1::2]) - mesh.bounds[::2]))
    plotter.enable_parallel_projection()
    plotter.camera.focal_point = centre
    plotter.camera.position = centre - 2.0 * reach * ahead
    plotter.camera.up = (0.0, 0.0, 1.0)
    plotter.reset_camera()
    plotter.camera.zoom(1.25)
    right = np.array([np.cos(turn), -np.sin(turn), 0.0])
    above = np.cross(right, ahead)
    scale = 2.0 * plotter.camera.parallel_scale / view.size[1]
    return scale, (float(right[1]), float(above[1]))
