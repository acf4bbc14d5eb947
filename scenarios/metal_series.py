"""Metals of a run beside a standard: what exceeds its limits, where, how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.contaminants.indices import nemerow
from twin.errors import InputError
from twin.soil.constituents import METALS, SOIL_MASS, metal

from .standards.standard import Standard

if TYPE_CHECKING:
    from twin.store import Run

Numbers = NDArray[np.float64]
MILLIGRAMS = 1000.0  # mg kg-1 in 1 g kg-1
HIGH = 95.0  # percentile that is told beside the mean
ALL = "all"


def metals_of(run: Run, told: Standard, kind: str) -> list[dict[str, Any]]:
    """One row by date, parcel and metal: contents, limit, share of area above it.

    told  the standard; its limits may go by a layer of the run, such as soil_ph
    kind  of limit, such as screening

    Contents are totals of the topsoil, mg kg-1, as a laboratory reports them. The row
    ``all`` has Nemerow's index over the metals that the standard limits, by parcel
    means. InputError names the layers that the run did not keep.
    """
    carried = [m for m in METALS if metal(m) in run.layers]
    limited = [m for m in carried if m in told.limits.get(kind, {})]
    needed = [SOIL_MASS, *([told.by] if told.by else [])]
    lacking = [name for name in needed if name not in run.layers]
    if lacking or not limited:
        wanted = ", ".join([*needed, *(metal(m) for m in limited or ("cadmium",))])
        raise InputError(
            f"run {run.id}: it kept no {', '.join(lacking) or 'metal of ' + told.id}; "
            f"add to output.layers: of the scenario what is looked at ({wanted}), and "
            "state metals in the site's ground"
        )
    made: list[dict[str, Any]] = []
    zones = run.grid.expand(run.zones.astype(np.float64), fill=-1.0)
    for index, date in enumerate(run.times):
        mass = run.map(SOIL_MASS, index).astype(np.float64)
        by = run.map(told.by, index).astype(np.float64) if told.by else mass
        contents = {}
        for name in limited:
            held = run.map(metal(name), index).astype(np.float64)
            content = np.full(held.shape, np.nan)
            np.divide(MILLIGRAMS * held, mass, out=content, where=mass > 0.0)
            contents[name] = (content, told.limit(kind, name, by))
        for zone, parcel in enumerate(run.zone_names):
            where = (zones == zone) & np.isfinite(next(iter(contents.values()))[0])
            if where.any():
                made += _rows(date.isoformat(), parcel, contents, where)
    return made


def _rows(
    date: str, parcel: str, contents: dict[str, tuple[Numbers, Numbers]],
    where: NDArray[np.bool_],
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of one parcel at one date, and its Nemerow index."""
    made, indices = [], []
    for name, (content, limit) in contents.items():
        own, most = content[where], limit[where]
        indices.append(float((own / most).mean()))
        made.append(
            {
                "date": date,
                "parcel": parcel,
                "metal": name,
                "mean": float(own.mean()),
                "high": float(np.percentile(own, HIGH)),
                "limit": float(np.median(most)),
                "above": float((own > most).mean()),
                "index": indices[-1],
            }
        )
    whole = float(nemerow(np.array(indices)[:, None])[0])
    none = dict.fromkeys(("mean", "high", "limit", "above"))
    return [
        *made,
        {"date": date, "parcel": parcel, "metal": ALL, **none, "index": whole},
    ]
