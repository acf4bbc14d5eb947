"""Two clouds compared by every door: known change, known move, blocks, files."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import laspy
import numpy as np
import pytest
import typer
from pyproj import CRS
from typer.testing import CliRunner

import connectors.pointcloud.cloud_tiles as tiles
from connectors.build import build
from scenarios.cloud_change import CloudChange, CloudRules, cloud_change
from scenarios.cloud_commands import clouds
from scenarios.cloud_files import write_clouds
from scenarios.cloud_sources import Stated
from twin.change.m3c2 import NORMAL_95
from twin.errors import InputError, MissingCRS, UnknownName, UnreadableFile
from twin.site import Site

pytest.importorskip("py4dgeo", reason="py4dgeo is not installed (extra cloud)")

WEST, SOUTH, UP = 500_000.0, 4_400_000.0, 1000.0
NOISE = 0.02  # m
RAISED = 0.4  # m
STATED = Stated(vertical="EPSG:5737")
LENGTHS = CloudRules(core=2.0, normal=1.5, radius=1.0, depth=3.0)
Array = np.ndarray


def write(path: Path, xyz: Array, kinds: int | Array = 2, crs: str | None = "") -> Path:
    """Write points (n, 3) as LAZ in millimetres."""
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = [0.001] * 3, [WEST, SOUTH, UP]
    if crs is not None:
        header.add_crs(CRS.from_user_input(crs or "EPSG:32649"))
    cloud = laspy.LasData(header)
    cloud.x, cloud.y, cloud.z = xyz.T
    cloud.classification = np.broadcast_to(np.uint8(kinds), len(xyz))
    cloud.return_number = cloud.number_of_returns = np.ones(len(xyz), dtype=np.uint8)
    cloud.write(path)
    return path


def hills(seed: int, n: int = 40_000, side: float = 60.0) -> Array:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, side, (2, n))
    z = 4.0 * np.sin(x / 15.0) * np.cos(y / 12.0) + 2.0 * np.sin(x / 8.0 + 1.0)
    z += np.cos(y / 9.0) + rng.normal(0.0, NOISE, n)
    return np.stack([WEST + x, SOUTH + y, UP + z], axis=1)


def slope(seed: int, up: float = 0.0, n: int = 30_000) -> Array:
    """Plane that rises 0.2 m per m to the east."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, 40.0, (2, n))
    z = 0.2 * x + up + rng.normal(0.0, NOISE, n)
    return np.stack([WEST + x, SOUTH + y, UP + z], axis=1)


@pytest.fixture
def raised(tmp_path: Path) -> tuple[Path, Path]:
    """A slope, and the same raised."""
    return (
        write(tmp_path / "a.laz", slope(1)),
        write(tmp_path / "b.laz", slope(2, RAISED)),
    )


def call(*words: object) -> str:
    app = typer.Typer()
    app.command()(clouds)
    told = CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    return told.stdout


def test_a_raised_slope_is_as_far_as_it_was_raised(raised: tuple[Path, Path]) -> None:
    """Up by h is h / sqrt(1.04) along the normal of a slope of 0.2."""
    found = cloud_change(*raised, rules=LENGTHS, stated=STATED)
    told = found.to_dict()

    wanted = RAISED / np.sqrt(1.04)
    assert told["median"] == pytest.approx(wanted, abs=0.002)
    assert told["significant"] == told["raised"] == 1.0
    assert told["compared"] == told["core_points"]
    assert told["points_used"] == "ground (class 2)"
    assert (told["crs"], told["vertical"]) == ("EPSG:32649", "EPSG:5737")


def test_the_level_of_detection_is_that_of_lague(raised: tuple[Path, Path]) -> None:
    """1.96 (sqrt(s1^2 / n1 + s2^2 / n2) + registration), worked out point by point."""
    rules = CloudRules(core=2.0, normal=1.5, radius=1.0, depth=3.0, error=0.01)
    found = cloud_change(*raised, rules=rules, stated=STATED)
    files = [np.asarray(laspy.read(path).xyz) for path in raised]

    for i in range(0, len(found.core), 40):
        axis, parts = found.distances.normals[i], []
        for cloud in files:
            off = cloud - found.core[i]
            along = off @ axis
            across = np.linalg.norm(off - along[:, None] * axis, axis=1)
            parts.append(along[(across <= 1.0) & (np.abs(along) <= 3.0)])
        noise = np.sqrt(sum(np.var(p, ddof=1) / p.size for p in parts))
        distance = parts[1].mean() - parts[0].mean()
        assert found.distances.distance[i] == pytest.approx(distance, abs=2e-4)
        assert found.distances.detectable[i] == pytest.approx(
            NORMAL_95 * (noise + 0.01), rel=0.02
        )


