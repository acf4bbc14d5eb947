"""Settings of a cloud in site.yaml: terrain, noise, canopy, metrics, fills."""

from __future__ import annotations

from pathlib import Path

import laspy
import numpy as np
import pytest
from pyproj import CRS

from connectors.build import build
from connectors.surfaces import load_surface
from twin.surface import Surface

HEAD = """\
version: 1
name: wooded dump
crs: EPSG:32649
vertical: EPSG:5737
cell: 2.0
extent: [500000, 4370000, 500100, 4370100]
surveys:
  - file: cloud.laz
    date: 2025-06-01
    vertical: EPSG:5737
"""
SLOPE, BASE = 0.2, 1200.0


def plane(x: np.ndarray) -> np.ndarray:
    return BASE + SLOPE * (x - 500_000.0)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A plane of 20 %, trees of 8 m in the west, a hole in the ground, three birds."""
    rng = np.random.default_rng(5)
    x = rng.uniform(500_000.0, 500_100.0, 40_000)
    y = rng.uniform(4_370_000.0, 4_370_100.0, 40_000)
    hole = np.hypot(x - 500_070.0, y - 4_370_050.0) < 9.0
    x, y = x[~hole], y[~hole]
    tree = (x < 500_040.0) & (rng.random(x.size) < 0.6)
    z = plane(x) + np.where(tree, 8.0, 0.0)
    x = np.append(x, [500_020.0, 500_050.0, 500_080.0])
    y = np.append(y, [4_370_020.0, 4_370_050.0, 4_370_080.0])
    z = np.append(z, [1450.0, 1460.0, 1470.0])
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = [0.001] * 3, [500_000.0, 4_370_000.0, 1200.0]
    header.add_crs(CRS.from_epsg(32649))
    cloud = laspy.LasData(header)
    cloud.x, cloud.y, cloud.z = x, y, z
    cloud.classification = np.append(np.where(tree, 5, 2), [1, 1, 1]).astype(np.uint8)
    cloud.return_number = cloud.number_of_returns = np.ones(x.size, dtype=np.uint8)
    cloud.write(str(tmp_path / "cloud.laz"))
    (tmp_path / "site.yaml").write_text(HEAD, encoding="utf-8")
    return tmp_path


def made(site: Path, **settings: object) -> Surface:
    lines = "".join(f"    {k}: {v}\n" for k, v in settings.items())
    (site / "site.yaml").write_text(HEAD + lines, encoding="utf-8")
    build(site)
    return load_surface(site / "surfaces" / "2025-06-01-surveyed")


def truth(surface: Surface) -> np.ndarray:
    g = surface.grid
    x = g.west + (np.arange(g.shape[1]) + 0.5) * g.cell
    return np.broadcast_to(plane(x), g.shape)


def test_triangles_follow_a_slope_that_the_mean_of_points_blurs(site: Path):
    """A plane through three points is exact; the mean of a cell's points scatters."""
    mean, tin = made(site), made(site, terrain="tin")

    off = [s.elevation - truth(s) for s in (mean, tin)]
    inside = np.isfinite(off[1])
    inside[[0, -1]], inside[:, [0, -1]] = False, False
    assert np.abs(off[1][inside]).max() < 0.005
    assert np.nanstd(off[0][inside]) > 10.0 * np.nanstd(off[1][inside])


def test_inverse_distances_tell_their_error(site: Path):
    got = made(site, terrain="idw")

    off = (got.elevation - truth(got))[5:45, 22:30]
    assert got.error is not None
    error = got.error[5:45, 22:30]
    assert (error > 0.0).all()
    assert np.sqrt(np.mean(off**2)) < 0.1
    assert np.mean(np.abs(off) < 3.0 * error) > 0.95


def test_holes_stay_unless_they_are_near_or_asked_to_be_filled(site: Path):
    """A round hole of 9 m: 0 fills nothing, 20 m all, and what is filled is marked."""
    open_, full = made(site, fill=0), made(site, fill=20)

    holes = np.isnan(open_.elevation)
    assert 50 < holes.sum() < 80
    assert open_.layers["filled"].sum() == 0.0
    assert np.isfinite(full.elevation).all()
    assert np.array_equal(full.layers["filled"] == 1.0, holes)


def test_noise_is_left_out_and_nothing_else(site: Path):
    """Three birds raise the canopy by 240 m; without them it is that of the trees."""
    plain, clean = made(site), made(site, noise="true")

    assert np.nanmax(plain.layers["canopy_height"]) > 200.0
    assert np.nanmax(clean.layers["canopy_height"]) < 9.0
    known = np.isfinite(plain.elevation) & np.isfinite(clean.elevation)
    assert np.array_equal(plain.elevation[known], clean.elevation[known])


def test_metrics_and_a_canopy_without_pits(site: Path):
    """60 % of first returns hit trees of 8 m in the west, none in the east."""
    got = made(site, metrics="true", canopy="pit-free", terrain="tin", noise="true")

    west, east = (slice(5, 45), slice(3, 17)), (slice(5, 45), slice(25, 48))
    assert got.layers["plant_cover"][west].mean() == pytest.approx(0.6, abs=0.05)
    assert np.nanmean(got.layers["plant_cover"][east]) < 0.01
    assert np.nanmedian(got.layers["height_p95"][west]) == pytest.approx(8.0, abs=0.2)
    assert np.nanmedian(got.layers["canopy_height"][west]) == pytest.approx(
        8.0, abs=0.3
    )
    gap = got.layers["gap_fraction"][west]
    assert got.layers["leaf_area_index"][west][gap > 0] == pytest.approx(
        -np.log(gap[gap > 0]) / 0.5, rel=1e-5
    )


def test_more_points_than_memory_holds_are_refused_with_what_to_do(site, monkeypatch):
    from connectors.pointcloud import survey_held
    from twin.errors import InputError

    monkeypatch.setattr(survey_held, "MOST_HELD", 1000)

    with pytest.raises(InputError, match=r"hold them in memory, at most 1000: survey"):
        made(site, terrain="tin")
