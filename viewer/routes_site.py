"""GET /api/site: all that the web app needs to know before it draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from fastapi import APIRouter
from shapely import (
    Geometry,
    get_exterior_ring,
    get_interior_ring,
    get_num_interior_rings,
    get_parts,
)

from twin.errors import OutsideSite
from twin.readings import Reading, Sensor
from twin.store import Run
from twin.vocabulary import VOCABULARY

from .layers import LAYERS, describe, surface_rasters
from .local import LocalFrame
from .point import pair_of, source_of
from .served import Served
from .terrain import height_scale, levels_of


def site_routes(served: Served) -> APIRouter:
    """One description of the site, and whether the server lives."""
    router = APIRouter()
    known: dict[int, dict[str, Any]] = {}

    def fixed() -> dict[str, Any]:
        """Tell what changes with a build only."""
        generation = served.catalogue.generation
        if generation in known:
            return known[generation]
        made = _fixed(served)
        known.clear()
        known[generation] = made
        return made

    fixed()

    @router.get("/healthz")
    def healthz() -> dict[str, bool]:
        """Say that the server is there, and nothing else."""
        return {"ok": True}

    @router.get("/api/site")
    def site() -> dict[str, Any]:
        """Return the site as it is now."""
        runs = served.catalogue.runs
        return {
            **fixed(),
            "epoch": served.hub.epoch,
            "offset": served.hub.offset,
            "sensors": _sensors(served),
            "feeds": served.feeds.told(),
            "runs": _runs(served),
            "rebuilt": served.catalogue.rebuilt,
            "layers": _layers(served, [run for _, run in runs.values()]),
        }

    return router


def _fixed(served: Served) -> dict[str, Any]:
    config, grid, local = served.site.config, served.catalogue.grid, served.local
    return {
        "name": config.name,
        "name_zh": config.name_zh or config.name,
        "synthetic": bool(config.synthetic),
        "crs": grid.crs,
        "vertical": grid.vertical,
        "timezone": config.timezone,
        "cell": grid.cell,
        "grid": {
            "west": grid.west,
            "north": grid.north,
            "rows": grid.shape[0],
            "cols": grid.shape[1],
        },
        "origin_x": local.x,
        "origin_y": local.y,
        "origin_z": local.z,
        "surfaces": [
            _surface(served, header.id) for header in served.catalogue.headers
        ],
        "parcels": [
            {
                "id": parcel.id,
                "label": parcel.label,
                "label_zh": parcel.label_zh,
                "rings": rings(parcel.geometry, local),
            }
            for parcel in served.catalogue.parcels
        ],
    }


def rings(geometry: Geometry, local: LocalFrame) -> list[list[list[float]]]:
    """Every ring of a polygon or multipolygon, in local metres to the centimetre."""
    found = []
    for part in get_parts(geometry):
        lines = [get_exterior_ring(part)]
        lines += [
            get_interior_ring(part, i) for i in range(get_num_interior_rings(part))
        ]
        for line in lines:
            if line is not None:
                points = np.asarray(line.coords)[:, :2] - (local.x, local.y)
                found.append(np.round(points, 2).tolist())
    return found


def _surface(served: Served, name: str) -> dict[str, Any]:
    surface = served.catalogue.surface(name, "/api/site")
    scale = height_scale(surface)
    return {
        "id": surface.id,
        "index": served.catalogue.surface_number(surface.id),
        "date": surface.date.isoformat(),
        "kind": surface.kind,
        "source": source_of(surface.source),
        "levels": levels_of(surface.grid.shape),
        "low": scale.base,
        "high": scale.base + scale.scale * 0xFFFE,
        "layers": list(surface_rasters(surface)),
    }


def _sensors(served: Served) -> list[dict[str, Any]]:
    latest = served.readings.latest()
    now = datetime.now(UTC)
    return [
        {
            **_sensor(served, sensor),
            "latest": _latest(latest.get(sensor.id), now),
        }
        for sensor in served.readings.sensors()
    ]


def _sensor(served: Served, sensor: Sensor) -> dict[str, Any]:
    x, y = served.local.local(sensor.x, sensor.y)
    var = VOCABULARY.get(sensor.var)
    return {
        "id": sensor.id,
        "label": sensor.label,
        "label_zh": sensor.label_zh,
        "x": x,
        "y": y,
        "z": _height(served, sensor),
        "var": sensor.var,
        "var_label": var.label if var else sensor.var,
        "var_label_zh": var.label_zh if var else sensor.var,
        "unit": sensor.unit,
        "owner": sensor.owner,
        "stale_after_s": sensor.stale_after_s,
    }


def _height(served: Served, sensor: Sensor) -> float:
    """Height of the ground at a sensor over the local origin, m; 0 where unknown."""
    ground = served.catalogue.ground()
    try:
        cell = served.catalogue.grid.cell_at(sensor.x, sensor.y)
    except OutsideSite:
        return 0.0
    height = np.nan if ground is None else float(ground.elevation[cell])
    return height - served.local.z if np.isfinite(height) else 0.0


def _latest(reading: Reading | None, now: datetime) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "time": reading.time.isoformat(),
        "value": reading.value,
        "age_s": round((now - reading.time).total_seconds(), 3),
    }


def _runs(served: Served) -> list[dict[str, Any]]:
    """Runs on the site's grid, then those that were made on another one."""
    here, elsewhere = served.catalogue.runs, served.catalogue.elsewhere
    shown = [_run(number, run, here) for number, run in here.values()]
    apart = [
        _run(known.number, known.run, elsewhere)
        | {
            "other_grid": [
                {"what": d.what, "run": d.own, "site": d.other} for d in known.apart
            ]
        }
        for known in elsewhere.values()
    ]
    return shown + apart


def _run(number: int, run: Run, runs: Mapping[str, Any]) -> dict[str, Any]:
    scenario = run.manifest.get("scenario") or {}
    pair = pair_of(run.id)
    title = scenario.get("title") or run.id
    return {
        "id": run.id,
        "index": number,
        "name": scenario.get("name", run.id),
        "title": title,
        "title_zh": scenario.get("title_zh") or title,
        "status": run.manifest.get("status", "finished"),
        "control": run.id.endswith("-control"),
        "pair": pair if pair in runs else None,
        "times": [t.isoformat() for t in run.times],
        "layers": [name for name in run.layers if name in LAYERS],
        "code_version": str(run.manifest.get("code_version", "")),
        "closure": dict(run.manifest.get("closure") or {}),
        "other_grid": [],
    }


def _layers(served: Served, runs: Iterable[Run]) -> list[dict[str, Any]]:
    axes: dict[str, list[str]] = {}
    names: set[str] = set()
    for run in runs:
        for layer in (name for name in run.layers if name in LAYERS):
            names.add(layer)
            of = LAYERS[layer].axes[:1]
            labels = run.manifest.get("axes", {}).get(of[0], ()) if of else ()
            if len(labels) > len(axes.get(layer, [])):
                axes[layer] = list(labels)
    for header in served.catalogue.headers:
        names.update(surface_rasters(served.catalogue.surface(header.id, "/api/site")))
    told = []
    for name in (n for n in LAYERS if n in names):
        about = {**describe(LAYERS[name]), **served.streamer.known_range(name)}
        told.append({**about, "axis": axes[name]} if name in axes else about)
    return told
