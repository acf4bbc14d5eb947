"""`export SURFACE --to cloud.copc.laz`: the cloud of a ground, whole or in part."""

from __future__ import annotations

from pathlib import Path

import laspy
import numpy as np
import pytest
import typer
from small_build import SOUTH, WEST, slope_cloud, survey, write_site
from typer.testing import CliRunner

from connectors.build import build
from connectors.pointcloud.copc_read import open_copc
from connectors.surfaces import CLOUD
from scenarios.survey_commands import export
from twin.errors import InputError, UnknownName

ID = "2025-05-20-surveyed"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A slope with a point on every half metre, and the same without its cloud."""
    folder = tmp_path_factory.mktemp("export")
    write_site(
        folder, survey("a.laz", 2025), survey("a.laz", 2026, ", keep_cloud: false")
    )
    slope_cloud(folder / "a.laz")
    build(folder)
    return folder


def call(site: Path, to: Path, *words: str, ground: str = ID) -> str:
    """What the command prints; its errors are raised."""
    app = typer.Typer()
    app.command()(export)
    told = CliRunner().invoke(
        app,
        [ground, "--to", str(to), "--site", str(site), *words],
        catch_exceptions=False,
    )
    assert told.exit_code == 0, told.output
    return told.stdout


def test_the_whole_cloud_is_the_file_of_the_site(site: Path, tmp_path: Path) -> None:
    """Byte for byte; nothing else is left in the folder."""
    to = tmp_path / "cloud.copc.laz"

    assert "40000 points" in call(site, to)

    assert to.read_bytes() == (site / "surfaces" / ID / CLOUD).read_bytes()
    assert list(tmp_path.iterdir()) == [to]


def test_a_box_is_written_with_crs_and_classes(site: Path, tmp_path: Path) -> None:
    """40 m x 20 m hold 80 x 40 of the points; laspy reads what was written."""
    to = tmp_path / "part.copc.laz"
    west, south = WEST + 20, SOUTH + 30

    call(site, to, "--box", f"{west},{south},{west + 40},{south + 20}")

    with laspy.CopcReader.open(str(to)) as reader:
        found, crs = reader.query(), reader.header.parse_crs()
    assert len(found) == 80 * 40
    np.testing.assert_allclose(
        [found.x.min(), found.x.max(), found.y.min(), found.y.max()],
        [west + 0.25, west + 39.75, south + 0.25, south + 19.75],
        rtol=0.0, atol=1e-6,
    )  # fmt: skip
    assert set(np.asarray(found.classification)) == {2}
    assert crs is not None
    assert crs.to_epsg() == 32649


def test_a_resolution_gives_the_levels_that_laspy_chooses(
    site: Path, tmp_path: Path
) -> None:
    """Of 5 m the root is enough: as many points as laspy finds at level 0."""
    to = tmp_path / "thin.copc.laz"

    call(site, to, "--resolution", "5")

    with laspy.CopcReader.open(str(site / "surfaces" / ID / CLOUD)) as reader:
        wanted = len(reader.query(level=0))
    octree = open_copc(to)
    assert octree.header.points == wanted < 40_000
    assert octree.notes == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--box", "1,2,3"), "parted by commas"),
        (("--box", "1,2,3,four"), "parted by commas"),
        (("--box", "3,2,1,4"), "west below east"),
        (("--box", "1,2,nan,4"), "west below east"),
        (("--box", "1,2,3,4"), "its cloud spans"),
        (("--resolution", "0"), "such as 0.5"),
        (("--interval", "1"), "neither contours nor triangles"),
    ],
)
def test_what_cannot_be_given_is_one_message(
    site: Path, tmp_path: Path, words: tuple[str, str], told: str
) -> None:
    """It says what to write instead; no file is left."""
    with pytest.raises(InputError, match=told):
        call(site, tmp_path / "part.copc.laz", *words)

    assert list(tmp_path.iterdir()) == []


def test_a_ground_without_cloud_says_why(site: Path, tmp_path: Path) -> None:
    """A setting, a false name, and a box for what is no cloud."""
    to = tmp_path / "cloud.copc.laz"

    with pytest.raises(InputError, match="has no cloud"):
        call(site, to, ground="2026-05-20-surveyed")
    with pytest.raises(UnknownName, match=ID):
        call(site, to, ground="2025-05-20-survey")
    with pytest.raises(InputError, match=r"\.copc\.laz"):
        call(site, tmp_path / "ground.tif", "--resolution", "1")
    with pytest.raises(InputError, match="is the cloud itself"):
        call(site, site / "surfaces" / ID / CLOUD)
