"""One survey of one or several clouds, gridded to ground, surface, canopy and error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.fill import fillnodata
from scipy.ndimage import distance_transform_edt

from twin.errors import InputError
from twin.grid import Grid

from ..audit import Audit, note
from . import cloth, morphology
from .cloth import Cloth
from .gridding import Gridded
from .guard import Points, decoded
from .header import LasHeader
from .morphology import Smrf, near_ground, steepness
from .reference_system import Reference, to_site
from .survey_held import Held, Wanted

GROUND, NOISE, WATER, WITHHELD = 2, (7, 18), 9, 255
REACH = 3  # cells; wider holes stay holes
LONE = 0.15  # m, standard error of a single ground point where nothing else is known
MAX_FILTERED = 16_000_000  # cells of the ground filter; it takes about 100 bytes each
Float32 = NDArray[np.float32]
DEFAULT = Wanted()
FILTERS: Mapping[str, tuple[Smrf | Cloth, Callable[[Any, Any], Any]]] = {
    "smrf": (Smrf(), morphology.ground_surface),
    "cloth": (Cloth(), cloth.ground_surface),
}


@dataclass(frozen=True)
class Cloud:
    """A file that was found plausible, and the reference of its coordinates."""

    header: LasHeader
    reference: Reference


@dataclass(frozen=True)
class Rasters:
    """Rasters of a survey on the site's grid, float32, NaN where nothing is known."""

    elevation: Float32
    error: Float32
    surface_elevation: Float32
    canopy_height: Float32
    point_density: Float32
    filled: Float32
    plants: Mapping[str, Float32] = field(default_factory=dict)

    def layers(self) -> dict[str, Float32]:
        """Rasters beside elevation and error, by the name of their layer."""
        names = ("surface_elevation", "canopy_height", "point_density", "filled")
        return {name: getattr(self, name) for name in names} | dict(self.plants)


def bounds(cloud: Cloud, site_crs: str) -> tuple[float, float, float, float]:
    """West, south, east, north of a cloud in the site's CRS, from its header."""
    low, high = cloud.header.low, cloud.header.high
    there = to_site(cloud.reference.horizontal, site_crs, cloud.header.path)
    if there is None:
        return low[0], low[1], high[0], high[1]
    found: tuple[float, float, float, float] = there.transform_bounds(
        low[0], low[1], high[0], high[1]
    )
    return found


def points_of(cloud: Cloud, site_crs: str) -> Iterator[Points]:
    """Yield points in the site's CRS, heights in metres."""
    there = to_site(cloud.reference.horizontal, site_crs, cloud.header.path)
    for points in decoded(cloud.header):
        found = points
        if there is not None:
            x, y = there.transform(points.x, points.y)
            found = replace(found, x=x, y=y)
        if cloud.reference.to_metres != 1.0:
            found = replace(found, z=points.z * cloud.reference.to_metres)
        yield found


