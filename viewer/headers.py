"""Headers of every answer: no inline script, no framing, no sniffing, no referrer."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def content_policy(hosts: Iterable[str], *, secure: bool) -> str:
    """Content security policy; sockets are named, since older Safari needs it."""
    scheme = "wss" if secure else "ws"
    named = sorted(host for host in hosts if "[" not in host)  # CSP knows no IPv6
    sockets = " ".join(f"{scheme}://{host}" for host in named)
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' {sockets}".strip(),
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SecureHeaders:
    """ASGI middleware that puts them on."""

    def __init__(self, app: ASGIApp, policy: str, *, secure: bool) -> None:
        self.app = app
        self.fixed = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
        }
        if secure:
            self.fixed["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add them to whatever is answered."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return

        async def put_on(message: Message) -> None:
            if message["type"] in (
                "http.response.start",
                "websocket.http.response.start",
            ):
                headers = MutableHeaders(scope=message)
                headers.update(self.fixed)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, put_on)
