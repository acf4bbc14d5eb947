"""The WebSocket route: a socket for the hub."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from .hub import Gone
from .served import Served


class Socket:
    """A Starlette WebSocket as the hub's connection."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> str:
        """Return the next text; bytes from a viewer are no message and end up refused."""
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


def stream_routes(served: Served) -> APIRouter:
    """WS /stream."""
    router = APIRouter()

    @router.websocket("/stream")
    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await served.hub.attend(Socket(socket))
        if socket.application_state is WebSocketState.CONNECTED:
            await socket.close(1001)

    return router
