"""Where a measure acts: parcels by id, or a polygon from a file or written in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from twin.errors import BadScenario, OutsideSite, unknown_name
from twin.grid import Grid

from .checked import Checked

Cells = NDArray[np.bool_]


class ParcelLike(Protocol):
    """What of a parcel is needed here."""

    @property
    def id(self) -> str:
        """Name within the site."""

    @property
    def geometry(self) -> Any:
        """Shapely polygon in the site's CRS."""


class Area(Checked):
    """Either parcels or one polygon; all parcels together are ``parcels: [all]``.

    polygon  a GeoJSON geometry in the site's CRS, or the name of a vector file beside
             the scenario (its own CRS is honoured)
    """

    parcels: tuple[str, ...] = ()
    polygon: str | dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Area:
        if bool(self.parcels) == (self.polygon is not None):
            raise ValueError(
                "give either parcels: [ids] or polygon: a file or GeoJSON geometry"
            )
        return self


@dataclass(frozen=True, slots=True)
class Ground:
    """What an area is looked up in: grid, parcels, and the scenario's folder."""

    grid: Grid
    parcels: Sequence[ParcelLike]
    folder: Path


def cells_of(area: Area, ground: Ground, where: str) -> Cells:
    """Return which active cells (n,) have their centre in the area.

    Raises OutsideSite when there are none, naming ``where``.
    """
    shapes = _shapes(area, ground, where)
    inside = ground.grid.compress(_rasterised(shapes, ground.grid))
    if not inside.any():
        raise OutsideSite(
            f"{where}: the area holds no cell of the site's ground; the grid spans "
            f"{ground.grid.bounds} in {ground.grid.crs}; draw it inside, in that CRS"
        )
    return inside


def region_of(area: Area, ground: Ground, where: str) -> Any:
    """Return the area as drawn, one shapely geometry in the site's CRS."""
    import shapely

    return shapely.union_all(_shapes(area, ground, where))


def _shapes(area: Area, ground: Ground, where: str) -> list[Any]:
    if area.parcels:
        known = {parcel.id: parcel.geometry for parcel in ground.parcels}
        if area.parcels == ("all",) and "all" not in known:
            return list(known.values())
        for name in area.parcels:
            if name not in known:
                raise unknown_name("parcel", name, known, where)
        return [known[name] for name in area.parcels]
    if isinstance(area.polygon, Mapping):
        return [_geometry(area.polygon, where)]
    return _from_file(ground.folder / str(area.polygon), ground.grid, where)


def _geometry(data: Mapping[str, Any], where: str) -> Any:
    from shapely.geometry import shape

    try:
        drawn = shape(data.get("geometry", data))
    except Exception as error:
        raise BadScenario(
            f"{where}: this is no GeoJSON geometry ({error}); "
            "write type: Polygon and coordinates: [[[x, y], …]]"
        ) from error
    if not drawn.is_valid or drawn.area == 0.0:
        raise BadScenario(
            f"{where}: the polygon is empty or crosses itself; draw a simple ring"
        )
    return drawn


def _from_file(path: Path, grid: Grid, where: str) -> list[Any]:
    from connectors.vector import read_parcels

    if not path.is_file():
        raise BadScenario(
            f"{where}: there is no file {path}; write its name relative to the scenario"
        )
    return [parcel.geometry for parcel in read_parcels(path, grid.crs)]


def _rasterised(shapes: Sequence[Any], grid: Grid) -> Cells:
    """Cells (rows, columns) whose centre lies in one of the polygons."""
    import shapely

    rows, columns = grid.shape
    west, _, _, north = grid.bounds
    x = west + grid.cell * (np.arange(columns) + 0.5)
    y = north - grid.cell * (np.arange(rows) + 0.5)
    whole = shapely.union_all(shapes)
    shapely.prepare(whole)
    return np.asarray(shapely.contains_xy(whole, x[None, :], y[:, None]), dtype=bool)
