"""The WebSocket route: a socket for the hub."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from .hub import Gone
from .served import Served

GOODBYE = 1.0  # s that a dropped viewer gets to take the close frame


class Socket:
    """A Starlette WebSocket as the hub's connection."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> str:
        """Return the next text; bytes are no message and end up refused."""
        try:
            message = await self._socket.receive()
        except RuntimeError as error:
            raise Gone from error
        if message["type"] == "websocket.disconnect":
            raise Gone
        text = message.get("text")
        return text if isinstance(text, str) else ""

    async def send(self, data: str | bytes) -> None:
        """Hand a frame over."""
        try:
            if isinstance(data, str):
                await self._socket.send_text(data)
            else:
                await self._socket.send_bytes(data)
        except (WebSocketDisconnect, RuntimeError, OSError) as error:
            raise Gone from error


async def _close(socket: WebSocket) -> None:
    """Say goodbye to a viewer that was dropped, if it still takes anything."""
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
        async with asyncio.timeout(GOODBYE):
            await socket.close(1008, "dropped; open a new connection")


def stream_routes(served: Served) -> APIRouter:
    """WS /stream."""
    router = APIRouter()

    @router.websocket("/stream")
    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await served.hub.attend(Socket(socket))
        if socket.client_state is WebSocketState.CONNECTED:
            await _close(socket)

    return router
