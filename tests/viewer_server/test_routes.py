"""What the HTTP routes answer on a real server: site, ground, point, tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from running_server import Running, running
from small_site import GRID, STEPS, ground, soil

from twin.site import Site
from viewer.protocol import KIND_HEIGHT, unpack, values

pytestmark = pytest.mark.system
SURVEY = "2024-05-20-surveyed"


@pytest.fixture
def client(server: Running) -> Iterator[httpx.Client]:
    with server.client as opened:
        yield opened


def test_the_site_is_told_whole(client: httpx.Client) -> None:
    """Both names, the honest flag, places in local metres, runs in pairs."""
    site = client.get("/api/site").json()

    assert (site["name"], site["name_zh"], site["synthetic"]) == (
        "Small mine",
        "小矿区",
        True,
    )
    assert (site["origin_x"], site["origin_y"]) == (500_750.0, 4_370_225.0)
    assert site["grid"] == {
        "west": GRID.west, "north": GRID.north, "rows": 90, "cols": 300,
    }  # fmt: skip
    (surface,) = site["surfaces"]
    assert surface["levels"] == 2
    assert set(surface["layers"]) == {"elevation", "elevation_error", "canopy_height"}
    (parcel,) = site["parcels"]
    assert [50.0, -175.0] in parcel["rings"][0]
    runs = {run["id"]: run for run in site["runs"]}
    assert runs["plan"]["pair"] == "plan-control"
    assert runs["plan-control"]["control"]
    assert len(runs["plan"]["times"]) == STEPS
    layers = {layer["name"]: layer for layer in site["layers"]}
    assert layers["effective_age"]["axis"] == ["robinia", "grass"]
    assert layers["soil_organic_carbon"]["unit"] == "t ha-1"
    assert layers["soil_organic_carbon"]["scale"] == 10.0
    assert len({layer["index"] for layer in site["layers"]}) == len(site["layers"])
    sensor = site["sensors"][0]
    expected = float(ground()[GRID.cell_at(500_100, 4_370_400)]) - site["origin_z"]
    assert sensor["z"] == pytest.approx(expected, abs=1e-3)


def test_terrain_tiles_share_their_edges_and_hold_the_ground(
    client: httpx.Client,
) -> None:
    """Right edge of tile 0 is the left edge of tile 1, bit for bit; level 1 too."""

    def tile(level: int, ty: int, tx: int) -> tuple[np.ndarray, np.ndarray, float]:
        reply = client.get(f"/api/terrain/{SURVEY}/{level}/{ty}/{tx}")
        header, codes = unpack(reply.raise_for_status().content)
        assert (header.kind, header.width, header.height) == (KIND_HEIGHT, 257, 257)
        return codes, values(header, codes), header.scale / 2

    left, heights, error = tile(0, 0, 0)
    right, _, _ = tile(0, 0, 1)
    coarse, _, _ = tile(1, 0, 0)

    assert (left[:, 256] == right[:, 0]).all()
    assert (coarse[:45, :128] == left[0:90:2, 0:256:2]).all()
    known = ground()[:, :257]
    apart = np.abs(heights[:90] - known.astype(np.float64))
    assert np.nanmax(apart) <= error + 1e-9
    assert error < 0.001
    assert (np.isnan(heights[:90]) == np.isnan(known)).all()


@pytest.mark.parametrize(
    "place", ["0/0/2", "2/0/0", "0/1/0", "9999999999999/0/0", "0/-1/0"]
)
def test_a_tile_outside_the_quadtree_is_not_found(
    client: httpx.Client, place: str
) -> None:
    """404 with the size of the quadtree."""
    reply = client.get(f"/api/terrain/{SURVEY}/{place}")

    assert reply.status_code == 404
    assert "2 levels" in reply.json()["error"]["mend"]


def test_a_point_has_value_unit_source_course_and_control(client: httpx.Client) -> None:
    """The course is the store's, in the own unit; the parcel is named."""
    x, y = 100.0, 20.0

    told = client.get(
        "/api/point",
        params={"run": "plan", "layer": "soil_organic_carbon", "x": x, "y": y},
    ).json()

    row, column = GRID.cell_at(500_750 + x, 4_370_225 + y)
    assert (told["row"], told["column"], told["parcel"]) == (row, column, "dump")
    course = [float(np.float32(soil(i, 0.02)[row, column])) for i in range(STEPS)]
    control = [float(np.float32(soil(i, 0.001)[row, column])) for i in range(STEPS)]
    assert told["values"] == course
    assert told["control_values"] == control
    assert told["value"] == course[-1]
    assert (told["unit"], told["scale"]) == ("t ha-1", 10.0)
    assert told["source"]
    assert told["elevation"] == pytest.approx(float(ground()[row, column]))


