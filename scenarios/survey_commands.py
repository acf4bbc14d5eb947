"""Commands of the timeline of grounds: add a survey or design, list what there is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from .commands import JsonOption, say, stoppable

survey = typer.Typer(
    help="Grounds on the timeline: surveyed, designed, as built, simulated.",
    no_args_is_help=True,
)
SiteHere = Annotated[Path, typer.Option(help="Site folder.")]
BOX, CLOUD_ENDING = "W,S,E,N", ".laz"


@survey.command("add")
def add(
    files: Annotated[list[Path], typer.Argument(help="Files of one survey or design.")],
    date: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the survey.")
    ],
    kind: Annotated[
        str, typer.Option(help="surveyed, designed, as-built or simulated.")
    ] = "surveyed",
    crs: Annotated[
        str | None, typer.Option(help="CRS, stated when the file has none.")
    ] = None,
    vertical: Annotated[
        str | None, typer.Option(help="Vertical datum, stated when the file has none.")
    ] = None,
    parcel: Annotated[
        str | None, typer.Option(help="It holds within this parcel only.")
    ] = None,
    ground: Annotated[
        str | None,
        typer.Option(help="Ground points by: classes, smrf or cloth."),
    ] = None,
    terrain: Annotated[
        str | None, typer.Option(help="Heights of a cloud by: mean, tin or idw.")
    ] = None,
    noise: Annotated[
        bool, typer.Option("--noise", help="Leave out points that belong to nothing.")
    ] = False,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Plant heights, cover and leaf area too.")
    ] = False,
    name: Annotated[
        str | None, typer.Option("--id", help="Id; else date and kind.")
    ] = None,
    site: SiteHere = Path(),
) -> None:
    """Put a survey, a design or an as-built ground on the timeline of a site.

    Files from elsewhere are copied to SITE/sources; the line is added to site.yaml and
    the site is built. Earlier surfaces and runs keep their cells.

    Example: minetwin survey add dump-2025.laz --date 2025-06-01 --site north-dump
    """
    from connectors.survey_add import add_survey

    from .progress import bar

    settings = {
        "date": date.date(),
        "kind": kind,
        "crs": crs,
        "vertical": vertical,
        "parcel": parcel,
        "ground": ground,
        "terrain": terrain,
        "noise": noise or None,
        "metrics": metrics or None,
        "id": name,
    }
    with stoppable(), bar("survey") as report:
        made = add_survey(site, files, settings, report)
    typer.echo(f"{site}: {made} is on the timeline")


def export(
    ground: Annotated[str, typer.Argument(help="A ground's id, or RUN@DATE.")],
    to: Annotated[
        Path,
        typer.Option(
            help="File: .xml (LandXML) .dxf .glb .obj .ply .stl .tif .gpkg; .copc.laz "
            "is the cloud it was made from."
        ),
    ],
    interval: Annotated[
        float | None, typer.Option(help="Of contours, m; for .gpkg, .dxf and .xml.")
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(help="Fewer triangles, off by at most so many m at any cell."),
    ] = None,
    box: Annotated[
        str | None,
        typer.Option(help="Of a cloud: W,S,E,N in m, in the site's CRS.", metavar=BOX),
    ] = None,
    resolution: Annotated[
        float | None,
        typer.Option(help="Of a cloud: at most so far between points, m."),
    ] = None,
    site: SiteHere = Path(),
) -> None:
    """Write a ground of the timeline, or its cloud, as a file for other tools.

    Example: minetwin export 2025-06-30-designed --to design.xml --tolerance 0.02

    Example: minetwin export 2025-05-20-surveyed --to cloud.copc.laz --resolution 0.5
    """
    from connectors.audit import Audit
    from connectors.design.export import export as write
    from connectors.pointcloud.cloud_export import Part, export_cloud, parsed_box
    from twin.errors import InputError
    from twin.site import Site

    from .grounds import ground_of

    part = Part(parsed_box(box), resolution)
    if to.suffix.lower() == CLOUD_ENDING:
        if interval is not None or tolerance is not None:
            raise InputError(
                f"{to}: a cloud has neither contours nor triangles; leave --interval "
                "and --tolerance out"
            )
        made = export_cloud(Site.open(site), ground, to, part)
        typer.echo(f"{to}: {made} points, {to.stat().st_size / 1e6:.1f} MB")
        return
    part.refuse_for(to)
    audit = Audit()
    found = ground_of(Site.open(site), ground)
    write(found, to, interval=interval, tolerance=tolerance, audit=audit)
    typer.echo(f"{to}: {to.stat().st_size / 1e6:.1f} MB")
    for told in (*audit.repaired, *audit.assumed):
        typer.echo(f"  {told['count']} {told['what']}")


@survey.command("list")
def list_(site: SiteHere = Path(), as_json: JsonOption = False) -> None:
    """List every ground of a site, oldest first, with what each was made from.

    Of a run the first and the last instant are shown; --json lists all.

    Example: minetwin survey list --site north-dump
    """
    from dataclasses import asdict

    from twin.site import Site

    from .grounds import first_and_last, timeline
    from .tables import table

    grounds = timeline(Site.open(site))
    if as_json:
        say([asdict(ground) for ground in grounds])
        return
    ends = first_and_last(grounds)
    lines = [(str(g.date), g.kind, g.id, g.source) for g in ends]
    typer.echo(table(("date", "kind", "id", "made from"), lines))
