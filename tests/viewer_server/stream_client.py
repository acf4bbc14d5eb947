"""A viewer as a program: speaks the protocol and keeps what it was shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import websockets
from running_server import Running
from websockets.asyncio.client import ClientConnection

from viewer.protocol import Codes, Header, apply_delta, unpack, values

Key = tuple[int, int, int, int, int]


@dataclass
class Client:
    """Holds tiles by run, layer, level and place, and every message."""

    socket: ClientConnection
    tiles: dict[Key, tuple[Header, Codes]] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    frames: int = 0
    bytes: int = 0

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hello(self, **more: Any) -> dict[str, Any]:
        await self.say(type="hello", protocol=1, **more)
        return await self.until("welcome")

    async def subscribe(self, *views: dict[str, Any], level: int = 0) -> None:
        await self.say(type="subscribe", views=list(views), level=level)

    async def until(
        self, kind: str, seconds: float = 5, **fields: Any
    ) -> dict[str, Any]:
        """Hear on until a message of that kind and content; frames are kept."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.hear()
                if message is None or message["type"] != kind:
                    continue
                if all(message.get(k) == v for k, v in fields.items()):
                    return message

    async def hear(self) -> dict[str, Any] | None:
        data = await self.socket.recv()
        if isinstance(data, bytes):
            self.keep(data)
            return None
        message: dict[str, Any] = json.loads(data)
        self.heard.append(message)
        return message

    def values(self) -> set[float]:
        """Values of the readings that were heard."""
        return {m["value"] for m in self.heard if m["type"] == "reading"}

    def keep(self, frame: bytes) -> None:
        self.frames += 1
        self.bytes += len(frame)
        header, codes = unpack(frame)
        key = (header.run, header.layer, header.level, header.tile_y, header.tile_x)
        if not header.keyframe:
            codes = apply_delta(codes, self.tiles[key][1])
        self.tiles[key] = header, codes

    def field(self, view: dict[str, Any]) -> tuple[np.ndarray, float]:
        """Lay a shown view's tiles together; with the declared error."""
        wanted = (view["index"], view["wire"], view["level"])
        found = {k[3:]: v for k, v in self.tiles.items() if k[:3] == wanted}
        down, across = max(k[0] for k in found) + 1, max(k[1] for k in found) + 1
        rows = [
            np.hstack([values(*found[(ty, tx)]) for tx in range(across)])
            for ty in range(down)
        ]
        return np.vstack(rows), next(iter(found.values()))[0].scale / 2


@asynccontextmanager
async def viewer(server: Running) -> AsyncIterator[Client]:
    """Open the stream as a program does."""
    async with websockets.connect(
        server.stream,
        additional_headers=server.bearer,
        max_size=None,
        compression=None,
        close_timeout=1,
    ) as socket:
        yield Client(socket)
