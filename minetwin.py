"""minetwin: an open digital twin of the ecology of a mine.

::

    import minetwin

    site = minetwin.open("my-first-mine")            # a folder with site.yaml
    scenario = minetwin.Scenario.from_yaml("plan.yaml")
    run = minetwin.run(scenario, site)               # control beside it
    run["soil_organic_carbon"]                       # xarray: CRS, units, time

The same from a shell: ``minetwin demo``, ``minetwin build SITE_DIR``,
``minetwin run SCENARIO.yaml --site SITE_DIR``, ``minetwin serve SITE_DIR``.

Names are loaded when they are first used, so that ``import minetwin`` and
``minetwin --help`` stay quick.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from connectors.build import build
    from scenarios.cloud_change import cloud_change
    from scenarios.compare import compare
    from scenarios.ground_change import change_between
    from scenarios.scenario import Scenario
    from twin.errors import MinetwinError
    from twin.grid import Grid
    from twin.kernel import Model, simulate
    from twin.process import Process
    from twin.site import Site
    from twin.state import State
    from twin.store import Run
    from twin.surface import Surface
    from twin.var import Var
    from twin.vocabulary import VOCABULARY

_HOMES = {
    "VOCABULARY": "twin.vocabulary",
    "Grid": "twin.grid",
    "MinetwinError": "twin.errors",
    "Model": "twin.kernel",
    "Process": "twin.process",
    "Run": "twin.store",
    "Scenario": "scenarios.scenario",
    "Site": "twin.site",
    "State": "twin.state",
    "Surface": "twin.surface",
    "Var": "twin.var",
    "build": "connectors.build",
    "change_between": "scenarios.ground_change",
    "cloud_change": "scenarios.cloud_change",
    "compare": "scenarios.compare",
    "simulate": "twin.kernel",
}

__all__ = [
    "VOCABULARY",
    "Grid",
    "MinetwinError",
    "Model",
    "Process",
    "Run",
    "Scenario",
    "Site",
    "State",
    "Surface",
    "Var",
    "build",
    "change_between",
    "cloud_change",
    "compare",
    "main",
    "open",
    "run",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """Load a public name from where it lives (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'minetwin' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names, loaded or not."""
    return sorted(__all__)


def open(folder: str | os.PathLike[str]) -> Site:
    """Open a site folder."""
    from twin.site import Site

    return Site.open(Path(folder))


def run(
    scenario: Scenario | str | os.PathLike[str], site: Site | str | os.PathLike[str]
) -> Run:
    """Run a scenario on a site, with its do-nothing control beside it; return the plan.

    The control is ``minetwin.Run.open(site.runs_dir / "<name>-control")``.
    """
    from scenarios.runs import run as run_both
    from scenarios.scenario import Scenario
    from twin.site import Site

    plan = scenario if isinstance(scenario, Scenario) else Scenario.from_yaml(scenario)
    where = site if isinstance(site, Site) else open(site)
    return run_both(plan, where).plan


def serve(
    site_dir: Annotated[Path, typer.Argument(help="Site folder.")],
    host: Annotated[str, typer.Option(help="Address to bind.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any.")] = 8765,
) -> None:
    """Show a site in the browser: terrain, layers through time, live sensors.

    Example: minetwin serve my-first-mine
    """
    from viewer.server import serve as serve_site

    serve_site(open(site_dir), host, port)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the demo site.")] = Path(
        "minetwin-demo"
    ),
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Make everything, serve nothing.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Smaller mine, fewer years: seconds.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any.")] = 8765,
) -> None:
    """Make a synthetic mine, survey it, run plan and control, and show it.

    Nothing is downloaded. Stopped with Ctrl-C, the same command goes on.

    Example: minetwin demo --out my-first-mine
    """
    from scenarios.commands import stoppable
    from scenarios.demo_site import make_demo_site

    with stoppable():
        make_demo_site(out, quick=quick, say=typer.echo)
    if not no_serve:
        serve(out, port=port)


def _app() -> typer.Typer:
    """Compose the command line."""
    from scenarios import (
        cloud_commands,
        commands,
        design_command,
        mesh_commands,
        survey_commands,
        water_commands,
    )
    from scenarios.carbon.command import carbon
    from scenarios.ensemble.command import ensemble
    from scenarios.landscape_command import landscape
    from scenarios.metal_command import metals
    from viewer import commands as views
    from viewer import section_commands

    app = typer.Typer(
        name="minetwin",
        help="An open digital twin of the ecology of a mine. Begin with: minetwin demo",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.command()(demo)
    app.command()(commands.build)
    app.command()(commands.run)
    app.command()(commands.compare)
    app.command()(carbon)
    app.command()(ensemble)
    app.command()(landscape)
    app.command()(metals)
    app.command()(serve)
    app.add_typer(survey_commands.survey, name="survey")
    app.command()(survey_commands.export)
    app.command()(views.change)
    app.command()(section_commands.volume)
    app.command()(section_commands.section)
    app.command()(cloud_commands.clouds)
    app.command()(views.still)
    app.command()(views.film)
    app.command()(design_command.design)
    app.command()(mesh_commands.mesh)
    app.command()(mesh_commands.solid)
    app.command()(water_commands.ponds)
    app.command()(water_commands.drain)
    for command in commands.REGISTERS:
        app.command()(command)
    return app


def main() -> None:
    """Answer the command line; one message and exit 2 for a user's mistake."""
    from twin.errors import MinetwinError

    try:
        _app()(prog_name="minetwin")
    except MinetwinError as error:
        sys.stderr.write(f"minetwin: {error}\n")
        raise SystemExit(2) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None


if __name__ == "__main__":
    main()
