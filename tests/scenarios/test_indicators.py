"""Indicators: means and sums per parcel, a CSV for Excel, a table of differences."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from scenarios.compare import compare
from scenarios.indicators import HEAD, indicator_rows, to_csv
from twin.errors import StoreError
from twin.grid import Grid


def rows(date: str = "2026-01-01", cover: float = 0.5) -> list[dict[str, Any]]:
    """Two parcels of two and one cells of 100 m2; nothing lies outside."""
    layers = {
        "vegetation_cover": np.array([cover, 0.0, 1.0]),
        "soil_organic_carbon": np.array([1.0, 3.0, np.nan]),
        "measure_cost_total": np.array([2.0, 4.0, 0.0]),
        "measure_emissions_total": np.array([10.0, 0.0, 0.0]),
    }
    zones = np.array([1, 1, 2])
    names = ("outside", "dump", "pile")
    return indicator_rows(date, layers, zones, zone_names=names, cell_area=100.0)


def test_means_and_sums_come_in_the_units_of_people():
    """Mean cover in %, carbon in t/ha; cost and emissions summed over the area."""
    dump, pile = rows()

    assert (dump["parcel"], dump["area_ha"]) == ("dump", pytest.approx(0.02))
    assert dump["cover"] == pytest.approx(25.0)
    assert dump["soc"] == pytest.approx(20.0)
    assert dump["cost"] == pytest.approx((2.0 + 4.0) * 100.0)
    assert dump["emissions"] == pytest.approx(1.0)
    assert pile["soc"] is None
    assert pile["erosion"] is None


def test_the_csv_opens_in_excel_on_chinese_windows():
    """UTF-8 with a byte order mark, CRLF lines, the parcel's own name."""
    made = to_csv([{**rows()[0], "parcel": "外排土场"}])

    assert made.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"))))
    assert read[0]["parcel"] == "外排土场"
    assert tuple(read[0]) == HEAD
    assert made.count(b"\r\n") == 2


@dataclass
class Told:
    """What compare needs of a run."""

    id: str
    told: list[dict[str, Any]]
    grid: Grid = field(
        default_factory=lambda: Grid("EPSG:32649", "unknown", 0.0, 9.0, 1.0, (3, 3))
    )

    def indicators(self) -> list[dict[str, Any]]:
        return self.told


def test_two_runs_are_set_side_by_side():
    """With, without, difference per parcel, date and indicator."""
    found = compare(Told("plan", rows(cover=0.9)), Told("control", rows(cover=0.1)))

    row = next(r for r in found.rows if r["indicator"] == "cover")
    assert (row["parcel"], row["date"], row["unit"]) == (
        "dump",
        "2026-01-01",
        "percent",
    )
    assert row["with"] == pytest.approx(45.0)
    assert row["without"] == pytest.approx(5.0)
    assert row["difference"] == pytest.approx(40.0)
    assert len(found.lines[0]) == len(found.head)


def test_runs_on_other_grids_are_not_compared():
    """The message names what differs."""
    other = Grid("EPSG:32649", "unknown", 0.0, 9.0, 2.0, (3, 3))

    with pytest.raises(StoreError, match="different grids"):
        compare(Told("a", rows()), Told("b", rows(), other))
