"""The stream of a real server: what a viewer holds is what the store holds."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from running_server import Running, free_port, running
from small_site import GRID, STEPS, begin_run, ground, soil, write_run
from stream_client import viewer

from twin.site import Site

pytestmark = pytest.mark.system
SOIL = {"run": "plan", "layer": "soil_organic_carbon"}
CONTROL = {"run": "plan-control", "layer": "soil_organic_carbon"}


def test_every_step_equals_the_store_within_the_declared_error(server: Running) -> None:
    """Forward, back and with jumps; both runs of a difference view."""

    async def run() -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(SOIL, CONTROL)
            for step in (0, 1, 2, 5, 4, 0, 3):
                await client.say(type="cursor", step=step)
                shown = await client.until("shown", step=step)
                for view, gain in zip(shown["views"], (0.02, 0.001), strict=True):
                    found, error = client.field(view)
                    apart = np.abs(found - soil(step, gain).astype(np.float32))
                    assert apart.max() <= error + 1e-9
                    assert error < 1e-4

    asyncio.run(run())


def test_neighbouring_steps_send_only_the_tiles_that_changed(server: Running) -> None:
    """300 columns are two tiles; carbon grows from column 150 on, so both change.

    Elevation of the control has the same codes everywhere but for the fall of 1 m a
    step; effective age of grass too. A step that is shown already sends nothing.
    """

    async def run() -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(SOIL)
            await client.say(type="cursor", step=1)
            first = await client.until("shown", step=1)
            await client.say(type="cursor", step=2)
            second = await client.until("shown", step=2)
            await client.say(type="cursor", step=2)
            third = await client.until("shown", step=2)

            told = [s["views"][0] for s in (first, second, third)]
            assert [(v["frames"], v["keyframe"]) for v in told] == [
                (2, True),
                (2, False),
                (0, False),
            ]

    asyncio.run(run())


def test_an_entry_of_an_axis_and_a_raster_of_a_surface_are_views(
    server: Running,
) -> None:
    """Grass is entry 1; the canopy belongs to the survey; elevation is a layer too."""
    views: list[dict[str, Any]] = [
        {"run": "plan", "layer": "effective_age", "axis": 1},
        {"run": "", "surface": "2024-05-20-surveyed", "layer": "canopy_height"},
        {"run": "plan", "layer": "elevation"},
    ]

    async def run() -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(*views)
            await client.say(type="cursor", step=3)
            shown = await client.until("shown", step=3)
            grass, canopy, height = shown["views"]
            assert client.field(grass)[0].max() == pytest.approx(30.0, abs=1e-3)
            assert client.field(canopy)[0].max() == 1.0
            assert canopy["step"] == 0
            found, error = client.field(height)
            expected = np.nan_to_num(ground(), nan=1200.0) - 3
            assert np.abs(found - expected).max() <= error + 1e-4
            assert error < 0.001

    asyncio.run(run())


def test_colours_get_a_range_that_outliers_do_not_stretch(server: Running) -> None:
    """2nd and 98th percentile of the first, middle and last step."""
    values = np.stack([soil(step, 0.02) for step in (0, (STEPS - 1) // 2, STEPS - 1)])

    async def run() -> list[float]:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(SOIL)
            await client.say(type="cursor", step=0)
            view = (await client.until("shown"))["views"][0]
            found: list[float] = view["typical"]
            return found

    assert asyncio.run(run()) == pytest.approx(np.percentile(values, (2, 98)), rel=1e-3)


def test_a_coarse_level_has_fewer_cells(server: Running) -> None:
    """Level 2: blocks of 4 x 4."""

    async def run() -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(SOIL, level=2)
            await client.say(type="cursor", step=0)
            shown = await client.until("shown", step=0)
            found, _ = client.field(shown["views"][0])
            assert found.shape == (-(-GRID.shape[0] // 4), -(-GRID.shape[1] // 4))

    asyncio.run(run())


def test_a_step_beyond_the_end_shows_the_last(server: Running) -> None:
    """And says which one it shows."""

    async def run() -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(SOIL)
            await client.say(type="cursor", step=999)
            shown = await client.until("shown", step=999)
            assert shown["views"][0]["step"] == STEPS - 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("view", "mend"),
    [
        ({"run": "plam", "layer": "soil_organic_carbon"}, "plan"),
        ({"run": "plan", "layer": "soil_organic_carbom"}, "soil_organic_carbon"),
        ({"run": "plan", "layer": "effective_age", "axis": 9}, "0, 1"),
        ({"run": "", "surface": "x", "layer": "elevation"}, "2024"),
        ({"run": "../plan", "layer": "elevation"}, "plan"),
    ],
)
def test_a_view_that_is_not_there_is_told_with_the_nearest_name(
    server: Running, view: dict[str, Any], mend: str
) -> None:
    """The stream goes on."""

    async def run() -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(view)
            await client.say(type="cursor", step=0)
            told = await client.until("error")
            assert mend in told["error"]["mend"]
            await client.subscribe(SOIL)
            await client.until("shown")

    asyncio.run(run())


def test_a_viewer_that_comes_back_gets_what_it_missed_and_a_delta(
    server: Running,
) -> None:
    """Same epoch: nothing but the missed reading, and a delta to what it holds."""

    async def run() -> None:
        async with viewer(server) as client:
            welcome = await client.hello()
            await client.subscribe(SOIL)
            await client.say(type="cursor", step=1)
            shown = await client.until("shown", step=1)
            tiles = client.tiles
        await asyncio.to_thread(post, server, 0.111)

        view = shown["views"][0]
        resume = {"epoch": welcome["epoch"], "offset": shown["offset"]}
        async with viewer(server) as client:
            client.tiles = tiles
            again = await client.hello(resume=resume)
            missed = await client.until("reading", value=0.111)
            have = {"index": view["index"], "step": view["step"]}
            await client.subscribe({**SOIL, "have": have})
            await client.say(type="cursor", step=2)
            now = (await client.until("shown", step=2))["views"][0]

            assert again["resumed"]
            assert missed["offset"] > shown["offset"]
            assert not now["keyframe"]
            found, error = client.field(now)
            apart = np.abs(found - soil(2, 0.02).astype(np.float32)).max()
            assert apart <= error + 1e-9

    asyncio.run(run())


def post(server: Running, value: float, sensor: str = "sm-01") -> None:
    """Push a reading as a logger does."""
    from datetime import UTC, datetime

    now = datetime.now(UTC).isoformat()
    with server.client as client:
        body = {"sensor": sensor, "time": now, "value": value}
        client.post("/api/readings", json=body).raise_for_status()


def test_after_a_restart_the_server_says_that_it_cannot_resume(fresh: Site) -> None:
    """A new epoch: a snapshot of the readings and a keyframe, and it says why."""
    port = free_port()

    async def before(server: Running) -> dict[str, Any]:
        async with viewer(server) as client:
            welcome = await client.hello()
            await client.subscribe(SOIL)
            await client.say(type="cursor", step=1)
            shown = await client.until("shown")
            return {"epoch": welcome["epoch"], "offset": shown["offset"]}

    async def after(server: Running, resume: dict[str, Any]) -> None:
        async with viewer(server) as client:
            welcome = await client.hello(resume=resume)
            assert welcome["resumed"] is False
            assert welcome["why"] == "the server was restarted"
            await client.until("reading", sensor="sm-01", value=0.2)
            await client.subscribe({**SOIL, "have": {"index": 0, "step": 1}})
            await client.say(type="cursor", step=1)
            assert (await client.until("shown"))["views"][0]["keyframe"]

    with running(fresh, port=port) as server:
        resume = asyncio.run(before(server))
        post(server, 0.2)
    with running(fresh, port=port) as server:
        asyncio.run(after(server, resume))


def test_a_run_that_is_replaced_is_shown_anew(fresh: Site) -> None:
    """runs_changed within the poll, and the view's new keyframes without asking."""

    async def run(server: Running) -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(SOIL)
            await client.say(type="cursor", step=4)
            old = (await client.until("shown"))["views"][0]
            await asyncio.to_thread(write_run, fresh, "plan", gain=0.5)
            await client.until("runs_changed", seconds=8)
            shown = await client.until("shown", seconds=8)
            while shown["views"][0]["index"] == old["index"]:
                shown = await client.until("shown", seconds=8)
            new = shown["views"][0]
            found, error = client.field(new)
            apart = np.abs(found - soil(new["step"], 0.5).astype(np.float32)).max()
            assert new["keyframe"]
            assert apart <= error + 1e-9

    with running(fresh) as server:
        asyncio.run(run(server))


