"""A table of text: the header found, columns by name, numbers and days checked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, UnreadableFile, unknown_name

NO_VALUE = frozenset({"", "na", "n/a", "nan", "null", "none"})
PREAMBLE = 500  # lines in which the header is looked for
MONTH = re.compile(r"(\d{4})-(\d{1,2})")


@dataclass(frozen=True)
class Table:
    """Rows of text under a header.

    lines  line of the file of each row, from 1
    """

    path: Path
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]

    def column(self, name: str) -> list[str]:
        """Return the texts of a column, stripped; UnknownName with the nearest."""
        if name not in self.header:
            raise unknown_name("column", name, self.header, str(self.path))
        at = self.header.index(name)
        return [row[at].strip() for row in self.rows]


def parse_table(content: str, path: Path, wanted: str, delimiter: str = ",") -> Table:
    """Split text into rows under the first line that names the column ``wanted``.

    Lines before the header (notes of the provider) and empty lines are passed over; a
    '#' before the header is taken off.
    """
    reader = csv.reader(io.StringIO(content, newline=None), delimiter=delimiter)
    header: tuple[str, ...] = ()
    widest: tuple[str, ...] = ()
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if header:
                if any(cell.strip() for cell in row):
                    rows.append(_of_width(row, len(header), path, reader.line_num))
                    lines.append(reader.line_num)
            elif reader.line_num > PREAMBLE:
                break
            else:
                names = tuple(cell.strip().lstrip("#").strip() for cell in row)
                header = names if wanted in names else ()
                widest = max(widest, names, key=len)
    except csv.Error as error:
        raise UnreadableFile(
            f"{path}, line {reader.line_num}: no readable CSV ({error})"
        ) from error
    if not header:
        raise unknown_name("column", wanted, widest, f"{path}: first lines")
    if not rows:
        raise InputError(f"{path}: has a header, but no row; export it again")
    return Table(path, header, rows, lines)


def _of_width(row: list[str], width: int, path: Path, line: int) -> list[str]:
    if len(row) < width:
        raise UnreadableFile(
            f"{path}, line {line}: {len(row)} values where the header has {width} "
            "columns; the file may be cut off, or the delimiter another one"
        )
    return row


def numbers(
    table: Table,
    name: str,
    *,
    missing: Sequence[str] = (),
    replace: Mapping[str, float] | None = None,
) -> NDArray[np.float64]:
    """Return a column as float64, NaN where it has no value.

    missing  texts that mean no value, beside empty, NA and NaN
    replace  texts that stand for a number
    """
    none = NO_VALUE | {text.lower() for text in missing}
    codes = replace or {}
    values = np.full(len(table.rows), np.nan)
    for i, text in enumerate(table.column(name)):
        if text in codes:
            values[i] = codes[text]
        elif text.lower() not in none:
            try:
                values[i] = float(text)
            except ValueError as error:
                raise InputError(
                    f"{table.path}, line {table.lines[i]}: '{text}' in column "
                    f"'{name}' is not a number; mend it, or add it to missing: under "
                    "climate: in site.yaml if it means that there is no value"
                ) from error
    return values


def days(table: Table, name: str, form: str | None) -> tuple[list[date], bool]:
    """Return the days of a column, and whether they are months ("2024-05").

    form  as in strptime; ISO 8601 without it
    """
    texts = table.column(name)
    monthly = form is None and all(MONTH.fullmatch(text) for text in texts)
    found = []
    for text, line in zip(texts, table.lines, strict=True):
        try:
            found.append(_day(text, form, monthly=monthly))
        except ValueError as error:
            raise InputError(
                f"{table.path}, line {line}: '{text}' in column '{name}' is no date "
                f"({error}); state time_format: under climate: in site.yaml, "
                "such as '%d.%m.%Y'"
            ) from error
    return found, monthly


def _day(text: str, form: str | None, *, monthly: bool) -> date:
    if monthly:
        year, month = text.split("-")
        return date(int(year), int(month), 1)
    if form is not None:
        return datetime.strptime(text, form).date()
    return datetime.fromisoformat(text).date()
