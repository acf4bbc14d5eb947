"""The change report as one page: what command, Python and server tell, to be filed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
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
STYLE = """
body{font:15px/1.5 system-ui,'Segoe UI','Noto Sans CJK SC','Microsoft YaHei',sans-serif;
color:#1d2b2a;max-width:800px;margin:32px auto;padding:0 20px;background:#fff}
h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:32px 0 8px}
p{margin:6px 0}.quiet{color:#5b6b68}.warn{color:#8a4b00;font-weight:600}
table{border-collapse:collapse;width:100%;font-size:13px;
font-variant-numeric:tabular-nums}
th,td{padding:5px 8px;border-bottom:1px solid #dde3e0;text-align:right;
vertical-align:top}
th:first-child,td:first-child{text-align:left}td.text,th.text{text-align:left}
thead th{font-weight:600;color:#5b6b68}tr.whole td{font-weight:600}
.big{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;margin:12px 0}
.big div{background:#f3f6f5;border-radius:8px;padding:12px 14px}
.big b{display:block;font-size:22px}figure{margin:10px 0;break-inside:avoid}
code{background:#f3f6f5;padding:2px 6px;border-radius:4px;font-size:13px;
overflow-wrap:anywhere}h2,thead{break-after:avoid}tr{break-inside:avoid}
@page{size:A4;margin:16mm}@media print{body{margin:0;max-width:none;padding:0}}
"""


def change_page(
    found: GroundChange,
    outlines: Sequence[Outline],
    *,
    site: str,
    command: str,
    synthetic: bool = False,
    language: Language = "en",
) -> str:
    """Return the report as HTML: no script, nothing from elsewhere, alike each time.

    outlines  parcels as the map shows them
    command   what computes it again
    """
    parts = [
        _head(found, site, language, synthetic=synthetic),
        _headline(found.rows[0], language),
        _maps(found, outlines, language),
        _table(found.rows, {o.id: o.name for o in outlines}, language),
        _left(found, language),
        _sections(found, language),
        _grounds(found, language),
        _errors(found, language),
        _method(found, language),
        _end(command, language),
    ]
    title = escape(f"{word(language, 'title')} · {site}")
    tongue = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _head(
    found: GroundChange, site: str, language: Language, *, synthetic: bool
) -> str:
    a, b = found.earlier, found.later
    less = word(language, "later_less", a=f"{a.date} ({a.id})", b=f"{b.date} ({b.id})")
    made = [f"<h1>{escape(site)}: {escape(word(language, 'title'))}</h1>"]
    made.append(f'<p class="quiet">{escape(less)}</p>')
    if synthetic:
        made.append(f'<p class="warn">{escape(word(language, "synthetic"))}</p>')
    return "".join(made)


def _headline(row: Row, language: Language) -> str:
    boxes = []
    for name in ("cut", "fill", "net"):
        amount = getattr(row, name)
        sign = "+" if name == "net" and amount.value > 0 else ""
        low, high = _number(amount.low_95), _number(amount.high_95)
        boxes.append(
            f"<div>{escape(word(language, name))}"
            f"<b>{sign}{_number(amount.value)} m³</b>"
            f'<span class="quiet">95 %: {low} … {high}</span></div>'
        )
    head = f"<h2>{escape(word(language, 'headline'))}</h2>"
    return f'{head}<div class="big">{"".join(boxes)}</div>'


def _maps(found: GroundChange, outlines: Sequence[Outline], language: Language) -> str:
    change = found.change
    ground = found.later.elevation
    source = word(language, "later_less", a=found.earlier.id, b=found.later.id)
    beyond = np.where(change.significant, change.dz, np.float32(np.nan))
    made = []
    for name, values, hatched in (
        ("map", change.dz, False),
        ("map_changed", beyond, True),
    ):
        title = word(language, name)
        figure = difference_map(
            values, ground, change.grid, outlines, title=title, source=source,
            language=language, hatched=hatched,
        )  # fmt: skip
        made.append(f"<h2>{escape(title)}</h2><figure>{figure}</figure>")
    return "".join(made)


def _table(rows: Sequence[Row], names: Mapping[str, str], language: Language) -> str:
    heads = ("parcel", "area", "cut", "fill", "net", "interval", "significant")
    units = ("", " (ha)", " (m³)", " (m³)", " (m³)", " (m³)", "")
    head = "".join(
        f"<th>{escape(word(language, h))}{u}</th>"
        for h, u in zip(heads, units, strict=True)
    )
    body = []
    for row in rows:
        name = names.get(row.parcel, row.parcel)
        if row.parcel == WHOLE:
            name = word(language, "headline")
        cells = (
            escape(name),
            f"{row.measured / 1e4:,.2f}",
            _number(row.cut.value),
            _number(row.fill.value),
            f"{'+' if row.net.value > 0 else ''}{_number(row.net.value)}",
            f"{_number(row.net.low_95)} … {_number(row.net.high_95)}",
            f"{100 * row.significant:.0f} %",
        )
        kind = ' class="whole"' if row.parcel == WHOLE else ""
        body.append(f"<tr{kind}>{''.join(f'<td>{c}</td>' for c in cells)}</tr>")
    return (
        f"<h2>{escape(word(language, 'parcels'))}</h2><table><thead><tr>{head}</tr>"
        f"</thead><tbody>{''.join(body)}</tbody></table>"
    )


def _left(found: GroundChange, language: Language) -> str:
    if not found.left:
        return ""
    told = word(language, "left", names=", ".join(found.left))
    return f'<p class="quiet">{escape(told)}</p>'


def _sections(found: GroundChange, language: Language) -> str:
    """West to east and north to south through the cell that changed most."""
    change, cell = found.change, found.change.grid.cell
    size = np.where(np.isfinite(change.dz), np.abs(change.dz), -1.0)
    row, column = np.unravel_index(int(np.argmax(size)), size.shape)
    # the later ground as it was compared, moved and all
    later: NDArray[np.float32] = found.earlier.elevation + change.dz
    made = [f"<h2>{escape(word(language, 'sections'))}</h2>"]
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
        title = word(language, name)
        figure = lines_figure(
            lines, across=f"{word(language, 'distance')} · {title}",
            up=word(language, "height"), label=title,
        )  # fmt: skip
        made.append(f"<figure>{figure}</figure>")
    return "".join(made)


def _grounds(found: GroundChange, language: Language) -> str:
    rows = []
    for which, surface in (("earlier", found.earlier), ("later", found.later)):
        sources = "<br>".join(
            f"{escape(name)} <span class='quiet'>sha256 {digest[:16]}…</span>"
            for name, digest in surface.source.items()
            if name != "settings"
        )
        cells = (
            escape(word(language, which)),
            escape(surface.id),
            f"{surface.date}",
            escape(word(language, surface.kind)),
            sources,
        )
        rows.append(
            f"<tr>{''.join(f'<td class=text>{cell}</td>' for cell in cells)}</tr>"
        )
    heads = ("", "id", "date", "kind", "source")
    head = "".join(
        f"<th class=text>{escape(word(language, h)) if h else ''}</th>" for h in heads
    )
    grid = found.change.grid
    datum = word(language, "heights_in", datum=grid.vertical)
    return (
        f"<h2>{escape(word(language, 'grounds'))}</h2><table><thead><tr>{head}</tr>"
        f"</thead><tbody>{''.join(rows)}</tbody></table>"
        f'<p class="quiet">{escape(f"{grid.crs} · {datum} · {grid.cell:g} m")}</p>'
    )


def _errors(found: GroundChange, language: Language) -> str:
    change = found.change
    stable, shared = change.stable, change.systematic
    told = [
        word(language, "stable", share=f"{100 * stable.share:.0f} %",
             origin=word(language, stable.origin), spread=f"{stable.spread:.3f}"),
    ]  # fmt: skip
    bias = shared.bias if shared.removed is None else shared.removed
    which = "bias_kept" if shared.removed is None else "bias_removed"
    told.append(
        word(language, which, bias=f"{bias:+.3f}", error=f"{shared.bias_error:.3f}")
    )
    if found.moved is not None:
        ways = {w: f"{getattr(found.moved, w):+.3f}" for w in ("east", "north", "up")}
        told.append(word(language, "moved", **ways))
    text = "".join(f"<p>{escape(line)}</p>" for line in told)
    head = f"<h2>{escape(word(language, 'errors'))}</h2>"
    return head + text + _variogram(change.correlation, language)


def _variogram(correlation: Any, language: Language) -> str:
    seen = correlation.variogram
    if seen is None or not len(seen.lag):
        return ""
    lag = np.asarray(seen.lag, dtype=np.float64)
    gamma = np.asarray(seen.gamma, dtype=np.float64)
    along = np.linspace(0.0, float(lag.max()), 200)
    model = correlation.sill - np.asarray(correlation.covariance(along))
    lines = [
        Line("γ", lag, gamma, OLD, dots=True),
        Line("C(0) - C(h)", along, model, NEW),
    ]
    figure = lines_figure(
        lines, across=word(language, "lag"), up=word(language, "variance"),
        label=word(language, "variogram"), floor=0.0,
    )  # fmt: skip
    told = escape(word(language, "variogram"))
    return f"<figure>{figure}<p class=quiet>{told}</p></figure>"


def _method(found: GroundChange, language: Language) -> str:
    precision = found.change.precision
    told = word(
        language, "method_text", level=f"{found.rows[0].detection:.3f}",
        confidence=f"{100 * precision.confidence:g} %",
    )  # fmt: skip
    return f"<h2>{escape(word(language, 'method'))}</h2><p>{escape(told)}</p>"


def _end(command: str, language: Language) -> str:
    try:
        own = version("minetwin")
    except PackageNotFoundError:
        own = "0"
    made = word(language, "made_by", version=own)
    head = f"<h2>{escape(word(language, 'again'))}</h2>"
    return (
        f"{head}<p><code>{escape(command)}</code></p>"
        f'<p class="quiet">{escape(made)}</p>'
    )


def _number(value: float) -> str:
    text = f"{value:,.0f}"
    return "0" if text == "-0" else text