def test_nonsense_on_the_stream_leaves_the_server_up(server: Running) -> None:
    """Bytes, broken JSON, a deep nest, wrong types: told, and the next is served."""

    async def run() -> None:
        async with viewer(server) as client:
            for text in ("", "{", "[" * 60_000, '{"type": "cursor", "step": 1e99}'):
                await client.socket.send(text)
                told = await client.until("error")
                assert told["error"]["mend"]
            await client.socket.send(b"\x00\x01")
            await client.until("error")
            await client.hello()

    asyncio.run(run())


def test_a_step_is_encoded_once_however_many_look(fresh: Site) -> None:
    """Six viewers play the same six steps: one keyframe and five deltas are made."""

    async def look(server: Running) -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(SOIL)
            for step in range(STEPS):
                await client.say(type="cursor", step=step)
                await client.until("shown", step=step)

    async def run(server: Running) -> None:
        await asyncio.gather(*(look(server) for _ in range(6)))

    with running(fresh) as server:
        asyncio.run(run(server))
        made = server.app.state.served.streamer.frames.made

    assert made == STEPS


def test_a_run_under_way_shows_what_its_manifest_vouches_for(fresh: Site) -> None:
    """Three of six instants are published; the rest appears when they are written."""
    writer = begin_run(fresh, "growing")
    for step in range(3):
        writer.write(step, {"soil_organic_carbon": GRID.compress(soil(step, 0.02))})
    writer.publish()
    view = {"run": "growing", "layer": "soil_organic_carbon"}

    async def run(server: Running) -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(view)
            await client.say(type="cursor", step=5)
            first = (await client.until("shown"))["views"][0]
            for step in range(3, STEPS):
                field = GRID.compress(soil(step, 0.02))
                writer.write(step, {"soil_organic_carbon": field})
            writer.finish(closure={}, files={})
            await client.until("runs_changed", seconds=8)
            last = first
            while last["step"] != STEPS - 1:
                last = (await client.until("shown", seconds=8))["views"][0]
            assert first["step"] == 2

    with running(fresh) as server:
        with server.client as client:
            runs = {r["id"]: r for r in client.get("/api/site").json()["runs"]}
        asyncio.run(run(server))

    assert runs["growing"]["status"] == "running"
    assert len(runs["growing"]["times"]) == 3
