"""The command ``minetwin landscape``: patches, edges and diversity through a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .commands import JsonOption, SiteOption, say

SHOWN = ("number", "largest", "edge_density", "mesh", "contagion", "diversity")


def landscape(
    run: Annotated[str, typer.Argument(help="Run id (a folder in SITE/runs).")],
    site: SiteOption,
    dispersal: Annotated[
        float | None,
        typer.Option(
            help="Gap that half of the animals or seeds cross, m: adds the connected "
            "area of each class."
        ),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Also write every class, metric and date here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how patchy the land cover of a run is, year by year (FRAGSTATS metrics).

    The scenario must keep the layer land_cover_class: name it in output.layers.

    Example: minetwin landscape plan --site north-dump --dispersal 200 --csv land.csv
    """
    from twin.site import Site

    from .compare import open_run
    from .landscape_series import metrics_of
    from .tables import csv_bytes

    rows = metrics_of(open_run(Site.open(site), run), dispersal)
    if csv is not None:
        csv.write_bytes(csv_bytes(rows))
    if as_json:
        say(rows)
        return
    typer.echo(_table(rows))


def _table(rows: list[dict[str, Any]]) -> str:
    from .landscape_series import UNITS, WHOLE
    from .tables import table

    found = {(r["date"], r["metric"]): r["value"] for r in rows if r["class"] == WHOLE}
    joined = {
        (r["date"], r["class"]): r["value"] for r in rows if r["metric"] == "connected"
    }
    dates = sorted({date for date, _ in found})
    classes = list(dict.fromkeys(name for _, name in joined))
    head = ["date", *(f"{name}, {UNITS[name]}" for name in SHOWN)]
    head += [f"connected {name}, {UNITS['connected']}" for name in classes]
    lines = [
        (d, *(found[d, n] for n in SHOWN), *(joined.get((d, c), 0.0) for c in classes))
        for d in dates
    ]
    return table(head, lines)
