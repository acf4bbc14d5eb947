"""What changed as files that a GIS and a spreadsheet open."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from connectors.raster import write_cog
from twin.change.parcels import Row

from .ground_change import GroundChange

AMOUNTS = ("net", "cut", "fill", "gross")
PLAIN = ("area", "measured", "cut_all", "fill_all", "noise", "noise_all", "detection",
         "significant", "bias", "bias_error", "bias_removed")  # fmt: skip


def write_change(found: GroundChange, folder: Path) -> list[Path]:
    """Write difference, error and level of detection as COG, parcels as CSV and JSON.

    difference.tif  later minus earlier, m
    error.tif       standard error of a cell, m, without what all cells share
    detection.tif   level of detection of a cell, m, at the stated confidence
    changed.tif     the difference where it is beyond that level, holes elsewhere, m
    change.csv      a line for each parcel, volumes in m3, areas in m2
    change.json     everything that ``minetwin change --json`` tells
    """
    folder.mkdir(parents=True, exist_ok=True)
    change = found.change
    told = f"{found.later.id} minus {found.earlier.id}"
    rasters = {
        "difference": (change.dz, told),
        "error": (change.error, f"standard error of {told}"),
        "detection": (change.detection, f"level of detection of {told}"),
        "changed": (
            np.where(change.significant, change.dz, np.float32(np.nan)),
            f"{told}, beyond the level of detection",
        ),
    }
    made = []
    for name, (array, what) in rasters.items():
        path = folder / f"{name}.tif"
        write_cog(path, array, change.grid, unit="m", name=name, description=what)
        made.append(path)
    texts = {
        "change.csv": rows_csv(found.rows),
        "change.json": json.dumps(found.to_dict(), ensure_ascii=False, indent=1) + "\n",
    }
    for file, text in texts.items():
        # spreadsheets take UTF-8 only with its mark
        coding = "utf-8-sig" if file.endswith(".csv") else "utf-8"
        (folder / file).write_text(text, encoding=coding, newline="")
        made.append(folder / file)
    return made


def rows_csv(rows: tuple[Row, ...]) -> str:
    """Return a line for each parcel; intervals at 90 and 95 %."""
    bounds = ("low_90", "high_90", "low_95", "high_95")
    head = ["parcel", *PLAIN]
    for name in AMOUNTS:
        head += [name, f"{name}_error", *(f"{name}_{bound}" for bound in bounds)]
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(head)
    for row in rows:
        cells: list[Any] = [row.parcel, *(getattr(row, name) for name in PLAIN)]
        for name in AMOUNTS:
            amount = getattr(row, name)
            cells += [amount.value, amount.error, *(getattr(amount, b) for b in bounds)]
        lines.writerow(cells)
    return out.getvalue()
