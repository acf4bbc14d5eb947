"""Build a site: what site.yaml names becomes surfaces, parcels, climate and sensors.

The order is: look at everything, decide the one grid, make each surface, then write
site.built.json. A failure leaves the previous build as it was.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from twin.errors import InputError, OutsideSite, unknown_name
from twin.grid import UNKNOWN_VERTICAL, Grid
from twin.hashing import sha256_of
from twin.readings import ReadingStore
from twin.site import Built, Site
from twin.surface import Raster, Surface, lifted

from .audit import Audit, note
from .climate import read_climate, write_monthly
from .design.sample import surface_of
from .local_grids import Fitted, with_known_crs
from .pointcloud.copc_survey import Place, write_survey_cloud
from .pointcloud.ground_marks import classes_used
from .pointcloud.reference_system import same_datum
from .pointcloud.survey import grid_survey
from .pointcloud.survey_held import Wanted
from .surfaces import CLOUD, FACTS, load_header, save_surface
from .survey_files import SurveyFiles, open_survey
from .vector import Parcel, check_inside, rasterise, read_parcels, write_parcels

MAX_CELLS = 25_000_000  # gridding takes about 150 bytes each
MAX_CELLS_A_POINT = 100  # sparser clouds leave nearly nothing but holes
DRAFTS = ".drafts"  # surfaces lie here until the whole build has worked
Progress = Callable[[int, int], None]
Write = Callable[[], object]


def build(folder: Path, progress: Progress | None = None) -> Built:
    """Build or bring up to date the site in ``folder``.

    Surfaces whose files, settings and grid are unchanged are kept. Raises InputError
    or one of its kinds, with what to mend; the previous build then stays.
    """
    site = Site.open(folder)
    _check_surveys(site)
    total = len(site.config.surveys) + 3
    said = progress or (lambda done, of: None)
    said(0, total)
    site, local = with_known_crs(site)
    opened = [open_survey(site, survey) for survey in site.config.surveys]
    grid = _grid(site, opened)
    said(1, total)
    drafts = site.surfaces_dir / DRAFTS
    shutil.rmtree(drafts, ignore_errors=True)
    try:
        ids = []
        for i, files in enumerate(opened):
            own = local.get(files.survey.surface_id)
            ids.append(_surface(site, files, grid, drafts, own))
            said(2 + i, total)
        read, writes = _tables(site, grid)
        inputs = [f for files in opened for f in files.paths] + read
        built = Built(
            grid.to_dict(),
            tuple(sorted(ids)),
            tuple(_input(site, path) for path in dict.fromkeys(inputs)),
            synthetic=site.config.synthetic,
        )
        # nothing of the earlier build was touched up to here
        _publish(site, drafts, ids)
        for write in writes:
            write()
        built.save(folder)
    finally:
        shutil.rmtree(drafts, ignore_errors=True)
    said(total, total)
    return built


def _check_surveys(site: Site) -> None:
    """Refuse a site without surveys, and two that would become one surface."""
    surveys, where = site.config.surveys, site.folder / "site.yaml"
    if not surveys:
        raise InputError(
            f"{where}: names no survey; add one under surveys: "
            "- {file: sources/survey.laz, date: 2025-05-20, kind: surveyed}"
        )
    ids = [survey.surface_id for survey in surveys]
    if len(set(ids)) < len(ids):
        raise InputError(
            f"{where}: two surveys have the same date and kind; give each its own id:"
        )


def _publish(site: Site, drafts: Path, ids: Sequence[str]) -> None:
    """Put the new surfaces in place and take away those of surveys no longer named."""
    for gone in set(site.built.surfaces if site.built else ()) - set(ids):
        shutil.rmtree(site.surfaces_dir / gone, ignore_errors=True)
    for draft in sorted(drafts.glob(f"[!.]*/{FACTS}")):
        place = site.surfaces_dir / draft.parent.name
        shutil.rmtree(place, ignore_errors=True)
        draft.parent.replace(place)


def _input(site: Site, path: Path) -> dict[str, str]:
    inside = path.is_relative_to(site.folder)
    name = path.relative_to(site.folder).as_posix() if inside else str(path)
    return {"path": name, "sha256": sha256_of(path)}


def _grid(site: Site, opened: Sequence[SurveyFiles]) -> Grid:
    """Lay the one grid: the stated extent or the union, snapped to whole cells."""
    config = site.config
    if config.extent is not None:
        west, south, east, north = config.extent
    else:
        for files in opened:
            _check_dense(files, config.cell)
        edges = list(zip(*(files.bounds for files in opened), strict=True))
        west, south = min(edges[0]), min(edges[1])
        east, north = max(edges[2]), max(edges[3])
    cell = config.cell
    left, top = math.floor(west / cell), math.ceil(north / cell)
    columns, rows = math.ceil(east / cell) - left, top - math.floor(south / cell)
    if rows * columns > MAX_CELLS:
        raise InputError(
            f"{site.folder / 'site.yaml'}: {rows} x {columns} cells of {cell:g} m are "
            f"more than {MAX_CELLS}; raise cell: or state a smaller extent:"
        )
    return Grid(
        config.crs, config.vertical, left * cell, top * cell, cell, (rows, columns)
    )


def _check_dense(files: SurveyFiles, cell: float) -> None:
    """Refuse false bounds, or stray points, before they swell the grid."""
    west, south, east, north = files.bounds
    points = sum(cloud.header.points for cloud in files.clouds)
    cells = (east - west) * (north - south) / cell**2
    if points and cells > MAX_CELLS_A_POINT * max(points, 100):
        raise InputError(
            f"{files.paths[0]}: its header claims {east - west:.0f} m x "
            f"{north - south:.0f} m for {points} points; the bounds are false or a few "
            "points lie far off: state the true extent: [west, south, east, north] in "
            "site.yaml"
        )


def _surface(
    site: Site, files: SurveyFiles, grid: Grid, drafts: Path, local: Fitted | None
) -> str:
    """Draft one surface unless it is there already; return its id."""
    survey = files.survey
    name = survey.surface_id
    _same_datum(site, files)
    source = {p.name: sha256_of(p) for p in files.paths}
    source["settings"] = json.dumps(survey.model_dump(mode="json"), sort_keys=True)
    home = site.surfaces_dir
    keep = bool(files.clouds) and survey.keep_cloud
    if (home / name / FACTS).is_file() and (home / name / CLOUD).is_file() == keep:
        there = load_header(home / name)
        if there.source == source and there.grid == grid:
            return name
    audit = Audit()
    if files.clouds:
        surface = _surveyed(files, grid, source, audit)
    elif files.design is not None:
        audit = files.audit or audit
        surface = replace(
            surface_of(files.design, grid, name, survey.date, survey.kind, audit=audit),
            source=source,
        )
    else:
        elevation = files.raster(grid, audit)
        surface = Surface(name, survey.date, survey.kind, source, grid, elevation)
    if local is not None:
        local.tell(audit)
        surface = lifted(surface, local.grid.height_offset)
    if survey.parcel is not None:
        surface = _within(surface, _parcel(site, survey.parcel))
    cloud = _draft_cloud(site, files, grid, drafts, audit) if keep else None
    folder = save_surface(surface, drafts, audit)
    if cloud is not None:
        cloud.replace(folder / CLOUD)
    return name


def _surveyed(
    files: SurveyFiles, grid: Grid, source: dict[str, str], audit: Audit
) -> Surface:
    survey = files.survey
    wanted = Wanted(
        survey.terrain, survey.noise, survey.canopy == "pit-free", survey.metrics
    )
    made = grid_survey(
        files.clouds, grid, ground=survey.ground, audit=audit, wanted=wanted,
        fill=survey.fill,
    )  # fmt: skip
    return Surface(
        survey.surface_id, survey.date, survey.kind, source, grid,
        made.elevation, made.error, made.layers(),
    )  # fmt: skip


def _draft_cloud(
    site: Site, files: SurveyFiles, grid: Grid, drafts: Path, audit: Audit
) -> Path:
    """Write the points of a survey as one COPC in the site's CRS."""
    drafts.mkdir(parents=True, exist_ok=True)
    path = drafts / f"{files.survey.surface_id}.{CLOUD}"
    own, wanted = files.vertical, site.config.vertical
    place = Place(grid.crs, own if UNKNOWN_VERTICAL in (own, wanted) else wanted)
    classes = classes_used(files.clouds, grid, files.survey.ground)
    write_survey_cloud(path, files.clouds, place, classes=classes, audit=audit)
    if files.survey.noise:
        told = "noise found by rule keeps the file's class in the kept cloud"
        audit.assumed.append(note(told, files.paths[0].name))
    return path


