"""The change report as PDF, set by Typst: the same words, tables and drawings."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from twin.errors import MissingExtra

from .content import Content, Figure, Table

HEAD = """
#set page(paper: "a4", margin: 16mm, numbering: "1 / 1")
#set text(size: 9.5pt, fill: rgb("#1d2b2a"), font: ("Noto Sans CJK SC",
  "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
  "Libertinus Serif"))
#set par(justify: false)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 2): set block(above: 16pt, below: 8pt)
#set table(stroke: (x, y) => (bottom: 0.5pt + rgb("#dde3e0")), inset: 4pt)
#let quiet(body) = text(fill: rgb("#5b6b68"), body)
"""


def change_pdf(told: Content) -> bytes:
    """Return the report as a PDF file; MissingExtra without ``minetwin[pdf]``."""
    typst = _typst()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "report.typ"
        source.write_text(_markup(told, home), encoding="utf-8")
        made: bytes = typst.compile(str(source))
    return made


def _typst() -> Any:
    try:
        import typst
    except ImportError:
        raise MissingExtra(
            "a report as PDF needs Typst: pip install minetwin[pdf]; or write .html, "
            "which any browser prints"
        ) from None
    return typst


def _markup(told: Content, home: Path) -> str:
    figures = iter(range(1000))

    def figure(drawn: Figure) -> str:
        name = f"figure{next(figures)}.svg"
        (home / name).write_text(drawn.svg, encoding="utf-8")
        note = f"#quiet[#{_text(drawn.note)}]\n" if drawn.note else ""
        return f'#image("{name}", width: 100%)\n{note}'

    parts = [
        HEAD,
        f"#heading(level: 1, {_text(told.title)})",
        f"#quiet[#{_text(told.subtitle)}]\n",
        f'#text(fill: rgb("#8a4b00"), weight: "bold", {_text(told.warning)})\n',
        _heading(told.word("headline")),
        _boxes(told),
        *(_heading(f.title) + figure(f) for f in told.maps),
        _heading(told.parcels.title),
        _table(told.parcels, "(left," + "right," * 6 + ")"),
        f"#quiet[#{_text(told.left)}]\n",
        _heading(told.word("sections")),
        *(figure(f) for f in told.sections),
        _heading(told.grounds.title),
        _table(told.grounds, "(left,left,left,left,left)"),
        f"#quiet[#{_text(told.reference)}]\n",
        _heading(told.word("errors")),
        *(f"#{_text(line)}\n" for line in told.errors),
        figure(told.variogram) if told.variogram else "",
        _heading(told.word("method")),
        f"#{_text(told.method)}\n",
        _heading(told.word("again")),
        f"#raw({_text(told.about.command)})\n",
        f"#quiet[#{_text(told.made_by)}]\n",
    ]
    return "\n".join(parts)


def _text(words: str) -> str:
    """A string of Typst: JSON's escapes of quotes and backslashes are its own."""
    return json.dumps(words, ensure_ascii=False)


def _heading(words: str) -> str:
    return f"#heading(level: 2, {_text(words)})\n"


def _boxes(told: Content) -> str:
    cells = ", ".join(
        f'block(fill: rgb("#f3f6f5"), radius: 4pt, inset: 8pt, width: 100%)['
        f'#{_text(name)} \\ #text(size: 13pt, weight: "bold", {_text(value)}) \\ '
        f"#quiet[#{_text(interval)}]]"
        for name, value, interval in told.headline
    )
    return f"#grid(columns: (1fr, 1fr, 1fr), gutter: 8pt, {cells})\n"


def _table(table: Table, align: str) -> str:
    columns = len(table.head)
    head = ", ".join(f"quiet[#{_text(cell)}]" for cell in table.head)
    body = []
    for i, row in enumerate(table.rows):
        weight = '"bold"' if i < table.whole else '"regular"'
        body += [f"text(weight: {weight}, {_text(cell)})" for cell in row]
    widths = "(" + "auto," * (columns - 1) + "1fr)"
    return (
        f"#text(size: 8.5pt, table(columns: {widths}, align: {align}, "
        f"table.header({head}), {', '.join(body)}))\n"
    )
