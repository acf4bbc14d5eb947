"""A design made of a survey lies on the timeline like any other ground."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import typer
from shapely.geometry import box
from typer.testing import CliRunner

from connectors.raster import write_cog
from connectors.surfaces import load_surface
from connectors.survey_add import add_survey
from connectors.vector import Parcel, write_parcels
from scenarios.design_command import design
from scenarios.ground_design import Drawn, keep_design, make_design, summary
from twin.design.parameters import Terms
from twin.errors import InputError, UnknownName
from twin.grid import Grid
from twin.site import Site

GRID = Grid("EPSG:32649", "EPSG:5737", 5e5, 4.37e6, 2.0, (60, 80))
SURVEY = "2024-05-01-surveyed"
HEAP = box(5e5 + 40, 4.37e6 - 90, 5e5 + 120, 4.37e6 - 30)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A cone of 12 m, 40 m wide, on level ground; a parcel around it."""
    folder = tmp_path_factory.mktemp("design") / "mine"
    folder.mkdir()
    (folder / "site.yaml").write_text(
        "version: 1\nname: heap\ncrs: EPSG:32649\nvertical: EPSG:5737\ncell: 2\n"
        "parcels: {file: heap.gpkg}\n",
        encoding="utf-8",
    )
    write_parcels(folder / "heap.gpkg", [Parcel("heap", "Heap", "堆", HEAP)], GRID.crs)
    rows, columns = np.indices(GRID.shape)
    away = np.hypot(columns - 39.5, rows - 29.5) * GRID.cell
    cone = (1200 + np.maximum(12 - 0.6 * away, 0)).astype(np.float32)
    tif = folder / "sources" / "may.tif"
    tif.parent.mkdir()
    write_cog(tif, cone, GRID, unit="m", name="elevation", description="cone")
    add_survey(folder, [tif], {"date": date(2024, 5, 1)})
    return Site.open(folder)


def graded(site: Site, **more: float) -> object:
    terms = Terms(1.0, "graded", date(2024, 9, 1))
    numbers = {"max_slope": 20.0} | more
    return make_design(site, "grade", SURVEY, Drawn(("heap",)), numbers, terms)


def test_a_design_is_kept_with_what_made_it(site: Site) -> None:
    """Its heights come back from the timeline; the earth's account stands beside."""
    made = graded(site)

    name = keep_design(site, made, {"operator": "grade"})

    kept = load_surface(site.surfaces_dir / name)
    told = json.loads((site.folder / "sources" / "graded.design.json").read_text())
    assert (kept.kind, kept.date) == ("designed", date(2024, 9, 1))
    np.testing.assert_array_equal(kept.elevation, made.surface.elevation)
    assert told["operator"] == "grade"
    assert told["cut"] == pytest.approx(summary(made)["cut"])
    assert sum(f["volume"] for f in told["flows"]) == pytest.approx(made.fill, rel=1e-3)
    with pytest.raises(InputError, match="already"):
        keep_design(site, made, {})


@pytest.mark.parametrize(
    ("name", "drawn", "numbers", "told"),
    [
        ("grad", Drawn(("heap",)), {"max_slope": 20.0}, "grade"),
        ("grade", Drawn(("hep",)), {"max_slope": 20.0}, "heap"),
        ("grade", Drawn(("heap",)), {"slope": 20.0}, "max_slope"),
        ("grade", Drawn(("heap",)), {}, "max_slope"),
        ("grade", Drawn(), {"max_slope": 20.0}, "--area"),
        ("drain", Drawn(("heap",)), {}, "--set|--line"),
        ("balance", Drawn(("heap",)), {}, "--design"),
    ],
)
def test_what_is_missing_or_misspelt_is_said(
    site: Site, name: str, drawn: Drawn, numbers: dict[str, float], told: str
) -> None:
    with pytest.raises((InputError, UnknownName), match=told):
        make_design(site, name, SURVEY, drawn, numbers, Terms())


def test_nothing_stays_behind_when_a_design_cannot_be_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (site.folder / "site.yaml").read_bytes()

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("connectors.survey_add.build", fails)
    made = make_design(
        site, "grade", SURVEY, Drawn(("heap",)), {"max_slope": 15.0}, Terms(id="other")
    )

    with pytest.raises(OSError, match="disk full"):
        keep_design(site, made, {})

    assert (site.folder / "site.yaml").read_bytes() == before
    assert not list(Path(site.folder / "sources").glob("other*"))


@pytest.mark.parametrize(("slope", "warned"), [("40", True), ("20", False)])
def test_a_design_that_changes_nothing_is_warned_of(
    site: Site, slope: str, warned: bool
) -> None:
    """The cone has 0.6 m/m, 31 degrees: 40 leave it as it is, 20 do not."""
    app = typer.Typer()
    app.command()(design)
    told = ["grade", "--on", SURVEY, "--area", "heap", "--set", f"max_slope={slope}"]

    for more in ([], ["--json"]):
        ran = CliRunner().invoke(
            app, [*told, "--dry", "--site", str(site.folder), *more]
        )

        assert ran.exit_code == 0
        assert ("warning: no cell changed" in ran.stderr) is warned
        assert "warning" not in ran.stdout