def _parcel(site: Site, wanted: str) -> Parcel:
    told = site.config.parcels
    where = site.folder / "site.yaml"
    if told is None:
        raise InputError(
            f"{where}: a survey holds within parcel '{wanted}', but parcels: names no "
            "file; add one"
        )
    parcels = read_parcels(site.path(told.file), site.config.crs, told)
    by_id = {parcel.id: parcel for parcel in parcels}
    if wanted not in by_id:
        raise unknown_name("parcel", wanted, by_id, str(where))
    return by_id[wanted]


def _within(surface: Surface, parcel: Parcel) -> Surface:
    """Keep what lies in the parcel; holes elsewhere."""
    inside = rasterise([parcel], surface.grid) > 0

    def kept(raster: Raster) -> Raster:
        return np.where(inside, raster, np.float32(np.nan))

    error = None if surface.error is None else kept(surface.error)
    layers = {name: kept(raster) for name, raster in surface.layers.items()}
    return replace(
        surface, elevation=kept(surface.elevation), error=error, layers=layers,
        tin=None,
    )  # fmt: skip


def _same_datum(site: Site, files: SurveyFiles) -> None:
    """Refuse a survey in another vertical datum than the site's."""
    own, wanted = files.vertical, site.config.vertical
    if UNKNOWN_VERTICAL in (own, wanted) or same_datum(own, wanted):
        return
    raise InputError(
        f"{files.paths[0]}: heights are in {own}, the site is in {wanted}; transform "
        "the file first, or if the file is wrong state vertical: beside its name"
    )


