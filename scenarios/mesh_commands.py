"""Commands for meshes: is this one sound, mend it, measure solids that overhang."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .commands import JsonOption, say

if TYPE_CHECKING:
    from connectors.audit import Audit
    from connectors.design.mesh import Mesh
    from connectors.design.mesh_report import MeshReport, Opened
    from twin.change.solids import Solid

MOST_RINGS = 10  # that a terminal shows
OTHERS = Path | None
CrsOption = Annotated[str | None, typer.Option(help="CRS, where the file has none.")]
UnitOption = Annotated[str | None, typer.Option(help="Unit of length; m.")]


def mesh(
    file: Annotated[Path, typer.Argument(help=".glb .obj .ply .stl .xml .dxf")],
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend it into --to; FILE stays as it is.")
    ] = False,
    to: Annotated[
        OTHERS, typer.Option(help="Mended file: .glb .obj .ply .stl.")
    ] = None,
    fill: Annotated[
        float, typer.Option(min=0.0, help="Also fill holes of up to this boundary, m.")
    ] = 0.0,
    unit: UnitOption = None,
    crs: CrsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell whether a mesh is sound: holes, flips, crossings, volume; mend it if asked.

    Every repair is listed, and kept beside the mended file as OUT.audit.json with the
    triangles that fill holes, for these are invented.

    Example: minetwin mesh pit.stl --repair --fill 5 --to pit-mended.stl
    """
    from connectors.audit import Audit
    from connectors.design.design import Stated
    from connectors.design.mesh_report import open_mesh, report_on

    if repair != (to is not None) or (fill and not repair):
        raise typer.BadParameter("--repair and --to OUT go together, --fill with them")
    if to is not None and to.resolve() == file.resolve():
        raise typer.BadParameter("--to must be another file; FILE stays as it is")
    audit = Audit()
    opened = open_mesh(file, Stated(unit=unit, crs=crs), audit)
    found = report_on(opened)
    if to is None:
        _show(file, found, audit, as_json=as_json)
        return
    mended, filled = _mended(file, opened, fill, audit)
    _write(to, mended.mesh, opened, audit)
    after = report_on(open_mesh(to, Stated(crs=opened.crs), Audit()))
    kept = {"from": str(file), "filled": filled, "audit": audit.to_json()}
    beside = to.with_name(f"{to.name}.audit.json")
    beside.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    if as_json:
        say({"before": found.to_dict(), "after": after.to_dict(), **kept})
        return
    _tell(file, found)
    for line in (*audit.repaired, *audit.refused):
        typer.echo(f"  {line['what']}: {line['count']}")
    _tell(to, after)
    typer.echo(f"what was done, line by line: {beside}")


