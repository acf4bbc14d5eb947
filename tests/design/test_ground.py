"""Triangles to cells, cells to triangles, level lines: against planes and cones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from connectors.audit import Audit
from connectors.design.contours import contours_of
from connectors.design.design import Design
from connectors.design.raster_tin import tin_of_raster
from connectors.design.sample import sample, surface_of
from twin.errors import InputError, MissingCRS
from twin.grid import Grid
from twin.tin import Tin

WEST, NORTH = 19_500_000.0, 4_370_000.0
GRID = Grid("EPSG:4509", "EPSG:5737", WEST, NORTH, 2.0, (40, 50))


def centres(grid: Grid = GRID) -> tuple[np.ndarray, np.ndarray]:
    """East and north of the cell centres."""
    rows, columns = np.indices(grid.shape)
    x = grid.west + (columns + 0.5) * grid.cell
    return x, grid.north - (rows + 0.5) * grid.cell


def plane(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """0.3 up per metre east, 0.2 down per metre north."""
    return 1200.0 + 0.3 * (x - WEST) - 0.2 * (y - NORTH)


def scattered(seed: int = 3, n: int = 400) -> Tin:
    """Delaunay triangles of a plane, wider than the grid."""
    from scipy.spatial import Delaunay

    random = np.random.default_rng(seed)
    xy = random.uniform([-10.0, -95.0], [115.0, 10.0], (n, 2))
    corners = [[-20.0, -100.0], [120.0, -100.0], [-20.0, 20.0], [120.0, 20.0]]
    xy = np.vstack([xy, corners])
    faces = Delaunay(xy).simplices
    x, y = xy[:, 0] + WEST, xy[:, 1] + NORTH
    return Tin.of(np.column_stack([x, y, plane(x, y)]), faces)


def test_a_plane_is_sampled_as_itself() -> None:
    """Linear interpolation is exact on a plane; float32 near 1200 m steps 0.12 mm."""
    found = sample(scattered(), GRID)

    np.testing.assert_allclose(found, plane(*centres()), atol=1e-4)


def test_a_centre_on_an_edge_belongs_to_one_triangle() -> None:
    """Squares whose corners are cell centres: 4 x 5 squares hold 20 centres, not 30."""
    xy = [[0.0, 0.0], [5.0, 0.0], [5.0, -4.0], [0.0, -4.0]]
    v = np.array([[WEST + 1 + 2 * x, NORTH - 1 + 2 * y, 7.0] for x, y in xy])
    halves = [Tin.of(v, np.array([f])) for f in ([0, 1, 2], [0, 2, 3])]

    one, other = (np.isfinite(sample(half, GRID)) for half in halves)

    assert not (one & other).any()
    assert int((one | other).sum()) == 20


def test_outside_and_holes_are_nan_both_ways() -> None:
    """A raster with a hole, triangulated and sampled, is itself but on its rim."""
    raster = plane(*centres()).astype(np.float32)
    raster[10:15, 20:30] = np.nan

    tin = tin_of_raster(raster, GRID)
    found = sample(tin, GRID)

    inner = np.isfinite(raster)[:-1, :-1] & np.isfinite(found[:-1, :-1])
    np.testing.assert_allclose(found[:-1, :-1][inner], raster[:-1, :-1][inner], 1e-6)
    assert np.isnan(found[11:14, 21:29]).all()
    assert np.isfinite(found[:9, :-1]).all()
    # area: 39 x 49 squares of 4 m2 without those 6 x 11 that touch the hole, of which
    # the four at its corners miss one cell only and keep half
    left = (39 * 49 - 6 * 11 + 4 / 2) * 4.0
    assert tin.doubled_areas.sum() / 2 == pytest.approx(left)


def test_contours_of_a_plane_are_straight_and_complete() -> None:
    """Each level crosses the whole grid once; every point lies on the plane."""
    tin = tin_of_raster(plane(*centres()), GRID)

    lines = contours_of(tin, 2.5)

    z = tin.vertices[:, 2]
    levels = np.arange(np.ceil(z.min() / 2.5), np.floor(z.max() / 2.5) + 1) * 2.5
    np.testing.assert_allclose(sorted(line[0, 2] for line in lines), levels)
    for line in lines:
        np.testing.assert_allclose(plane(line[:, 0], line[:, 1]), line[:, 2], atol=1e-7)


def test_contours_of_a_cone_are_rings_of_their_radius() -> None:
    """z = 100 - r: level z is a circle of radius 100 - z, walked counter-clockwise.

    A chord over a diagonal of sqrt(2) cells bends by 2 / (8 r) = 1 / (4 r) at most,
    which is how far linear interpolation is off; the summit is a point, not a line.
    """
    x, y = centres(Grid("EPSG:4509", "unknown", 0.0, 0.0, 1.0, (101, 101)))
    r = np.hypot(x - 50.5, y + 50.5)
    grid = Grid("EPSG:4509", "unknown", 0.0, 0.0, 1.0, (101, 101))
    tin = tin_of_raster(100.0 - r, grid)

    lines = [line for line in contours_of(tin, 10.0) if line[0, 2] >= 60.0]

    assert sorted({line[0, 2] for line in lines}) == [60.0, 70.0, 80.0, 90.0]
    for line in lines:
        radius = 100.0 - line[0, 2]
        np.testing.assert_array_equal(line[0], line[-1])
        away = np.hypot(line[:, 0] - 50.5, line[:, 1] + 50.5)
        assert np.abs(away - radius).max() < 1.0 / (4.0 * radius)
        e, n = line[:, 0] - 50.5, line[:, 1] + 50.5
        area = 0.5 * (e[:-1] * n[1:] - e[1:] * n[:-1]).sum()
        assert area == pytest.approx(np.pi * radius**2, rel=0.01)


@pytest.mark.parametrize("interval", [0.0, -1.0, np.nan, np.inf, 1e-9])
def test_an_interval_that_makes_no_lines_is_refused(interval: float) -> None:
    """Zero, negative, not finite, or a hundred thousand levels."""
    with pytest.raises(InputError, match="interval"):
        contours_of(scattered(), interval)


def test_a_design_becomes_a_surface_with_its_tin(tmp_path: Path) -> None:
    """Date, kind and triangles are kept; the datum that was assumed is noted."""
    design, audit = Design("dump", scattered(), crs="EPSG:4509"), Audit()

    found = surface_of(design, GRID, "d", date(2026, 5, 1), "designed", audit=audit)

    assert found.tin is design.tin
    assert (found.kind, found.date, found.id) == ("designed", date(2026, 5, 1), "d")
    assert audit.assumed[0]["what"] == "vertical datum EPSG:5737"


@pytest.mark.parametrize(
    ("crs", "vertical", "kind", "why"),
    [
        (None, None, MissingCRS, "state it"),
        ("EPSG:4510", None, InputError, "crs EPSG:4510"),
        ("EPSG:4509", "EPSG:5703", InputError, "vertical EPSG:5703"),
    ],
)
def test_a_design_in_another_reference_is_refused(
    crs: str | None, vertical: str | None, kind: type[InputError], why: str
) -> None:
    """Nothing is transformed in silence."""
    design = Design("dump", scattered(), crs=crs, vertical=vertical)

    with pytest.raises(kind, match=why):
        surface_of(design, GRID, "d", date(2026, 5, 1), "designed", audit=Audit())
