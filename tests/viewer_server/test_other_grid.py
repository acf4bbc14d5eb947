"""Runs of the grid that a site had before: named with the reason, never shown."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from running_server import Running, running
from small_site import GRID, write_run
from stream_client import viewer

from connectors.audit import Audit
from connectors.surfaces import save_surface
from twin.site import Built, Site
from twin.surface import Surface

pytestmark = pytest.mark.system
SURVEY = "2024-05-20-surveyed"
COARSE = replace(GRID, cell=7.5, shape=(60, 200))
TABLES = ("indicators", "ledger")


def rebuild(site: Site) -> Site:
    """Lay the site on cells of 7.5 m over the same extent, as `minetwin build` does."""
    shutil.rmtree(site.surfaces_dir)
    heights = np.full(COARSE.shape, 1200.0, np.float32)
    surface = Surface(SURVEY, date(2024, 5, 20), "surveyed", {}, COARSE, heights)
    save_surface(surface, site.surfaces_dir, Audit())
    Built(COARSE.to_dict(), (SURVEY,), (), synthetic=True).save(site.folder)
    return Site.open(site.folder)


def test_such_runs_are_listed_with_what_differs(fresh: Site) -> None:
    """Both runs of the pair; none of their layers is offered."""
    with running(rebuild(fresh)) as server, server.client as client:
        told = client.get("/api/site").json()

    runs = {run["id"]: run for run in told["runs"]}
    assert runs["plan"]["other_grid"] == [
        {"what": "cell", "run": "5 m", "site": "7.5 m"},
        {"what": "shape", "run": "90 x 300", "site": "60 x 200"},
    ]
    assert runs["plan"]["pair"] == "plan-control"
    assert {layer["name"] for layer in told["layers"]} == {"elevation"}
    assert not told["rebuilt"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("point", {"run": "plan", "layer": "elevation", "x": 0, "y": 0}),
        *((table, {"run": "plan"}) for table in TABLES),
        ("compare", {"a": "plan", "b": "plan-control"}),
    ],
)
def test_a_request_for_such_a_run_is_refused(
    fresh: Site, path: str, asked: dict[str, Any]
) -> None:
    """409 with what, where, why and how to mend it."""
    with running(rebuild(fresh)) as server, server.client as client:
        reply = client.get(f"/api/{path}", params=asked)

    error = reply.json()["error"]
    assert reply.status_code == 409
    assert error["what"] == "the run was made on another grid"
    assert error["where"] == f"/api/{path}"
    assert "'plan' was made on another grid" in error["why"]
    assert "cell 5 m instead of 7.5 m" in error["why"]
    assert "minetwin run" in error["mend"]


def test_the_stream_refuses_a_view_of_such_a_run_and_goes_on(fresh: Site) -> None:
    """No frame of it is sent; the survey is."""
    view = {"run": "plan", "layer": "elevation"}
    survey = {"run": "", "surface": SURVEY, "layer": "elevation"}

    async def run(server: Running) -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.subscribe(view)
            await client.say(type="cursor", step=0)
            error = (await client.until("error"))["error"]
            assert client.frames == 0
            assert error["what"] == "the run was made on another grid"
            assert "minetwin run" in error["mend"]
            await client.subscribe(survey)
            shown = await client.until("shown")
            assert client.field(shown["views"][0])[0].shape == COARSE.shape

    with running(rebuild(fresh)) as server:
        asyncio.run(run(server))


def test_a_run_of_other_cells_is_never_the_control_of_one_that_is_shown(
    fresh: Site,
) -> None:
    """The control was made before the site was rebuilt: the plan stands alone."""
    told = (fresh.runs_dir / "plan-control" / "manifest.json").read_text("utf-8")
    moved = told.replace('"west": 500000.0', '"west": 499995.0')
    assert moved != told
    (fresh.runs_dir / "plan-control" / "manifest.json").write_text(moved, "utf-8")
    asked: dict[str, str | int] = {"run": "plan", "layer": "elevation", "x": 0, "y": 0}

    with running(fresh) as server, server.client as client:
        runs = {run["id"]: run for run in client.get("/api/site").json()["runs"]}
        point = client.get("/api/point", params=asked).json()

    assert (runs["plan"]["pair"], runs["plan"]["other_grid"]) == (None, [])
    assert (point["control"], point["control_values"]) == (None, None)
    assert runs["plan-control"]["other_grid"][0]["what"] == "west"


def test_a_site_that_is_rebuilt_while_it_is_served_says_to_serve_it_again(
    fresh: Site,
) -> None:
    """Runs of the new grid do not fit what is served; running them again is no help."""
    with running(fresh) as server, server.client as client:
        rebuild(fresh)
        manifest = fresh.runs_dir / "plan" / "manifest.json"
        text = manifest.read_text("utf-8").replace('"cell": 5.0', '"cell": 7.5')
        manifest.write_text(text, "utf-8")
        server.app.state.served.catalogue.refresh()
        site = client.get("/api/site").json()
        refused = client.get("/api/ledger", params={"run": "plan"}).json()["error"]
        kept = client.get("/api/ledger", params={"run": "plan-control"})

    assert site["rebuilt"]
    assert "start minetwin serve again" in refused["mend"]
    assert kept.status_code == 200


def test_a_run_made_again_on_the_new_grid_is_shown(fresh: Site) -> None:
    """The refusal ends with the cause."""
    with running(fresh) as server, server.client as client:
        manifest = fresh.runs_dir / "plan" / "manifest.json"
        text = manifest.read_text("utf-8").replace('"cell": 5.0', '"cell": 7.5')
        manifest.write_text(text, "utf-8")
        catalogue = server.app.state.served.catalogue
        catalogue.refresh()
        before = client.get("/api/ledger", params={"run": "plan"}).status_code
        shutil.rmtree(fresh.runs_dir / "plan")
        write_run(fresh, "plan", gain=0.02)
        catalogue.refresh()
        after = client.get("/api/ledger", params={"run": "plan"}).status_code

    assert (before, after) == (409, 200)
