"""Local mine grids of a site: fitted from control points, then CRSs like any other."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twin.errors import InputError, unknown_name
from twin.local_grid import ControlPoint, LocalGrid, LocalGridFit, fit_local_grid
from twin.site import Site

from .audit import Audit, note
from .text import read_text

LOCAL = "local:"
NEEDED = ("name", "east", "north", "known_east", "known_north")


@dataclass(frozen=True)
class Fitted:
    """A local grid of a site, and its fit where there were control points."""

    name: str
    grid: LocalGrid
    fit: LocalGridFit | None = None

    def tell(self, audit: Audit) -> None:
        """Put into the audit of a surface how it was carried."""
        g = self.grid
        audit.assumed.append(
            note(
                f"local grid {self.name}: turned {g.rotation_deg:+.6f} degrees, scale "
                f"{g.scale:.8f}, heights {g.height_offset:+.3f} m to {g.crs}",
                "site.yaml",
            )
        )
        if self.fit is None:
            return
        worst = float((self.fit.residuals**2).sum(axis=1).max() ** 0.5)
        told = f"{len(self.fit.names)} control points, largest residual {worst:.3f} m"
        audit.assumed.append(note(told, "site.yaml"))
        audit.assumed += [note(text, "site.yaml") for text in self.fit.notes]


def with_known_crs(site: Site) -> tuple[Site, dict[str, Fitted]]:
    """Replace local:NAME by a CRS that PROJ knows; surface id -> its local grid."""
    grids = {name: _fitted(site, name) for name in site.config.local_grids}
    used: dict[str, Fitted] = {}
    surveys = []
    for survey in site.config.surveys:
        name = _name(survey.crs)
        if name is None:
            surveys.append(survey)
            continue
        used[survey.surface_id] = _of(grids, name, site)
        wkt = used[survey.surface_id].grid.to_wkt(name)
        surveys.append(survey.model_copy(update={"crs": wkt}))
    parcels = site.config.parcels
    name = None if parcels is None else _name(parcels.crs)
    if parcels is not None and name is not None:
        wkt = _of(grids, name, site).grid.to_wkt(name)
        parcels = parcels.model_copy(update={"crs": wkt})
    changed = {"surveys": tuple(surveys), "parcels": parcels}
    return replace(site, config=site.config.model_copy(update=changed)), used


def _name(crs: str | None) -> str | None:
    return crs[len(LOCAL) :] if crs is not None and crs.startswith(LOCAL) else None


def _of(grids: dict[str, Fitted], name: str, site: Site) -> Fitted:
    if name not in grids:
        raise unknown_name("local grid", name, grids, f"{site.folder / 'site.yaml'}")
    return grids[name]


def _fitted(site: Site, name: str) -> Fitted:
    told = site.config.local_grids[name]
    crs = told.crs or site.config.crs
    if told.parameters is not None:
        return Fitted(name, LocalGrid.from_dict({"crs": crs, **told.parameters}))
    fit = fit_local_grid(read_control(site.path(str(told.control))), crs)
    return Fitted(name, fit.grid, fit)


def read_control(path: Path) -> list[ControlPoint]:
    """Control points of a CSV table, UTF-8 or GBK.

    Columns name, east, north, known_east, known_north, and height, known_height where
    heights are known. InputError names the row that cannot be read.
    """
    rows = list(csv.DictReader(io.StringIO(read_text(path).content)))
    head = {key.strip() for key in (rows[0] if rows else {}) if key}
    lacking = [key for key in NEEDED if key not in head]
    if lacking:
        raise InputError(
            f"{path}: lacks the column {', '.join(lacking)}; a table of control points "
            f"has {', '.join(NEEDED)} and, with heights, height and known_height"
        )
    return [_point(path, i, row) for i, row in enumerate(rows, start=2)]


def _point(path: Path, line: int, row: dict[str, Any]) -> ControlPoint:
    told = {str(k).strip(): (v or "").strip() for k, v in row.items() if k}

    def number(key: str) -> float:
        try:
            return float(told[key])
        except ValueError:
            raise InputError(
                f"{path}: line {line}: {key} '{told[key]}' is no number; write metres "
                "with a point as decimal mark"
            ) from None

    high = [number(k) if told.get(k) else None for k in ("height", "known_height")]
    return ControlPoint(
        told["name"] or f"line {line}",
        (number("east"), number("north")),
        (number("known_east"), number("known_north")),
        high[0],
        high[1],
    )
