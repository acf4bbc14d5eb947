"""Two runs side by side: per parcel and year, and as maps of the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twin.errors import OtherGrid, StoreError, unknown_name

from .indicators import INDICATORS
from .tables import csv_bytes

if TYPE_CHECKING:
    import xarray as xr

    from twin.site import Site
    from twin.store import Run


@dataclass(frozen=True)
class Comparison:
    """Difference of two runs.

    rows  parcel, date, indicator, unit, with, without, difference
    """

    run_a: Run = field(repr=False)
    run_b: Run = field(repr=False)
    rows: list[dict[str, Any]] = field(repr=False)
    head: tuple[str, ...] = (
        "parcel",
        "date",
        "indicator",
        "unit",
        "with",
        "without",
        "difference",
    )

    @property
    def lines(self) -> list[tuple[Any, ...]]:
        """Rows as tuples in the order of ``head``."""
        return [tuple(row[name] for name in self.head) for row in self.rows]

    def last_year(self) -> Comparison:
        """Keep the rows of the last date only."""
        last = max((row["date"] for row in self.rows), default="")
        rows = [row for row in self.rows if row["date"] == last]
        return Comparison(self.run_a, self.run_b, rows)

    def difference(self, layer: str) -> xr.DataArray:
        """Map of run_a minus run_b through time, in the layer's unit."""
        found: xr.DataArray = self.run_a[layer] - self.run_b[layer]
        found.attrs = dict(self.run_a[layer].attrs)
        found.attrs["long_name"] = f"{layer}: {self.run_a.id} minus {self.run_b.id}"
        return found

    def to_csv(self) -> bytes:
        """UTF-8 with a byte order mark, which Excel on Chinese Windows needs."""
        return csv_bytes(self.rows, self.head)

    def __repr__(self) -> str:
        parcels = len({row["parcel"] for row in self.rows})
        dates = len({row["date"] for row in self.rows})
        return (
            f"Comparison of '{self.run_a.id}' with '{self.run_b.id}': "
            f"{parcels} parcels, {dates} dates; .rows, .difference(layer), .to_csv()"
        )


def compare(run_a: Run, run_b: Run) -> Comparison:
    """Set run_a ("with") beside run_b ("without"); both must lie on the same cells."""
    apart = run_a.grid.differences(run_b.grid)
    if apart:
        raise OtherGrid(
            f"runs '{run_a.id}' and '{run_b.id}' lie on different grids: "
            f"{', '.join(map(str, apart))}; "
            "run both scenarios on the site as it is now, from the same surface"
        )
    without = {(r["parcel"], r["date"]): r for r in run_b.indicators()}
    rows = []
    for row in run_a.indicators():
        other = without.get((row["parcel"], row["date"]))
        if other is not None:
            rows.extend(_rows(row, other))
    if not rows:
        raise StoreError(
            f"runs '{run_a.id}' and '{run_b.id}' share no parcel and date; "
            "give them the same start and output"
        )
    return Comparison(run_a, run_b, rows)


def _rows(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[dict[str, Any]]:
    made = []
    for i in INDICATORS:
        a, b = _number(one.get(i.column)), _number(other.get(i.column))
        apart = None if a is None or b is None else a - b
        made.append(
            {
                "parcel": one["parcel"],
                "date": one["date"],
                "indicator": i.column,
                "unit": i.unit,
                "with": a,
                "without": b,
                "difference": apart,
            }
        )
    return made


def _number(value: Any) -> float | None:
    return None if value in (None, "") else float(value)


def open_run(site: Site, run_id: str) -> Run:
    """Open a run of a site by its id; UnknownName with the nearest id otherwise."""
    from twin.store import Run

    known = {path.name: path for path in site.runs()}
    if run_id not in known:
        raise unknown_name("run", run_id, known, f"site {site.folder}")
    return Run.open(known[run_id])
