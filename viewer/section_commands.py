"""Commands of exact geometry: volumes between grounds, sections through them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.commands import JsonOption, say

if TYPE_CHECKING:
    from scenarios.ground_section import GroundSection

SiteHere = Annotated[Path, typer.Option(help="Site folder.")]
HECTARE = 1e4  # m2
COLOURS = ("#1d2b2a", "#b3541e", "#2f6b9a", "#6a8f2f", "#8a4f9e", "#a38a1b")


def volume(
    a: Annotated[str, typer.Argument(help="Ground: an id, or RUN@DATE.")],
    b: Annotated[
        str | None, typer.Argument(help="Later ground; or give --level.")
    ] = None,
    level: Annotated[
        float | None, typer.Option(help="Volume of A above and below this height, m.")
    ] = None,
    parcels: Annotated[
        Path | None, typer.Option(help="Polygons; else the site's parcels.")
    ] = None,
    site: SiteHere = Path(),
    as_json: JsonOption = False,
) -> None:
    """Exact cut and fill from A to B in closed form, or of A about a level.

    Designs are taken as the triangles they came as. No interval is told: for what
    changed between surveys, and how sure that is, use: minetwin change

    Example: minetwin volume 2025-05-20-surveyed 2025-06-30-designed --site north-dump
    """
    from scenarios.ground_volume import volume_from
    from scenarios.tables import table
    from twin.errors import InputError
    from twin.site import Site

    if b is None and level is None:
        raise InputError("volume: name a second ground, or a height by --level")
    found = volume_from(Site.open(site), a, b, level=level, parcels=parcels)
    if as_json:
        say(found.to_dict())
        return
    head = ("parcel", "ha", "cut m3", "fill m3", "net m3", "gross m3")
    rows = [
        (
            name,
            f"{v.area / HECTARE:.2f}",
            f"{v.cut:,.1f}",
            f"{v.fill:,.1f}",
            f"{v.net:+,.1f}",
            f"{v.gross:,.1f}",
        )
        for name, v in found.rows.items()
    ]
    typer.echo(f"from {found.a} ({found.read[0]}) to {found.b} ({found.read[1]})")
    typer.echo(table(head, rows))


def section(
    grounds: Annotated[list[str], typer.Argument(help="Grounds; the first is A.")],
    line: Annotated[
        list[str] | None,
        typer.Option(help="Place x,y in the site's CRS; once for each corner."),
    ] = None,
    lines: Annotated[
        Path | None, typer.Option(help="Or a file of lines: .geojson, .gpkg, .shp")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="File: .svg (picture), .csv or .dxf")
    ] = None,
    chinese: Annotated[
        bool, typer.Option("--chinese", help="The picture in Chinese.")
    ] = False,
    site: SiteHere = Path(),
    as_json: JsonOption = False,
) -> None:
    """Cut grounds along a line: profiles, and the areas between them.

    Example: minetwin section 2019-09-12-surveyed 2024-05-20-surveyed --line
    500100,4349700 --line 500500,4349700 --to cut.svg --site north-dump
    """
    from scenarios.ground_section import line_of, lines_of, sections_of, write_section
    from twin.errors import InputError
    from twin.site import Site

    opened = Site.open(site)
    if (line is None) == (lines is None):
        raise InputError(
            "section: give either --line twice or more, or --lines with a file"
        )
    drawn = {"1": line_of(line)} if line else lines_of(lines or site, opened.config.crs)
    found = sections_of(opened, grounds, drawn)
    if to is not None:
        for one in found:
            path = to if len(found) == 1 else to.with_stem(f"{to.stem}-{one.name}")
            if path.suffix.lower() == ".svg":
                path.write_text(picture(one, chinese=chinese), encoding="utf-8")
            else:
                write_section(one, path)
            typer.echo(str(path))
    if as_json:
        say([one.to_dict() for one in found])
        return
    for one in found:
        typer.echo("\n".join(_told(one)))


def picture(found: GroundSection, *, chinese: bool = False) -> str:
    """Draw a section as SVG: one line a ground, in metres, heights drawn taller."""
    from .report.line_figure import Line, lines_figure

    first = found.grounds[0].grid
    crs, datum = first.crs, first.vertical
    taller = _taller(found)
    across = f"Distance along the line, m; heights drawn {taller:.1f} times"
    up, label = f"Elevation, m ({datum})", f"Section {found.name}, {crs}"
    if chinese:
        across = f"沿线距离(m);高程放大 {taller:.1f} 倍"
        up, label = f"高程(m,{datum})", f"剖面 {found.name},{crs}"
    lines = []
    for k, (ground, cut) in enumerate(zip(found.grounds, found.cuts, strict=True)):
        stations, heights = cut.profile
        dash = "6 4" if ground.kind in ("designed", "simulated") else None
        colour = COLOURS[k % len(COLOURS)]
        lines.append(Line(ground.id, stations, heights, colour, dash=dash))
    return lines_figure(lines, across=across, up=up, label=label)


def _taller(found: GroundSection) -> float:
    """Times that heights are drawn larger than lengths."""
    import numpy as np

    from .report.line_figure import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH

    heights = np.concatenate([cut.profile[1] for cut in found.cuts])
    rise = max(float(np.nanmax(heights) - np.nanmin(heights)), 1e-6) * 1.12
    across = (WIDTH - LEFT - RIGHT) / found.cuts[0].length
    return (HEIGHT - TOP - BOTTOM) / rise / across


def _told(found: GroundSection) -> list[str]:
    told = found.to_dict()
    made = [
        f"section {found.name}: {told['length']:.1f} m, {told['crs']}, heights "
        f"{told['vertical']}"
    ]
    for ground in told["grounds"]:
        heights = [z for z in ground["elevation"] if z is not None]
        span = f"{min(heights):.2f} to {max(heights):.2f} m" if heights else "no ground"
        made.append(f"  {ground['id']}: {span}")
    made += [
        f"  to {area['id']}: cut {area['cut']:,.1f} m2, fill {area['fill']:,.1f} m2, "
        f"net {area['net']:+,.1f} m2 along {area['length']:.1f} m"
        for area in told["areas"]
    ]
    return made
