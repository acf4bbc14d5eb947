"""The server of one site: HTTP and one WebSocket, for people whom the token lets in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from twin.errors import InputError, MinetwinError
from twin.readings import ReadingStore
from twin.site import Site

from .auth import LEAST_TOKEN, site_token
from .catalogue import Catalogue
from .failure import Failure, failure, status_of
from .feeds import FeedRegister
from .guard import Door, Guard
from .headers import SecureHeaders, content_policy
from .hub import SEND_TIMEOUT, Hub
from .local import LocalFrame
from .routes_readings import readings_routes
from .routes_runs import run_routes
from .routes_site import site_routes
from .routes_stream import stream_routes
from .routes_terrain import terrain_routes
from .served import Served
from .socket_protocol import StreamProtocol
from .static_files import page_routes, static_files
from .streamer import Streamer

log = logging.getLogger("minetwin.viewer")
MESSAGE_LIMIT = 64 * 2**10  # bytes of one message of a viewer
RUNS_EVERY = 2.0  # s between looks at the runs folder
SHUTDOWN = 3  # s that open requests get


@dataclass(frozen=True)
class Access:
    """How the server may be reached.

    token  opens it; the site's own when none is given
    cert, key  TLS, PEM files
    names  host names that the server answers to, beside the one that it binds
    """

    token: str = ""
    cert: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    send_timeout: float = SEND_TIMEOUT

    @property
    def secure(self) -> bool:
        """Whether there is TLS."""
        return self.cert is not None and self.key is not None

    @classmethod
    def from_environment(cls) -> Access:
        """MINETWIN_TOKEN, MINETWIN_CERT, MINETWIN_KEY, MINETWIN_HOSTS (commas)."""
        told = os.environ
        cert, key = told.get("MINETWIN_CERT"), told.get("MINETWIN_KEY")
        hosts = (name.strip() for name in told.get("MINETWIN_HOSTS", "").split(","))
        return cls(
            token=told.get("MINETWIN_TOKEN", ""),
            cert=Path(cert) if cert else None,
            key=Path(key) if key else None,
            names=tuple(name for name in hosts if name),
        )


def door_of(site: Site, host: str, port: int, access: Access) -> Door:
    """Check that the binding is safe and build the door; InputError when it is not."""
    if not is_loopback(host):
        where = f"serve --host {host}"
        if len(access.token) < LEAST_TOKEN or not access.secure:
            raise InputError(
                f"{where}: others can reach this address, so a token of at least "
                f"{LEAST_TOKEN} characters and TLS are needed; set MINETWIN_TOKEN, "
                "MINETWIN_CERT and MINETWIN_KEY, or leave the host at 127.0.0.1"
            )
        if host in ("0.0.0.0", "::", "") and not access.names:
            raise InputError(
                f"{where}: it does not say by which name people will come; "
                "set MINETWIN_HOSTS to the exact names, separated by commas"
            )
    names = {*access.names} | ({host} if host not in ("0.0.0.0", "::", "") else set())
    if is_loopback(host):
        names |= {"127.0.0.1", "localhost", "[::1]"}
    bare = {f"[{n}]" if ":" in n and not n.startswith("[") else n for n in names}
    token = access.token or site_token(site.folder)
    return Door.of(token, bare, port, secure=access.secure)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def create_app(site: Site, door: Door, *, send_timeout: float = SEND_TIMEOUT) -> ASGIApp:
    """Build the whole application behind its door."""
    served = _served(site, send_timeout)
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(served)
    )
    for router in (
        site_routes(served),
        terrain_routes(served),
        run_routes(served),
        readings_routes(served),
        stream_routes(served),
        page_routes(),
    ):
        app.include_router(router)
    app.mount("/", static_files())
    _tell_errors(app)
    app.state.served = served
    policy = content_policy(door.hosts, secure=door.secure)
    return SecureHeaders(Guard(app, door), policy, secure=door.secure)


def _served(site: Site, send_timeout: float) -> Served:
    catalogue = Catalogue(site)
    streamer = Streamer(catalogue)
    readings = ReadingStore(site.readings_path)
    feeds = FeedRegister(site, readings)
    hub = Hub(streamer.show, feeds.snapshot, send_timeout=send_timeout)
    local = LocalFrame.of(catalogue.grid, catalogue.ground())
    return Served(site, catalogue, local, streamer, hub, readings, feeds)


def _lifespan(
    served: Served,
) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        served.feeds.start(served.hub)
        watching = asyncio.create_task(watch_runs(served))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.to_thread(served.feeds.stop)
            served.streamer.close()

    return lifespan


async def watch_runs(served: Served, every: float = RUNS_EVERY) -> None:
    """Tell viewers when a run came, went or changed."""
    while True:
        await asyncio.sleep(every)
        try:
            changed = await asyncio.to_thread(served.catalogue.refresh)
        except Exception:
            log.exception("looking at the runs folder failed")
            continue
        if changed:
            served.hub.publish("runs", {"type": "runs_changed"})
            served.hub.refresh_views()


def _tell_errors(app: FastAPI) -> None:
    def told(status: int, body: Mapping[str, str]) -> Response:
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


def serve(
    site: Site,
    host: str = "127.0.0.1",
    port: int = 8765,
    *,
    access: Access | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve a site until Ctrl-C; ``announce`` gets the address with its token."""
    access = access or Access.from_environment()
    door = door_of(site, host, port, access)
    config = uvicorn.Config(
        create_app(site, door, send_timeout=access.send_timeout),
        host=host,
        port=port,
        ws=StreamProtocol,
        ws_max_size=MESSAGE_LIMIT,
        ws_per_message_deflate=False,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN,
        ssl_certfile=access.cert,
        ssl_keyfile=access.key,
    )
    tell = announce or _say
    shown = host if is_loopback(host) or not access.names else access.names[0]
    scheme = "https" if door.secure else "http"
    tell(f"{scheme}://{shown}:{port}/?token={door.token}")
    uvicorn.Server(config).run()


def _say(address: str) -> None:
    sys.stdout.write(f"Open {address}\nCtrl-C ends it.\n")
    sys.stdout.flush()
