"""Where the demo mine lies and how finely its truth is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.grid import Grid

Raster = NDArray[np.float64]
Mask = NDArray[np.bool_]

CRS, VERTICAL = "EPSG:32649", "EPSG:5737"
WEST, SOUTH, SIZE = 612_000.0, 4_373_000.0, 1500.0  # m; about 39.5 N, 112.3 E
FINE, COARSE = 1.0, 2.0  # m, spacing of the truth: full and quick
CELL, QUICK_CELL = 5.0, 10.0  # m, of the site


@dataclass(frozen=True)
class Frame:
    """Square of 1.5 km; local coordinates run from its south-western corner, in m.

    spacing  of the rasters; row 0 is north, samples are cell centres
    """

    spacing: float

    @property
    def cells(self) -> int:
        """Cells of a side."""
        return round(SIZE / self.spacing)

    @property
    def x(self) -> Raster:
        """Local easting of the columns (1, columns)."""
        along: Raster = (np.arange(self.cells, dtype=np.float64) + 0.5) * self.spacing
        return along[None, :]

    @property
    def y(self) -> Raster:
        """Local northing of the rows (rows, 1)."""
        along: Raster = (np.arange(self.cells, dtype=np.float64) + 0.5) * self.spacing
        return SIZE - along[:, None]

    @property
    def grid(self) -> Grid:
        """The rasters' grid."""
        n = self.cells
        return Grid(CRS, VERTICAL, WEST, SOUTH + SIZE, self.spacing, (n, n))

    def to_pixels(self, x: Raster, y: Raster) -> tuple[Raster, Raster]:
        """Fractional rows and columns of local points."""
        return (SIZE - y) / self.spacing - 0.5, x / self.spacing - 0.5
