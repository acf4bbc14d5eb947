"""Surfaces on disk: a folder each, rasters that QGIS opens, the import's audit."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import StoreError
from twin.grid import Grid
from twin.site import Site
from twin.surface import Surface, SurfaceKind
from twin.tin import Tin

from .audit import Audit
from .raster import read_raster, write_cog

FACTS, AUDIT, TIN = "surface.json", "audit.json", "tin.npz"
CLOUD = "cloud.copc.laz"  # the points of a survey, in the site's CRS
RASTERS = {
    "elevation": ("m", "Ground elevation"),
    "error": ("m", "Standard error of ground elevation"),
    "surface_elevation": ("m", "Elevation of the highest returns"),
    "canopy_height": ("m", "Canopy height"),
    "point_density": ("m-2", "Points per square metre"),
    "filled": ("1", "Cell without ground points, filled from around"),
    **{
        f"height_p{p}": ("m", f"Height below which {p} % of the plant returns lie")
        for p in (25, 50, 75, 90, 95, 99)
    },
    "plant_cover": ("1", "Share of first returns above 2 m"),
    "gap_fraction": ("1", "Share of first returns below 2 m"),
    "leaf_area_index": ("1", "Leaf area per ground area, effective; k unverified"),
}


@dataclass(frozen=True, slots=True)
class SurfaceHeader:
    """What a surface is, without its rasters."""

    id: str
    date: date
    kind: SurfaceKind
    source: dict[str, str]
    grid: Grid
    layers: tuple[str, ...]


def save_surface(surface: Surface, home: Path, audit: Audit) -> Path:
    """Write a surface into ``home``/id, whole or not at all; return that folder."""
    folder = home / surface.id
    draft = home / f".{surface.id}.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    rasters = {"elevation": surface.elevation, **surface.layers}
    if surface.error is not None:
        rasters["error"] = surface.error
    for name, array in rasters.items():
        unit, told = RASTERS.get(name, ("1", name))
        write_cog(
            draft / f"{name}.tif", array, surface.grid, unit=unit, name=name,
            description=f"{told}; {surface.kind} {surface.date}",
        )  # fmt: skip
    if surface.tin is not None:
        np.savez(
            draft / TIN, vertices=surface.tin.vertices, triangles=surface.tin.triangles
        )
    facts = {
        "id": surface.id,
        "date": surface.date.isoformat(),
        "kind": surface.kind,
        "source": dict(surface.source),
        "grid": surface.grid.to_dict(),
        "rasters": sorted(rasters),
    }
    _write(draft / FACTS, facts)
    _write(draft / AUDIT, audit.to_json())
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return folder


def load_header(folder: Path) -> SurfaceHeader:
    """Read what a surface is; StoreError when its folder is damaged."""
    path = folder / FACTS
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return SurfaceHeader(
            told["id"],
            date.fromisoformat(told["date"]),
            told["kind"],
            told["source"],
            Grid.from_dict(told["grid"]),
            tuple(n for n in told["rasters"] if n != "elevation"),
        )
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(
            f"{path}: cannot be read ({error}); run minetwin build again"
        ) from error


def load_surface(folder: Path) -> Surface:
    """Read a surface with its rasters, float32."""
    header = load_header(folder)

    def raster(name: str) -> Any:
        return read_raster(folder / f"{name}.tif").array.astype(np.float32)

    layers = {n: raster(n) for n in header.layers if n != "error"}
    return Surface(
        header.id,
        header.date,
        header.kind,
        header.source,
        header.grid,
        raster("elevation"),
        raster("error") if "error" in header.layers else None,
        layers,
        _tin(folder / TIN),
    )


def _tin(path: Path) -> Tin | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as held:
            return Tin(held["vertices"], held["triangles"])
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(
            f"{path}: cannot be read ({error}); run minetwin build again"
        ) from error


def list_surfaces(site: Site) -> list[SurfaceHeader]:
    """Headers of the surfaces of a site, oldest first."""
    found = [load_header(p.parent) for p in site.surfaces_dir.glob(f"[!.]*/{FACTS}")]
    return sorted(found, key=lambda header: (header.date, header.id))


def _write(path: Path, data: Any) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
