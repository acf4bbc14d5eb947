"""What a change report says, before it becomes a page or a PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.ground_change import WHOLE, GroundChange
from twin.change.parcels import Row

from .line_figure import Line, lines_figure
from .map_figure import Outline, difference_map
from .words import Language, word

OLD, NEW = "#2b6ca3", "#b4531a"


@dataclass(frozen=True)
class About:
    """What the computation does not know: of which site, how it is computed again."""

    site: str
    command: str
    language: Language = "en"
    synthetic: bool = False


@dataclass(frozen=True)
class Figure:
    """A drawing (SVG) under its heading; the note stands below it."""

    title: str
    svg: str
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Head and rows of text; ``whole`` rows at the top are set bold."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    whole: int = 0


@dataclass(frozen=True)
class Content:
    """A report in its order."""

    about: About
    title: str
    subtitle: str
    warning: str
    headline: tuple[tuple[str, str, str], ...]
    maps: tuple[Figure, ...]
    parcels: Table
    left: str
    sections: tuple[Figure, ...]
    grounds: Table
    reference: str
    errors: tuple[str, ...]
    variogram: Figure | None
    method: str
    made_by: str

    def word(self, name: str) -> str:
        """A heading in the report's language."""
        return word(self.about.language, name)


def content_of(
    found: GroundChange, outlines: Sequence[Outline], about: About
) -> Content:
    """Tell what changed, in words, tables and drawings.

    outlines  parcels as the map shows them
    """
    tongue = about.language
    a, b, grid = found.earlier, found.later, found.change.grid
    names = {outline.id: outline.name for outline in outlines}
    datum = word(tongue, "heights_in", datum=grid.vertical)
    left = word(tongue, "left", names=", ".join(found.left)) if found.left else ""
    return Content(
        about=about,
        title=f"{about.site}: {word(tongue, 'title')}",
        subtitle=word(
            tongue, "later_less", a=f"{a.date} ({a.id})", b=f"{b.date} ({b.id})"
        ),
        warning=word(tongue, "synthetic") if about.synthetic else "",
        headline=_headline(found.rows[0], tongue),
        maps=_maps(found, outlines, tongue),
        parcels=_parcels(found.rows, names, tongue),
        left=left,
        sections=_sections(found, tongue),
        grounds=_grounds(found, tongue),
        reference=f"{grid.crs} · {datum} · {grid.cell:g} m",
        errors=_errors(found, tongue),
        variogram=_variogram(found.change.correlation, tongue),
        method=_method(found, tongue),
        made_by=word(tongue, "made_by", version=_version()),
    )


def _headline(row: Row, tongue: Language) -> tuple[tuple[str, str, str], ...]:
    boxes = []
    for name in ("cut", "fill", "net"):
        amount = getattr(row, name)
        sign = "+" if name == "net" and amount.value > 0 else ""
        low, high = whole_number(amount.low_95), whole_number(amount.high_95)
        value = f"{sign}{whole_number(amount.value)} m³"
        boxes.append((word(tongue, name), value, f"95 %: {low} … {high}"))
    return tuple(boxes)


def _maps(
    found: GroundChange, outlines: Sequence[Outline], tongue: Language
) -> tuple[Figure, ...]:
    change = found.change
    source = word(tongue, "later_less", a=found.earlier.id, b=found.later.id)
    beyond = np.where(change.significant, change.dz, np.float32(np.nan))
    made = []
    for name, values in (("map", change.dz), ("map_changed", beyond)):
        title = word(tongue, name)
        svg = difference_map(
            values, found.later.elevation, change.grid, outlines, title=title,
            source=source, language=tongue, hatched=name == "map_changed",
        )  # fmt: skip
        made.append(Figure(title, svg))
    return tuple(made)


def _parcels(rows: Sequence[Row], names: Mapping[str, str], tongue: Language) -> Table:
    heads = ("parcel", "area", "cut", "fill", "net", "interval", "significant")
    units = ("", " (ha)", " (m³)", " (m³)", " (m³)", " (m³)", "")
    head = tuple(word(tongue, h) + u for h, u in zip(heads, units, strict=True))
    body = []
    for row in rows:
        whole = row.parcel == WHOLE
        name = word(tongue, "headline") if whole else names.get(row.parcel, row.parcel)
        body.append(
            (
                name,
                f"{row.measured / 1e4:,.2f}",
                whole_number(row.cut.value),
                whole_number(row.fill.value),
                f"{'+' if row.net.value > 0 else ''}{whole_number(row.net.value)}",
                f"{whole_number(row.net.low_95)} … {whole_number(row.net.high_95)}",
                f"{100 * row.significant:.0f} %",
            )
        )
    return Table(word(tongue, "parcels"), head, tuple(body), whole=1)


