"""The files of one survey, looked at before anything is built from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from twin.errors import MissingCRS, UnreadableFile
from twin.grid import UNKNOWN_VERTICAL, Grid
from twin.site import Site
from twin.site_config import Survey
from twin.tin import Tin

from .audit import Audit, note
from .design.design import Design, Stated
from .design.export import READERS, read_design
from .pointcloud.open_cloud import open_cloud
from .pointcloud.other_formats import ENDINGS
from .pointcloud.reference_system import raster_reference, to_site
from .pointcloud.survey import Cloud, bounds
from .raster import RasterFile, import_raster, to_grid

RASTERS = (".tif", ".tiff")
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class SurveyFiles:
    """Clouds, one raster or one design, with their extent in the site's CRS.

    vertical   datum of the heights, "unknown" where nobody says
    to_metres  factor of a raster's heights
    design     in the site's CRS; what its import noted is in ``audit``
    """

    survey: Survey
    paths: tuple[Path, ...]
    bounds: Bounds
    vertical: str
    clouds: tuple[Cloud, ...] = ()
    grid: RasterFile | None = None
    to_metres: float = 1.0
    design: Design | None = None
    audit: Audit | None = None

    def raster(self, grid: Grid, audit: Audit) -> NDArray[np.float32]:
        """Heights of the raster on the site's grid, float32."""
        found = self.grid
        if found is None:
            raise UnreadableFile(f"{self.paths[0]}: holds no raster")
        cells = found.grid.shape[0] * found.grid.shape[1]
        audit.read.append(note("cells", self.paths[0].name, cells))
        made: NDArray[np.float32] = to_grid(found, grid).astype(np.float32)
        made *= np.float32(self.to_metres)
        holes = int((~np.isfinite(made)).sum())
        audit.dropped.append(note("cells without data", self.paths[0].name, holes))
        if self.survey.crs is not None:
            told = f"CRS {self.survey.crs} as stated in site.yaml"
            audit.assumed.append(note(told, self.paths[0].name))
        if self.to_metres != 1.0:
            told = f"heights times {self.to_metres:.9g} to make them metres"
            audit.repaired.append(note(told, self.paths[0].name, cells))
        return made


def open_survey(site: Site, survey: Survey) -> SurveyFiles:
    """Look at the files of a survey; a name may be a pattern such as tiles/*.laz."""
    paths = _paths(site, survey)
    ending = paths[0].suffix.lower()
    if ending in RASTERS:
        return _raster(site, survey, paths)
    # a PLY file may be both: drawn it is a mesh, measured it is a cloud
    if ending in READERS and (ending not in ENDINGS or survey.kind == "designed"):
        return _design(site, survey, paths)
    if ending in ENDINGS:
        return _clouds(site, survey, paths)
    known = sorted({*RASTERS, *READERS, *ENDINGS})
    raise UnreadableFile(
        f"{paths[0]}: a ground is read from {' '.join(known)}, not '{ending}'; export "
        "it so"
    )


def _paths(site: Site, survey: Survey) -> tuple[Path, ...]:
    found: list[Path] = []
    for name in survey.files:
        pattern = any(sign in name for sign in "*?[")
        these = sorted(site.folder.glob(name)) if pattern else [site.path(name)]
        if not these or not these[0].is_file():
            raise UnreadableFile(
                f"{site.path(name)}: there is no such file; names in site.yaml are "
                f"relative to {site.folder}"
            )
        found += these
    return tuple(dict.fromkeys(found))


def _clouds(site: Site, survey: Survey, paths: tuple[Path, ...]) -> SurveyFiles:
    clouds = [
        open_cloud(path, survey.crs, survey.vertical, survey.columns) for path in paths
    ]
    edges = list(zip(*(bounds(c, site.config.crs) for c in clouds), strict=True))
    extent = (min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3]))
    datums = {c.reference.vertical for c in clouds}
    vertical = datums.pop() if len(datums) == 1 else UNKNOWN_VERTICAL
    return SurveyFiles(survey, paths, extent, vertical, clouds=tuple(clouds))


def _design(site: Site, survey: Survey, paths: tuple[Path, ...]) -> SurveyFiles:
    """Read a design whole; its triangles are carried into the site's CRS."""
    if len(paths) > 1:
        raise UnreadableFile(
            f"{paths[0]}: {len(paths)} designs for one ground; name one"
        )
    audit = Audit()
    stated = Stated(
        survey.surface, survey.layers, survey.unit, survey.crs, survey.vertical
    )
    design = read_design(paths[0], stated, audit)
    tin = design.tin
    if tin is None:
        raise UnreadableFile(
            f"{paths[0]}: has lines only, no triangles; export the surface as a TIN"
        )
    if design.crs is None:
        raise MissingCRS(
            f"{paths[0]}: names no CRS; state it for this survey, e.g. "
            f"crs: {site.config.crs}"
        )
    there = to_site(CRS.from_user_input(design.crs), site.config.crs, paths[0])
    if there is not None:
        east, north, up = tin.vertices.T
        moved = np.column_stack([*there.transform(east, north), up])
        tin = Tin.of(moved, tin.triangles)
        design = replace(design, tin=tin, crs=site.config.crs)
        audit.repaired.append(note("vertices carried into the site's CRS", paths[0]))
    return SurveyFiles(
        survey, paths, tin.bounds, design.vertical or UNKNOWN_VERTICAL,
        design=design, audit=audit,
    )  # fmt: skip


def _raster(site: Site, survey: Survey, paths: tuple[Path, ...]) -> SurveyFiles:
    if len(paths) > 1:
        raise UnreadableFile(
            f"{paths[0]}: {len(paths)} rasters for one survey; merge them first"
        )
    found = import_raster(paths[0], crs=survey.crs, vertical=survey.vertical)
    own = found.grid
    told = raster_reference(paths[0], own.crs, own.vertical, found.unit)
    found = replace(found, grid=replace(own, crs=told.horizontal.to_wkt()))
    there = to_site(told.horizontal, site.config.crs, paths[0])
    extent: Bounds = own.bounds
    if there is not None:
        extent = there.transform_bounds(*own.bounds)
    return SurveyFiles(survey, paths, extent, told.vertical, (), found, told.to_metres)
