"""Commands that need no server; thin bodies that call into the packages.

Imports stand inside the bodies so that ``minetwin --help`` loads none of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

SiteOption = Annotated[
    Path, typer.Option("--site", help="Site folder, the one with site.yaml.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print machine-readable JSON only.")
]
FOUND, UNREADABLE = 1, 2


def say(data: Any) -> None:
    """Print as JSON."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))


@contextmanager
def stoppable() -> Iterator[None]:
    """Answer Ctrl-C with how to go on, and exit 130."""
    try:
        yield
    except KeyboardInterrupt as stop:
        told = str(stop) or "nothing is lost: the same command again goes on"
        typer.echo(f"\nminetwin: stopped; {told}", err=True)
        raise typer.Exit(130) from None


def build(
    site_dir: Annotated[Path, typer.Argument(help="Folder that holds site.yaml.")],
) -> None:
    """Read the files that site.yaml names and build surfaces, parcels and climate.

    Example: minetwin build north-dump
    """
    from connectors.build import build as build_site

    from .other_grid import look_at_runs
    from .progress import bar

    with stoppable(), bar("build") as report:
        built = build_site(site_dir, progress=report)
    typer.echo(f"{site_dir}: built {len(built.surfaces)} surfaces")
    for surface in built.surfaces:
        typer.echo(f"  {surface}")
    for finding in look_at_runs(site_dir):
        typer.echo(f"{finding.level}: {finding.what}")


def run(
    scenario: Annotated[Path, typer.Argument(help="Scenario file, YAML.")],
    site: SiteOption,
    as_json: JsonOption = False,
) -> None:
    """Run a scenario and its do-nothing control; results go to SITE/runs.

    Stopped with Ctrl-C, the same command takes the run up where it was.

    Example: minetwin run north-dump/scenarios/plan.yaml --site north-dump
    """
    from twin.site import Site

    from .progress import bar
    from .runs import run as run_both
    from .runs import summary
    from .scenario import Scenario

    plan = Scenario.from_yaml(scenario)
    with stoppable(), bar(plan.name) as report:
        result = run_both(plan, Site.open(site), progress=report)
    if as_json:
        say([summary(run) for run in result.runs])
        return
    for made in result.runs:
        closed = ", ".join(f"{k} {v:.1e}" for k, v in made.manifest["closure"].items())
        typer.echo(f"{made.id}: {made.folder}\n  books closed to {closed}")
    _tell_end(result)


def _tell_end(result: Any) -> None:
    """Print the last year of plan and control."""
    from .compare import compare as compare_runs
    from .tables import table

    if result.control is None:
        return
    found = compare_runs(result.plan, result.control).last_year()
    typer.echo(table(found.head, found.lines))


def compare(
    run_a: Annotated[str, typer.Argument(help="Run id (a folder in SITE/runs).")],
    run_b: Annotated[str, typer.Argument(help="Run id to compare with.")],
    site: SiteOption,
    as_json: JsonOption = False,
    every: Annotated[
        bool, typer.Option("--all", help="Every date, not the last only.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option(help="Also write every row to this CSV file.")
    ] = None,
) -> None:
    """Set two runs side by side: per parcel and year, with, without and difference.

    Example: minetwin compare plan plan-control --site north-dump --csv plan.csv
    """
    from twin.site import Site

    from .compare import compare as compare_runs
    from .compare import open_run
    from .tables import table

    opened = Site.open(site)
    found = compare_runs(open_run(opened, run_a), open_run(opened, run_b))
    if csv is not None:
        csv.write_bytes(found.to_csv())
    if as_json:
        say({"run_a": run_a, "run_b": run_b, "rows": found.rows})
        return
    told = found if every else found.last_year()
    typer.echo(table(told.head, told.lines))
    if not every:
        dates = len({row["date"] for row in found.rows})
        typer.echo(f"the last of {dates} dates; --all prints, --csv writes them all")


def check(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    as_json: JsonOption = False,
) -> None:
    """Look at files before they are used: CRS, datum, units, damage. Changes nothing.

    Of a site folder also the runs: those on another grid than the site has now.

    Exit 0: fine, 1: findings, 2: something could not be read.

    Example: minetwin check north-dump/sources
    """
    from connectors.check import check as look

    from .other_grid import look_at_runs
    from .scenario import look_at_scenario

    findings = look(paths, {".yaml": look_at_scenario, ".yml": look_at_scenario})
    findings += [finding for path in paths for finding in look_at_runs(path)]
    if as_json:
        say([finding.to_dict() for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{finding.level}: {finding.what}")
        typer.echo(f"{len(findings)} findings" if findings else "fine")
    levels = {finding.level for finding in findings}
    worst = UNREADABLE if "unreadable" in levels else FOUND if levels else 0
    raise typer.Exit(worst)


def processes(as_json: JsonOption = False) -> None:
    """List the processes: what each reads, writes and adds, and its parameters.

    Example: minetwin processes --json
    """
    from .listing import process_rows
    from .tables import table

    rows = process_rows()
    if as_json:
        say(rows)
        return
    lines = [(r["name"], f"{r['scope']}, {r['every']}", r["what"]) for r in rows]
    typer.echo(table(("process", "runs", "what"), lines))


def connectors(as_json: JsonOption = False) -> None:
    """List the connectors: which files and feeds can be read and written.

    Example: minetwin connectors
    """
    from connectors.register import CONNECTORS

    from .tables import table

    if as_json:
        say([c.to_dict() for c in CONNECTORS])
        return
    lines = [
        (c.name, ", ".join(c.kinds), " ".join(c.endings), c.label, c.label_zh)
        for c in CONNECTORS
    ]
    typer.echo(table(("connector", "kinds", "files", "what", "说明"), lines))


def interventions(as_json: JsonOption = False) -> None:
    """List the measures: dose, unit, usual cost, what they emit and need.

    Example: minetwin interventions --json
    """
    from .interventions.register import catalogue
    from .tables import table

    rows = catalogue()
    if as_json:
        say(rows)
        return
    lines = []
    for r in rows:
        cost = f"{r['cost'][0]:g}-{r['cost'][1]:g} per {r['cost_per']}"
        mark = "" if r["verified"] else "unverified"
        lines.append((r["name"], r["label"], r["label_zh"], cost, mark))
    typer.echo(table(("measure", "what", "说明", "usual cost", "evidence"), lines))


def reference(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Case files or folders; none: all shipped."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run reference cases: processes against printed numbers, peers and closed forms.

    Exit 0: all within their tolerance, 1: some are not, 2: a case cannot be read.

    Example: minetwin reference my-plots/robinia.yaml
    """
    from .reference.runner import run_cases

    outcomes = run_cases(paths or [])
    if as_json:
        say([outcome.to_dict() for outcome in outcomes])
    else:
        for outcome in outcomes:
            typer.echo(str(outcome))
    passed = all(outcome.passed for outcome in outcomes)
    raise typer.Exit(0 if passed else FOUND)


REGISTERS = (check, processes, connectors, interventions, reference)
