"""Who is let in: every route, exact hosts and origins, small bodies."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest
import websockets
from running_server import TOKEN, Running
from starlette.routing import BaseRoute
from websockets.exceptions import InvalidStatus

from twin.errors import InputError
from twin.site import Site
from viewer.access import Access, address_of, door_of
from viewer.auth import site_token
from viewer.guard import BODY_LIMIT, OPEN_PATHS

pytestmark = pytest.mark.system
FILLED = {
    "surface": "2024-05-20-surveyed", "level": "0", "ty": "0", "tx": "0",
    "sensor": "sm-01",
}  # fmt: skip


def routes(server: Running) -> list[tuple[str, str]]:
    """Method and address of everything that the application answers."""
    found: list[tuple[str, str]] = []

    def walk(some: list[BaseRoute]) -> None:
        for route in some:
            nested = getattr(route, "original_router", None)
            if nested is not None:
                walk(nested.routes)
                continue
            path = str(getattr(route, "path", "")).format(**FILLED)
            for method in getattr(route, "methods", None) or ["GET"]:
                found.append((method, path or "/assets/index.js"))

    walk(server.app.routes)
    return found


def test_every_route_is_found(server: Running) -> None:
    """The walk below means something."""
    paths = {path for _, path in routes(server)}

    assert {"/api/site", "/api/readings", "/stream", "/healthz", "/"} <= paths
    assert "/api/terrain/2024-05-20-surveyed/0/0/0" in paths
    assert len(paths) >= 11


def test_no_route_answers_without_the_token_but_one(server: Running) -> None:
    """At most three may; it is /healthz alone, and it tells nothing of the site."""
    answered = set()
    with httpx.Client(base_url=server.base) as stranger:
        for method, path in routes(server):
            response = stranger.request(method, path)
            if response.status_code not in (401, 403):
                answered.add(path)

    assert answered == OPEN_PATHS
    assert len(OPEN_PATHS) <= 3


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é"])
def test_a_wrong_token_is_none(server: Running, token: str) -> None:
    """As a bearer, as a cookie and in the address."""
    cookie = {f"minetwin-{server.port}": token.encode().decode("latin-1")}
    bearer = {"Authorization": f"Bearer {token}".strip().encode()}
    site = f"{server.base}/api/site"

    assert httpx.get(site, headers=bearer).status_code == 401
    cookies = "; ".join(f"{k}={v}" for k, v in cookie.items()).encode()
    assert httpx.get(site, headers={"Cookie": cookies}).status_code == 401
    page = httpx.get(server.base, params={"token": token})
    assert page.status_code == 401
    assert "Small mine" not in page.text


def test_the_printed_address_trades_the_token_for_a_cookie(server: Running) -> None:
    """HttpOnly, SameSite=Strict; then the address is clean."""
    with httpx.Client(base_url=server.base) as browser:
        first = browser.get("/", params={"token": TOKEN})
        site = browser.get("/api/site")

    assert (first.status_code, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert site.json()["name"] == "Small mine"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1.evil.example:{port}"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
        {"Origin": "https://127.0.0.1:{port}"},
    ],
)
def test_a_wrong_host_or_origin_is_turned_away_with_the_token(
    server: Running, headers: dict[str, str]
) -> None:
    """DNS rebinding and pages of others, on HTTP and on the stream."""
    sent = {k: v.format(port=server.port) for k, v in headers.items()}
    told = {**server.bearer, **sent}

    with server.client as client:
        plain = client.get("/api/site", headers=sent)
        posted = client.post("/api/readings", headers=sent, content=b"{}")

    assert (plain.status_code, posted.status_code) == (403, 403)
    assert set(plain.json()["error"]) == {"what", "where", "why", "mend"}
    if "Origin" in headers:
        assert asyncio.run(refused(server.stream, told)) == 403


async def refused(url: str, headers: dict[str, str]) -> int:
    """Status with which a socket is turned away, 101 when it is not."""
    try:
        async with websockets.connect(url, additional_headers=headers):
            return 101
    except InvalidStatus as error:
        return error.response.status_code


def test_the_stream_wants_the_token_and_with_the_cookie_an_origin(
    server: Running,
) -> None:
    """A browser always sends an Origin; a program bears the token."""
    cookie = {"Cookie": f"minetwin-{server.port}={TOKEN}"}
    own = {"Origin": server.base}

    async def run() -> list[int]:
        return [
            await refused(server.stream, {}),
            await refused(server.stream, own),
            await refused(server.stream, cookie),
            await refused(server.stream.replace("/stream", "/x"), server.bearer),
            await refused(server.stream, {**cookie, **own}),
            await refused(server.stream, server.bearer),
        ]

    assert asyncio.run(run()) == [403, 401, 403, 403, 101, 101]


def test_every_answer_bears_the_headers_of_the_door(server: Running) -> None:
    """No inline script, no framing, no sniffing, no referrer; refusals too."""
    with server.client as client:
        answers = [
            client.get("/api/site"),
            client.get("/nowhere"),
            client.get("/healthz", headers={"Host": "evil.example"}),
        ]

    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert f"ws://127.0.0.1:{server.port}" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "server" not in answer.headers


def test_a_body_that_is_too_large_is_refused(server: Running) -> None:
    """Whether its length is told or not."""

    def pieces() -> object:
        for _ in range(40):
            yield b" " * (BODY_LIMIT // 32)

    with server.client as client:
        told = client.post("/api/readings", content=b" " * (BODY_LIMIT + 1))
    with server.client as client:
        untold = client.post("/api/readings", content=pieces())
    with server.client as client:
        alive = client.get("/healthz")

    assert (told.status_code, untold.status_code) == (413, 413)
    assert set(told.json()["error"]) == {"what", "where", "why", "mend"}
    assert alive.status_code == 200


def test_a_message_that_is_too_large_ends_the_connection_only(server: Running) -> None:
    """64 KiB; the next viewer is served."""

    async def run() -> int:
        async with websockets.connect(
            server.stream, additional_headers=server.bearer
        ) as viewer:
            await viewer.send("x" * (64 * 2**10 + 1))
            await asyncio.wait_for(viewer.wait_closed(), 5)
            code = viewer.close_code
        async with websockets.connect(
            server.stream, additional_headers=server.bearer
        ) as viewer:
            await viewer.send(json.dumps({"type": "hello", "protocol": 1}))
            assert json.loads(await viewer.recv())["type"] == "welcome"
        assert code is not None
        return code

    assert asyncio.run(run()) == 1009


@pytest.mark.parametrize(
    ("host", "access", "mend"),
    [
        ("0.0.0.0", Access(), "MINETWIN_TOKEN"),
        ("192.168.1.5", Access(token="x" * 20), "MINETWIN_CERT"),
        ("192.168.1.5", Access(cert=Path("c"), key=Path("k")), "MINETWIN_TOKEN"),
        ("mine.example", Access(token="short", cert=Path("c"), key=Path("k")), "TLS"),
        ("::", Access(token="x" * 20, cert=Path("c"), key=Path("k")), "MINETWIN_HOSTS"),
    ],
)
def test_an_address_that_others_reach_needs_token_and_tls(
    small_site: Site, host: str, access: Access, mend: str
) -> None:
    """It refuses to start, and says what to set."""
    with pytest.raises(InputError, match=mend):
        door_of(small_site, host, 8765, access)


def test_a_door_to_others_knows_their_exact_names(small_site: Site) -> None:
    """Names that were given, no loopback, https only, a secure cookie."""
    access = Access(
        token="x" * 20, cert=Path("c"), key=Path("k"), names=("mine.example",)
    )

    door = door_of(small_site, "0.0.0.0", 443, access)

    assert door.hosts == {"mine.example:443", "mine.example"}
    assert door.origins == {"https://mine.example:443", "https://mine.example"}
    assert door.secure
    told = address_of(small_site, "0.0.0.0", 443, access)
    assert told.startswith("https://mine.example:443/?token=x")


def test_the_token_of_a_site_is_made_once_and_is_its_owners(fresh: Site) -> None:
    """So that an open page survives a restart of the server."""
    first = site_token(fresh.folder)
    again = site_token(fresh.folder)

    assert first == again
    assert len(first) >= 40
    assert (fresh.folder / ".token").stat().st_mode & 0o077 == 0
