"""The command that compares two clouds point by point, and what it prints."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .commands import JsonOption, say, stoppable

if TYPE_CHECKING:
    from .cloud_change import CloudChange

ANEW = "nothing was written; the same command begins anew"


def clouds(
    a: Annotated[str, typer.Argument(help="Earlier survey's id, or a cloud file.")],
    b: Annotated[str, typer.Argument(help="Later one.")],
    site: Annotated[
        Path | None, typer.Option(help="Site folder; not needed for files.")
    ] = None,
    register: Annotated[
        bool, typer.Option("--register", help="Bring B onto A by unchanged ground.")
    ] = False,
    stable: Annotated[
        Path | None, typer.Option(help="Polygons of ground known as unchanged.")
    ] = None,
    error: Annotated[
        float | None,
        typer.Option(help="Standard error of the clouds' position to each other, m."),
    ] = None,
    core: Annotated[
        float | None, typer.Option(help="Spacing of the core points, m.")
    ] = None,
    normal: Annotated[
        float | None, typer.Option(help="Radius in which normals are fitted, m.")
    ] = None,
    radius: Annotated[
        float | None, typer.Option(help="Radius of the cylinder, m.")
    ] = None,
    depth: Annotated[
        float | None, typer.Option(help="Reach of the cylinder to either side, m.")
    ] = None,
    every_point: Annotated[
        bool, typer.Option("--every-point", help="Plants too, not ground alone.")
    ] = False,
    crs: Annotated[
        str | None, typer.Option(help="CRS, stated where a file has none.")
    ] = None,
    vertical: Annotated[
        str | None, typer.Option(help="Vertical datum, stated where a file has none.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Core points: .laz .las .ply .csv .gpkg")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two clouds along the normals of the ground (M3C2), and how surely.

    Lengths that are not given follow from the clouds' density and roughness and are
    printed. Nothing is moved unless --register asks for it.

    Example: minetwin clouds wall-2023.laz wall-2025.laz --register --to change.laz
    """
    from twin.site import Site

    from .cloud_change import CloudRules, cloud_change
    from .cloud_files import check_writable, write_clouds
    from .cloud_sources import Stated
    from .progress import bar
    from .stopping import asked_to_stop

    rules = CloudRules(
        core, normal, radius, depth, register, stable, error, every_point
    )
    if to is not None:
        check_writable(to)
    place = None if site is None else Site.open(site)
    with stoppable(), bar("clouds") as report, asked_to_stop() as stop:

        def told(done: int, total: int) -> None:
            if stop():
                raise KeyboardInterrupt(ANEW)
            report(done, total)

        found = cloud_change(
            a, b, place, rules, stated=Stated(crs, vertical), progress=told
        )
        made = [] if to is None else write_clouds(found, to)
    if as_json:
        say(found.to_dict())
        return
    typer.echo("\n".join(lines_of(found)))
    for path in made:
        typer.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def lines_of(found: CloudChange) -> list[str]:
    """Return what the command prints."""
    told = found.to_dict()
    a, b = told["a"], told["b"]
    lines = [
        f"{b['name']} ({b['points']:,} points) minus {a['name']} ({a['points']:,}), "
        f"{told['points_used']}; CRS {told['crs']}, heights {told['vertical']}",
        *_scales(found),
        *_registration(found),
        f"core points: {told['core_points']:,} every {found.spacing:g} m, "
        f"{told['compared']:,} with both clouds, "
        f"{told['without_detection']:,} of these with under 4 points in a cylinder",
        f"changed beyond the level of detection (95 %): {told['significant']:.1%}; "
        f"raised {told['raised']:.1%}, lowered {told['lowered']:.1%}",
        f"distance: median {told['median']:+.3f} m, middle half "
        f"{told['quantiles'][25]:+.3f} to {told['quantiles'][75]:+.3f} m; "
        f"level of detection {told['detectable']:.3f} m (median)",
        *_stable(found),
    ]
    assumed = [f"  assumed: {text}" for c in (a, b) for text in c["assumed"]]
    return [*lines, *dict.fromkeys(assumed)]


def _scales(found: CloudChange) -> list[str]:
    s = found.scales
    ratio = 2.0 * s.normal / s.roughness if s.roughness else float("inf")
    return [
        f"scales: cylinder radius {s.radius:g} m (30 points at {s.density:.3g} m-2), "
        f"depth {s.depth:g} m, normals within {s.normal:g} m "
        f"(D = {ratio:.0f} x roughness {s.roughness:.3f} m; Lague et al. 2013)"
    ]


def _registration(found: CloudChange) -> list[str]:
    r = found.moved
    if r is None:
        return ["registration: none asked for, nothing was moved"]
    shift = ", ".join(
        f"{name} {x:+.3f} +- {e:.4f}"
        for name, x, e in zip(
            ("east", "north", "up"), r.shift, r.shift_error, strict=True
        )
    )
    turn = ", ".join(
        f"{x:+.4f} +- {e:.4f}"
        for x, e in zip(r.rotation_deg, r.rotation_error_deg, strict=True)
    )
    return [
        f"registration: B moved by {shift} m at {_place(r.origin)}, turned by {turn} "
        "degrees about east, north, up",
        f"  by {r.pairs:,} pairs of stable ground ({r.stable:.0%} of what overlaps); "
        f"left {r.nmad:.3f} m (NMAD), {r.rmse:.3f} m (RMS)",
    ]


def _place(origin: Iterable[float]) -> str:
    return "(" + ", ".join(f"{v:.1f}" for v in origin) + ")"


def _stable(found: CloudChange) -> list[str]:
    s = found.stable
    if s is None:
        return ["stable ground: too few core points to tell a bias"]
    lines = [
        f"stable ground ({s.origin}, {s.share:.0%}): bias {s.bias:+.3f} m, "
        f"NMAD {s.spread:.3f} m"
    ]
    if found.moved is not None or found.rules.error is not None:
        return lines
    if s.origin == "given":
        lines.append("  the bias is not taken away, and counted as error of position")
    else:
        lines.append(
            "  the bias is neither erosion nor fill; it is not taken away and not in "
            "the level of detection: --register, --stable or --error"
        )
    return lines
