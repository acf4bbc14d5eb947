"""The server of one site: HTTP and one WebSocket, for people whom the token lets in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Callable

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from twin.readings import ReadingStore
from twin.site import Site

from .access import Access, address_of, bind, door_of
from .catalogue import Catalogue
from .feeds import FeedRegister
from .guard import Door, Guard
from .headers import SecureHeaders, content_policy
from .hub import SEND_TIMEOUT, Hub
from .local import LocalFrame
from .refusals import Steady, tell_errors
from .routes_change import change_routes
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


def create_app(
    site: Site, door: Door, *, send_timeout: float = SEND_TIMEOUT
) -> ASGIApp:
    """Build the whole application behind its door."""
    served = _served(site, send_timeout)
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(served)
    )
    for router in (
        site_routes(served),
        terrain_routes(served),
        run_routes(served),
        change_routes(served),
        readings_routes(served),
        stream_routes(served),
        page_routes(),
    ):
        app.include_router(router)
    app.mount("/", static_files())
    tell_errors(app)
    app.state.served = served
    policy = content_policy(door.hosts, secure=door.secure)
    guarded = SecureHeaders(Guard(app, door), policy, secure=door.secure)
    return Steady(guarded)


def _served(site: Site, send_timeout: float) -> Served:
    catalogue = Catalogue(site)
    streamer = Streamer(catalogue)
    readings = ReadingStore(site.readings_path)
    readings.add_sensors(site.sensors())
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
            served.readings.close()

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


def uvicorn_config(site: Site, host: str, port: int, access: Access) -> uvicorn.Config:
    """Check the binding and set uvicorn up; InputError when it is not safe."""
    door = door_of(site, host, port, access)
    return uvicorn.Config(
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
    config = uvicorn_config(site, host, port, access)
    listening = bind(host, port)
    (announce or _say)(address_of(site, host, port, access))
    uvicorn.Server(config).run([listening])


def _say(address: str) -> None:
    sys.stdout.write(f"Open {address}\nCtrl-C ends it.\n")
    sys.stdout.flush()