def grid_survey(
    clouds: Sequence[Cloud],
    grid: Grid,
    *,
    ground: str,
    audit: Audit,
    wanted: Wanted = DEFAULT,
    fill: float | None = None,
) -> Rasters:
    """Grid the clouds of one survey together, so that tiles meet without seams.

    ground  "classes": class 2 of the files; "smrf": the morphological filter; "cloth":
            the cloth simulation filter
    wanted  what is asked for beyond sums by cell
    fill    m; holes so near to ground points are filled and marked; three cells
            without it, 0 fills none

    Raises InputError when classes are asked for and the files have none.
    """
    base = min(c.header.low[2] * c.reference.to_metres for c in clouds)
    seen, bare = Gridded(grid, base), Gridded(grid, base)
    where = str(clouds[0].header.path)
    held = _held(clouds, grid, wanted, audit) if wanted.any else None

    def source() -> Iterator[Points]:
        if held is not None:
            return held.chunks()
        return (p for cloud in clouds for p in points_of(cloud, grid.crs))

    surface = None
    if ground in FILTERS:
        surface = _filtered(source, where, grid, base, FILTERS[ground])
    classes = np.zeros(256, dtype=np.int64)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for points in source():
            xyz = (points.x, points.y, points.z)
            classes += np.bincount(points.kind, minlength=256)
            good = _not_noise(points)
            seen.add(xyz, good, pool)
            use = _ground_points(points, good, surface)
            bare.add(xyz, use, pool)
            if held is not None:
                held.mark(np.asarray(use, dtype=np.bool_))
    for cloud in clouds:
        _note_read(audit, cloud)
    _note_classes(audit, classes, clouds, ground)
    if not bare.count.any():
        raise InputError(
            f"{clouds[0].header.path}: no point is of class 2 (ground); "
            "write ground: smrf for this survey in site.yaml to classify them here"
        )
    if seen.outside:
        what = "points outside the site's extent"
        audit.dropped.append(note(what, clouds[0].header.path, seen.outside))
    made = _rasters(seen, bare, audit, where, fill)
    return made if held is None else _refined(made, held, wanted, grid, audit)


def _held(clouds: Sequence[Cloud], grid: Grid, wanted: Wanted, audit: Audit) -> Held:
    """All points of the clouds, noise marked when asked."""
    where = str(clouds[0].header.path)
    count = sum(max(cloud.header.points, 0) for cloud in clouds)
    chunks = (p for cloud in clouds for p in points_of(cloud, grid.crs))
    held = Held.of(chunks, count, where)
    return held.without_noise(audit, where) if wanted.noise else held


def _refined(
    made: Rasters, held: Held, wanted: Wanted, grid: Grid, audit: Audit
) -> Rasters:
    """Put in what points beside each other tell better than sums by cell."""
    terrain = made.elevation.astype(np.float64)
    error, filled = made.error, made.filled
    if wanted.terrain != "mean":
        terrain, told = held.terrain(grid, wanted.terrain)
        names = {"tin": "triangles of ground points", "idw": "inverse distances"}
        audit.assumed.append(note(f"terrain by {names[wanted.terrain]}", ""))
        # what is between points is no filling here: the method reaches over gaps
        filled = np.zeros_like(filled)
        error = np.where(np.isfinite(terrain), error, np.nan).astype(np.float32)
        if told is not None:
            error = np.where(np.isfinite(told), told, error).astype(np.float32)
    canopy, top = made.canopy_height, made.surface_elevation
    if wanted.pit_free:
        high = held.canopy(terrain, grid)
        canopy, top = high.astype(np.float32), (terrain + high).astype(np.float32)
    elif wanted.terrain != "mean":
        canopy = np.maximum(top - terrain, 0.0).astype(np.float32)
    plants = held.metrics(terrain, grid) if wanted.metrics else {}
    return replace(
        made, elevation=terrain.astype(np.float32), error=error, filled=filled,
        canopy_height=canopy, surface_elevation=top,
        plants={name: a.astype(np.float32) for name, a in plants.items()},
    )  # fmt: skip


def _not_noise(points: Points) -> Any:
    kind = points.kind
    good = kind != WITHHELD
    for noise in NOISE:
        good &= kind != noise
    return good


def _ground_points(points: Points, good: Any, surface: _Surface | None) -> Any:
    if surface is None:
        return points.kind == GROUND
    use = np.zeros(points.x.size, dtype=np.bool_)
    last = good & (points.last != 0)
    near_ground(
        surface.height, surface.steep, points.x, points.y, points.z,
        surface.frame, last, use,
    )  # fmt: skip
    return use


@dataclass(frozen=True)
class _Surface:
    height: Any
    steep: Any
    frame: Any