def solid(
    a: Annotated[Path, typer.Argument(help="A watertight mesh.")],
    minus: Annotated[OTHERS, typer.Option(help="Mesh taken out of A.")] = None,
    common: Annotated[OTHERS, typer.Option(help="Mesh shared with A.")] = None,
    plus: Annotated[OTHERS, typer.Option(help="Mesh joined to A.")] = None,
    above: Annotated[
        float | None, typer.Option(help="Only what lies above this elevation, m.")
    ] = None,
    to: Annotated[OTHERS, typer.Option(help="Write it: .glb .obj .ply .stl.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Volume of a solid, overhangs and all; of two: less, in common, or together.

    Files that do not close are refused; minetwin mesh tells why and mends.

    Example: minetwin solid stockpile.stl --minus tunnel.stl --above 1250
    """
    from connectors.audit import Audit
    from connectors.design.design import Stated
    from connectors.design.mesh_report import open_mesh
    from twin.change import solids

    ways = ((minus, solids.less), (common, solids.common), (plus, solids.both))
    asked = [(path, join) for path, join in ways if path is not None]
    if len(asked) > 1:
        raise typer.BadParameter("one of --minus, --common and --plus at a time")
    audit = Audit()
    opened = open_mesh(a, Stated(), audit)
    made = solids.solid_of(opened.mesh.vertices, opened.mesh.triangles, str(a))
    told: dict[str, Any] = {"a": _measures(made)}
    for path, join in asked:
        second = open_mesh(path, Stated(), audit)
        _check_same_place(a, opened, path, second)
        other = solids.solid_of(second.mesh.vertices, second.mesh.triangles, str(path))
        told["b"] = _measures(other)
        made = join(made, other)
    if above is not None:
        made = solids.above(made, above)
    told["result"] = _measures(made)
    told |= {"watertight": True, "crs": opened.crs, "vertical": opened.vertical}
    if to is not None:
        _write_solid(to, made, opened, audit)
    if as_json:
        say({**told, "audit": audit.to_json()})
        return
    for name in ("a", "b", "result"):
        if name in told:
            m = told[name]
            typer.echo(f"{name}: {m['volume']:,.3f} m3, skin {m['area']:,.3f} m2")
    typer.echo(f"watertight; CRS {opened.crs or 'not stated'}")


def _measures(made: Solid) -> dict[str, float]:
    return {"volume": made.volume, "area": made.area}


def _check_same_place(a: Path, one: Opened, b: Path, other: Opened) -> None:
    from twin.errors import InputError

    for what, x, y in (
        ("CRS", one.crs, other.crs),
        ("vertical datum", one.vertical, other.vertical),
    ):
        if x and y and x != y:
            raise InputError(
                f"{a} and {b}: {what} {x} and {y}; solids are compared in one only; "
                "export both in the same"
            )


def _mended(
    file: Path, opened: Opened, fill: float, audit: Audit
) -> tuple[Opened, list[dict[str, Any]]]:
    from dataclasses import replace

    from connectors.design.health import repair as mend
    from connectors.design.mesh_holes import fill_holes

    mended = mend(opened.mesh, audit, str(file))
    filled: list[dict[str, Any]] = []
    if fill:
        mended, made = fill_holes(mended, fill, audit, str(file))
        filled = [asdict(hole) for hole in made]
    return replace(opened, mesh=mended), filled


def _write(to: Path, made: Mesh, opened: Opened, audit: Audit) -> None:
    from connectors.design.mesh_read import ENDINGS
    from connectors.design.mesh_write import write_mesh
    from twin.errors import InputError

    if to.suffix.lower() not in ENDINGS:
        raise InputError(f"{to}: '{to.suffix}' is not written; {', '.join(ENDINGS)}")
    if not to.parent.is_dir():
        raise InputError(f"{to}: there is no folder {to.parent}; make it first")
    told = {"crs": opened.crs, "vertical": opened.vertical}
    write_mesh(to, made, {k: v for k, v in told.items() if v}, audit=audit)


def _write_solid(to: Path, made: Solid, opened: Opened, audit: Audit) -> None:
    from connectors.design.mesh import Mesh
    from twin.errors import InputError

    if not len(made.triangles):
        raise InputError(f"{to}: nothing is left of the solid, so nothing is written")
    _write(to, Mesh(made.vertices, made.triangles), opened, audit)


def _show(file: Path, found: MeshReport, audit: Audit, *, as_json: bool) -> None:
    if as_json:
        say({"file": str(file), **found.to_dict(), "audit": audit.to_json()})
        return
    _tell(file, found)
    for line in audit.assumed:
        typer.echo(f"  assumed: {line['what']}")


def _tell(file: Path, found: MeshReport) -> None:
    typer.echo(f"{file}: {found.triangles:,} triangles, {found.area:,.3f} m2")
    volume = "" if found.volume is None else f", {found.volume:,.3f} m3"
    typer.echo(f"  watertight: {'yes' if found.watertight else 'no'}{volume}")
    for what, count in asdict(found.health).items():
        if count is not None:
            typer.echo(f"  {what.replace('_', ' ')}: {count}")
    typer.echo(f"  crossing faces: {found.crossing_faces}")
    for ring in found.rings[:MOST_RINGS]:
        plain = "" if ring["closed"] else ", branched"
        typer.echo(
            f"  open ring: {ring['length']:,.3f} m, {ring['edges']} edges{plain}"
        )
    if len(found.rings) > MOST_RINGS:
        more = len(found.rings) - MOST_RINGS
        typer.echo(f"  and {more} shorter rings; --json tells all")
    low, high = found.bounds[:3], found.bounds[3:]
    ends = [f"{x:.3f} to {y:.3f}" for x, y in zip(low, high, strict=True)]
    typer.echo(f"  east {ends[0]}, north {ends[1]}, elevation {ends[2]} m")
    typer.echo(
        f"  CRS {found.crs or 'not stated'}, vertical {found.vertical or 'not stated'}"
    )
