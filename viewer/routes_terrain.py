"""GET /api/terrain: heights as tiles of a quadtree."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from .cache import SharedCache
from .served import Served
from .terrain import height_tile

TILE_BYTES = 64 * 2**20


def terrain_routes(served: Served) -> APIRouter:
    """One binary frame for each tile."""
    router = APIRouter(prefix="/api")
    tiles: SharedCache[bytes] = SharedCache(TILE_BYTES, len)

    @router.get("/terrain/{surface}/{level}/{ty}/{tx}")
    def tile(surface: str, level: int, ty: int, tx: int) -> Response:
        """Return the frame of a tile."""
        ground = served.catalogue.surface(surface, "/api/terrain")
        number = served.catalogue.surface_number(surface)
        frame = tiles.get(
            (number, level, ty, tx),
            lambda: height_tile(ground, number, level, ty, tx),
        )
        return Response(frame, media_type="application/octet-stream")

    return router
