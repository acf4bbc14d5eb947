"""A design on the timeline: an operator on a ground, kept as a survey file is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from connectors.audit import Audit
from connectors.raster import write_cog
from connectors.survey_add import SOURCES, add_survey
from connectors.vector import read_parcels
from connectors.vector_file import read_layer, to_crs
from twin.design.designed import Designed
from twin.design.operators import Operator, operator
from twin.design.parameters import Terms
from twin.errors import InputError, unknown_name

from .grounds import ground_of

if TYPE_CHECKING:
    from twin.grid import Grid
    from twin.site import Site


@dataclass(frozen=True)
class Drawn:
    """Where an operator works, as a user names it.

    area    ids of parcels of the site, or a file of polygons
    lines   files with one line or polygon each; crest, then toe
    design  id of a ground on the timeline
    """

    area: tuple[str, ...] = ()
    lines: tuple[Path, ...] = ()
    design: str | None = None


def make_design(
    site: Site,
    name: str,
    on: str,
    drawn: Drawn,
    numbers: Mapping[str, float],
    terms: Terms,
) -> Designed:
    """Let an operator act on a ground of the site; nothing is written.

    name     of the operator; ``minetwin design`` lists them
    on       id of the ground that it starts from
    numbers  parameters by name; those left out take their default

    Raises UnknownName for a misspelt operator, number, parcel or ground, and InputError
    for what the operator needs and was not given.
    """
    chosen = operator(name)
    ground = ground_of(site, on)
    places = [_place(site, chosen, kind, drawn, ground.grid) for kind in chosen.places]
    made = []
    if chosen.parameters is not None:
        _check_numbers(chosen, numbers)
        made.append(chosen.parameters(**_whole(chosen, numbers)))
    elif numbers:
        raise InputError(f"{name} takes no numbers; leave --set out")
    return chosen.function(ground, *places, *made, terms=terms)


def keep_design(
    site: Site,
    made: Designed,
    told: Mapping[str, Any],
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """Put a design on the site's timeline; return its id.

    Heights go to sources/ as GeoTIFF, what made them and where the earth goes beside
    it as JSON, and the line of site.yaml is that of any other designed ground.
    """
    surface = made.surface
    home = site.folder / SOURCES
    home.mkdir(exist_ok=True)
    raster, about = (home / f"{surface.id}{end}" for end in (".tif", ".design.json"))
    for path in (raster, about):
        if path.exists():
            raise InputError(f"{path}: is there already; give the design its own --id")
    try:
        write_cog(
            raster, surface.elevation, surface.grid, unit="m", name="elevation",
            description=f"designed on {surface.date}",
        )  # fmt: skip
        text = json.dumps({**told, **summary(made)}, ensure_ascii=False, indent=1)
        about.write_text(text + "\n", encoding="utf-8")
        settings = {"date": surface.date, "kind": "designed", "id": surface.id}
        return add_survey(site.folder, [raster], settings, progress)
    except BaseException:
        raster.unlink(missing_ok=True)
        about.unlink(missing_ok=True)
        raise


def summary(made: Designed) -> dict[str, Any]:
    """Earthwork and haul as plain data; m2, m3, m, m3 km."""
    haul = made.haul
    return {
        "surface": made.surface.id,
        "area": made.area,
        "cut": made.cut,
        "fill": made.fill,
        "bulking": haul.bulking,
        "surplus": haul.surplus,
        "borrow": haul.borrow,
        "haul": haul.haul,
        "mean_distance": haul.mean_distance,
        "flows": [asdict(flow) for flow in haul.flows],
        "report": dict(made.report),
    }


def _check_numbers(chosen: Operator, numbers: Mapping[str, float]) -> None:
    known = {number.name: number for number in chosen.numbers}
    for name in numbers:
        if name not in known:
            raise unknown_name("number", name, known, chosen.name)
    lacking = [n for n in known.values() if n.required and n.name not in numbers]
    if lacking:
        told = "; ".join(f"{n.name} ({n.label.lower()}, {n.unit})" for n in lacking)
        raise InputError(f"{chosen.name} needs {told}: say --set {lacking[0].name}=…")


def _whole(chosen: Operator, numbers: Mapping[str, float]) -> dict[str, Any]:
    whole = {n.name for n in chosen.numbers if n.whole}
    return {k: int(v) if k in whole and v == int(v) else v for k, v in numbers.items()}


def _place(site: Site, chosen: Operator, kind: str, drawn: Drawn, grid: Grid) -> Any:
    """What the operator is given for one of its places."""
    if kind == "area":
        return _area(site, chosen, drawn.area, grid)
    if kind == "design":
        if drawn.design is None:
            raise InputError(f"{chosen.name} works on a design: say --design ID")
        return ground_of(site, drawn.design)
    if kind == "ring" and drawn.area and not drawn.lines:
        return _one_ring(_area(site, chosen, drawn.area, grid), chosen)
    wanted = 2 if kind == "crest and toe" else 1
    if len(drawn.lines) != wanted:
        what = "a line: say --line FILE"
        if wanted == 2:
            what = "a crest and a toe: say --line FILE twice, the crest first"
        raise InputError(f"{chosen.name} follows {what}")
    lines = tuple(_line(path, grid.crs) for path in drawn.lines)
    return lines if wanted == 2 else lines[0]


def _area(site: Site, chosen: Operator, area: Sequence[str], grid: Grid) -> Any:
    if not area:
        raise InputError(
            f"{chosen.name} works in an area: say --area with a parcel or a file"
        )
    known = site.layers_dir / "parcels.gpkg"
    shapes = []
    parcels = (
        {p.id: p.geometry for p in read_parcels(known, grid.crs)}
        if known.is_file()
        else {}
    )
    for name in area:
        if name in parcels:
            shapes.append(parcels[name])
        elif Path(name).suffix and Path(name).is_file():
            shapes += [p.geometry for p in read_parcels(Path(name), grid.crs)]
        else:
            raise unknown_name("parcel or file", name, parcels, f"site {site.folder}")
    return shapely.union_all(shapes)


def _one_ring(shape: Any, chosen: Operator) -> Any:
    if shape.geom_type != "Polygon":
        raise InputError(f"{chosen.name} follows one ring; the area is in pieces")
    return shape


def _line(path: Path, crs: str) -> Any:
    layer = read_layer(path, None, Audit())
    if len(layer.shapes) != 1:
        raise InputError(
            f"{path}: holds {len(layer.shapes)} shapes; one line or polygon is followed"
        )
    return to_crs(layer.shapes, layer.crs, crs, str(path))[0]


def with_id(terms: Terms, made_of: str, name: str) -> Terms:
    """Terms whose id says from what and how, where the user gave none."""
    return (
        terms if terms.id else replace(terms, id=f"{made_of}-{name}".replace("@", "-"))
    )


def parameter_rows(chosen: Operator) -> list[tuple[str, ...]]:
    """Numbers of an operator as a table: name, default, unit, limits, what."""
    rows: list[tuple[str, ...]] = []
    for n in chosen.numbers:
        default = "needed" if n.required else n.absent or f"{n.default}"
        limits = f"{n.low:g} to {n.high:g}"
        rows.append((n.name, default, n.unit, limits, n.label, n.label_zh))
    return rows


def catalogue_rows(operators: Mapping[str, Operator]) -> list[dict[str, Any]]:
    """Every operator as plain data: the command and the docs print it."""
    return [
        {
            "name": o.name,
            "label": o.label,
            "label_zh": o.label_zh,
            "places": list(o.places),
            "source": o.source,
            "numbers": [
                {f.name: getattr(n, f.name) for f in fields(n)} for n in o.numbers
            ],
        }
        for o in operators.values()
    ]
