"""The command that makes a design of a ground: operators, and the earth they move."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .commands import JsonOption, say, stoppable

if TYPE_CHECKING:
    from twin.design.designed import Designed

UNCHANGED = (
    "warning: no cell changed, the design is the ground it was made of; check --area, "
    "--line and the numbers of --set (listed by `minetwin design`)"
)
MOST_FLOWS = 12  # lines of a haul that a terminal shows


def design(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[OPERATOR]", help="Without one: list what there is."),
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="Ground to start from; the newest surveyed one.")
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option(help="Parcel id or polygon file; may be repeated."),
    ] = None,
    line: Annotated[
        list[Path] | None,
        typer.Option(help="File of a line; crest first where there is a toe."),
    ] = None,
    design_id: Annotated[
        str | None, typer.Option("--design", help="Design that is moved or tied in.")
    ] = None,
    numbers: Annotated[
        list[str] | None, typer.Option("--set", help="name=value; may be repeated.")
    ] = None,
    bulking: Annotated[
        float, typer.Option(help="Volume of fill that one volume of cut makes.")
    ] = 1.0,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of the design.")
    ] = None,
    own_id: Annotated[
        str | None, typer.Option("--id", help="Id of the design.")
    ] = None,
    dry: Annotated[
        bool, typer.Option("--dry", help="Work it out, put nothing on the timeline.")
    ] = False,
    site: Annotated[Path, typer.Option(help="Site folder.")] = Path(),
    as_json: JsonOption = False,
) -> None:
    """Make a designed ground of another: grade, bench, backfill, cap, drain, balance.

    Prints cut, fill and the least haul from one to the other, and puts the design on
    the timeline of the site.

    Example: minetwin design grade --area dump-north --set max_slope=25
    """
    from twin.design.parameters import Terms
    from twin.site import Site

    from .ground_design import Drawn, keep_design, make_design, summary, with_id
    from .progress import bar

    if name is None:
        _list(as_json=as_json)
        return
    opened = Site.open(site)
    start = on or _newest(opened)
    given = _numbers(numbers or [])
    terms = with_id(Terms(bulking, own_id, date.date() if date else None), start, name)
    drawn = Drawn(tuple(area or ()), tuple(line or ()), design_id)
    made = make_design(opened, name, start, drawn, given, terms)
    told = {"operator": name, "on": start, "numbers": given, "area": list(drawn.area)}
    if not dry:
        with stoppable(), bar("design") as report:
            keep_design(opened, made, told, report)
    if as_json:
        if not made.area:
            typer.echo(UNCHANGED, err=True)
        say({**told, **summary(made)})
        return
    _tell(made, kept=not dry)


def _tell(made: Designed, *, kept: bool) -> None:
    from .tables import table

    haul = made.haul
    if not made.area:
        typer.echo(UNCHANGED, err=True)
    typer.echo(
        f"{made.surface.id}: {made.area / 1e4:.2f} ha changed, cut {made.cut:,.0f} m3, "
        f"fill {made.fill:,.0f} m3, surplus {haul.surplus:,.0f}, borrow "
        f"{haul.borrow:,.0f} m3; haul {haul.haul:,.0f} m3 km"
    )
    flows = sorted(haul.flows, key=lambda flow: -flow.volume)
    flows = [flow for flow in flows if round(flow.volume) > 0]
    lines = [
        (f.origin, f.destination, f"{f.volume:,.0f}", _metres(f.distance))
        for f in flows[:MOST_FLOWS]
    ]
    if lines:
        typer.echo(table(("from", "to", "m3 placed", "m"), lines))
    if len(flows) > MOST_FLOWS:
        typer.echo(f"and {len(flows) - MOST_FLOWS} smaller flows; --json tells all")
    for key, value in made.report.items():
        if isinstance(value, int | float | str):
            typer.echo(f"{key}: {value}")
    if kept:
        typer.echo(f"on the timeline as {made.surface.id}")


def _metres(distance: float) -> str:
    return f"{distance:,.0f}" if isfinite(distance) else ""


def _list(*, as_json: bool) -> None:
    from twin.design.operators import OPERATORS

    from .ground_design import catalogue_rows, parameter_rows
    from .tables import table

    if as_json:
        say(catalogue_rows(OPERATORS))
        return
    for operator in OPERATORS.values():
        where = ", ".join(operator.places)
        typer.echo(f"{operator.name}: {operator.label} {operator.label_zh} ({where})")
        rows = parameter_rows(operator)
        if rows:
            head = ("--set", "default", "unit", "limits", "what", "说明")
            typer.echo("  " + table(head, rows).replace("\n", "\n  "))


def _numbers(given: list[str]) -> dict[str, float]:
    """From name=value to numbers."""
    found = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise typer.BadParameter(f"--set {text}: write name=number") from None
    return found


def _newest(site: Any) -> str:
    from twin.errors import InputError

    from .grounds import timeline

    surveyed = [g for g in timeline(site) if g.kind in ("surveyed", "as-built")]
    if not surveyed:
        raise InputError(f"site {site.folder}: has no surveyed ground; say --on ID")
    return surveyed[-1].id
