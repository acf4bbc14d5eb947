"""Commands that ask a ground about water: hollows that fill, drains that carry."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .commands import FOUND, JsonOption, SiteOption, say

MOST_SHOWN = 20  # hollows on a terminal
POND_HEAD = (
    "pond", "east, m", "north, m", "spills at, m", "deepest, m", "full, ha",
    "full, m3", "catchment, ha", "stands, ha", "stands, m3",
)  # fmt: skip
REACH_HEAD = (
    "from, m", "to, m", "fall, m/m", "catchment, ha", "tc, h", "peak, m3/s",
    "depth, m", "velocity, m/s", "verdict",
)  # fmt: skip


def ponds(
    ground: Annotated[
        str, typer.Argument(help="Ground of the timeline, such as plan@2055-01-01.")
    ],
    site: SiteOption,
    shallowest: Annotated[
        float, typer.Option(help="Hollows no deeper are dips of the survey, m.")
    ] = 0.3,
    smallest: Annotated[
        float, typer.Option(help="Hollows that hold less are left out, m3.")
    ] = 100.0,
    runoff: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Share of the rain that reaches the hollow."
        ),
    ] = 0.1,
    evaporation: Annotated[
        float | None,
        typer.Option(help="Of open water, mm a year; default the site's PET."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Also write all columns here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Find pits and subsidence basins that hold water, and how full they stand.

    Full to where each spills, and in the long run by rain, runoff and evaporation of
    the average year, without seepage. Any ground of the timeline, simulated ones too.

    Example: minetwin ponds plan@2055-01-01 --site north-dump --runoff 0.15
    """
    from dataclasses import replace

    from twin.site import Site

    from .ground_ponds import balance_of, ponds_of, rows_of
    from .grounds import ground_of
    from .tables import csv_bytes, table

    opened = Site.open(site)
    surface = ground_of(opened, ground)
    balance = balance_of(opened, surface.grid, runoff)
    if evaporation is not None:
        balance = replace(balance, evaporation=evaporation)
    found = ponds_of(surface, balance, shallowest=shallowest, smallest=smallest)
    if csv is not None and found:
        csv.write_bytes(csv_bytes(rows_of(found)))
    if as_json:
        say({"ground": ground, "balance": asdict(balance), "ponds": rows_of(found)})
        return
    grid = surface.grid
    typer.echo(
        f"{ground} ({grid.crs}, {grid.vertical}): {_counted(len(found))}; a year has "
        f"{balance.rain:.0f} mm of rain and {balance.evaporation:.0f} mm of "
        f"evaporation, {balance.runoff:.0%} of the rain runs off; no seepage"
    )
    lines = [
        (
            k, f"{p.east:.0f}", f"{p.north:.0f}", f"{p.spill_level:.2f}",
            f"{p.deepest:.2f}", f"{p.area_ha:.2f}", f"{p.volume_m3:,.0f}",
            f"{p.catchment_ha:.2f}", f"{p.standing_area_ha:.2f}",
            f"{p.standing_volume_m3:,.0f}",
        )
        for k, p in enumerate(found[:MOST_SHOWN], start=1)
    ]  # fmt: skip
    if lines:
        typer.echo(table(POND_HEAD, lines))
    if len(found) > MOST_SHOWN:
        typer.echo(f"and {len(found) - MOST_SHOWN} smaller ones; --csv tells all")


def drain(
    line: Annotated[
        Path, typer.Argument(help="Vector file of the drain, upper end first.")
    ],
    ground: Annotated[str, typer.Option("--on", help="Ground that it lies on.")],
    site: SiteOption,
    rain: Annotated[float, typer.Option(help="Of the design storm, mm.")],
    hours: Annotated[float, typer.Option(help="How long the storm lasts.")] = 1.0,
    cover: Annotated[
        str, typer.Option(help="Cover and condition, such as 'pasture fair'.")
    ] = "bare poor",
    soil_group: Annotated[
        str, typer.Option(help="Hydrologic soil group, A (fast) to D (slow).")
    ] = "C",
    curve_number: Annotated[
        float | None, typer.Option(help="Instead of cover and group.")
    ] = None,
    lining: Annotated[
        str, typer.Option(help="earth, grass, gravel, riprap, masonry or concrete.")
    ] = "earth",
    width: Annotated[float, typer.Option(help="Of the bottom, m.")] = 0.5,
    side: Annotated[float, typer.Option(help="Run per rise of the banks.")] = 1.5,
    depth: Annotated[float, typer.Option(help="Of the drain, m.")] = 0.6,
    freeboard: Annotated[float, typer.Option(help="Kept free, m.")] = 0.15,
    as_json: JsonOption = False,
) -> None:
    """Check whether a drain carries its storm: peak flow, depth, speed by reach.

    Exit 0: every reach holds, 1: some overflow, scour or do not fall. The values of
    linings and covers are orders of magnitude where the tables say so.

    Example: minetwin drain bench.geojson --on design-bench --site mine --rain 60
    """
    from twin.errors import unknown_name
    from twin.site import Site
    from twin.water.curve_table import curve_number as looked_up
    from twin.water.linings import linings

    from .ground_drain import Section, Storm, reaches_of
    from .ground_section import lines_of
    from .grounds import ground_of

    if lining not in linings():
        raise unknown_name("lining", lining, linings(), "drain")
    number = curve_number
    if number is None:
        kind, _, condition = cover.rpartition(" ")
        number = looked_up(kind, condition, soil_group)
    surface = ground_of(Site.open(site), ground)
    storm, section = Storm(rain, hours, number), Section(width, side, depth, freeboard)
    told = {
        name: reaches_of(surface, shape, storm, section, linings()[lining])
        for name, shape in lines_of(line, surface.grid.crs).items()
    }
    if as_json:
        say(
            {
                "ground": ground, "crs": surface.grid.crs, "storm": asdict(storm),
                "section": asdict(section), "lining": asdict(linings()[lining]),
                "drains": {n: [asdict(r) for r in rows] for n, rows in told.items()},
            }
        )  # fmt: skip
    else:
        _tell(told, number)
    bad = any(r.verdict != "holds" for rows in told.values() for r in rows)
    raise typer.Exit(FOUND if bad else 0)


def _counted(count: int) -> str:
    return "1 hollow" if count == 1 else f"{count} hollows"


def _tell(told: dict[str, list], number: float) -> None:  # type: ignore[type-arg]
    from .tables import table

    for name, rows in told.items():
        typer.echo(f"drain {name}: curve number {number:g}")
        lines = [
            (
                f"{r.start:.0f}", f"{r.end:.0f}", r.gradient, r.catchment_ha,
                r.concentration, r.peak, r.depth, r.velocity, r.verdict,
            )
            for r in rows
        ]  # fmt: skip
        typer.echo(table(REACH_HEAD, lines))