def _sections(found: GroundChange, tongue: Language) -> tuple[Figure, ...]:
    """West to east and north to south through the cell that changed most."""
    change, cell = found.change, found.change.grid.cell
    size = np.where(np.isfinite(change.dz), np.abs(change.dz), -1.0)
    row, column = np.unravel_index(int(np.argmax(size)), size.shape)
    # the later ground as it was compared, moved and all
    later: NDArray[np.float32] = found.earlier.elevation + change.dz
    made = []
    for name, cut in (
        ("west_east", np.s_[row, :]),
        ("north_south", np.s_[:, column]),
    ):
        grounds = (
            (f"{found.earlier.date}", found.earlier.elevation[cut], OLD, "5 3"),
            (f"{found.later.date}", later[cut], NEW, None),
        )
        along = (np.arange(grounds[0][1].size, dtype=np.float64) + 0.5) * cell
        lines = [
            Line(label, along, np.asarray(z, dtype=np.float64), colour, dash=dash)
            for label, z, colour, dash in grounds
        ]
        title = word(tongue, name)
        svg = lines_figure(
            lines, across=f"{word(tongue, 'distance')} · {title}",
            up=word(tongue, "height"), label=title,
        )  # fmt: skip
        made.append(Figure(title, svg))
    return tuple(made)


def _grounds(found: GroundChange, tongue: Language) -> Table:
    rows = []
    for which, surface in (("earlier", found.earlier), ("later", found.later)):
        sources = "; ".join(
            f"{name} (sha256 {digest[:16]}…)"
            for name, digest in surface.source.items()
            if name != "settings"
        )
        kind = word(tongue, surface.kind)
        which_one = word(tongue, which)
        rows.append((which_one, surface.id, f"{surface.date}", kind, sources))
    head = ("", *(word(tongue, h) for h in ("id", "date", "kind", "source")))
    return Table(word(tongue, "grounds"), head, tuple(rows))


def _errors(found: GroundChange, tongue: Language) -> tuple[str, ...]:
    stable, shared = found.change.stable, found.change.systematic
    told = [
        word(tongue, "stable", share=f"{100 * stable.share:.0f} %",
             origin=word(tongue, stable.origin), spread=f"{stable.spread:.3f}"),
    ]  # fmt: skip
    bias = shared.bias if shared.removed is None else shared.removed
    which = "bias_kept" if shared.removed is None else "bias_removed"
    told.append(
        word(tongue, which, bias=f"{bias:+.3f}", error=f"{shared.bias_error:.3f}")
    )
    if found.moved is not None:
        ways = {w: f"{getattr(found.moved, w):+.3f}" for w in ("east", "north", "up")}
        told.append(word(tongue, "moved", **ways))
    return tuple(told)


def _variogram(correlation: Any, tongue: Language) -> Figure | None:
    seen = correlation.variogram
    if seen is None or not len(seen.lag):
        return None
    lag = np.asarray(seen.lag, dtype=np.float64)
    gamma = np.asarray(seen.gamma, dtype=np.float64)
    along = np.linspace(0.0, float(lag.max()), 200)
    model = correlation.sill - np.asarray(correlation.covariance(along))
    lines = [
        Line("γ", lag, gamma, OLD, dots=True),
        Line("C(0) - C(h)", along, model, NEW),
    ]
    told = word(tongue, "variogram")
    svg = lines_figure(
        lines, across=word(tongue, "lag"), up=word(tongue, "variance"), label=told,
        floor=0.0,
    )  # fmt: skip
    return Figure("", svg, told)


def _method(found: GroundChange, tongue: Language) -> str:
    confidence = f"{100 * found.change.precision.confidence:g} %"
    level = f"{found.rows[0].detection:.3f}"
    return word(tongue, "method_text", level=level, confidence=confidence)


def _version() -> str:
    try:
        return version("minetwin")
    except PackageNotFoundError:
        return "0"


def whole_number(value: float) -> str:
    """A number without decimals, thousands apart."""
    text = f"{value:,.0f}"
    return "0" if text == "-0" else text
