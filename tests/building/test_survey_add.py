"""A survey put on the timeline: site.yaml keeps its author's words, the grid stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connectors.raster import write_cog
from connectors.surfaces import list_surfaces, load_surface
from connectors.survey_add import add_survey
from scenarios.grounds import ground_of, timeline
from twin.errors import InputError, UnknownName
from twin.grid import Grid
from twin.site import Site
from twin.site_edit import with_item, with_key

HEAD = """\
# the north dump, told by its surveyor
version: 1
name: north dump
crs: EPSG:32649
vertical: EPSG:5737   # 1985 datum
cell: 2.0
"""
GRID = Grid("EPSG:32649", "EPSG:5737", 500_000.0, 4_370_000.0, 2.0, (40, 50))


def tif(path: Path, level: float, grid: Grid = GRID) -> Path:
    """A level ground as GeoTIFF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raster = np.full(grid.shape, level, dtype=np.float32)
    write_cog(path, raster, grid, unit="m", name="elevation", description="level")
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site without surveys; its folder has a Chinese name."""
    folder = tmp_path / "北排土场"
    folder.mkdir()
    (folder / "site.yaml").write_text(HEAD, encoding="utf-8")
    return folder


def added(site: Path, file: Path, day: str, **more: object) -> str:
    return add_survey(site, [file], {"date": date.fromisoformat(day), **more})


def test_surveys_are_added_one_after_the_other(site: Path, tmp_path: Path) -> None:
    """A file from elsewhere is copied; comments stay; the grid of the first remains."""
    first = added(site, tif(tmp_path / "may.tif", 1200.0), "2024-05-01")
    wide = Grid("EPSG:32649", "EPSG:5737", 499_900.0, 4_370_100.0, 2.0, (200, 200))
    second = added(
        site, tif(site / "sources" / "june.tif", 1203.0, wide), "2025-06-01",
        kind="as-built",
    )  # fmt: skip

    text = (site / "site.yaml").read_text(encoding="utf-8")
    opened = Site.open(site)
    assert text.startswith(HEAD)
    assert (first, second) == ("2024-05-01-surveyed", "2025-06-01-as-built")
    assert [h.id for h in list_surfaces(opened)] == [first, second]
    assert opened.grid() == GRID
    assert (site / "sources" / "may.tif").is_file()
    np.testing.assert_array_equal(
        load_surface(site / "surfaces" / second).elevation, np.float32(1203.0)
    )
    assert [(g.date.year, g.kind) for g in timeline(opened)] == [
        (2024, "surveyed"),
        (2025, "as-built"),
    ]
    with pytest.raises(UnknownName, match="2024-05-01-surveyed"):
        ground_of(opened, "2024-05-01-surveyd")


def test_a_survey_that_cannot_be_used_leaves_everything_as_it_was(
    site: Path, tmp_path: Path
) -> None:
    added(site, tif(tmp_path / "may.tif", 1200.0), "2024-05-01")
    before = (site / "site.yaml").read_bytes()
    bad = tmp_path / "broken.tif"
    bad.write_bytes(b"II*\0 this is no raster")

    for file, day in ((bad, "2025-01-01"), (tmp_path / "may.tif", "2024-05-01")):
        with pytest.raises(InputError):
            added(site, file, day)
        assert (site / "site.yaml").read_bytes() == before
        assert not (site / "sources" / "broken.tif").exists()
        assert len(list_surfaces(Site.open(site))) == 1


def test_an_as_built_ground_holds_within_its_parcel(site: Path, tmp_path: Path) -> None:
    """The western 20 m of 100 m: ten of fifty columns."""
    (site / "parcels.geojson").write_text(
        '{"type": "FeatureCollection", "crs": {"type": "name", "properties": '
        '{"name": "EPSG:32649"}}, "features": [{"type": "Feature", "properties": '
        '{"id": "P1"}, "geometry": {"type": "Polygon", "coordinates": [[[500000, '
        "4369920], [500020, 4369920], [500020, 4370000], [500000, 4370000], [500000, "
        "4369920]]]}}]}",
        encoding="utf-8",
    )
    with (site / "site.yaml").open("a", encoding="utf-8") as out:
        out.write("parcels: {file: parcels.geojson}\n")

    made = added(site, tif(tmp_path / "a.tif", 7.0), "2024-05-01", parcel="P1")
    with pytest.raises(UnknownName, match="P1"):
        added(site, tif(tmp_path / "b.tif", 7.0), "2025-05-01", parcel="P2")

    held = np.isfinite(load_surface(site / "surfaces" / made).elevation)
    assert held[:, :10].all()
    assert not held[:, 10:].any()


LISTS = (
    "",
    "surveys:\n",
    "surveys: []\n",
    "surveys: [] # none yet\n",
    "surveys: [{file: a.laz, date: 2024-01-01}]\n",
    "surveys:\n- file: a.laz\n  date: 2024-01-01\n",
    "surveys:\n  # the first\n  - file: a.laz  # big\n    date: 2024-01-01\n\n",
    "surveys:\n    - {file: a.laz, date: 2024-01-01}\n",
    "surveys:\n  - file: a.laz\n    date: 2024-01-01",
    "surveys:\n  - file:\n      - a.laz\n      - b.laz\n    date: 2024-01-01\n",
)


@given(text=st.sampled_from(LISTS), after=st.sampled_from(["", "cell: 1.0 # m\n"]))
def test_an_item_joins_its_list_however_it_is_written(text: str, after: str) -> None:
    """Read as YAML the new text differs from the old by the one item."""
    if after and text and not text.endswith("\n"):
        text += "\n"
    old = HEAD.replace("cell: 2.0\n", "") + text + after
    item = {"file": "新的.laz", "date": date(2025, 6, 1)}

    new = with_key(with_item(old, "surveys", item), "extent", [1.0, 2.0, 3.0, 4.0])

    want = yaml.safe_load(old)
    want["surveys"] = [*(want.get("surveys") or []), item]
    want["extent"] = [1.0, 2.0, 3.0, 4.0]
    assert yaml.safe_load(new) == want
    for line in old.splitlines():
        if "#" in line and "[]" not in line:
            assert line in new
