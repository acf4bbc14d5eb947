"""uvicorn's websockets-sansio protocol, plus an end for viewers that never read.

Closing a transport waits until its buffer was flushed, which for a viewer that reads
nothing is never; after a grace the connection is cut.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import (
    WebSocketsSansIOProtocol,
)

FLUSH_GRACE = 5.0  # s


class StreamProtocol(WebSocketsSansIOProtocol):
    """Cuts the connection when its last bytes are not taken within the grace."""

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Start the grace when the route ended."""
        super().on_task_complete(task)
        if self.transport.get_write_buffer_size():
            self.loop.call_later(FLUSH_GRACE, self.transport.abort)
