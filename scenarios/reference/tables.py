"""Small tables of numbers: named columns (CSV with a head) or a bare raster."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import UnreadableFile

Numbers = NDArray[np.float64]


def _rows(path: Path) -> list[list[str]]:
    """Rows without empty lines and without comments (lines that begin with #)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            kept = [line for line in lines if not line.startswith("#")]
            return [row for row in csv.reader(kept) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(
            f"{path}: the table cannot be read ({error}); give a CSV file in UTF-8"
        ) from error


def _number(text: str, path: Path, line: int) -> float:
    try:
        return float(text) if text.strip() else float("nan")
    except ValueError:
        raise UnreadableFile(
            f"{path}: row {line}: '{text}' is not a number; "
            "tables of a reference case hold numbers only, with a point as decimal mark"
        ) from None


def read_columns(path: Path) -> Mapping[str, Numbers]:
    """Columns by name, (rows,) each; empty cells are NaN."""
    rows = _rows(path)
    if len(rows) < 2:
        raise UnreadableFile(
            f"{path}: no numbers; the first line names the columns, rows follow"
        )
    head = [name.strip() for name in rows[0]]
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            raise UnreadableFile(
                f"{path}: row {line} has {len(row)} cells, the head has {len(head)}; "
                "give every row the same number of cells"
            )
    body = [
        [_number(text, path, line) for text in row]
        for line, row in enumerate(rows[1:], start=2)
    ]
    table = np.array(body)
    return {name: table[:, i] for i, name in enumerate(head)}


def read_raster(path: Path) -> Numbers:
    """Raster (rows, columns), first row north; empty cells are NaN."""
    rows = _rows(path)
    if not rows or len({len(row) for row in rows}) != 1:
        raise UnreadableFile(
            f"{path}: not a raster; give rows of equally many numbers and no head"
        )
    body = [
        [_number(text, path, line) for text in row]
        for line, row in enumerate(rows, start=1)
    ]
    return np.array(body)
