"""What there is to look at: surfaces and runs of a site, under numbers for the stream.

A number is given once per epoch to one content: a run that was replaced (its manifest
changed) gets a new one, so that no difference is ever taken against its predecessor.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from connectors.surfaces import list_surfaces, load_surface
from connectors.vector import Parcel, read_parcels
from scenarios.other_grid import differences, refusal
from twin.errors import MinetwinError, StoreError, unknown_name
from twin.grid import Difference, Grid
from twin.site import BUILT, Built, Site
from twin.store import Run
from twin.surface import Surface
from twin.vocabulary import lookup

from .layers import surface_rasters, wire_index
from .session import View

log = logging.getLogger("minetwin.viewer")
Values = NDArray[np.float32]


@dataclass(frozen=True)
class Target:
    """A view that was looked up: where its values come from, and its wire numbers.

    index  run or surface number in the frames
    wire   layer number in the frames, axis entry included
    """

    index: int
    wire: int
    layer: str
    axis: int | None
    run: Run | None
    surface: str

    @property
    def steps(self) -> int:
        """How many steps there are to show."""
        return 1 if self.run is None else len(self.run.times)


@dataclass(frozen=True)
class Known:
    """A run of the site, its number, and in what its grid differs from the site's."""

    number: int
    run: Run
    apart: tuple[Difference, ...]


