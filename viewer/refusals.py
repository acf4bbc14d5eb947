"""Every error as {error: {what, where, why, mend}}; the server stays up."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from twin.errors import MinetwinError

from .failure import Failure, failure, status_of

log = logging.getLogger("minetwin.viewer")


class Steady:
    """Outermost middleware: an error that was answered ends no connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log what came through; the handlers below have answered it already."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        except Exception:
            log.exception("%s %s failed", scope["type"], scope["path"])


def tell_errors(app: FastAPI) -> None:
    """Register the handlers."""

    def told(status: int, body: Failure) -> Response:
        return JSONResponse({"error": body}, status)

    @app.exception_handler(MinetwinError)
    def ours(request: Request, error: MinetwinError) -> Response:
        return told(status_of(error), failure(error, request.url.path))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        name = str(first["loc"][-1])
        body = Failure(
            what="the request cannot be used", where=request.url.path,
            why=f"{name}: {first['msg']}", mend=f"correct '{name}' and ask again",
        )  # fmt: skip
        return told(422, body)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        body = Failure(
            what=str(error.detail), where=request.url.path,
            why=f"HTTP {error.status_code}",
            mend="the routes are listed in docs/explanation/stream.md",
        )  # fmt: skip
        return told(error.status_code, body)

    @app.exception_handler(Exception)
    def own(request: Request, error: Exception) -> Response:
        return told(500, failure(error, request.url.path))
