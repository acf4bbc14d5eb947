"""Real ground at two dates: a datum's offset, valley fills, a slide."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from connectors.build import build
from connectors.surfaces import list_surfaces, load_surface
from twin.change.coregister import coregister, level
from twin.change.difference import Precision, difference
from twin.change.parcels import change_by_parcel
from twin.change.stable_ground import stable_ground
from twin.errors import MissingCRS
from twin.grid import Grid
from twin.site import Site
from twin.surface import Surface

pytestmark = pytest.mark.shared
SITE = """
version: 1
name: Fill under restoration
crs: EPSG:26917
vertical: EPSG:5713
cell: 1
surveys:
  - {file: sources/ttp_2015.laz, date: 2015-04-07, kind: surveyed, ground: classes}
  - {file: sources/ttp_2023.laz, date: 2023-04-10, kind: surveyed, ground: classes}
"""


@pytest.fixture(scope="module")
def restored_fill(
    shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Surface, Surface]:
    """Both epochs on one grid; the vertical datum is stated, the files name none."""
    folder = tmp_path_factory.mktemp("ttp")
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    (folder / "sources").mkdir()
    for year in (2015, 2023):
        shutil.copy(shared / f"data/pointcloud/ttp/ttp_{year}.laz", folder / "sources")
    build(folder)
    headers = list_surfaces(Site.open(folder))
    earlier, later = (load_surface(folder / "surfaces" / h.id) for h in headers)
    return earlier, later


def test_the_offset_of_two_surveys_is_found_as_bias(
    restored_fill: tuple[Surface, Surface],
) -> None:
    """0.42 m, not erosion: it is the same on ground that nothing has touched.

    Who prepared these clouds found -0.54 m on average over 187 306 cells, all of
    them, with the ground classified anew. Here open stable ground of both surveys' own
    classes tells -0.42 m, within some centimetres; 2023 is the lower one in both.
    """
    a, b = restored_fill

    stable = stable_ground(a, b)
    found = level(a, b, stable)

    assert stable.bias == pytest.approx(-0.42, abs=0.02)
    assert stable.spread < 0.08
    assert found.up == pytest.approx(-stable.bias, abs=1e-3)
    assert found.rmse_before > 0.4
    assert found.rmse_after < 0.08


def test_an_offset_left_in_swamps_the_change_and_levelling_reveals_it(
    restored_fill: tuple[Surface, Surface],
) -> None:
    """-59 000 m3 of "erosion" are the datum's; what is left is a tenth of that."""
    a, b = restored_fill
    stable = stable_ground(a, b)
    both = np.isfinite(a.elevation) & np.isfinite(b.elevation)

    change = difference(a, b, stable)
    raw = change_by_parcel(change, both.astype(np.int32), ["all"])[0]
    change = difference(a, b, stable, coregistration=level(a, b, stable))
    levelled = change_by_parcel(change, both.astype(np.int32), ["all"])[0]

    assert raw.net.value == pytest.approx(-58_800.0, rel=0.02)
    assert raw.net.low_95 < 0.0 < raw.net.high_95
    assert not raw.bias_removed
    assert abs(levelled.net.value) < 0.15 * abs(raw.net.value)
    assert levelled.net.error < 0.1 * raw.net.error
    assert levelled.bias_removed
    # errors go together over hundreds of metres: few independent values remain
    assert change.correlation.shared > 0.5
    assert change.freedom < 60.0


def test_a_shift_in_plan_is_below_half_a_cell_and_explains_nothing(
    restored_fill: tuple[Surface, Surface],
) -> None:
    """The fit moves B by 0.3 m, which leaves no less spread: level it, do not shift it.

    The offset of height is the same with and without.
    """
    a, b = restored_fill

    found = coregister(a, b, stable_ground(a, b))

    assert np.hypot(found.east, found.north) < 0.5
    assert max(found.east_error, found.north_error) < 0.1
    assert found.nmad_after > 0.95 * found.nmad_before
    assert found.up == pytest.approx(0.42, abs=0.02)


