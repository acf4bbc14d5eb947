"""Volumes between grounds: closed forms, another library's solids, any direction."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.change.prisms import Plane, Volumes, volume_between, volumes_by_parcel
from twin.change.tin_grid import tin_of_centres
from twin.errors import InputError, MissingCRS
from twin.grid import Grid
from twin.surface import Surface
from twin.tin import Tin

FAR = (19_512_345.678, 4_412_345.671)


def rectangle(width: float, depth: float, z: object = 0.0) -> Tin:
    """Two triangles over [0, width] x [0, depth]; z at SW, SE, NE, NW."""
    x = np.array([0.0, width, width, 0.0])
    y = np.array([0.0, 0.0, depth, depth])
    heights = np.broadcast_to(np.asarray(z, dtype=np.float64), 4)
    return Tin(np.stack([x, y, heights], axis=1), np.array([[0, 1, 2], [0, 2, 3]]))


def lattice(n: int, cell: float, height: object, corner: float = 0.0) -> Tin:
    """(n - 1)² squares of two triangles; ``height`` is a function of x and y."""
    y, x = np.mgrid[0:n, 0:n] * cell + corner
    i = np.arange(n * n).reshape(n, n)
    sw, se, nw, ne = i[:-1, :-1], i[:-1, 1:], i[1:, :-1], i[1:, 1:]
    t = np.stack([sw, se, ne, sw, ne, nw], axis=-1).reshape(-1, 3)
    vertices = np.stack([x, y, height(x, y)], axis=-1).reshape(-1, 3)
    return Tin(vertices, t)


def fan(rings: list[tuple[float, float]], sides: int, apex: float) -> Tin:
    """Rings (radius, z) of a regular polygon, inside out, closed at the apex."""
    turn = np.arange(sides) * 2.0 * np.pi / sides
    points = [np.array([[0.0, 0.0, apex]])]
    for radius, z in rings:
        ring = [radius * np.cos(turn), radius * np.sin(turn), np.full(sides, z)]
        points.append(np.stack(ring, axis=1))
    this = np.arange(sides)
    following = (this + 1) % sides
    parts = [np.stack([np.zeros(sides, dtype=int), 1 + this, 1 + following], axis=1)]
    for k in range(len(rings) - 1):
        inner, outer = 1 + k * sides, 1 + (k + 1) * sides
        one = [inner + this, outer + this, outer + following]
        two = [inner + this, outer + following, inner + following]
        parts += [np.stack(one, axis=1), np.stack(two, axis=1)]
    return Tin.of(np.concatenate(points), np.concatenate(parts))


def frustum(area_below: float, area_above: float, height: float) -> float:
    """Volume of a frustum of similar faces."""
    mean = (area_below + area_above + np.sqrt(area_below * area_above)) / 3.0
    return float(height * mean)


def polygon_area(radius: float, sides: int) -> float:
    return 0.5 * sides * radius**2 * float(np.sin(2.0 * np.pi / sides))


def turned(tin: Tin, angle: float, east: float = 0.0, north: float = 0.0) -> Tin:
    c, s = np.cos(angle), np.sin(angle)
    x, y, z = tin.vertices.T
    v = np.stack([c * x - s * y + east, s * x + c * y + north, z], axis=1)
    return Tin(v, tin.triangles.copy())


def rough(seed: int, n: int = 24, cell: float = 5.0, corner: float = 0.0) -> Tin:
    rng = np.random.default_rng(seed)
    return lattice(n, cell, lambda x, y: rng.normal(20.0, 4.0, x.shape), corner)


def raster(z: np.ndarray, cell: float = 2.0, vertical: str = "EPSG:5737") -> Surface:
    grid = Grid("EPSG:32649", vertical, 0.0, z.shape[0] * cell, cell, z.shape)
    return Surface(
        f"s{z.mean():.3f}", date(2024, 1, 1), "surveyed", {}, grid, z.astype(np.float32)
    )


def test_a_raised_rectangle_is_a_prism():
    """40 x 30 m raised by 2 m: 2400 m3 of fill and nothing cut."""
    found = volume_between(rectangle(40.0, 30.0, 100.0), rectangle(40.0, 30.0, 102.0))

    assert found == Volumes(0.0, 2400.0, 1200.0, 0.0, 1200.0, found.pieces)
    assert (found.net, found.gross) == (2400.0, 2400.0)


def test_a_ramp_through_level_ground_cuts_and_fills_alike():
    """From -3 m to +3 m over 20 m, 10 m wide: two wedges of 10·3/2·10 = 150 m3."""
    ramp = rectangle(20.0, 10.0, [-3.0, 3.0, 3.0, -3.0])

    found = volume_between(rectangle(20.0, 10.0), ramp)

    assert found.cut == pytest.approx(150.0, rel=1e-14)
    assert found.fill == pytest.approx(150.0, rel=1e-14)
    assert found.net == pytest.approx(0.0, abs=1e-11)
    assert found.cut_area == pytest.approx(100.0, rel=1e-14)
    assert found.fill_area == pytest.approx(100.0, rel=1e-14)


@pytest.mark.parametrize("sides", [3, 7, 64, 1000])
def test_a_faceted_cone_is_a_pyramid(sides: int):
    """A third of its base times its height, whatever the facets."""
    cone = fan([(50.0, 0.0)], sides, apex=20.0)

    found = volume_between(Plane(0.0), cone)

    assert found.fill == pytest.approx(
        polygon_area(50.0, sides) * 20.0 / 3.0, rel=1e-13
    )
    assert found.cut == pytest.approx(0.0, abs=1e-9)


def test_faceted_cones_converge_to_the_round_one_with_the_square_of_the_sides():
    """Area of a polygon is πr²(1 - (2π/n)²/6 + …): halving the angle quarters it."""
    whole = np.pi * 50.0**2 * 20.0 / 3.0

    missing = [
        whole - volume_between(Plane(0.0), fan([(50.0, 0.0)], n, 20.0)).fill
        for n in (32, 64, 128, 256)
    ]

    orders = [np.log2(coarse / fine) for coarse, fine in pairwise(missing)]
    assert orders == pytest.approx([2.0, 2.0, 2.0], abs=0.01)


def test_a_pit_with_benches_is_a_pile_of_frusta():
    """Faces of 12 m height and berms of 8 m between level ground and a floor."""
    sides, z = 48, 0.0
    rings, wanted, radius = [(60.0, -36.0)], 0.0, 60.0
    for bench in range(3):
        top = radius + 5.0
        z = -36.0 + 12.0 * (bench + 1)
        wanted += frustum(polygon_area(radius, sides), polygon_area(top, sides), 12.0)
        rings.append((top, z))
        radius = top
        if bench < 2:
            radius = top + 8.0
            rings.append((radius, z))
    pit = fan(rings, sides, apex=-36.0)
    ground = lattice(9, 25.0, lambda x, y: np.zeros(x.shape), corner=-100.0)

    found = volume_between(ground, pit)

    assert found.cut == pytest.approx(wanted, rel=1e-12)
    assert found.fill == pytest.approx(0.0, abs=1e-9)
    assert found.area == pytest.approx(polygon_area(radius, sides), rel=1e-13)


@given(
    angle=st.floats(-3.2, 3.2),
    east=st.sampled_from([0.0, FAR[0], -3e5]),
    north=st.sampled_from([0.0, FAR[1]]),
    seed=st.integers(0, 5),
)
@settings(max_examples=25)
def test_volumes_do_not_depend_on_where_north_is(angle, east, north, seed):
    """Turning and carrying both grounds keeps volumes; far off, coordinates are 4 nm.

    A rounding of 4 nm of the corners, 4 m of height and slopes of about 1 leave
    4e-9 x 115² m2 = 5e-5 m3 at the very most, 1e-6 m3 as it comes out of many.
    """
    a, b = rough(seed), rough(seed + 50, n=20, cell=6.0, corner=-3.0)
    straight = volume_between(a, b)

    found = volume_between(turned(a, angle, east, north), turned(b, angle, east, north))

    within = 1e-5 if east or north else 1e-8
    assert found.cut == pytest.approx(straight.cut, abs=within)
    assert found.fill == pytest.approx(straight.fill, abs=within)
    assert found.area == pytest.approx(straight.area, abs=within)


@given(seed=st.integers(0, 1000))
@settings(max_examples=25)
def test_the_way_back_is_the_negative_to_the_last_bit(seed):
    """Both ways pass the same arithmetic, also of equal numbers of triangles."""
    a, b = rough(seed), rough(seed + 1, corner=1.7)
    region = (
        shapely.Point(60.0, 60.0).buffer(40.0).difference(shapely.box(50, 50, 60, 70))
    )

    for within in (None, region):
        there = volume_between(a, b, within=within)
        assert volume_between(b, a, within=within) == there.back
        assert there.back.net == -there.net


@pytest.mark.parametrize("place", [(0.0, 0.0), FAR])
def test_equal_grounds_differ_by_exactly_nothing(place):
    """Rough ground against itself, whole and within a parcel: 0, not 1e-12."""
    ground = turned(rough(3), 0.3, *place)
    parcel = shapely.Point(place[0] + 40.0, place[1] + 60.0).buffer(30.0)

    for within in (None, parcel):
        found = volume_between(ground, ground, within=within)
        assert (found.cut, found.fill) == (0.0, 0.0)
        assert (found.cut_area, found.fill_area) == (0.0, 0.0)
    assert volume_between(ground, ground).area == pytest.approx(115.0**2, rel=1e-9)


@pytest.mark.parametrize("shift", [40.0, 45.0, 1e7])
def test_grounds_that_touch_or_lie_apart_share_nothing(shift):
    """Along an edge there is no area, so no volume."""
    found = volume_between(
        rectangle(40.0, 40.0), turned(rectangle(40.0, 40.0, 5.0), 0.0, shift)
    )

    assert found == Volumes(0.0, 0.0, 0.0, 0.0, 0.0, 0)


def test_slivers_count_by_their_area():
    """A strip cut into triangles 2 µm wide and 1 km long is still a prism.

    Overlaps below 1e-15 x 2 km x 1 km, doubled, count as rounding; there are 2000 of
    them at most: 2000 x 1e-9 m2 x 2 m = 4e-6 m3 of 2 m3.
    """
    y = np.linspace(0.0, 1e-3, 1001)
    x = np.where(np.arange(1001) % 2, 1000.0, 0.0)
    strip = np.stack([x, y, np.full(1001, 2.0)], axis=1)
    ends = np.stack([np.arange(999), np.arange(1, 1000), np.arange(2, 1001)], axis=1)
    tin = Tin.of(strip, ends)

    found = volume_between(rectangle(1000.0, 1.0), tin)

    assert found.fill == pytest.approx(tin.doubled_areas.sum(), abs=4e-6)


def test_one_huge_triangle_meets_every_small_one():
    """Coarse below fine: area and the mean of a plane over it, 0.1 x 115/2 m."""
    fine = lattice(24, 5.0, lambda x, y: 0.1 * x)
    coarse = Tin(
        np.array([[-500.0, -500.0, 0.0], [900.0, -500.0, 0.0], [-500.0, 900.0, 0.0]]),
        np.array([[0, 1, 2]]),
    )

    found = volume_between(coarse, fine)

    assert found.area == pytest.approx(115.0**2, rel=1e-13)
    assert found.fill == pytest.approx(115.0**2 * 0.1 * 57.5, rel=1e-13)


def solid_below(tin: Tin, base: float) -> object:
    """Closed solid between a Tin and a level base, as manifold3d has it."""
    manifold3d = pytest.importorskip("manifold3d", reason="extra 'solids'")
    v, t, n = tin.vertices, tin.triangles, len(tin.vertices)
    lower = np.column_stack([v[:, :2], np.full(n, base)])
    edges = np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]])
    codes, backward = edges[:, 0] * n + edges[:, 1], edges[:, 1] * n + edges[:, 0]
    rim = edges[~np.isin(codes, backward)]
    walls = np.concatenate(
        [
            np.stack([rim[:, 0], rim[:, 0] + n, rim[:, 1] + n], axis=1),
            np.stack([rim[:, 0], rim[:, 1] + n, rim[:, 1]], axis=1),
        ]
    )
    faces = np.concatenate([t, t[:, ::-1] + n, walls])
    mesh = manifold3d.Mesh64(
        np.concatenate([v, lower]), np.asarray(faces, dtype=np.uint64)
    )
    return manifold3d.Manifold(mesh)


@pytest.mark.parametrize("angle", [0.0, 0.41])
def test_volumes_are_those_of_boolean_solids(angle):
    """What of the later solid is not in the earlier one is fill, and the reverse cut.

    Both grounds cover the same square, so that their solids have the same walls.
    """
    a = turned(rough(1, n=24, cell=5.0), angle)
    b = turned(rough(2, n=47, cell=2.5), angle)
    below_a, below_b = solid_below(a, -50.0), solid_below(b, -50.0)

    found = volume_between(a, b)

    assert found.fill == pytest.approx((below_b - below_a).volume(), rel=1e-6)
    assert found.cut == pytest.approx((below_a - below_b).volume(), rel=1e-6)


STAR = shapely.Polygon(
    [
        (57, 112),
        (45, 70),
        (3, 66),
        (40, 45),
        (30, 2),
        (60, 33),
        (101, 10),
        (80, 50),
        (112, 71),
        (72, 73),
    ],
    holes=[[(55.0, 50.0), (62.0, 50.0), (62.0, 61.0), (55.0, 58.0)]],
)


def test_within_a_polygon_with_holes_a_plane_has_the_moment_of_the_polygon():
    """∫ (z + gx x + gy y) = area x height at the centroid."""
    tilted = lattice(24, 5.0, lambda x, y: 30.0 + 0.2 * x - 0.1 * y)
    region = shapely.union_all([STAR, shapely.box(1.0, 100.0, 20.0, 114.0)])

    found = volume_between(Plane(0.0), tilted, within=region)

    middle = region.centroid
    assert found.area == pytest.approx(region.area, rel=1e-13)
    height = 30.0 + 0.2 * middle.x - 0.1 * middle.y
    assert found.net == pytest.approx(region.area * height, rel=1e-12)


def test_parcels_that_tile_the_ground_share_its_volumes_out():
    """A star, its hole and what is around them add up to the whole."""
    a, b = rough(8), rough(9, n=31, cell=4.0)
    hole = shapely.Polygon(STAR.interiors[0])
    around = shapely.box(-9.0, -9.0, 200.0, 200.0).difference(STAR).difference(hole)

    parts = volumes_by_parcel(a, b, {"star": STAR, "hole": hole, "around": around})

    whole = volume_between(a, b)
    assert list(parts) == ["star", "hole", "around"]
    for name in ("cut", "fill", "area", "cut_area", "fill_area"):
        total = sum(getattr(p, name) for p in parts.values())
        assert total == pytest.approx(getattr(whole, name), rel=1e-12)
    assert parts["star"] == volume_between(a, b, within=STAR)


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    """Blocks are the same on every machine and summed in their order."""
    a, b = rough(4, n=60), rough(5, n=50, cell=6.1)
    found = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("MINETWIN_THREADS", threads)
        found.append(volume_between(a, b, within=STAR))

    assert found[0] == found[1] == found[2]


def test_rasters_on_one_grid_are_flat_prisms_rim_and_all():
    """Sum of dz times the cell, holes left out: (3·0.5 - 1·0.25)·4 m2."""
    before = np.zeros((2, 3))
    after = np.array([[0.5, 0.5, 0.5], [-0.25, 0.0, np.nan]])

    found = volume_between(raster(before), raster(after))

    assert (found.fill, found.cut) == (6.0, 1.0)
    assert (found.area, found.fill_area, found.cut_area) == (20.0, 12.0, 4.0)


def test_cells_on_the_rim_of_a_parcel_count_by_their_part_inside():
    """A disc under 3 m of fill: its own area times 3, not that of whole cells."""
    disc = shapely.Point(21.3, 19.1).buffer(13.0)

    found = volume_between(
        raster(np.zeros((20, 25))), raster(np.full((20, 25), 3.0)), within=disc
    )

    assert found.area == pytest.approx(disc.area, rel=1e-12)
    assert found.fill == pytest.approx(3.0 * disc.area, rel=1e-12)


def test_a_raster_on_its_own_plane_is_neither_cut_nor_filled():
    """Heights at centres are compared, so a slope makes no stairs.

    Heights are float32: 4e-6 m at 64 m.
    """
    slope = Plane(50.0, east=0.25, north=-0.5, x=10.0, y=20.0)
    x, y = np.meshgrid(1.0 + 2.0 * np.arange(25), 39.0 - 2.0 * np.arange(20))
    ground = raster(slope.at(x, y))

    found = volume_between(ground, slope)

    assert found.gross < 4e-6 * 2000.0
    assert volume_between(slope, ground) == found.back
    raised = volume_between(ground, Plane(51.0, 0.25, -0.5, 10.0, 20.0))
    assert raised.fill == pytest.approx(2000.0, rel=4e-6)


def test_a_raster_beside_a_tin_is_read_between_its_centres():
    """Bilinear ground x·y/100 on 1 m cells; half a cell of the rim is no ground."""
    x, y = np.meshgrid(1.0 + 2.0 * np.arange(25), 39.0 - 2.0 * np.arange(20))
    ground = raster(0.3 * x - 0.1 * y)
    plane = rectangle(50.0, 40.0, [0.0, 15.0, 11.0, -4.0])

    found = volume_between(plane, ground)

    assert found.area == pytest.approx(48.0 * 38.0, rel=1e-13)
    assert found.gross < 4e-6 * found.area
    assert found == volume_between(plane, tin_of_centres(ground))


def test_holes_of_a_raster_have_no_triangles():
    """One unknown centre takes the four squares around it."""
    z = np.zeros((5, 5))
    z[2, 2] = np.nan

    assert tin_of_centres(raster(z)).doubled_areas.sum() / 2.0 == (16 - 4) * 4.0


def test_what_cannot_be_compared_is_refused():
    """Two planes, an unknown datum, a line as a parcel, a bow tie."""
    ground = rectangle(10.0, 10.0)
    bow = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])

    with pytest.raises(InputError, match="no end"):
        volume_between(Plane(0.0), Plane(1.0))
    with pytest.raises(MissingCRS, match="vertical"):
        volume_between(
            raster(np.zeros((3, 3)), vertical="unknown"), raster(np.ones((3, 3)))
        )
    with pytest.raises(InputError, match="no area"):
        volume_between(ground, Plane(1.0), within=shapely.LineString([(0, 0), (1, 1)]))
    with pytest.raises(InputError, match="make_valid"):
        volume_between(ground, Plane(1.0), within=bow)


def test_no_triangles_make_no_volume():
    """An empty Tin and an empty polygon share nothing with anything."""
    nothing = Tin(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64))

    assert volume_between(nothing, rectangle(1.0, 1.0)).area == 0.0
    assert volume_between(
        rectangle(9.0, 9.0), Plane(1.0), within=shapely.Polygon()
    ) == (Volumes(0.0, 0.0, 0.0, 0.0, 0.0, 0))
