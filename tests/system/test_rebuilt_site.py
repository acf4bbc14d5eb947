"""A site that was really rebuilt on another grid, as a person meets it in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from server_process import Server, minetwin

Open = Callable[..., Page]
Keep = Callable[[Page, str], Path]
AGAIN = "name: again\ntitle: Once more\ntitle_zh: 再次运行\nstart: 2025-01\nyears: 1\n"


@pytest.fixture(scope="module")
def rebuilt(demo_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo of 10 m cells on cells of 7 m, with its old runs."""
    folder = tmp_path_factory.mktemp("rebuilt") / "mine"
    shutil.copytree(demo_site, folder)
    text = (folder / "site.yaml").read_text(encoding="utf-8")
    changed = text.replace("cell: 10", "cell: 7")
    (folder / "site.yaml").write_text(changed, encoding="utf-8")
    minetwin("build", folder)
    return folder


@pytest.fixture(scope="module")
def server(rebuilt: Path) -> Iterator[Server]:
    """Serve it."""
    started = Server(rebuilt).start()
    yield started
    started.stop()


def test_old_runs_cannot_be_chosen_and_say_why(
    server: Server, open_page: Open, keep: Keep
) -> None:
    """The terrain alone is shown, until a scenario is run on the new grid."""
    page = open_page(server)
    options = page.get_by_test_id("run-picker").locator("option:not([value=''])")
    why = page.get_by_test_id("runs-elsewhere")

    expect(options).to_have_count(1)
    expect(options.first).to_be_disabled()
    expect(options.first).to_contain_text("(on another grid)")
    expect(why).to_contain_text("cell 10 m, now 7 m")
    expect(why).to_contain_text("Run the scenario again.")
    assert page.evaluate("() => window.__minetwin.state().run") is None
    keep(page, "other-grid")

    plan = server.site / "again.yaml"
    plan.write_text(AGAIN, encoding="utf-8")
    minetwin("run", plan, "--site", server.site)

    expect(options).to_have_count(2, timeout=20_000)
    page.wait_for_function("() => window.__minetwin.state().run === 'again'")
    page.wait_for_function("() => window.__minetwin.checksum() !== null")
    expect(page.get_by_test_id("problem")).to_be_hidden()


def test_the_reason_is_told_in_chinese_too(
    server: Server, open_page: Open, keep: Keep
) -> None:
    """The same differences, in the words of the other language."""
    page = open_page(server, lang="zh")

    expect(page.get_by_test_id("runs-elsewhere")).to_contain_text(
        "栅格边长 10 m,现为 7 m"
    )
    expect(page.get_by_test_id("runs-elsewhere")).to_contain_text("请重新运行该方案。")
    keep(page, "other-grid-zh")