def test_blocks_give_what_the_whole_gives(
    raised: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tiles of about 1000 points instead of one: the same core points and distances."""
    whole = cloud_change(*raised, rules=LENGTHS, stated=STATED)
    monkeypatch.setattr(tiles, "LARGEST", 2000)
    parts = cloud_change(*raised, rules=LENGTHS, stated=STATED)

    def in_order(found: CloudChange) -> Array:
        order = np.lexsort(found.core.T)
        d = found.distances
        told = [found.core, d.distance[:, None], d.detectable[:, None], d.count]
        return np.concatenate(told, axis=1)[order]

    assert np.array_equal(in_order(whole)[:, :3], in_order(parts)[:, :3])
    assert in_order(parts) == pytest.approx(in_order(whole), abs=1e-9)


def test_a_known_move_is_taken_away_and_a_heap_stays(tmp_path: Path) -> None:
    """Shifted by (0.3, -0.2, 0.15) m, with a heap of 1 m on 10 m x 10 m of 60 x 60.

    Its 2.8 % of the ground are raised; a cylinder that only touches it is, too, and
    half of the 5 % of all others that noise lifts beyond their level of detection.
    """
    later = hills(2)
    heap = (np.abs(later[:, :2] - [WEST + 30.0, SOUTH + 30.0]) < 5.0).all(axis=1)
    later[heap, 2] += 1.0
    a = write(tmp_path / "a.laz", hills(1))
    b = write(tmp_path / "b.laz", later + np.array([0.3, -0.2, 0.15]))

    found = cloud_change(a, b, rules=CloudRules(core=1.5, register=True), stated=STATED)

    moved, told = found.moved, found.to_dict()
    assert moved is not None
    off = np.abs(moved.shift - [-0.3, 0.2, -0.15])
    assert (off < 4.0 * moved.shift_error).all()
    assert moved.shift_error.max() < 0.02
    touched = (10.0 + 2.0 * found.scales.radius) ** 2 / 3600.0
    assert 0.027 < told["raised"] < touched + 0.025 + 0.01
    assert told["lowered"] < 0.025 + 0.01
    on = (np.abs(found.core[:, :2] - [WEST + 30.0, SOUTH + 30.0]) < 3.0).all(axis=1)
    assert np.median(found.distances.distance[on]) == pytest.approx(
        np.median(found.distances.normals[on, 2]), abs=0.05
    )
    assert found.position.max() < 0.02


def test_a_bias_is_told_as_a_bias_and_counts_as_error_where_ground_is_given(
    raised: tuple[Path, Path], tmp_path: Path
) -> None:
    """Ground known as unchanged is 0.39 m apart: nothing is more than that."""
    ring = [[WEST, SOUTH], [WEST + 40, SOUTH], [WEST + 40, SOUTH + 40], [WEST, SOUTH]]
    text = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "EPSG:32649"}},
        "features": [
            {
                "type": "Feature",
                "properties": {},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    stable = tmp_path / "stable.geojson"
    stable.write_text(json.dumps(text), encoding="utf-8")

    rules = CloudRules(core=2.0, normal=1.5, radius=1.0, depth=3.0, stable=stable)
    found = cloud_change(*raised, rules=rules, stated=STATED)

    assert found.stable is not None
    assert found.stable.origin == "given"
    assert found.stable.bias == pytest.approx(RAISED / np.sqrt(1.04), abs=0.003)
    assert found.position == pytest.approx(np.full(len(found.core), found.stable.bias))
    assert found.to_dict()["significant"] == 0.0


@pytest.mark.parametrize("ending", [".laz", ".ply", ".csv", ".gpkg"])
def test_core_points_are_written_for_other_tools(
    raised: tuple[Path, Path], tmp_path: Path, ending: str
) -> None:
    """Read back by laspy, trimesh, numpy and pyogrio: the same distances and a CRS."""
    found = cloud_change(*raised, rules=LENGTHS, stated=STATED)

    made, beside = write_clouds(found, tmp_path / f"out{ending}")

    told = json.loads(beside.read_text(encoding="utf-8"))
    assert told["crs"] == "EPSG:32649"
    assert read_back(made) == pytest.approx(found.distances.distance, abs=6e-5)


def read_back(path: Path) -> Array:
    if path.suffix == ".laz":
        cloud = laspy.read(path)
        assert cloud.header.parse_crs().to_epsg() in (None, 32649)
        assert "Yellow Sea" in cloud.header.parse_crs().to_wkt()
        return np.asarray(cloud["distance"])
    if path.suffix == ".ply":
        import trimesh

        data = trimesh.load(path).metadata["_ply_raw"]["vertex"]["data"]
        return np.asarray(data["distance"])
    if path.suffix == ".csv":
        return np.genfromtxt(path, delimiter=",", names=True)["distance"]
    from pyogrio import raw

    meta, _, _, columns = raw.read(path)
    assert "32649" in meta["crs"] or "UTM zone 49N" in meta["crs"]
    return columns[list(meta["fields"]).index("distance")]


def test_command_and_python_tell_the_same(raised: tuple[Path, Path]) -> None:
    words = ("--core", 2, "--normal", 1.5, "--radius", 1, "--depth", 3)
    told = json.loads(call(*raised, *words, "--vertical", "EPSG:5737", "--json"))
    found = cloud_change(*raised, rules=LENGTHS, stated=STATED).to_dict()

    assert told == json.loads(json.dumps(found))
    shown = call(*raised, *words, "--vertical", "EPSG:5737")
    assert "changed beyond the level of detection (95 %): 100.0%" in shown
    assert "neither erosion nor fill" in shown


def test_stopping_leaves_nothing_behind(
    raised: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Progress runs to its end; stopped halfway, no tile stays on the disk."""
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    seen: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cloud_change(*raised, stated=STATED, progress=report)
    assert not [p for p in room.iterdir() if "clouds" in p.name]

    cloud_change(
        *raised, rules=LENGTHS, stated=STATED, progress=lambda i, n: seen.append((i, n))
    )
    assert seen[-1][0] == seen[-1][1]


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    a = write(tmp_path / "a.laz", slope(1, n=3000))
    far = write(tmp_path / "far.laz", slope(1, n=3000) + 5000.0)
    noise = write(tmp_path / "noise.laz", slope(1, n=3000), kinds=7)
    bare = write(tmp_path / "bare.laz", slope(1, n=3000), crs=None)
    damaged = tmp_path / "damaged.laz"
    damaged.write_bytes(a.read_bytes()[:2000])

    def refused(kind: type[Exception], told: str, *pair: Path, **rules: object) -> None:
        with pytest.raises(kind, match=told):
            cloud_change(*pair, rules=CloudRules(**rules), stated=STATED)  # type: ignore[arg-type]

    refused(UnreadableFile, "no such file", a, tmp_path / "nix.laz")
    refused(UnreadableFile, "damaged", a, damaged)
    refused(InputError, "no place in common", a, far)
    refused(InputError, "noise or withheld", a, noise)
    refused(MissingCRS, "no CRS", a, bare)
    refused(InputError, "core 0", a, a, core=0.0)
    refused(InputError, "radius -1", a, a, radius=-1.0)
    refused(InputError, "error -1", a, a, error=-1.0)
    refused(InputError, "too flat", a, a, register=True)
    with pytest.raises(MissingCRS, match="vertical datum is unknown"):
        cloud_change(a, a)
    with pytest.raises(InputError, match="is not written"):
        call(a, a, "--to", tmp_path / "x.tif")


@pytest.mark.shared
def test_a_real_cloud_shifted_comes_back_and_has_not_changed(
    shared: Path, tmp_path: Path
) -> None:
    """Forest of British Columbia against itself, moved by (0.4, -0.3, 0.25) m.

    Class 2 of some 530 000 points. What is left is thinning, not noise: no change.
    """
    source = shared / "data/pointcloud/bcts_1.laz"
    cloud = laspy.read(source)
    moved = laspy.LasData(cloud.header)
    moved.points = laspy.ScaleAwarePointRecord(
        cloud.points.array.copy(), cloud.point_format, *_steps(cloud.header)
    )
    for axis, shift in zip("xyz", (0.4, -0.3, 0.25), strict=True):
        moved[axis] = np.asarray(cloud[axis]) + shift
    moved.write(tmp_path / "moved.laz")

    found = cloud_change(
        source,
        tmp_path / "moved.laz",
        rules=CloudRules(register=True),
        stated=Stated(vertical="EPSG:5703"),
    )

    assert found.moved is not None
    off = np.abs(found.moved.shift - [-0.4, 0.3, -0.25])
    assert (off < 4.0 * found.moved.shift_error).all()
    assert off.max() < 0.03
    assert found.to_dict()["significant"] < 0.01


def _steps(header: laspy.LasHeader) -> tuple[Array, Array]:
    return header.scales, header.offsets


def test_surveys_of_a_site_go_by_their_ids(tmp_path: Path) -> None:
    """Two surveys of a built site, the second raised."""
    sources = tmp_path / "sources"
    sources.mkdir()
    write(sources / "a.laz", slope(1))
    write(sources / "b.laz", slope(2, RAISED))
    text = (
        "version: 1\nname: Slope\ncrs: EPSG:32649\nvertical: EPSG:5737\ncell: 2.0\n"
        "surveys:\n"
        "- {file: sources/a.laz, date: 2023-05-20, vertical: EPSG:5737}\n"
        "- {file: sources/b.laz, date: 2025-06-01, vertical: EPSG:5737}\n"
    )
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    build(tmp_path)
    site = Site.open(tmp_path)

    ids = ("2023-05-20-surveyed", "2025-06-01-surveyed")
    found = cloud_change(*ids, site, LENGTHS)

    wanted = RAISED / np.sqrt(1.04)
    assert found.to_dict()["median"] == pytest.approx(wanted, abs=0.002)
    assert found.crs == "EPSG:32649"
    with pytest.raises(UnknownName, match=ids[0]):
        cloud_change("2023-05-20-survey", ids[1], site)
