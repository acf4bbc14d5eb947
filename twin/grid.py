"""Where the cells lie: one regular grid with its horizontal and vertical reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import OutsideSite

UNKNOWN_VERTICAL = "unknown"
SHORT = 40  # characters of a CRS that are told as they are; WKT goes by its name


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a grid differs from another.

    what   "crs", "vertical", "cell", "west", "north", "shape" or "active"
    own, other   how each has it; of "active" the cells that only this one has
    """

    what: str
    own: str
    other: str

    def __str__(self) -> str:
        if self.what == "active":
            return f"active cells: {self.own} only here, {self.other} only there"
        return f"{self.what} {self.own} instead of {self.other}"


@dataclass(frozen=True)
class Grid:
    """Regular north-up grid; row 0 is the northern edge, as in GeoTIFF.

    crs        horizontal CRS, projected, metres ("EPSG:26917" or WKT2)
    vertical   vertical datum ("EPSG:5703", or "unknown", which forbids differencing
               with surfaces of any other survey)
    west, north  outer corner of the north-western cell, m
    cell       spacing, m
    shape      (rows, columns)
    mask       active cells (rows, columns) bool, or None when all are

    Arrays of State hold the active cells only, in row-major order: shape (n,), or
    (k, n) for a Var with an axis before the cells.
    """

    crs: str
    vertical: str
    west: float
    north: float
    cell: float
    shape: tuple[int, int]
    mask: NDArray[np.bool_] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def active(self) -> NDArray[np.int64]:
        """Flat indices of the active cells."""
        if self.mask is None:
            return np.arange(self.shape[0] * self.shape[1])
        return np.flatnonzero(self.mask)

    @property
    def n(self) -> int:
        """Number of active cells."""
        return self.active.size

    @property
    def cell_area(self) -> float:
        """Area of a cell, m2."""
        return self.cell * self.cell

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in the grid's CRS."""
        rows, columns = self.shape
        return (
            self.west,
            self.north - rows * self.cell,
            self.west + columns * self.cell,
            self.north,
        )

    def expand(self, cells: NDArray[Any], fill: float = np.nan) -> NDArray[Any]:
        """Lay (..., n) active cells out as (..., rows, columns)."""
        lead = cells.shape[:-1]
        if self.mask is None:
            return cells.reshape(*lead, *self.shape)
        whole = np.full((*lead, self.shape[0] * self.shape[1]), fill, dtype=cells.dtype)
        whole[..., self.active] = cells
        return whole.reshape(*lead, *self.shape)

    def compress(self, raster: NDArray[Any]) -> NDArray[Any]:
        """Take the active cells (..., n) out of (..., rows, columns)."""
        flat = raster.reshape(*raster.shape[:-2], -1)
        return flat if self.mask is None else flat[..., self.active]

    def cell_at(self, x: float, y: float) -> tuple[int, int]:
        """Row and column of a point in the grid's CRS; OutsideSite outside it."""
        column = int(np.floor((x - self.west) / self.cell))
        row = int(np.floor((self.north - y) / self.cell))
        if not (0 <= row < self.shape[0] and 0 <= column < self.shape[1]):
            raise OutsideSite(
                f"point ({x:.2f}, {y:.2f}) lies outside the site's grid "
                f"{self.bounds} in {self.crs}; "
                "give a point inside it, in that CRS"
            )
        return row, column

    def differences(self, other: Grid) -> tuple[Difference, ...]:
        """Tell in what the cells of another grid are others; () when in nothing.

        A CRS is the same however it is written. Active cells are counted only when
        the two lie on each other.
        """
        same = {
            "crs": _same_reference(self.crs, other.crs),
            "vertical": _same_reference(self.vertical, other.vertical),
            "cell": self.cell == other.cell,
            "west": self.west == other.west,
            "north": self.north == other.north,
            "shape": self.shape == other.shape,
        }
        own, there = _told(self), _told(other)
        apart = [Difference(k, own[k], there[k]) for k in same if not same[k]]
        if not apart and not (self.mask is None and other.mask is None):
            mine, others = self._activity(), other._activity()
            here = np.count_nonzero(mine & ~others)
            beyond = np.count_nonzero(others & ~mine)
            if here or beyond:
                apart.append(Difference("active", str(here), str(beyond)))
        return tuple(apart)

    def _activity(self) -> NDArray[np.bool_]:
        return np.ones(self.shape, dtype=bool) if self.mask is None else self.mask

    def to_dict(self) -> dict[str, Any]:
        """Everything but the mask, as plain data."""
        return {
            "crs": self.crs,
            "vertical": self.vertical,
            "west": self.west,
            "north": self.north,
            "cell": self.cell,
            "shape": list(self.shape),
        }

    @classmethod
    def from_dict(
        cls, data: Mapping[str, Any], mask: NDArray[np.bool_] | None = None
    ) -> Grid:
        """Inverse of ``to_dict``."""
        rows, columns = data["shape"]
        return cls(
            crs=data["crs"],
            vertical=data["vertical"],
            west=float(data["west"]),
            north=float(data["north"]),
            cell=float(data["cell"]),
            shape=(int(rows), int(columns)),
            mask=mask,
        )


def _told(grid: Grid) -> dict[str, str]:
    """What people are told of a grid."""
    rows, columns = grid.shape
    return {
        "crs": _named(grid.crs),
        "vertical": _named(grid.vertical),
        "cell": f"{grid.cell:.12g} m",
        "west": f"{grid.west:.12g} m",
        "north": f"{grid.north:.12g} m",
        "shape": f"{rows} x {columns}",
    }


def _same_reference(one: str, other: str) -> bool:
    """Tell whether two texts name one CRS; "unknown" is only itself."""
    if one == other or UNKNOWN_VERTICAL in (one, other):
        return one == other
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return bool(CRS.from_user_input(one) == CRS.from_user_input(other))
    except CRSError:
        return False


def _named(reference: str) -> str:
    if len(reference) <= SHORT:
        return reference
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(reference).name
    except CRSError:
        return f"{reference[:SHORT]}…"
