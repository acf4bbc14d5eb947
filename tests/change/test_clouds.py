"""Clouds against clouds: known moves come back, and noise is told from change."""

from __future__ import annotations

import logging
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from twin.change.icp import IcpRules, Registration, register
from twin.change.m3c2 import M3c2Rules, m3c2
from twin.errors import InputError, MissingExtra

ORIGIN = np.array([512_000.0, 4_300_000.0, 1200.0])
TURN = np.array([0.1, -0.2, 0.5])  # degrees
SHIFT = np.array([0.4, -0.3, 0.5])  # m
NOISE = 0.03  # m
EAST = np.array([100.0, 0.0, 0.0])  # m


def hills(n: int, seed: int, half: float = 100.0) -> np.ndarray:
    """Rolling ground about the origin, sampled at random, with normal noise."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-half, half, (2, n))
    z = 8.0 * np.sin(x / 30.0) * np.cos(y / 25.0) + 3.0 * np.sin(x / 15.0 + 1.0)
    z += 2.0 * np.cos(y / 17.0) + rng.normal(0.0, NOISE, n)
    return np.stack([x, y, z], axis=1)


def carried(points: np.ndarray) -> np.ndarray:
    turn = Rotation.from_rotvec(np.radians(TURN)).as_matrix()
    return points @ turn.T + SHIFT + ORIGIN


def wanted_shift(found: Registration) -> np.ndarray:
    """Move that undoes ``carried`` at the origin of the registration."""
    turn = Rotation.from_rotvec(np.radians(TURN)).as_matrix()
    return turn.T @ (found.origin - ORIGIN - SHIFT) + ORIGIN - found.origin


def plane(n: int, up: float, seed: int, slope: float = 0.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, 60.0, (2, n))
    z = slope * x + up + rng.normal(0.0, NOISE, n)
    return np.stack([x, y, z], axis=1) + ORIGIN


def core_points(n: int, slope: float = 0.2) -> np.ndarray:
    x, y = np.random.default_rng(9).uniform(5.0, 55.0, (2, n))
    return np.stack([x, y, slope * x], axis=1) + ORIGIN


def test_a_known_move_comes_back_and_its_errors_are_not_far_too_small() -> None:
    """Over eight pairs misses over stated errors have a root mean square below 1.5.

    Were the errors exact it would be 1 +- 0.1 of 48 numbers; test_registration_error
    looks closer.
    """
    misses = []
    for seed in range(8):
        fixed, moving = hills(60_000, 2 * seed), hills(60_000, 2 * seed + 1)
        found = register(fixed + ORIGIN, carried(moving))
        misses += [
            (found.shift - wanted_shift(found)) / found.shift_error,
            (found.rotation_deg + TURN) / found.rotation_error_deg,
        ]

    assert np.sqrt(np.mean(np.square(misses))) < 1.5
    assert found.shift_error.max() < 0.003
    assert found.fitness > 0.95
    moved = found.apply(carried(moving))
    assert np.abs(moved - moving - ORIGIN).max() < 0.01


def test_what_is_left_is_the_noise_of_both_clouds() -> None:
    """A mean of k points has NOISE / sqrt(k); both together at most NOISE sqrt(2)."""
    found = register(hills(60_000, 1) + ORIGIN, carried(hills(60_000, 2)))

    assert 0.3 * NOISE < found.nmad < np.sqrt(2.0) * NOISE
    assert found.rmse < 1.2 * np.sqrt(2.0) * NOISE


def test_ground_that_was_dug_away_does_not_pull_the_rest() -> None:
    """A pit of a fifth of the area, 1.5 m deep, falls out as unstable by itself."""
    moving = hills(60_000, 2)
    pit = (np.abs(moving[:, 0] - 30.0) < 45.0) & (np.abs(moving[:, 1]) < 45.0)
    moving[pit, 2] -= 1.5
    fixed, moved = hills(60_000, 1) + ORIGIN, carried(moving)

    alone = register(fixed, moved)
    masked = register(fixed, moved, mask=~pit)
    corners = np.array([[-99, -99], [99, -99], [99, -50], [-99, -50]]) + ORIGIN[:2]
    fenced = register(fixed, moved, polygon=corners)

    for found in (alone, masked, fenced):
        # within the polygon the strip is 50 m wide only
        assert found.shift == pytest.approx(wanted_shift(found), abs=0.01)
    assert alone.stable < 0.85
    assert masked.stable > 0.95


def test_the_same_clouds_give_the_same_bits() -> None:
    fixed, moving = hills(60_000, 1) + ORIGIN, carried(hills(60_000, 2))

    first, second = register(fixed, moving), register(fixed, moving)

    assert np.array_equal(first.matrix, second.matrix)


def test_clouds_that_cannot_be_brought_together_are_refused() -> None:
    ground, good = hills(20_000, 1) + ORIGIN, hills(20_000, 2) + ORIGIN
    holed = good.copy()
    holed[7, 2] = np.nan
    half = good[good[:, 0] > ORIGIN[0] + 90.0] + 0.8 * EAST

    with pytest.raises(InputError, match="1 of 20000 points of the moving cloud"):
        register(ground, holed)
    with pytest.raises(InputError, match="too few"):
        register(ground, np.zeros((0, 3)))
    with pytest.raises(InputError, match="beside the moving one"):
        register(ground, good + 50.0 * EAST)
    with pytest.raises(InputError, match="needed"):
        register(ground, np.concatenate([half, good + 1.5 * EAST]))
    with pytest.raises(InputError, match="shape"):
        register(ground, good[:, :2])
    with pytest.raises(InputError, match="mask"):
        register(ground, good, mask=np.ones(3, dtype=bool))


def test_a_plane_tells_no_shift_in_plan_and_is_refused() -> None:
    """Sliding along a plane changes no distance to it."""
    with pytest.raises(InputError, match="too flat"):
        register(plane(60_000, 0.0, 1), plane(60_000, 0.3, 2))


@pytest.mark.shared
def test_icp_sees_the_offset_of_the_real_pair_as_rasters_do(shared: Path) -> None:
    """Median of the 2 m cells that both years have, B - A, on what did not change.

    The ground is nearly flat, so the cells' median is the vertical offset; its error is
    that of ICP, told in blocks.
    """
    import laspy

    ground = {}
    for year in (2015, 2023):
        cloud = laspy.read(shared / f"data/pointcloud/ttp/ttp_{year}.laz")
        ground[year] = np.asarray(cloud.xyz)[np.asarray(cloud.classification) == 2]
    low = ground[2015][:, :2].min(axis=0)
    means = {}
    for year, points in ground.items():
        east, north = np.floor((points[:, :2] - low) / 2.0).astype(np.int64).T
        keys, inverse = np.unique(north * 10_000 + east, return_inverse=True)
        z = np.bincount(inverse, weights=points[:, 2]) / np.bincount(inverse)
        means[year] = dict(zip(keys.tolist(), z.tolist(), strict=True))
    both = means[2015].keys() & means[2023].keys()
    bias = np.median([means[2023][k] - means[2015][k] for k in both])

    found = register(ground[2015], ground[2023], IcpRules(voxel=2.0, reach=5.0))

    assert found.shift[2] == pytest.approx(-bias, abs=2.0 * found.shift_error[2])
    assert 0.001 < found.shift_error[2] < 0.02


py4dgeo = pytest.mark.skipif(
    find_spec("py4dgeo") is None,
    reason="py4dgeo is not installed (extra cloud)",
)


@py4dgeo
def test_a_raised_plane_is_as_far_as_it_was_raised_along_its_normal() -> None:
    """Up by h is h cos(slope) along the normal; cos of tan 0.2 is 1 / sqrt(1.04)."""
    found = m3c2(
        plane(80_000, 0.0, 1),
        plane(80_000, 0.3, 2),
        core_points(2000),
        M3c2Rules((1.5,), 1.0, 3.0),
    )

    wanted = 0.3 / np.sqrt(1.04)
    assert np.nanmean(found.distance) == pytest.approx(wanted, abs=0.001)
    assert found.significant.all()
    spread = NOISE / np.sqrt(1.04)
    assert found.spread.mean(axis=0) == pytest.approx([spread, spread], rel=0.03)
    normal = np.array([-0.2, 0.0, 1.0]) / np.sqrt(1.04)
    assert found.normals.mean(axis=0) == pytest.approx(normal, abs=0.002)


@py4dgeo
def test_noise_is_called_change_once_in_twenty() -> None:
    """At 95 % and without change 5 % of the core points stand out; 24 per cylinder."""
    vertical = np.array([[0.0, 0.0, 1.0]])
    found = m3c2(
        plane(100_000, 0.0, 1, 0.0),
        plane(100_000, 0.0, 2, 0.0),
        core_points(800, 0.0),
        M3c2Rules((1.5,), 0.5, 3.0),
        normals=vertical,
    )

    assert found.significant.mean() == pytest.approx(0.05, abs=0.025)


@py4dgeo
def test_what_can_be_detected_shrinks_with_the_root_of_the_points() -> None:
    """Four times the points halve 1.96 sqrt(2 s^2 / n); registration stays."""
    rules = M3c2Rules((1.5,), 1.0, 3.0)
    fixed = M3c2Rules((1.5,), 1.0, 3.0, registration_error=0.02)
    core = core_points(1000, 0.0)
    found = {}
    for n in (40_000, 160_000):
        clouds = plane(n, 0.0, 1, 0.0), plane(n, 0.1, 2, 0.0)
        found[n] = m3c2(*clouds, core, rules)
        held = m3c2(*clouds, core, fixed)
        step = held.detectable - found[n].detectable
        assert step == pytest.approx(np.full(1000, 1.96 * 0.02), abs=1e-9)

    few, many = (np.mean(found[n].detectable) for n in (40_000, 160_000))
    counts = [found[n].count.mean() for n in (40_000, 160_000)]
    assert few / many == pytest.approx(2.0, rel=0.03)
    assert few == pytest.approx(1.96 * NOISE * np.sqrt(2.0 / counts[0]), rel=0.03)


@py4dgeo
def test_of_several_scales_one_is_taken_per_core_point() -> None:
    """On a plane every scale has the same normal, the wider the steadier."""
    clouds = plane(40_000, 0.0, 1), plane(40_000, 0.3, 2)

    found = m3c2(*clouds, core_points(500), M3c2Rules((0.5, 1.0, 3.0), 1.0, 3.0))

    assert np.nanmean(found.distance) == pytest.approx(0.3 / np.sqrt(1.04), abs=0.002)


@py4dgeo
def test_comparing_leaves_no_trace_and_repeats_to_the_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No file, no print, no handler on the root logger."""
    monkeypatch.chdir(tmp_path)
    handlers = list(logging.getLogger().handlers)
    clouds = plane(20_000, 0.0, 1), plane(20_000, 0.3, 2), core_points(200)

    first, second = m3c2(*clouds), m3c2(*clouds)

    assert np.array_equal(first.distance, second.distance)
    assert logging.getLogger().handlers == handlers
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())


@py4dgeo
def test_clouds_that_cannot_be_compared_are_refused() -> None:
    a, b, core = plane(5000, 0.0, 1), plane(5000, 0.3, 2), core_points(50)
    holed = b.copy()
    holed[3] = np.inf

    with pytest.raises(InputError, match="1 of 5000 later points"):
        m3c2(a, holed, core)
    with pytest.raises(InputError, match="empty"):
        m3c2(np.zeros((0, 3)), b, core)
    with pytest.raises(InputError, match="overlap"):
        m3c2(a, b + 90.0 * EAST, core)
    with pytest.raises(InputError, match="length 1"):
        m3c2(a, b, core, normals=np.array([[0.0, 0.0, 2.0]]))
    with pytest.raises(InputError, match="above 0 m"):
        M3c2Rules(radius=0.0)


def test_without_the_extra_the_way_to_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "py4dgeo", None)

    with pytest.raises(MissingExtra, match=r"minetwin\[cloud\]"):
        m3c2(plane(500, 0.0, 1), plane(500, 0.3, 2), core_points(5))
