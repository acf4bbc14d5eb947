"""Coordinates carried from one CRS to another, exactly or not at all."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from twin.crs import area_of_use, parts, share_inside, swapped
from twin.errors import InputError, MissingCRS
from twin.gauss_kruger import check_zone
from twin.grid import UNKNOWN_VERTICAL

Array = NDArray[np.float64]
Area = tuple[float, float, float, float]  # west, south, east, north, degrees
SHOWN: Final = 4  # grid files named in a message
MOST: Final = 0.9  # share of points that must lie where their CRS is meant for


@dataclass(frozen=True)
class Way:
    """How PROJ carries coordinates from one CRS to another.

    transformer   x, y, z in the order easting, northing, height; None for the same CRS
    description   PROJ's name of the operation
    accuracy      m as PROJ states it, or None where it does not know
    """

    transformer: Transformer | None
    description: str
    accuracy: float | None


def exact_way(source: Any, target: Any, where: str, *, area: Area | None = None) -> Way:
    """Find the best known way between two CRSs; InputError where only a guess is left.

    area  of the points, degrees; grids of other countries are then not asked for

    Refused are ballpark ways, which take two datums for one (up to hundreds of
    metres), and the second best where the best lacks a grid file, whose name is told.
    """
    start, end = _parsed(source, where), _parsed(target, where)
    if start == end or start.to_authority() == end.to_authority() is not None:
        return Way(None, "the same CRS", 0.0)
    group = _ways(start, end, where, area)
    missing = _missing_grids(group)
    if group.transformers and (group.best_available or not missing):
        best = group.transformers[0]
        known = best.accuracy is not None and best.accuracy >= 0.0
        return Way(best, best.description, best.accuracy if known else None)
    names = f"from {start.name} to {end.name}"
    if missing:
        more = f" and {len(missing) - SHOWN} others" if len(missing) > SHOWN else ""
        raise InputError(
            f"{where}: the best way {names} needs a grid that is not here: "
            f"{', '.join(missing[:SHOWN])}{more}; put the file from "
            "https://cdn.proj.org into the folder that PROJ_DATA names, or reproject "
            "the data where the grid is"
        )
    raise InputError(
        f"{where}: no exact way {names} is known, only a ballpark one, which takes the "
        "two datums for the same; keep data and site in CRSs of one "
        "datum, or fit the move from control points known in both"
    )


def carry(
    points: Array, source: str, target: str, where: str, *, area: Area | None = None
) -> Array:
    """Carry (n, 2) or (n, 3) points from one CRS to another; the same shape.

    Heights go through the geoid between two compound CRSs. Heights without a vertical
    reference on one of the sides are refused rather than left as they are.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] not in (2, 3):
        raise InputError(f"{where}: points of shape {points.shape}, not (n, 2 or 3)")
    flat = points.shape[1] == 2
    if not flat:
        _check_heights(source, target, where)
    start, end = (_flat(c, where) if flat else c for c in (source, target))
    way = exact_way(start, end, where, area=area)
    if way.transformer is None:
        return points.copy()
    moved = np.stack(way.transformer.transform(*points.T), axis=1)
    lost = ~np.isfinite(moved).all(axis=1)
    if lost.any():
        first = int(np.argmax(lost))
        raise InputError(
            f"{where}: {np.count_nonzero(lost)} of {len(points)} points cannot be "
            f"carried from {source} to {target}, the first at "
            f"{tuple(float(v) for v in points[first])}; it lies outside the CRS or "
            "the grid file, or is no number"
        )
    return moved


def check_points(
    east: Array, north: Array, crs: str, where: str, *, area: Area | None = None
) -> None:
    """Refuse points that cannot be in the CRS stated for them, and tell what they are.

    Looked for, in this order: numbers that are none, zone numbers that contradict the
    CRS, swapped columns, points outside the CRS's area of use. Nothing is mended.
    """
    if not (np.isfinite(east).any() and np.isfinite(north).any()):
        raise InputError(f"{where}: no point has both coordinates; check the columns")
    check_zone(east, north, crs, where)
    middle = f"({np.nanmedian(east):.6g}, {np.nanmedian(north):.6g})"
    if swapped(east, north, crs, area=area):
        names = (
            "longitude and latitude"
            if _parsed(crs, where).is_geographic
            else "easting and northing"
        )
        raise InputError(
            f"{where}: the points lie in the area of {crs} only with {names} swapped "
            f"(about {middle} as they are); swap the two columns' names in the catalog"
        )
    share = share_inside(east, north, crs, area=area)
    if share < MOST:
        raise InputError(
            f"{where}: {1.0 - share:.0%} of the points (about {middle}) lie outside "
            f"the area of {crs}, {area or area_of_use(crs)} degrees; state the CRS "
            "they are in, or fit a local grid if they are in the mine's own"
        )


def _check_heights(source: str, target: str, where: str) -> None:
    for text in (source, target):
        try:
            has = parts(text)
        except ValueError as error:
            raise InputError(f"{where}: {error}") from error
        if has.vertical == UNKNOWN_VERTICAL and has.height_unit is None:
            raise MissingCRS(
                f"{where}: points have heights, but {text} says nothing of heights; "
                "state both, e.g. EPSG:4547+5737, or carry x and y alone"
            )


def _ways(start: CRS, end: CRS, where: str, area: Area | None) -> TransformerGroup:
    # pyproj's stub names another class than its documentation and its code
    box: Any = None if area is None else AreaOfInterest(*area)
    try:
        with warnings.catch_warnings():
            # the missing grid becomes an error of ours, which names it
            warnings.simplefilter("ignore", UserWarning)
            return TransformerGroup(
                start, end, always_xy=True, area_of_interest=box, allow_ballpark=False
            )
    except (ProjError, CRSError) as error:
        raise InputError(
            f"{where}: {start.name} cannot be carried to {end.name} ({error}); "
            "state another CRS"
        ) from error


def _missing_grids(group: TransformerGroup) -> list[str]:
    """Names of absent grid files, of the best way first."""
    if group.transformers and group.best_available:
        return []
    names = [
        grid.short_name
        for operation in group.unavailable_operations
        for grid in operation.grids
        if not grid.available
    ]
    return list(dict.fromkeys(names))


def _flat(text: str, where: str) -> CRS:
    crs = _parsed(text, where)
    return crs.sub_crs_list[0] if crs.is_compound else crs


def _parsed(text: Any, where: str) -> CRS:
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise InputError(
            f"{where}: '{text}' is no known CRS; write an EPSG code such as EPSG:32649"
        ) from error
