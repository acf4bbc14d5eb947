"""Few triangles, none farther from any cell centre than was asked, no cracks."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from connectors.audit import Audit
from connectors.design.design import Stated
from connectors.design.export import export, read_design
from connectors.design.raster_tin import tin_of_raster
from connectors.design.sample import sample
from connectors.design.simplify import simplified
from twin.errors import InputError
from twin.grid import Grid
from twin.surface import Surface
from twin.tin import Tin

ROUNDING = 1e-6  # m; the sampler answers in float32, heights here are below 20 m


def grid(shape: tuple[int, int]) -> Grid:
    return Grid("EPSG:4509", "unknown", 19_500_000.0, 4_370_000.0, 2.0, shape)


def rough(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Waves, a scarp and noise of a centimetre; a third of the seeds has holes."""
    y, x = np.indices(shape)
    rng = np.random.default_rng(seed)
    z = 9 * np.sin(x / 9.0) * np.cos(y / 13.0) + 8.0 * (x > y)
    z += rng.normal(0.0, 0.01, shape)
    if seed % 3 == 0:
        z[rng.random(shape) < 0.05] = np.nan
        z[5:20, 8:30] = np.nan
    return z


def border(tin: Tin) -> float:
    """Length in plan of the edges that one triangle only has, m; a crack adds to it."""
    edges = np.sort(tin.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, times = np.unique(edges, axis=0, return_counts=True)
    assert times.max() <= 2
    a, b = (tin.vertices[edges[times == 1, k], :2] for k in (0, 1))
    return float(np.hypot(*(b - a).T).sum())


@pytest.mark.parametrize("seed", range(9))
@pytest.mark.parametrize("tolerance", [0.02, 0.5])
def test_every_cell_centre_is_within_the_tolerance(seed, tolerance):
    """Looked up by the sampler that designs are read with, which knows no halving.

    The same ground is covered as by triangles between all cells: same centres, same
    area. Without cracks the border is as long as theirs; holes have no other form.
    """
    shape = tuple(np.random.default_rng(seed).integers(20, 100, 2))
    z = rough(shape, seed)
    all_cells = tin_of_raster(z, grid(shape))

    made = simplified(z, grid(shape), tolerance)

    off = np.abs(sample(made.tin, grid(shape)) - z)
    covered = np.isfinite(sample(all_cells, grid(shape)))
    np.testing.assert_array_equal(np.isfinite(off), covered)
    assert np.nanmax(off) <= tolerance + ROUNDING
    assert np.nanmax(off) == pytest.approx(made.largest, abs=ROUNDING)
    assert made.whole == len(all_cells.triangles)
    assert len(made.tin.triangles) < made.whole
    whole_area = all_cells.doubled_areas.sum()
    assert made.tin.doubled_areas.sum() == pytest.approx(whole_area, rel=1e-12)
    assert border(made.tin) == pytest.approx(border(all_cells), rel=1e-9)


def test_a_plane_is_two_triangles():
    """On 2^5 + 1 cells a side nothing has to be halved; the error is rounding."""
    y, x = np.indices((33, 33))

    made = simplified(1000.0 + 0.25 * x - 0.5 * y, grid((33, 33)), 1e-6)

    assert len(made.tin.triangles) == 2
    assert made.largest < 1e-9
    assert made.whole == 2 * 32 * 32


def test_a_lone_spike_keeps_its_height_and_little_else():
    """Halving towards one cell takes a few triangles a level: 2 log2(64) levels."""
    z = np.zeros((65, 65))
    z[23, 37] = 5.0

    made = simplified(z, grid((65, 65)), 0.1)

    assert made.tin.vertices[:, 2].max() == 5.0
    assert len(made.tin.triangles) < 8 * 12


@pytest.mark.parametrize("shape", [(2, 2), (2, 7), (3, 3), (1, 9)])
def test_rasters_of_few_cells_are_triangles_too(shape):
    """As many in area as all cells make; a single row makes none."""
    z = np.random.default_rng(1).random(shape)

    made = simplified(z, grid(shape), 1e-9)

    area = 2.0 * 2.0 * 2.0 * (shape[0] - 1) * (shape[1] - 1)
    assert made.tin.doubled_areas.sum() == pytest.approx(area)


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan"), float("inf")])
def test_a_tolerance_that_is_none_is_refused(tolerance):
    with pytest.raises(InputError, match="above 0"):
        simplified(np.zeros((5, 5)), grid((5, 5)), tolerance)


@pytest.mark.parametrize("ending", [".xml", ".dxf", ".ply"])
def test_an_export_within_a_tolerance_is_smaller_and_tells_its_error(tmp_path, ending):
    """What is read back lies within the tolerance, and 1e-3 m for float32 meshes."""
    z = rough((60, 80), 1).astype(np.float32)
    ground = Surface("g", date(2024, 5, 1), "surveyed", {}, grid(z.shape), z)
    path, audit = tmp_path / f"g{ending}", Audit()

    export(ground, path, tolerance=0.3, audit=audit)

    tin = read_design(path, Stated(crs="EPSG:4509", unit="m"), Audit()).tin
    assert np.nanmax(np.abs(sample(tin, ground.grid) - z)) <= 0.301
    assert len(tin.triangles) < 0.5 * 2 * 59 * 79
    told = audit.assumed[0]["what"]
    assert "of 9322" in told
    assert "largest error 0." in told
    assert audit.assumed[0]["count"] == len(tin.triangles)


def test_a_raster_is_not_simplified(tmp_path):
    z = np.zeros((9, 9), dtype=np.float32)
    ground = Surface("g", date(2024, 5, 1), "surveyed", {}, grid(z.shape), z)

    with pytest.raises(InputError, match=r"g\.tif: .*tolerance"):
        export(ground, tmp_path / "g.tif", tolerance=0.1, audit=Audit())
