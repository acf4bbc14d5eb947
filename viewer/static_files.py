"""The web app as built by vite, and a plain page that says so when it is not built."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
NOT_BUILT = """The web app is not built: type `make viewer`, then reload this page.

网页尚未构建:请运行 `make viewer`,然后刷新本页。
"""


def page_routes(folder: Path = STATIC) -> APIRouter:
    """GET /: the page, for those whom the guard let in."""
    router = APIRouter()

    @router.get("/")
    def page() -> Response:
        """Return the page of the web app."""
        index = folder / "index.html"
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT, 503)
        return FileResponse(index, headers={"cache-control": "no-cache"})

    return router


class BuiltFiles(StaticFiles):
    """Static files that may not be built yet: until then there are none."""

    async def check_config(self) -> None:
        """Answer 404 instead of failing while there is no folder."""
        if not Path(str(self.directory)).is_dir():
            raise HTTPException(404)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Let browsers keep what has its content's hash in its name."""
        response = await super().get_response(path, scope)
        if path.replace("\\", "/").startswith("assets/"):
            response.headers["cache-control"] = "private, max-age=31536000, immutable"
        return response


def static_files(folder: Path = STATIC) -> StaticFiles:
    """Everything else that vite built."""
    return BuiltFiles(directory=folder, check_dir=False)