def _filtered(
    source: Callable[[], Iterator[Points]],
    where: str,
    grid: Grid,
    base: float,
    method: tuple[Smrf | Cloth, Callable[[Any, Any], Any]],
) -> _Surface:
    """Run a filter on the lowest last returns, on cells of its own size."""
    settings, surface_of = method
    west, south, east, north = grid.bounds
    cell = settings.cell
    shape = (int(np.ceil((north - south) / cell)), int(np.ceil((east - west) / cell)))
    if shape[0] * shape[1] > MAX_FILTERED:
        raise InputError(
            f"{where}: the ground filter needs {shape[0]} x {shape[1]} "
            f"cells of {cell:g} m for the site, more than {MAX_FILTERED}; classify the "
            "ground in the cloud and write ground: classes, or state a smaller extent: "
            "in site.yaml"
        )
    fine = Gridded(Grid(grid.crs, grid.vertical, west, north, cell, shape), base)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for points in source():
            use = _not_noise(points) & (points.last != 0)
            fine.add((points.x, points.y, points.z), use, pool)
    height = surface_of(fine.low, settings)
    frame = np.array([west, north, cell, settings.threshold, settings.scalar])
    return _Surface(height, steepness(height, cell), frame)


def _rasters(
    seen: Gridded, bare: Gridded, audit: Audit, where: str, fill: float | None
) -> Rasters:
    reach = REACH if fill is None else fill / seen.grid.cell
    mean, known = bare.mean, bare.count > 0
    scatter = np.sqrt(bare.variance)
    typical = float(np.nanmedian(scatter)) if np.isfinite(scatter).any() else LONE
    # one point tells nothing of its own scatter: the survey's typical one stands in
    spread = np.where(np.isfinite(scatter), np.maximum(scatter, 1e-3), typical)
    error = spread / np.sqrt(np.maximum(bare.count, 1.0))
    distance = distance_transform_edt(~known)
    near = ~known & (distance <= reach)
    filled = fillnodata(
        np.where(known, mean, 0.0).astype(np.float32), mask=known,
        max_search_distance=reach + 1.0,
    )  # fmt: skip
    elevation = np.where(known, mean, np.where(near, filled, np.nan))
    # towards a gap the error grows with the distance to the next measured cell
    error = np.where(known, error, np.where(near, typical * (1.0 + distance), np.nan))
    audit.repaired.append(
        note(f"cells without ground points filled from within {reach:g} cells, marked "
             "in the layer filled", where, int(near.sum()))
    )  # fmt: skip
    holes = int((~known & ~near).sum())
    audit.dropped.append(
        note("cells left as holes, no ground point near", where, holes)
    )
    top = seen.high
    canopy = np.maximum(top - elevation, 0.0)
    density = seen.count / seen.grid.cell_area
    made = (elevation, error, top, canopy, density, near)
    one, two, three, four, five, six = (a.astype(np.float32) for a in made)
    return Rasters(one, two, three, four, five, six)


def _note_read(audit: Audit, cloud: Cloud) -> None:
    where = cloud.header.path.name
    audit.read.append(note("points", where, cloud.header.points))
    told_by = (*cloud.header.notes, *cloud.reference.assumed)
    audit.assumed += [note(told, where) for told in told_by]


def _note_classes(
    audit: Audit, classes: NDArray[np.int64], clouds: Sequence[Cloud], ground: str
) -> None:
    where = ", ".join(cloud.header.path.name for cloud in clouds)
    for kind in np.flatnonzero(classes):
        count = int(classes[kind])
        if kind == WITHHELD:
            audit.dropped.append(note("withheld points", where, count))
        elif kind in NOISE:
            audit.dropped.append(note(f"noise points (class {kind})", where, count))
        else:
            audit.read.append(note(f"points of class {kind}", where, count))
    if ground in FILTERS:
        name = {"smrf": "SMRF (Pingel et al. 2013)", "cloth": "CSF (Zhang et al. 2016)"}
        told = f"ground classified here by {name[ground]}, default settings"
        audit.assumed.append(note(told, where))
