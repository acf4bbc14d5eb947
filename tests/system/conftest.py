"""A demo site, a server on it, a broker and a browser: the real ones, started once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from server_process import Server, minetwin

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "test-screenshots"
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is of the system tier."""
    for item in items:
        if Path(__file__).parent in Path(str(item.path)).parents:
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quick demo mine, built and run."""
    folder = tmp_path_factory.mktemp("demo") / "mine"
    minetwin("demo", "--quick", "--no-serve", "--out", folder)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Real Chromium, with software rendering of WebGL2."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open the viewer; its console must stay free of errors."""
    pages: list[tuple[Page, list[str]]] = []

    def opened(server: Server, *, lang: str = "en", wait: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900},
            locale="zh-CN" if lang == "zh" else "en-GB",
        )
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda e: errors.append(str(e)))
        pages.append((page, errors))
        page.goto(server.url)
        if wait:
            page.wait_for_function("() => window.__minetwin !== undefined")
            page.evaluate("() => window.__minetwin.ready")
        return page

    yield opened
    for page, errors in pages:
        page.context.close()
        assert errors == []


@pytest.fixture(scope="session")
def keep() -> Callable[[Page, str], Path]:
    """Keep a screenshot where people look at it."""
    SHOTS.mkdir(exist_ok=True)

    def shot(page: Page, name: str) -> Path:
        path = SHOTS / f"{name}.png"
        page.screenshot(path=path)
        return path

    return shot
