"""The demo in one go: make the survey files, build the site, run plan and control."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from twin.errors import InputError

from .progress import bar

Say = Callable[[str], None]
PLAN = "plan.yaml"


def make_demo_site(folder: Path, *, quick: bool, say: Say) -> None:
    """Bring a demo site to where it can be served; what is done already is kept.

    Raises InputError for a folder that holds anything but a demo site.
    """
    from connectors.build import build
    from scenarios.demo import make_demo
    from twin.site import Site

    from .runs import run, up_to_date
    from .scenario import Scenario

    if not _is_demo(folder):
        say("1/3 survey: making a synthetic mine (nothing is downloaded)")
        with bar("survey") as report:
            _make_whole(
                folder, lambda half: make_demo(half, quick=quick, progress=report)
            )
    if Site.open(folder).built is None:
        say("2/3 build: reading the survey files as if they were yours")
        with bar("build") as report:
            build(folder, progress=report)
    site = Site.open(folder)
    plan = Scenario.from_yaml(site.scenarios_dir / PLAN)
    say(f"3/3 run: {plan.years} years of '{plan.name}' and of doing nothing")
    result = up_to_date(plan, site)
    if result is None:
        with bar("run") as report:
            result = run(plan, site, progress=report)
    for made in result.runs:
        closed = max(made.manifest["closure"].values())
        say(f"  {made.id}: books closed to {closed:.1e}, {made.folder}")


def _make_whole(folder: Path, make: Callable[[Path], object]) -> None:
    """Make a folder whole or not at all: beside its place first, then renamed."""
    half = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(half, ignore_errors=True)
    half.parent.mkdir(parents=True, exist_ok=True)
    make(half)
    if folder.exists():
        folder.rmdir()
    half.rename(folder)


def _is_demo(folder: Path) -> bool:
    """Tell whether a demo site is there already; InputError when something else is."""
    from twin.site import Site

    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    if (folder / "site.yaml").is_file() and Site.open(folder).config.synthetic:
        return True
    raise InputError(
        f"{folder}: this is not an empty folder and no demo site either; "
        "choose another with --out"
    )