def test_a_point_of_a_survey_has_its_error(client: httpx.Client) -> None:
    """Elevation with its standard error; a hole has no value."""
    asked = {"surface": SURVEY, "layer": "elevation", "x": 0, "y": 0}

    told = client.get("/api/point", params=asked).json()
    hole = client.get("/api/point", params={**asked, "x": -748, "y": 223}).json()

    assert told["error"] == pytest.approx(0.05)
    assert told["source"] == "survey_2024.laz"
    assert hole["value"] is None


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        (
            {"run": "plan", "layer": "soil_organic_carbon", "x": 9e9, "y": 0},
            404,
            "grid",
        ),
        ({"run": "plam", "layer": "soil_organic_carbon", "x": 0, "y": 0}, 404, "plan"),
        (
            {"run": "plan", "layer": "soil_organic", "x": 0, "y": 0},
            404,
            "soil_organic_c",
        ),
        ({"run": "plan", "layer": "soil_organic_carbon", "x": 0}, 422, "y"),
        ({"run": "plan", "layer": "soil_organic_carbon", "x": "a", "y": 0}, 422, "x"),
        ({"run": "plan", "layer": "elevation", "x": "nan", "y": 0}, 422, "finite"),
    ],
)
def test_a_point_that_cannot_be_told_says_why(
    client: httpx.Client, asked: dict[str, object], status: int, part: str
) -> None:
    """What, where, why and how to mend it."""
    reply = client.get("/api/point", params=asked)

    assert reply.status_code == status
    error = reply.json()["error"]
    assert set(error) == {"what", "where", "why", "mend"}
    assert part in error["why"] + error["mend"]


def test_indicators_ledger_and_comparison_are_tables(client: httpx.Client) -> None:
    """Columns, rows, and the labels of the indicators in both languages."""
    indicators = client.get("/api/indicators", params={"run": "plan"}).json()
    ledger = client.get("/api/ledger", params={"run": "plan", "stock": "soil"}).json()
    none = client.get("/api/ledger", params={"run": "plan", "stock": "x"}).json()
    both = client.get("/api/compare", params={"a": "plan", "b": "plan-control"}).json()

    assert indicators["columns"][:2] == ["parcel", "date"]
    assert len(indicators["rows"]) == STEPS
    assert {"name", "unit", "label", "label_zh"} == set(indicators["heads"][0])
    assert ledger["rows"][0][ledger["columns"].index("amount")] == 1.5
    assert none["rows"] == []
    assert {"with", "without", "difference"} <= set(both["columns"])


def test_an_unknown_address_is_a_plain_404(client: httpx.Client) -> None:
    """As JSON, like every refusal."""
    reply = client.get("/api/nothing")

    assert reply.status_code == 404
    assert set(reply.json()["error"]) == {"what", "where", "why", "mend"}


def test_a_damaged_run_is_left_out_and_the_site_is_served(fresh: Site) -> None:
    """No manifest of ours, or half of one: the others are shown."""
    for name, text in (("broken", "{"), ("alien", '{"format": 99}')):
        (fresh.runs_dir / name).mkdir()
        (fresh.runs_dir / name / "manifest.json").write_text(text, encoding="utf-8")

    with running(fresh) as server, server.client as client:
        runs = client.get("/api/site").json()["runs"]

    assert [run["id"] for run in runs] == ["plan", "plan-control"]


def test_a_run_that_vanishes_is_told_and_the_server_stays_up(fresh: Site) -> None:
    """Its folder was removed a moment ago."""
    with running(fresh) as server, server.client as client:
        shutil.rmtree(fresh.runs_dir / "plan")
        asked = {"run": "plan", "layer": "elevation", "x": 0, "y": 0}
        gone = client.get("/api/point", params=asked)
        table = client.get("/api/ledger", params={"run": "plan"})
        alive = client.get("/api/site")

    assert gone.status_code >= 400
    assert set(gone.json()["error"]) == {"what", "where", "why", "mend"}
    assert (table.status_code, alive.status_code) == (409, 200)


def test_what_vite_built_is_served_with_the_token_and_may_be_kept(
    fresh: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of an asset holds its hash; the page itself is asked for each time."""
    (tmp_path / "web" / "assets").mkdir(parents=True)
    (tmp_path / "web" / "index.html").write_text("<p>page</p>", encoding="utf-8")
    (tmp_path / "web" / "assets" / "x-1.js").write_text("1", encoding="utf-8")
    for name in ("page_routes", "static_files"):
        target = f"viewer.static_files.{name}.__defaults__"
        monkeypatch.setattr(target, (tmp_path / "web",))

    with running(fresh) as server, server.client as client:
        page = client.get("/")
        asset = client.get("/assets/x-1.js")
        stranger = httpx.get(f"{server.base}/assets/x-1.js")
        escape = client.get("/assets/..%2f..%2fpyproject.toml")

    assert page.text == "<p>page</p>"
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in asset.headers["cache-control"]
    assert stranger.status_code == 401
    assert escape.status_code == 404
