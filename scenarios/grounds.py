"""Every ground of a site on one timeline: surveyed, designed, as built and simulated.

A surface goes by its id; the ground of a run by RUN@DATE, such as plan@2055-01-01.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from connectors.surfaces import list_surfaces, load_surface
from twin.errors import unknown_name
from twin.store import Run
from twin.surface import Surface, SurfaceKind

if TYPE_CHECKING:
    from twin.site import Site

AT = "@"


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of the timeline, without its rasters."""

    id: str
    date: date
    kind: SurfaceKind
    source: str


def timeline(site: Site) -> list[Ground]:
    """All grounds, oldest first; of a run each instant that it kept."""
    found = [
        Ground(h.id, h.date, h.kind, ", ".join(k for k in h.source if k != "settings"))
        for h in list_surfaces(site)
    ]
    for folder in site.runs():
        run = Run.open(folder)
        if "elevation" in run.layers:
            found += [
                Ground(f"{run.id}{AT}{when}", when, "simulated", f"run {run.id}")
                for when in run.times
            ]
    return sorted(found, key=lambda ground: (ground.date, ground.id))


def first_and_last(grounds: Iterable[Ground]) -> list[Ground]:
    """Leave out the instants of runs between their first and last."""
    listed = list(grounds)
    kept = set(_distinct(ground.id for ground in listed))
    return [ground for ground in listed if ground.id in kept]


def ground_of(site: Site, name: str) -> Surface:
    """Open a ground by its id; UnknownName with the nearest id otherwise."""
    known = [ground.id for ground in timeline(site)]
    if name not in known:
        raise unknown_name("ground", name, _distinct(known), f"site {site.folder}")
    run_id, at, when = name.rpartition(AT)
    if not at or (site.surfaces_dir / name).is_dir():
        return load_surface(site.surfaces_dir / name)
    run = Run.open(site.runs_dir / run_id)
    index = run.times.index(date.fromisoformat(when))
    fingerprint = str(run.manifest.get("fingerprint", ""))
    return Surface(
        name,
        run.times[index],
        "simulated",
        {f"run {run_id}": fingerprint},
        run.lay,
        run.map("elevation", index),
    )


def _distinct(known: Iterable[str]) -> list[str]:
    """Names worth offering: of a run its first and last instant."""
    by_run: dict[str, list[str]] = {}
    for name in known:
        by_run.setdefault(name.rpartition(AT)[0] or name, []).append(name)
    return [
        n for names in by_run.values() for n in dict.fromkeys((names[0], names[-1]))
    ]
