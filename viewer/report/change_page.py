"""The change report as one page: no script, nothing from elsewhere, alike each time."""

from __future__ import annotations

from html import escape

from .content import Content, Figure, Table

STYLE = """
body{font:15px/1.5 system-ui,'Segoe UI','Noto Sans CJK SC','Microsoft YaHei',sans-serif;
color:#1d2b2a;max-width:800px;margin:32px auto;padding:0 20px;background:#fff}
h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:32px 0 8px}
p{margin:6px 0}.quiet{color:#5b6b68}.warn{color:#8a4b00;font-weight:600}
table{border-collapse:collapse;width:100%;font-size:13px;
font-variant-numeric:tabular-nums}
th,td{padding:5px 8px;border-bottom:1px solid #dde3e0;text-align:right;
vertical-align:top}
th:first-child,td:first-child,.text th,.text td{text-align:left}
thead th{font-weight:600;color:#5b6b68}tr.whole td{font-weight:600}
.big{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;margin:12px 0}
.big div{background:#f3f6f5;border-radius:8px;padding:12px 14px}
.big b{display:block;font-size:22px}figure{margin:10px 0;break-inside:avoid}
code{background:#f3f6f5;padding:2px 6px;border-radius:4px;font-size:13px;
overflow-wrap:anywhere}h2,thead{break-after:avoid}tr{break-inside:avoid}
@page{size:A4;margin:16mm}@media print{body{margin:0;max-width:none;padding:0}}
"""


def change_page(told: Content) -> str:
    """Return the report as HTML."""
    parts = [
        f"<h1>{escape(told.title)}</h1>",
        _quiet(told.subtitle),
        f'<p class="warn">{escape(told.warning)}</p>' if told.warning else "",
        _heading(told.word("headline")),
        _boxes(told),
        *(_heading(figure.title) + _figure(figure) for figure in told.maps),
        _table(told.parcels),
        _quiet(told.left),
        _heading(told.word("sections")),
        *(_figure(figure) for figure in told.sections),
        _table(told.grounds, kind="text"),
        _quiet(told.reference),
        _heading(told.word("errors")),
        *(f"<p>{escape(line)}</p>" for line in told.errors),
        _figure(told.variogram) if told.variogram else "",
        _heading(told.word("method")),
        f"<p>{escape(told.method)}</p>",
        _heading(told.word("again")),
        f"<p><code>{escape(told.about.command)}</code></p>",
        _quiet(told.made_by),
    ]
    tongue = "zh-CN" if told.about.language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(told.title)}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _quiet(text: str) -> str:
    return f'<p class="quiet">{escape(text)}</p>' if text else ""


def _boxes(told: Content) -> str:
    boxes = "".join(
        f'<div>{escape(name)}<b>{value}</b><span class="quiet">{interval}</span></div>'
        for name, value, interval in told.headline
    )
    return f'<div class="big">{boxes}</div>'


def _figure(figure: Figure) -> str:
    return f"<figure>{figure.svg}{_quiet(figure.note)}</figure>"


def _table(table: Table, kind: str = "") -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.head)
    body = []
    for i, row in enumerate(table.rows):
        mark = ' class="whole"' if i < table.whole else ""
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row)
        body.append(f"<tr{mark}>{cells}</tr>")
    return (
        f'{_heading(table.title)}<table class="{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>"
    )