def _tables(site: Site, grid: Grid) -> tuple[list[Path], list[Write]]:
    """Read parcels and climate, check sensors; return the files and what to write."""
    config, read = site.config, []
    writes: list[Write] = [partial(site.layers_dir.mkdir, exist_ok=True)]
    if config.parcels is not None:
        path = site.path(config.parcels.file)
        audit = Audit()
        parcels = read_parcels(path, config.crs, config.parcels, audit)
        check_inside(parcels, grid, str(path))
        place = site.layers_dir / "parcels.gpkg"
        writes.append(partial(write_parcels, place, parcels, config.crs))
        place = site.layers_dir / "parcels.audit.json"
        writes.append(partial(_write_audit, place, audit))
        read.append(path)
    if config.climate is not None:
        path = site.path(config.climate.file)
        monthly = read_climate(path, config.climate)
        place = site.layers_dir / "climate_monthly.csv"
        writes.append(partial(write_monthly, place, monthly))
        read.append(path)
    if config.sensors:
        _check_sensors(site, grid)
        writes.append(partial(_register_sensors, site))
    return read, writes


def _register_sensors(site: Site) -> None:
    with ReadingStore(site.readings_path) as store:
        store.add_sensors(site.sensors())


def _check_sensors(site: Site, grid: Grid) -> None:
    for sensor in site.config.sensors:
        try:
            grid.cell_at(sensor.x, sensor.y)
        except OutsideSite as error:
            raise OutsideSite(
                f"{site.folder / 'site.yaml'}: sensor '{sensor.id}': {error}"
            ) from error


def _write_audit(path: Path, audit: Audit) -> None:
    text = json.dumps(audit.to_json(), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
