"""The command ``minetwin metals``: what exceeds a standard, by parcel and year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .commands import JsonOption, SiteOption, say

HEAD = ("date", "parcel", "metal", "mean", "95 %", "limit", "area above", "C / limit")
UNVERIFIED = (
    "its values were never compared with the document: shown, and good for no decision"
)


def metals(
    run: Annotated[str, typer.Argument(help="Run id (a folder in SITE/runs).")],
    site: SiteOption,
    standard: Annotated[
        str, typer.Option(help="gb15618-2018, gb36600-2018 or your own YAML file.")
    ] = "gb15618-2018",
    kind: Annotated[
        str, typer.Option(help="Limit of it: screening, control ...")
    ] = "screening",
    csv: Annotated[
        Path | None, typer.Option(help="Also write every year here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hold the metals of a run against the limits of a standard, by parcel and year.

    The scenario must keep soil_mass, soil_ph and each metal (soil_cadmium ...) in
    output.layers. The terminal has the first and the last year, --csv all of them.

    Example: minetwin metals plan --site north-dump --kind control --csv metals.csv
    """
    from twin.site import Site

    from .compare import open_run
    from .metal_series import metals_of
    from .standards.standard import standard as read
    from .tables import csv_bytes, table

    told = read(standard)
    rows = metals_of(open_run(Site.open(site), run), told, kind)
    for row in rows:
        row |= {"unit": told.unit, "standard": told.id, "verified": told.verified}
    if csv is not None:
        csv.write_bytes(csv_bytes(rows))
    if as_json:
        say(rows)
        return
    note = "" if told.verified else f"; {UNVERIFIED}"
    typer.echo(f"{told.id} {told.title_zh}, {kind}, {told.unit}{note}")
    ends = (rows[0]["date"], rows[-1]["date"])
    lines = [
        (
            r["date"], r["parcel"], r["metal"], r["mean"], r["high"], r["limit"],
            None if r["above"] is None else f"{r['above']:.0%}", r["index"],
        )
        for r in rows
        if r["date"] in ends
    ]  # fmt: skip
    typer.echo(table(HEAD, lines))
    typer.echo("metal all: Nemerow's index over the metals of the parcel")
