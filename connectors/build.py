"""Build a site: what site.yaml names becomes surfaces, parcels, climate and sensors.

The order is: look at everything, decide the one grid, make each surface, then write
site.built.json. A failure leaves the previous build as it was.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from twin.errors import InputError
from twin.grid import UNKNOWN_VERTICAL, Grid
from twin.hashing import sha256_of
from twin.readings import ReadingStore
from twin.site import Built, Site
from twin.surface import Surface

from .audit import Audit
from .climate import read_climate, write_monthly
from .pointcloud.survey import grid_survey
from .surfaces import load_header, save_surface
from .survey_files import SurveyFiles, open_survey
from .vector import check_inside, read_parcels, write_parcels

MAX_CELLS = 100_000_000
Progress = Callable[[int, int], None]


def build(folder: Path, progress: Progress | None = None) -> Built:
    """Build or bring up to date the site in ``folder``.

    Surfaces whose files, settings and grid are unchanged are kept. Raises InputError
    or one of its kinds, with what to mend; the previous build then stays.
    """
    site = Site.open(folder)
    if not site.config.surveys:
        raise InputError(
            f"{folder / 'site.yaml'}: names no survey; add one under surveys: "
            "- {file: sources/survey.laz, date: 2025-05-20, kind: surveyed}"
        )
    total = len(site.config.surveys) + 3
    said = progress or (lambda done, of: None)
    said(0, total)
    opened = [open_survey(site, survey) for survey in site.config.surveys]
    grid = _grid(site, opened)
    said(1, total)
    ids = []
    for i, files in enumerate(opened):
        ids.append(_surface(site, files, grid))
        said(2 + i, total)
    if len(set(ids)) < len(ids):
        raise InputError(
            f"{folder / 'site.yaml'}: two surveys have the same date and kind; "
            "give each its own id:"
        )
    inputs = [f for files in opened for f in files.paths] + _tables(site, grid)
    built = Built(
        grid.to_dict(),
        tuple(sorted(ids)),
        tuple(_input(site, path) for path in dict.fromkeys(inputs)),
        synthetic=site.config.synthetic,
    )
    built.save(folder)
    said(total, total)
    return built


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


def _surface(site: Site, files: SurveyFiles, grid: Grid) -> str:
    """Make one surface unless it is there already; return its id."""
    survey = files.survey
    name = survey.id or f"{survey.date.isoformat()}-{survey.kind}"
    _same_datum(site, files)
    source = {p.name: sha256_of(p) for p in files.paths}
    source["settings"] = json.dumps(survey.model_dump(mode="json"), sort_keys=True)
    home = site.surfaces_dir
    if (home / name / "surface.json").is_file():
        there = load_header(home / name)
        if there.source == source and there.grid == grid:
            return name
    audit = Audit()
    if files.clouds:
        made = grid_survey(files.clouds, grid, ground=survey.ground, audit=audit)
        layers = {
            "surface_elevation": made.surface_elevation,
            "canopy_height": made.canopy_height,
            "point_density": made.point_density,
        }
        surface = Surface(
            name, survey.date, survey.kind, source, grid,
            made.elevation, made.error, layers,
        )  # fmt: skip
    else:
        elevation = files.raster(grid, audit)
        surface = Surface(name, survey.date, survey.kind, source, grid, elevation)
    home.mkdir(exist_ok=True)
    save_surface(surface, home, audit)
    return name


def _same_datum(site: Site, files: SurveyFiles) -> None:
    """Refuse a survey in another vertical datum than the site's."""
    own, wanted = files.vertical, site.config.vertical
    if UNKNOWN_VERTICAL in (own, wanted) or own == wanted:
        return
    raise InputError(
        f"{files.paths[0]}: heights are in {own}, the site is in {wanted}; transform "
        "the file first, or if the file is wrong state vertical: beside its name"
    )


def _tables(site: Site, grid: Grid) -> list[Path]:
    """Parcels, climate and sensors; return the files that were read."""
    config, read = site.config, []
    site.layers_dir.mkdir(exist_ok=True)
    if config.parcels is not None:
        path = site.path(config.parcels.file)
        audit = Audit()
        parcels = read_parcels(path, config.crs, config.parcels, audit)
        check_inside(parcels, grid, str(path))
        write_parcels(site.layers_dir / "parcels.gpkg", parcels, config.crs)
        _write_audit(site.layers_dir / "parcels.audit.json", audit)
        read.append(path)
    if config.climate is not None:
        path = site.path(config.climate.file)
        monthly = read_climate(path, config.climate)
        write_monthly(site.layers_dir / "climate_monthly.csv", monthly)
        read.append(path)
    if config.sensors:
        for sensor in config.sensors:
            grid.cell_at(sensor.x, sensor.y)
        site.readings_path.parent.mkdir(exist_ok=True)
        with ReadingStore(site.readings_path) as store:
            store.add_sensors(site.sensors())
    return read


def _write_audit(path: Path, audit: Audit) -> None:
    text = json.dumps(audit.to_json(), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
