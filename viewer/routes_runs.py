"""Runs over HTTP: a point through time, indicators, the ledger, two runs compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import FiniteFloat

from scenarios.compare import compare
from scenarios.indicators import INDICATORS

from .point import beside, point_of_run, point_of_surface
from .served import Served

_Axis = Annotated[int, Query(ge=0, le=63)]
MOST_ROWS = 50_000


def run_routes(served: Served) -> APIRouter:
    """GET /api/point, /api/indicators, /api/ledger and /api/compare."""
    router = APIRouter(prefix="/api")

    @router.get("/point")
    def point(
        layer: str,
        x: FiniteFloat,
        y: FiniteFloat,
        run: str = "",
        surface: str = "",
        axis: _Axis = 0,
        against: str = "",
    ) -> dict[str, Any]:
        """Value, unit, source and course of a layer at a place in local metres.

        against  a surface: its elevation stands beside, in the place of the control
        """
        found = (
            point_of_run(served, run, layer, (x, y), axis)
            if run
            else point_of_surface(served, surface, layer, (x, y))
        )
        return beside(served, found, against) if against else found

    @router.get("/indicators")
    def indicators(run: str) -> dict[str, Any]:
        """Return the indicators of a run by parcel and year."""
        found = served.catalogue.run(run, "/api/indicators")
        return {**table(found.indicators()), "heads": heads()}

    @router.get("/ledger")
    def ledger(run: str, stock: str = "") -> dict[str, Any]:
        """Who changed which stock, where, by how much."""
        found = served.catalogue.run(run, "/api/ledger")
        return table(r for r in found.ledger() if stock in ("", r.get("stock")))

    @router.get("/compare")
    def comparison(a: str, b: str) -> dict[str, Any]:
        """Set the indicators of two runs side by side."""
        first = served.catalogue.run(a, "/api/compare")
        second = served.catalogue.run(b, "/api/compare")
        return {**table(compare(first, second).rows), "heads": heads()}

    return router


def heads() -> list[dict[str, str]]:
    """Return unit and labels of the indicators, in their order."""
    return [
        {"name": i.column, "unit": i.unit, "label": i.label, "label_zh": i.label_zh}
        for i in INDICATORS
    ]


def table(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return columns and rows; cut, and said so, when there are too many."""
    kept: Sequence[Mapping[str, Any]] = list(rows)
    columns = list(kept[0]) if kept else []
    return {
        "columns": columns,
        "rows": [[_plain(row[c]) for c in columns] for row in kept[:MOST_ROWS]],
        "left_out": max(0, len(kept) - MOST_ROWS),
    }


def _plain(value: Any) -> Any:
    """Keep JSON free of NaN and of NumPy."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value - value != 0.0:
        return None
    return value if isinstance(value, str | int | float | None) else str(value)
