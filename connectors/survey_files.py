"""The files of one survey, looked at before anything is built from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import UnreadableFile
from twin.grid import UNKNOWN_VERTICAL, Grid
from twin.site import Site
from twin.site_config import Survey

from .audit import Audit, note
from .pointcloud.header import read_header
from .pointcloud.reference_system import raster_reference, reference, to_site
from .pointcloud.survey import Cloud, bounds
from .raster import RasterFile, import_raster, to_grid

CLOUDS, RASTERS = (".las", ".laz"), (".tif", ".tiff")
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class SurveyFiles:
    """Clouds or one raster, with their extent in the site's CRS.

    vertical   datum of the heights, "unknown" where nobody says
    to_metres  factor of a raster's heights
    """

    survey: Survey
    paths: tuple[Path, ...]
    bounds: Bounds
    vertical: str
    clouds: tuple[Cloud, ...] = ()
    grid: RasterFile | None = None
    to_metres: float = 1.0

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
    if ending in CLOUDS:
        return _clouds(site, survey, paths)
    if ending in RASTERS:
        return _raster(site, survey, paths)
    raise UnreadableFile(
        f"{paths[0]}: a survey is LAS, LAZ or GeoTIFF, not '{ending}'; export it so"
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
    clouds = []
    for path in paths:
        header = read_header(path)
        clouds.append(Cloud(header, reference(header, survey.crs, survey.vertical)))
    edges = list(zip(*(bounds(c, site.config.crs) for c in clouds), strict=True))
    extent = (min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3]))
    datums = {c.reference.vertical for c in clouds}
    vertical = datums.pop() if len(datums) == 1 else UNKNOWN_VERTICAL
    return SurveyFiles(survey, paths, extent, vertical, clouds=tuple(clouds))


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
