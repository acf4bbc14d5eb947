"""GET /api/change: cut, fill and net between two grounds, as the command tells it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from scenarios.ground_change import change_between
from twin.change.coregister import coregister, level

from .cache import SharedCache
from .served import Served

ANSWERS = 64 * 2**10  # bytes; each counts as one KiB


def change_routes(served: Served) -> APIRouter:
    """One computation, kept for whoever asks again."""
    router = APIRouter(prefix="/api")
    known: SharedCache[dict[str, Any]] = SharedCache(ANSWERS, lambda _: 2**10)

    @router.get("/change")
    def change(a: str, b: str, move: str = "") -> dict[str, Any]:
        """Tell what changed from ground a to ground b, by parcel, with intervals.

        move  "level" takes a bias in height away, "coregister" a shift in plan too
        """
        moves = {"level": level, "coregister": coregister}
        numbers = [served.catalogue.surface_number(name) for name in (a, b)]
        runs = [served.catalogue.runs.get(n.partition("@")[0]) for n in (a, b)]
        content = [None if run is None else run[0] for run in runs]
        return known.get(
            (a, b, move, *numbers, *content, served.catalogue.generation),
            lambda: change_between(served.site, a, b, move=moves.get(move)).to_dict(),
        )

    return router