class Catalogue:
    """Surfaces and runs of a site; safe to use from many threads."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.grid = site.grid()
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._seen: dict[str, str] = {}
        self._runs: dict[str, Known] = {}
        self._built = _bytes(site.folder / BUILT)
        self._surfaces: dict[str, Surface] = {}
        self.headers = tuple(list_surfaces(site))
        self.parcels = site_parcels(site)
        self.generation = 0
        self.refresh()

    def refresh(self) -> bool:
        """Look at the site folder; True when a run or surface came, went or changed."""
        grounds = self._refresh_grounds()
        return self._refresh_runs() or grounds

    def _refresh_grounds(self) -> bool:
        """Take up a new build, unless it lies on other cells: those need a restart."""
        now = _bytes(self.site.folder / BUILT)
        if now == self._built:
            return False
        try:
            built = Built.load(self.site.folder)
        except StoreError as error:
            log.warning("the new build is not shown: %s", error)
            return False
        if built is None or self.grid.differences(Grid.from_dict(built.grid)):
            return False
        headers = tuple(list_surfaces(self.site))
        with self._lock:
            kept = {h.id for h in headers if h in self.headers}
            self._surfaces = {k: s for k, s in self._surfaces.items() if k in kept}
            self.headers, self.parcels = headers, site_parcels(self.site)
            self._built = now
            self.generation += 1
        return True

    def _refresh_runs(self) -> bool:
        found = {folder.name: _fingerprint(folder) for folder in self.site.runs()}
        with self._lock:
            if found == self._seen:
                return False
            kept = {
                name: known
                for name, known in self._runs.items()
                if found.get(name) == self._seen.get(name)
            }
            self._seen = found
        for name, print_ in found.items():
            if name not in kept:
                opened = self._open(self.site.runs_dir / name, print_)
                if opened is not None:
                    kept[name] = opened
        with self._lock:
            self._runs = dict(sorted(kept.items()))
        return True

    def _open(self, folder: Path, print_: str) -> Known | None:
        try:
            run = Run.open(folder)
            apart = differences(run, self.site, self._elevation)
        except (MinetwinError, OSError, ValueError, KeyError, TypeError) as error:
            log.warning("run %s is not shown: %s", folder.name, error)
            return None
        if apart:
            told = ", ".join(map(str, apart))
            log.warning("run %s was made on another grid: %s", folder.name, told)
        return Known(self._number(f"run:{folder.name}:{print_}"), run, apart)

    def _elevation(self, surface: str) -> Values:
        return self.surface(surface, "run").elevation

    def _number(self, content: str) -> int:
        with self._lock:
            return self._numbers.setdefault(content, len(self._numbers))

    @property
    def runs(self) -> Mapping[str, tuple[int, Run]]:
        """Runs that can be shown, on the site's grid: id -> (number, run)."""
        with self._lock:
            known = self._runs.items()
            return {name: (k.number, k.run) for name, k in known if not k.apart}

    @property
    def elsewhere(self) -> Mapping[str, Known]:
        """Runs that were made on another grid, which are told of but not shown."""
        with self._lock:
            return {name: known for name, known in self._runs.items() if known.apart}

    @property
    def rebuilt(self) -> bool:
        """True when the site was built anew on other cells since it is served."""
        return _bytes(self.site.folder / BUILT) != self._built

    def run(self, name: str, where: str) -> Run:
        """Return the run of that id."""
        return self.numbered(name, where)[1]

    def numbered(self, name: str, where: str) -> tuple[int, Run]:
        """Return number and run of that id; OtherGrid when it lies on other cells."""
        runs, elsewhere = self.runs, self.elsewhere
        if name in elsewhere:
            mend = "start minetwin serve again: the site was rebuilt meanwhile"
            apart = elsewhere[name].apart
            raise refusal(name, apart, where, mend if self.rebuilt else "")
        if name not in runs:
            raise unknown_name("run", name, runs, where)
        return runs[name]

    def surface(self, name: str, where: str) -> Surface:
        """Return a surface with its arrays; read once."""
        with self._lock:
            if name in self._surfaces:
                return self._surfaces[name]
        known = [header.id for header in self.headers]
        if name not in known:
            raise unknown_name("surface", name, known, where)
        loaded = load_surface(self.site.surfaces_dir / name)
        with self._lock:
            return self._surfaces.setdefault(name, loaded)

    def ground(self) -> Surface | None:
        """Return the newest surveyed surface, or the newest of any kind."""
        surveyed = [s for s in self.headers if s.kind == "surveyed"]
        newest = (surveyed or list(self.headers))[-1:]
        return self.surface(newest[0].id, "terrain") if newest else None

    def surface_number(self, name: str) -> int:
        """Return the number of a surface in frames; another once it was made anew."""
        made_from = next((h.source for h in self.headers if h.id == name), {})
        return self._number(f"surface:{name}:{sorted(made_from.items())}")

    def target(self, view: View) -> Target:
        """Look a view up; UnknownName with the nearest name when it is not there."""
        where = "stream"
        if not view.run:
            rasters = surface_rasters(self.surface(view.surface, where))
            if view.layer not in rasters:
                raise unknown_name("surface layer", view.layer, rasters, where)
            number = self.surface_number(view.surface)
            wire = wire_index(view.layer, 0)
            return Target(number, wire, view.layer, None, None, view.surface)
        number, run = self.numbered(view.run, where)
        labels = layer_axis(run, view.layer, where)
        if view.axis >= max(1, len(labels)):
            raise unknown_name(
                f"axis entry of {view.layer}",
                str(view.axis),
                map(str, range(max(1, len(labels)))),
                where,
            )
        wire = wire_index(view.layer, view.axis)
        axis = view.axis if labels else None
        return Target(number, wire, view.layer, axis, run, "")

    def values(self, target: Target, step: int) -> Values:
        """Return (rows, columns) of a target at a step in the Var's own unit."""
        if target.run is None:
            return surface_rasters(self.surface(target.surface, "stream"))[target.layer]
        return target.run.map(target.layer, step, target.axis)

    def instant(self, target: Target, step: int) -> datetime:
        """Return the instant of a step; midnight UTC of its day."""
        day: date
        if target.run is None:
            day = self.surface(target.surface, "stream").date
        else:
            day = target.run.times[step]
        return datetime.combine(day, time(), UTC)


def site_parcels(site: Site) -> tuple[Parcel, ...]:
    """Parcels that `minetwin build` laid into the site's CRS."""
    path = site.layers_dir / "parcels.gpkg"
    if not path.exists():
        return ()
    return tuple(read_parcels(path, site.grid().crs))


def layer_axis(run: Run, layer: str, where: str) -> tuple[str, ...]:
    """Labels of a run layer's axis, () when it has none."""
    if layer not in run.layers:
        raise unknown_name(f"layer of run {run.id}", layer, run.layers, where)
    axes: Mapping[str, tuple[str, ...]] = run.manifest.get("axes", {})
    names = lookup(layer).axes
    return tuple(axes.get(names[0], ())) if names else ()


def _fingerprint(folder: Path) -> str:
    return hashlib.sha256(_bytes(folder / "manifest.json")).hexdigest()


def _bytes(path: Path) -> bytes:
    """Content of a small file, b"" when there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
