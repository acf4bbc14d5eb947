"""Starting and stopping: what is said, and when it refuses to start."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from running_server import TOKEN, Running, free_port, running
from websockets.sync.client import connect

from twin.errors import InputError, StoreError
from twin.site import Site
from viewer.access import Access, bind
from viewer.server import serve

pytestmark = pytest.mark.system


def test_a_port_that_is_taken_is_told_before_anything_starts(
    server: Running, small_site: Site
) -> None:
    """One message with the way out; no address is announced."""
    said: list[str] = []

    with pytest.raises(InputError, match="give another with --port"):
        serve(
            small_site, port=server.port, access=Access(token=TOKEN),
            announce=said.append,
        )  # fmt: skip

    assert said == []


def test_a_site_that_is_not_built_is_not_served(tmp_path: Path) -> None:
    """The message says how to build it."""
    told = "version: 1\nname: x\ncrs: EPSG:32649\nvertical: unknown\ncell: 5\n"
    (tmp_path / "site.yaml").write_text(told, encoding="utf-8")

    with pytest.raises(StoreError, match="minetwin build"):
        serve(Site.open(tmp_path), port=free_port(), access=Access(token=TOKEN))


def test_the_process_prints_its_address_serves_and_ends_on_a_signal(
    small_site: Site,
) -> None:
    """As `minetwin serve` does it; stopping takes seconds, not minutes."""
    port = free_port()
    code = (
        "import sys; from twin.site import Site; from viewer.server import serve;"
        f"serve(Site.open(sys.argv[1]), port={port})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(small_site.folder)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(rf"http://127\.0\.0\.1:{port}/\?token=[\w\-.~]+", line)
    assert found, line + process.stdout.read()
    with httpx.Client(follow_redirects=False) as browser:
        answer = retry(browser, found.group(0))
        site = browser.get(f"http://127.0.0.1:{port}/api/site")

    began = time.monotonic()
    process.terminate()
    process.communicate(timeout=15)

    assert answer.status_code == 303
    assert site.json()["name"] == "Small mine"
    assert time.monotonic() - began < 10


def retry(browser: httpx.Client, url: str) -> httpx.Response:
    """Ask until the server listens."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return browser.get(url)
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_with_tls_pages_and_stream_are_encrypted(
    small_site: Site, tmp_path: Path
) -> None:
    """https and wss with the given certificate; the cookie is secure."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    trust = ssl.create_default_context(cafile=str(cert))

    with running(small_site, cert=cert, key=key) as server:
        base = f"https://127.0.0.1:{server.port}"
        page = httpx.get(base, params={"token": TOKEN}, verify=trust)
        own = {"Origin": base, "Cookie": f"minetwin-{server.port}={TOKEN}"}
        url = base.replace("https", "wss") + "/stream"
        with connect(url, ssl=trust, additional_headers=own) as viewer:
            viewer.send('{"type": "hello", "protocol": 1}')
            welcome = viewer.recv(5)

    assert "secure" in page.headers["set-cookie"].lower()
    assert "max-age" in page.headers["strict-transport-security"]
    assert "welcome" in str(welcome)


def test_a_port_can_be_opened_again_after_it_was_closed() -> None:
    """A restart must not wait for old connections to time out."""
    port = free_port()

    bind("127.0.0.1", port).close()
    again = bind("127.0.0.1", port)

    assert again.getsockname()[1] == port
    again.close()


def test_the_web_app_may_be_missing(
    fresh: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Then the page says how to build it."""
    monkeypatch.setattr("viewer.static_files.page_routes.__defaults__", (tmp_path,))

    with running(fresh) as server, server.client as client:
        page = client.get("/")

    assert page.status_code == 503
    assert "make viewer" in page.text
