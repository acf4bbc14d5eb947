"""Runs that lie on other cells than their site has now: it was rebuilt since.

A row and column of such a run is another place than that of the site. Its own
coordinates stay true: it can be read by them, and compared with runs on the same cells,
but it is neither drawn nor asked as part of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from connectors.check import Finding
from connectors.raster import read_raster
from twin.errors import InputError, MinetwinError, OtherGrid
from twin.grid import Difference
from twin.site import CONFIG, Site

if TYPE_CHECKING:
    from twin.store import Run

Elevation = Callable[[str], NDArray[np.float32]]


def differences(run: Run, site: Site, elevation: Elevation) -> tuple[Difference, ...]:
    """Tell in what a run's cells differ from those that the site has now.

    Active cells are those of the surface that the run began with, as it is now; they
    are not compared when the site has that surface no more.

    elevation  gives the heights of a surface of the site by its id
    """
    now = site.grid()
    apart = run.lay.differences(now)
    surface = run.manifest.get("surface")
    if apart or site.built is None or surface not in site.built.surfaces:
        return apart
    known = np.isfinite(elevation(str(surface)))
    return run.grid.differences(replace(now, mask=None if known.all() else known))


def refusal(
    run: str, apart: Sequence[Difference], where: str, mend: str = ""
) -> OtherGrid:
    """Build the error for a run that was made on another grid."""
    return OtherGrid(
        f"{where}: run '{run}' was made on another grid than the site has now: "
        f"{', '.join(map(str, apart))}; "
        f"{mend or 'run its scenario again: minetwin run SCENARIO.yaml --site SITE'}"
    )


def look_at_runs(folder: Path) -> list[Finding]:
    """Find the runs of a site folder that lie on another grid, or are damaged."""
    if not (folder / CONFIG).is_file():
        return []
    try:
        site = Site.open(folder)
    except InputError:
        return []  # what is wrong with site.yaml is found by looking at that
    except MinetwinError as error:
        return [Finding(folder, "unreadable", str(error))]
    if site.built is None:
        return []

    @lru_cache(maxsize=1)
    def elevation(surface: str) -> NDArray[np.float32]:
        file = site.surfaces_dir / surface / "elevation.tif"
        return read_raster(file).array.astype(np.float32)

    looked = [_one(path, site, elevation) for path in site.runs()]
    return [finding for finding in looked if finding is not None]


def _one(path: Path, site: Site, elevation: Elevation) -> Finding | None:
    from twin.store import Run

    try:
        run = Run.open(path)
        apart = differences(run, site, elevation)
    except MinetwinError as error:
        return Finding(path, "unreadable", str(error))
    if not apart:
        return None
    mend = f"run its scenario again: minetwin run SCENARIO.yaml --site {site.folder}"
    return Finding(path, "finding", str(refusal(run.id, apart, str(path), mend)))
