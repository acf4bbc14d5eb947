"""What a person sees in real Chromium is what the store holds and the sensors say."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from paho.mqtt import publish
from playwright.sync_api import Page, expect
from server_process import Server, free_port

from connectors.surfaces import load_surface

Open = Callable[..., Page]
Keep = Callable[[Page, str], Path]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Real mosquitto on a free port of the loopback interface."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed: apt-get install mosquitto")
    port = free_port()
    config = tmp_path_factory.mktemp("broker") / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    process = subprocess.Popen([program, "-c", str(config)])
    yield port
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def site(
    demo_site: Path, broker: int, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A copy of the demo whose only feed is the broker."""
    folder = tmp_path_factory.mktemp("served") / "mine"
    shutil.copytree(demo_site, folder)
    config = yaml.safe_load((folder / "site.yaml").read_text(encoding="utf-8"))
    config["feeds"] = [
        {"kind": "mqtt", "host": "127.0.0.1", "port": broker, "topic": "mine/+/reading"}
    ]
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    """Serve the copy."""
    started = Server(site).start()
    yield started
    started.stop()


def state(page: Page) -> dict[str, object]:
    """What the test hook tells of the shown layer."""
    told: dict[str, object] = page.evaluate("() => window.__minetwin.state()")
    return told


def go_to_step(page: Page, step: int) -> None:
    """Move the slider by its own input event and wait until the step is shown."""
    page.get_by_test_id("time-slider").evaluate(
        "(slider, step) => { slider.value = step;"
        " slider.dispatchEvent(new Event('input', { bubbles: true }));"
        " slider.dispatchEvent(new Event('change', { bubbles: true })); }",
        step,
    )
    page.wait_for_function("s => window.__minetwin.state().step === s", arg=step)


def test_the_canvas_shows_terrain(server: Server, open_page: Open, keep: Keep) -> None:
    """The picture has relief: many colours where an empty canvas has one."""
    page = open_page(server)

    keep(page, "first-look")
    shades = page.evaluate("() => window.__minetwin.canvasColours()")
    assert len(shades) > 50


def test_the_slider_shows_the_values_of_its_year(
    server: Server, open_page: Open
) -> None:
    """The texture at a probe equals the store's value within the declared error."""
    import minetwin

    page = open_page(server)
    told = state(page)
    run = minetwin.Run.open(server.site / "runs" / str(told["run"]))
    rows, columns = run.grid.shape
    row, column = rows // 2, columns // 3
    cell = run.grid.cell
    x, y = (column + 0.5 - columns / 2) * cell, (rows / 2 - row - 0.5) * cell

    for step in (len(run.times) - 1, 10, 0):
        go_to_step(page, step)
        shown = page.evaluate("([x, y]) => window.__minetwin.probe(x, y)", [x, y])
        kept = float(run.map(str(told["layer"]), step)[row, column])
        scale = shown["scale"]  # value per code, in the Var's own unit
        assert shown["value"] == pytest.approx(kept, abs=0.51 * scale)


def test_a_click_shows_what_the_store_holds(
    server: Server, open_page: Open, keep: Keep
) -> None:
    """Value and unit of the panel are those of the run at that cell and year."""
    import minetwin
    from twin.vocabulary import VOCABULARY

    page = open_page(server)
    told = state(page)
    run = minetwin.Run.open(server.site / "runs" / str(told["run"]))
    last = len(run.times) - 1
    go_to_step(page, last)

    page.mouse.click(760, 480)
    panel = page.get_by_test_id("point-panel")
    expect(panel).to_be_visible()
    expect(page.get_by_test_id("point-chart")).to_be_visible()

    picked = page.evaluate("() => window.__minetwin.state().picked")
    row, column = run.grid.cell_at(*picked["map"])
    var = VOCABULARY[str(told["layer"])]
    kept = float(run.map(var.name, last)[row, column]) * var.scale
    said = float(page.get_by_test_id("point-value").inner_text().replace(",", ""))
    assert said == pytest.approx(kept, rel=0.01, abs=0.01)
    assert page.get_by_test_id("point-unit").inner_text().strip() != ""
    keep(page, "click")


