"""Commands that end in something to look at: what changed, as table and report."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.commands import JsonOption, say

if TYPE_CHECKING:
    from scenarios.ground_change import GroundChange
    from twin.change.parcels import Amount, Row

SiteHere = Annotated[Path, typer.Option(help="Site folder.")]
HECTARE = 1e4  # m2


def change(
    a: Annotated[str, typer.Argument(help="Earlier ground: an id, or RUN@DATE.")],
    b: Annotated[str, typer.Argument(help="Later ground.")],
    site: SiteHere = Path(),
    parcels: Annotated[
        Path | None, typer.Option(help="Polygons; else the site's parcels.")
    ] = None,
    stable: Annotated[
        Path | None, typer.Option(help="Polygons of ground known as unchanged.")
    ] = None,
    level: Annotated[
        bool, typer.Option("--level", help="Take a bias in height away.")
    ] = False,
    coregister: Annotated[
        bool, typer.Option("--coregister", help="Take a shift in plan away too.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Also write GeoTIFF, CSV and JSON here.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Also write a report: .html or .pdf.")
    ] = None,
    chinese: Annotated[
        bool, typer.Option("--chinese", help="The report in Chinese.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Cut, fill and net change between two grounds, by parcel, and how sure they are.

    Net is the plain sum of the difference. Cut, fill and gross count cells beyond their
    level of detection. Nothing is moved unless asked for: a bias found on stable ground
    is told, and counted as error of what it would pass for.

    Example: minetwin change 2023-05-20-surveyed 2025-06-01-surveyed --site north-dump
    """
    from scenarios.ground_change import change_between
    from twin.change import coregister as moves
    from twin.site import Site

    move = moves.coregister if coregister else moves.level if level else None
    found = change_between(
        Site.open(site), a, b, parcels=parcels, stable=stable, move=move
    )
    if out is not None:
        from scenarios.change_files import write_change

        write_change(found, out)
    if report is not None:
        from .report.write import write_report

        again = shlex.join(["minetwin", *sys.argv[1:]])
        write_report(
            found, Site.open(site), report, command=again, parcels=parcels,
            language="zh" if chinese else "en",
        )  # fmt: skip
    if as_json:
        say(found.to_dict())
        return
    typer.echo("\n".join(told(found)))


Looks = Annotated[float, typer.Option(help="Direction looked towards, degrees.")]
Eye = Annotated[float, typer.Option(help="Eye over the horizon, degrees.")]
Higher = Annotated[float, typer.Option(help="Times that heights are drawn.")]


def still(
    ground: Annotated[str, typer.Argument(help="A ground's id, or RUN@DATE.")],
    to: Annotated[Path, typer.Option(help="File: .png or .jpg.")],
    against: Annotated[
        str | None, typer.Option(help="Drape what changed since this ground.")
    ] = None,
    towards: Looks = 20.0,
    height: Eye = 40.0,
    exaggeration: Higher = 1.0,
    site: SiteHere = Path(),
) -> None:
    """Draw a ground in 3D, to scale, with what changed since another draped over it.

    Example: minetwin still 2025-05-20-surveyed --to dump.png --site north-dump
    """
    from twin.site import Site

    from .stills.make import write_still
    from .stills.scene import View

    view = View(towards, height, exaggeration)
    typer.echo(write_still(Site.open(site), ground, to, view, against))


def film(
    ground: Annotated[str, typer.Argument(help="A ground's id, or RUN@DATE.")],
    to: Annotated[Path, typer.Option(help="File: .gif, .webp or .png (animated).")],
    into: Annotated[
        str | None, typer.Option(help="Pass into this ground; else go once around.")
    ] = None,
    towards: Looks = 20.0,
    height: Eye = 40.0,
    exaggeration: Higher = 1.0,
    site: SiteHere = Path(),
) -> None:
    """Film a ground: once around it, or from it into another and back.

    Example: minetwin film 2019-09-12-surveyed --into 2024-05-20-surveyed --to pit.gif
    """
    from twin.site import Site

    from .stills.make import write_film
    from .stills.scene import View

    view = View(towards, height, exaggeration, size=(960, 600))
    typer.echo(write_film(Site.open(site), ground, to, view, into))


def told(found: GroundChange) -> list[str]:
    """Lines that a terminal shows."""
    from scenarios.tables import table

    a, b = found.earlier, found.later
    lines = [_row(row) for row in found.rows]
    head = ("parcel", "ha", "cut m3", "fill m3", "net m3", "95 %", "changed")
    made = [
        f"{b.id} minus {a.id}; {a.grid.crs}, heights {a.grid.vertical}",
        *table(head, lines).splitlines(),
        *_basis(found),
    ]
    if found.left:
        made.append(f"without common cells: {', '.join(found.left)}")
    return made


def _row(row: Row) -> tuple[str, ...]:
    return (
        row.parcel,
        f"{row.measured / HECTARE:.2f}",
        f"{row.cut.value:,.0f}",
        f"{row.fill.value:,.0f}",
        f"{row.net.value:+,.0f}",
        _interval(row.net),
        f"{100.0 * row.significant:.0f} %",
    )


def _interval(amount: Amount) -> str:
    return f"{amount.low_95:+,.0f} to {amount.high_95:+,.0f}"


def _basis(found: GroundChange) -> list[str]:
    """What the errors rest on: stable ground, bias, move."""
    change, moved = found.change, found.moved
    stable, shared = change.stable, change.systematic
    made = [
        f"stable ground: {100.0 * stable.share:.0f} % of the common cells, "
        f"{stable.origin}; spread there {stable.spread:.3f} m",
    ]
    if moved is None:
        made.append(
            f"bias there {shared.bias:+.3f} m, standard error {shared.bias_error:.3f}; "
            "not removed, counted as error: --level removes it"
        )
    else:
        made.append(f"moved {_shift(moved)}; left {moved.nmad_after:.3f} m (NMAD)")
    return made


def _shift(moved: Any) -> str:
    parts = [
        f"{getattr(moved, way):+.3f} m {way}"
        for way in ("east", "north", "up")
        if getattr(moved, way) != 0.0
    ]
    return ", ".join(parts) or "not at all"
