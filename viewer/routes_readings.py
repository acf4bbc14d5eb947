"""Sensors over HTTP: readings in, readings out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from connectors.feeds.http_push import parse_body
from twin.errors import unknown_name

from .served import Served

MOST_POINTS = 2000


def readings_routes(served: Served) -> APIRouter:
    """POST /api/readings and GET /api/sensors/{id}/readings."""
    router = APIRouter(prefix="/api")

    @router.post("/readings")
    async def push(request: Request) -> dict[str, int]:
        """Store readings; answered after they are on disk."""
        body = await request.body()
        return await run_in_threadpool(_store, served, body)

    @router.get("/sensors/{sensor}/readings")
    def series(
        sensor: str, hours: Annotated[float, Query(gt=0, le=24 * 3660)] = 24
    ) -> dict[str, Any]:
        """Return the last hours of record, thinned to what a chart can show."""
        known = {s.id: s for s in served.readings.sensors()}
        if sensor not in known:
            raise unknown_name("sensor", sensor, known, "/api/sensors")
        latest = served.readings.latest().get(sensor)
        until = latest.time if latest else datetime.now(UTC)
        since = until - timedelta(hours=hours)
        found = served.readings.series(sensor, since, until, MOST_POINTS)
        return {
            "sensor": sensor,
            "unit": known[sensor].unit,
            "times": [r.time.isoformat() for r in found],
            "values": [r.value for r in found],
        }

    return router


def _store(served: Served, body: bytes) -> dict[str, int]:
    """Store all of a body or, when one reading is refused, nothing of it."""
    known = {sensor.id: sensor for sensor in served.readings.sensors()}
    receipt = served.readings.append(parse_body(body, known))
    return {"stored": receipt.stored, "repeated": receipt.repeated}