def test_two_surveys_are_compared_where_they_lie(
    server: Server, site: Path, open_page: Open, keep: Keep
) -> None:
    """The card shows the newer survey less the older, as their rasters have it."""
    page = open_page(server)
    page.get_by_test_id("against-picker").select_option("2019-09-12-surveyed")
    expect(page.get_by_test_id("legend")).to_contain_text("minus")
    page.mouse.click(760, 480)
    expect(page.get_by_test_id("point-panel")).to_be_visible()
    picked = page.evaluate("() => window.__minetwin.state().picked")
    names = ("2024-05-20-surveyed", "2019-09-12-surveyed")
    surfaces = [load_surface(site / "surfaces" / name) for name in names]
    cell = surfaces[0].grid.cell_at(*picked["map"])
    rasters = [float(surface.elevation[cell]) for surface in surfaces]
    expect(page.get_by_test_id("point-panel").locator(".pair dd")).to_have_count(3)

    shown = page.get_by_test_id("point-panel").locator(".pair dd").all_inner_texts()

    want = [*rasters, rasters[0] - rasters[1]]
    assert [float(t.replace(",", "")) for t in shown] == pytest.approx(want, abs=0.01)
    keep(page, "two-surveys")


def pin_value(page: Page, sensor: str) -> str:
    """Text of a pin's value."""
    return page.get_by_test_id(f"pin-value-{sensor}").first.inner_text()


@pytest.fixture
def sensor(site: Path) -> dict[str, object]:
    """The first sensor of the site."""
    config = yaml.safe_load((site / "site.yaml").read_text(encoding="utf-8"))
    found: dict[str, object] = config["sensors"][0]
    return found


def test_a_reading_over_http_changes_a_pin_within_a_second(
    server: Server, open_page: Open, sensor: dict[str, object], keep: Keep
) -> None:
    """Posted, committed, pushed, drawn."""
    page = open_page(server)
    body = {
        "sensor": sensor["id"],
        "time": datetime.now(UTC).isoformat(),
        "value": 0.271,
    }

    with server.client as client:
        client.post("/api/readings", json=body).raise_for_status()

    pin = page.get_by_test_id(f"pin-value-{sensor['id']}").first
    expect(pin).to_contain_text("0.271", timeout=1000)
    keep(page, "reading-http")


def test_a_reading_over_mqtt_changes_a_pin_within_a_second(
    server: Server, open_page: Open, broker: int, sensor: dict[str, object]
) -> None:
    """From a real broker."""
    wait_for_feed(server)
    page = open_page(server)
    body = {
        "sensor": sensor["id"],
        "time": datetime.now(UTC).isoformat(),
        "value": 0.314,
    }

    publish.single(
        f"mine/{sensor['id']}/reading", json.dumps(body), qos=1,
        hostname="127.0.0.1", port=broker,
    )  # fmt: skip

    pin = page.get_by_test_id(f"pin-value-{sensor['id']}").first
    expect(pin).to_contain_text("0.314", timeout=1000)


def wait_for_feed(server: Server) -> None:
    """Wait until the feed has its subscription; before that a broker keeps nothing."""
    deadline = time.monotonic() + 20
    with server.client as client:
        while time.monotonic() < deadline:
            (feed,) = client.get("/api/site").json()["feeds"]
            if feed["status"] == "live":
                return
            time.sleep(0.1)
    raise AssertionError(f"the feed did not come up: {feed}")


def test_both_languages_are_complete(
    server: Server, open_page: Open, keep: Keep
) -> None:
    """The switch turns every label; nothing English is left in the panels."""
    page = open_page(server)
    page.get_by_test_id("lang-toggle").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_test_id("layer-picker")).to_contain_text("土壤有机碳")
    keep(page, "chinese")


def test_the_viewer_reconnects_after_the_server_was_away(
    site: Path, open_page: Open, keep: Keep
) -> None:
    """It says that it is reconnecting, and then that it is live again."""
    own = Server(site).start()
    page = open_page(own)
    light = page.get_by_test_id("connection-state")
    expect(light).to_have_attribute("data-state", "live")

    own.stop()
    expect(light).not_to_have_attribute("data-state", "live", timeout=10_000)
    keep(page, "reconnecting")
    time.sleep(0.5)
    again = Server(site, port=own.port).start()
    try:
        expect(light).to_have_attribute("data-state", "live", timeout=20_000)
    finally:
        again.stop()