def test_without_a_vertical_datum_the_pair_is_refused(
    restored_fill: tuple[Surface, Surface],
) -> None:
    """The clouds say EPSG:26917 and nothing of heights."""
    a, b = restored_fill
    unknown = replace(b, grid=replace(b.grid, vertical="unknown"))

    with pytest.raises(MissingCRS, match="vertical datum is unknown"):
        stable_ground(a, unknown)


def transect(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Elevations before and after mining at the stations, m."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row[:4] for row in csv.reader(file)][1:]
    table = np.array([[float(v) for v in row] for row in rows])
    return table[:, 1], table[:, 3]


@pytest.mark.parametrize(("name", "fill"), [("a", 23.2), ("c", 22.4)])
def test_mean_fill_of_a_mined_valley_is_the_published_one(
    shared: Path, name: str, fill: float
) -> None:
    """Transects before and after mining, swept 60 cells, between unmined ground.

    Surveys of 0.3 m are laid over them; the unmined margins repeat the transect's ends.
    """
    folder = shared / "data/dem/mtr/transects"
    before, after = transect(folder / f"transect_{name}.csv")
    rng = np.random.default_rng(12)
    grid = Grid("EPSG:26917", "EPSG:5703", 0.0, 0.0, 10.0, (60, before.size + 60))
    made = []
    for profile in (before, after):
        z = np.tile(np.pad(before, 30, mode="edge"), (60, 1))
        z[:, 30:-30] = profile
        z = z + rng.normal(0.0, 0.3, z.shape)
        name = "before" if profile is before else "after"
        day = date(2000, 1, 1)
        made.append(Surface(name, day, "surveyed", {}, grid, z.astype(np.float32)))
    labels = np.zeros(grid.shape, dtype=np.int32)
    labels[:, 30:-30] = 1

    stable = stable_ground(*made, given=labels == 0)
    row = change_by_parcel(difference(*made, stable), labels, ["valley"])[0]

    assert round(row.net.value / row.area, 1) == fill
    # 0.3 sqrt 2 m on n independent cells, and the bias that 3600 cells cannot exclude
    assert row.net.error / row.area == pytest.approx(0.4243 / np.sqrt(60 * 43), rel=0.5)
    assert row.cut.value < row.fill.value


def test_the_volume_of_a_slide_is_found_with_its_error(shared: Path) -> None:
    """30 cells of 100 m2 lost 1.2 to 15.7 m: 22 481 m3.

    The ground before is the DEM; surveys of 0.5 m are laid over it and over what the
    slide left. Independent cells: 0.5 sqrt 2 sqrt 30 100 m2 = 387 m3.
    """
    folder = shared / "data/dem/landlab_masswasting"
    z, depth, slid = (
        np.loadtxt(folder / f"{name}.asc", skiprows=6)
        for name in ("pre_runout_DEM", "landslide_depth", "landslide_polygon")
    )
    z[z == -9999] = np.nan
    lost = np.where(slid == 1, depth, 0.0)
    rng = np.random.default_rng(20)
    grid = Grid("EPSG:26910", "EPSG:5703", 361_015.6, 71_443.4, 10.0, z.shape)
    made = [
        Surface(name, date(2021, 12, 1), "surveyed", {}, grid, raster)
        for name, raster in (
            ("before", (z + rng.normal(0.0, 0.5, z.shape)).astype(np.float32)),
            ("after", (z + lost + rng.normal(0.0, 0.5, z.shape)).astype(np.float32)),
        )
    ]

    stable = stable_ground(*made, given=slid != 1)
    change = difference(*made, stable, Precision(lone=0.5))
    row = change_by_parcel(change, (slid == 1).astype(np.int32), ["slide"])[0]

    assert -lost.sum() * 100.0 == pytest.approx(22_480.7, abs=0.1)
    assert row.measured == 3_000.0
    assert row.net.low_95 < -22_480.7 < row.net.high_95
    assert row.net.error == pytest.approx(387.0, rel=0.15)
    assert row.significant > 0.9
    assert row.detection == pytest.approx(1.96 * 0.707, rel=0.03)
