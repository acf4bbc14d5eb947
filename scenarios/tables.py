"""Plain tables for a terminal, aligned also where labels are Chinese."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any


def width(text: str) -> int:
    """Columns that a text takes on a terminal; Chinese signs take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shown(value: object) -> str:
    """Write a cell: numbers with four significant digits."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 1000.0 else f"{value:.4g}"
    return str(value)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out rows in columns; numbers to the right."""
    cells = [[shown(v) for v in row] for row in rows]
    numeric = [
        all(isinstance(row[i], int | float | None) for row in rows)
        for i in range(len(head))
    ]
    widths = [
        max(width(row[i]) for row in [list(head), *cells]) for i in range(len(head))
    ]

    def line(row: Sequence[str]) -> str:
        parts = []
        for text, wide, right in zip(row, widths, numeric, strict=True):
            gap = " " * (wide - width(text))
            parts.append(gap + text if right else text + gap)
        return "  ".join(parts).rstrip()

    rule = "  ".join("-" * w for w in widths)
    return "\n".join([line(head), rule, *(line(row) for row in cells)])


def csv_bytes(rows: Sequence[Mapping[str, Any]], head: Sequence[str] = ()) -> bytes:
    """Rows as UTF-8 with the byte order mark that Excel on Chinese Windows needs.

    head  columns, in order; default those of the first row; None is an empty cell
    """
    text = io.StringIO(newline="")
    names = list(head) or list(rows[0])
    writer = csv.DictWriter(text, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(
        {k: "" if v is None else v for k, v in row.items()} for row in rows
    )
    return text.getvalue().encode("utf-8-sig")
