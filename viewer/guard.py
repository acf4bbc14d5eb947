"""The door: exact hosts and origins, a token, small bodies. Pure ASGI, before routing.

Host is checked against DNS rebinding (a foreign name that resolves to this machine),
Origin against pages of others that post or open sockets here. A WebSocket with the
cookie must bear an Origin, as every browser sends one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .auth import bearer_of, cookie_name, cookie_of, same
from .failure import Failure

BODY_LIMIT = 2**20
DROP_LIMIT = 2**26
OPEN_PATHS = frozenset({"/healthz"})
SOCKET_PATH = "/stream"
LOGIN_PAGE = """minetwin: this page needs the token of the site.

Open the address that `minetwin serve` printed, with ?token=… at its end.
打开 `minetwin serve` 打印的、末尾带 ?token=… 的地址。
"""


@dataclass(frozen=True)
class Door:
    """Who is let in: the token, and the exact names of this server."""

    token: str
    hosts: frozenset[str]
    origins: frozenset[str]
    port: int
    secure: bool = False

    @property
    def cookie(self) -> str:
        """Name of the cookie that bears the token."""
        return cookie_name(self.port)

    @classmethod
    def of(
        cls, token: str, names: Iterable[str], port: int, *, secure: bool = False
    ) -> Door:
        """Build the exact lists from host names without port."""
        hosts = {f"{name}:{port}" for name in names}
        if port == (443 if secure else 80):
            hosts |= set(names)
        scheme = "https" if secure else "http"
        origins = {f"{scheme}://{host}" for host in hosts}
        return cls(token, frozenset(hosts), frozenset(origins), port, secure)

    def refusal(self, scope: Scope) -> tuple[int, Failure] | None:
        """Say why a request may not enter, or None when it may."""
        headers = Headers(scope=scope)
        if len(headers.getlist("host")) != 1 or headers["host"] not in self.hosts:
            return 403, _refused(
                scope, "the Host header names another server", "use the printed address"
            )
        origin = headers.get("origin")
        if origin is not None and origin not in self.origins:
            return 403, _refused(
                scope, "a page of another origin asked", "use the viewer's own page"
            )
        bearer = bearer_of(headers)
        if scope["type"] == "websocket" and origin is None and bearer is None:
            return 403, _refused(
                scope, "no Origin", "programs send Authorization: Bearer TOKEN"
            )
        if scope["type"] == "websocket" and scope["path"] != SOCKET_PATH:
            return 403, _refused(
                scope, "there is no stream here", f"open {SOCKET_PATH}"
            )
        if scope["path"] in OPEN_PATHS or self._knows(headers, bearer):
            return None
        if scope["path"] == "/" and scope["type"] == "http":
            return None  # the route itself answers: redirect with ?token=, else 401
        return 401, _refused(
            scope,
            "the token is missing or wrong",
            "open the address that minetwin serve printed, or send "
            "Authorization: Bearer TOKEN",
        )

    def _knows(self, headers: Mapping[str, str], bearer: str | None) -> bool:
        given = bearer or cookie_of(headers, self.cookie)
        return given is not None and same(given, self.token)

    def enter(self, scope: Scope) -> Response | None:
        """Answer /: trade ?token= for the cookie, or say what is needed."""
        headers = Headers(scope=scope)
        if self._knows(headers, bearer_of(headers)):
            query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
            return self._redirect() if "token" in query else None
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        given = query.get("token", [""])[0]
        if given and same(given, self.token):
            return self._redirect()
        return PlainTextResponse(LOGIN_PAGE, 401)

    def _redirect(self) -> Response:
        response = Response(status_code=303, headers={"location": "/"})
        response.set_cookie(
            self.cookie,
            self.token,
            httponly=True,
            samesite="strict",
            secure=self.secure,
            path="/",
        )
        return response


def _refused(scope: Scope, why: str, mend: str) -> Failure:
    return Failure(
        what="the request was refused", where=scope["path"], why=why, mend=mend
    )


class Guard:
    """ASGI middleware of a ``Door``."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal = self.door.refusal(scope)
        if refusal is not None:
            await _answer(scope, receive, send, *refusal)
            return
        if scope["type"] == "http" and scope["path"] == "/":
            response = self.door.enter(scope)
            if response is not None:
                await response(scope, receive, send)
                return
        if scope["type"] == "http":
            body = await _small_body(receive)
            if body is None:
                why = f"its body is larger than {BODY_LIMIT} bytes"
                too_large = _refused(scope, why, "send fewer readings at once")
                await _answer(scope, receive, send, 413, too_large)
                return
            receive = _replay(body, receive)
        await self.app(scope, receive, send)


async def _answer(
    scope: Scope, receive: Receive, send: Send, status: int, told: Failure
) -> None:
    if scope["type"] == "websocket":
        await receive()
    response = JSONResponse({"error": told}, status)
    if status == 413:
        response.headers["connection"] = "close"
    await response(scope, receive, send)


async def _small_body(receive: Receive) -> bytes | None:
    """Return the whole body, or None if it is too large.

    What comes beyond the limit is taken and dropped, within a limit of its own: a
    socket closed over unread bytes is reset, and the sender would never see why.
    """
    parts: list[bytes] = []
    size, more = 0, True
    while more and size <= DROP_LIMIT:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= BODY_LIMIT:
            parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts) if size <= BODY_LIMIT else None


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again
