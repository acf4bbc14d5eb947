"""The command ``minetwin ensemble``: a scenario many times, and its bands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..commands import JsonOption, SiteOption, say, stoppable

if TYPE_CHECKING:
    from .bands import Bands


def ensemble(
    scenario: Annotated[Path, typer.Argument(help="Scenario file, YAML.")],
    site: SiteOption,
    members: Annotated[
        int | None, typer.Option(help="Instead of the number in the scenario.", min=2)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run a scenario many times with what nobody knows drawn anew, and tell the bands.

    What varies, and how far, stands in the scenario's section ensemble:. Tables go to
    SITE/ensembles. Stopped with Ctrl-C, the same command goes on where it was.

    Example: minetwin ensemble north-dump/scenarios/plan.yaml --site north-dump
    """
    from twin.site import Site

    from ..progress import bar
    from ..scenario import Scenario
    from .run import FOLDER
    from .run import ensemble as run_all

    plan = Scenario.from_yaml(scenario)
    if members is not None and plan.ensemble is not None:
        section = plan.ensemble.model_copy(update={"members": members})
        plan = plan.model_copy(update={"ensemble": section})
    with stoppable(), bar(plan.name) as report:
        bands = run_all(plan, Site.open(site), progress=report)
    if as_json:
        say(bands.rows())
        return
    typer.echo("\n".join(_lines(bands)))
    typer.echo(f"{site / FOLDER / plan.name}: bands.csv, members.csv, draws.csv")


def _lines(bands: Bands) -> list[str]:
    """Last date, by parcel and layer."""
    from ..tables import table

    last = bands.dates[-1]
    rows = [
        (
            row["parcel"],
            row["layer"],
            row["unit"],
            *(
                "-" if row[k] is None else f"{row[k]:.4g}"
                for k in ("p05", "p50", "p95")
            ),
        )
        for row in bands.rows()
        if row["date"] == last
    ]
    head = ("parcel", "layer", "unit", "5 %", "50 %", "95 %")
    count = bands.values.shape[0]
    return [f"{last}: {count} members", *table(head, rows).splitlines()]
