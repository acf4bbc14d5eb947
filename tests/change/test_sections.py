"""Sections: they lie on their grounds, and times a width they are volumes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.change.prisms import Plane, volume_between
from twin.change.sections import (
    along_line,
    area_between,
    long_profile,
    section,
    sections,
)
from twin.errors import InputError
from twin.grid import Grid
from twin.surface import Surface
from twin.tin import Tin

FAR = (19_512_345.678, 4_412_345.671)


def lattice(x: np.ndarray, y: np.ndarray, height: object) -> Tin:
    """Two triangles in each square between the given eastings and northings."""
    east, north = np.meshgrid(x, y)
    i = np.arange(east.size).reshape(east.shape)
    sw, se, nw, ne = i[:-1, :-1], i[:-1, 1:], i[1:, :-1], i[1:, 1:]
    t = np.stack([sw, se, ne, sw, ne, nw], axis=-1).reshape(-1, 3)
    vertices = np.stack([east, north, height(east, north)], axis=-1).reshape(-1, 3)
    return Tin(vertices, t)


def rough(seed: int, east: float = 0.0, north: float = 0.0) -> Tin:
    rng = np.random.default_rng(seed)
    x = np.arange(20) * 5.0
    return lattice(x + east, x + north, lambda e, n: rng.normal(20.0, 4.0, e.shape))


def height_on(tin: Tin, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Elevation by weights in whichever triangle holds each place, all tried."""
    a, b, c = (tin.vertices[tin.triangles[:, k]] for k in range(3))
    dx, dy = x[:, None] - a[:, 0], y[:, None] - a[:, 1]
    u = dx * (c - a)[:, 1] - dy * (c - a)[:, 0]
    v = (b - a)[:, 0] * dy - (b - a)[:, 1] * dx
    u, v = u / tin.doubled_areas, v / tin.doubled_areas
    best = np.argmax(np.minimum(np.minimum(u, v), 1.0 - u - v), axis=1)
    k = np.arange(len(x))
    rise_b, rise_c = (b - a)[best, 2], (c - a)[best, 2]
    found: np.ndarray = a[best, 2] + u[k, best] * rise_b + v[k, best] * rise_c
    return found


def raster(z: np.ndarray, cell: float = 2.0) -> Surface:
    grid = Grid("EPSG:32649", "EPSG:5737", 0.0, z.shape[0] * cell, cell, z.shape)
    values = z.astype(np.float32)
    return Surface("s", date(2024, 1, 1), "surveyed", {}, grid, values)


@given(
    place=st.sampled_from([(0.0, 0.0), FAR]),
    corners=st.lists(
        st.tuples(st.floats(1.0, 94.0), st.floats(1.0, 94.0)), min_size=2, max_size=6
    ),
)
@settings(max_examples=40)
def test_a_section_lies_on_its_tin(place, corners):
    """Between stations too: there the ground is straight. Coordinates far off: 4 nm.

    Slopes reach 4 in 5 m or so, hence 1e-7 m there.
    """
    line = shapely.LineString(np.array(corners) + place)
    if line.length < 1e-3:
        return
    tin = rough(7, *place)

    cut = section(tin, line)

    s = np.linspace(0.0, line.length, 301)[1:-1]
    wanted = height_on(tin, *along_line(line, s))
    within = 1e-7 if place == FAR else 1e-10
    assert cut.at(s) == pytest.approx(wanted, abs=within)
    assert not cut.gaps.any()


def test_every_edge_that_is_crossed_has_a_station():
    """Due east at y = 2 through squares of 5 m: an upright and a diagonal in each."""
    line = shapely.LineString([(1.0, 2.0), (19.0, 2.0)])

    stations, z = section(rough(1), line).profile

    crossed = [0.0, 1.0, 4.0, 6.0, 9.0, 11.0, 14.0, 16.0, 18.0]
    assert stations == pytest.approx(crossed, abs=1e-12)
    assert np.isfinite(z).all()


@pytest.mark.parametrize(
    "ends", [((5.0, 0.0), (5.0, 95.0)), ((0.0, 10.0), (95.0, 10.0)), ((0, 0), (95, 95))]
)
def test_a_line_along_edges_counts_them_once(ends):
    """Both triangles hold the edge; the section is as long as the line, no longer."""
    line = shapely.LineString(ends)
    tin = rough(2)

    cut = section(tin, line)

    assert (cut.pieces[1:, 0] == cut.pieces[:-1, 2]).all()
    assert area_between(cut, cut).length == pytest.approx(line.length, rel=1e-12)
    s = np.linspace(0.0, line.length, 100)[1:-1]
    assert cut.at(s) == pytest.approx(height_on(tin, *along_line(line, s)), abs=1e-10)


def test_beyond_the_ground_and_across_holes_there_are_gaps():
    """A Tin with a square missing: known 10 to 30 and 40 to 60 m along the line."""
    x = np.array([0.0, 20.0, 30.0, 50.0])
    tin = lattice(x, np.array([0.0, 10.0]), lambda e, n: 3.0 + 0.0 * e)
    holed = Tin(tin.vertices.copy(), tin.triangles[[0, 1, 4, 5]].copy())
    line = shapely.LineString([(-10.0, 5.0), (60.0, 5.0)])

    cut = section(holed, line)
    stations, z = cut.profile

    assert cut.at([5.0, 20.0, 35.0, 55.0, 65.0]) == pytest.approx(
        [np.nan, 3.0, np.nan, 3.0, np.nan], nan_ok=True
    )
    assert np.count_nonzero(cut.gaps) == np.count_nonzero(np.isnan(z)) == 1
    assert stations[0] == pytest.approx(10.0)
    assert area_between(section(Plane(0.0), line), cut).fill == pytest.approx(120.0)


def test_grades_are_those_of_the_ground():
    """A ramp of 8 % up, level for 20 m, then 10 % down."""
    x = np.array([0.0, 50.0, 70.0, 100.0])
    heights = np.array([0.0, 4.0, 4.0, 1.0])
    tin = lattice(x, np.array([0.0, 10.0]), lambda e, n: np.interp(e, x, heights))

    cut = section(tin, shapely.LineString([(0.0, 1.0), (100.0, 1.0)]))

    middle = 0.5 * (cut.pieces[:, 0] + cut.pieces[:, 2])
    wanted = np.where(middle < 50.0, 0.08, np.where(middle < 70.0, 0.0, -0.1))
    assert cut.grade == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("angle", [0.0, 0.7, 2.0])
def test_section_area_times_width_is_the_volume_of_ruled_ground(angle):
    """Grounds alike along one direction, 60 m wide: V = 60 A, cut and fill each."""
    rng = np.random.default_rng(4)
    x, y = np.arange(30) * 4.0, np.array([0.0, 7.0, 60.0])
    xb = np.array([0.0, 13.0, 50.0, 51.0, 90.0, 116.0])
    za, zb = rng.normal(0.0, 3.0, x.size), rng.normal(0.0, 3.0, xb.size)
    c, s = np.cos(angle), np.sin(angle)

    def turned(tin: Tin) -> Tin:
        e, n, z = tin.vertices.T
        v = np.stack([c * e - s * n, s * e + c * n, z], axis=1)
        return Tin(v, tin.triangles.copy())

    a = turned(lattice(x, y, lambda e, n: np.interp(e, x, za)))
    b = turned(lattice(xb, y, lambda e, n: np.interp(e, xb, zb)))
    foot, end = np.array([-s, c]) * 31.0, np.array([c, s]) * 116.0
    line = shapely.LineString([foot, foot + end])

    areas = area_between(section(a, line), section(b, line))

    volumes = volume_between(a, b)
    assert 60.0 * areas.cut == pytest.approx(volumes.cut, rel=1e-10)
    assert 60.0 * areas.fill == pytest.approx(volumes.fill, rel=1e-10)
    assert areas.length == pytest.approx(116.0, rel=1e-12)


def test_areas_back_are_the_negative():
    """From b to a what was fill is cut."""
    line = shapely.LineString([(2.0, 3.0), (80.0, 41.0), (20.0, 90.0)])
    a, b = section(rough(1), line), section(rough(2), line)

    there, back = area_between(a, b), area_between(b, a)

    assert (there.cut, there.fill, there.net) == (back.fill, back.cut, -back.net)
    assert there.cut > 0.0
    assert area_between(a, a).cut == area_between(a, a).fill == 0.0


def test_a_raster_is_bilinear_between_its_centres():
    """x·y/50 is bilinear: exact at every station; float32 leaves 1e-5 m at 90 m."""
    x, y = np.meshgrid(1.0 + 2.0 * np.arange(35), 59.0 - 2.0 * np.arange(30))
    line = shapely.LineString([(3.3, 4.4), (60.0, 47.0), (61.0, 3.0)])

    cut = section(raster(x * y / 50.0), line)

    stations, z = cut.profile
    east, north = along_line(line, stations)
    assert z == pytest.approx(east * north / 50.0, abs=1e-5)
    assert (np.diff(stations) <= 2.0 + 1e-9).all()
    for c in (east, north):
        whole = np.abs((c - 1.0) / 2.0 - np.round((c - 1.0) / 2.0)) < 1e-6
        ends = (c[:-1] - 1.0) / 2.0, (c[1:] - 1.0) / 2.0
        apart = np.ceil(np.minimum(*ends) + 1e-6) < np.maximum(*ends) - 1e-6
        assert whole.any()
        assert not apart.any()


def test_a_raster_has_no_ground_beyond_its_centres_or_beside_a_hole():
    """Centres from 1 to 19 m; one unknown at 9 m takes 7 to 11 m."""
    z = np.zeros((10, 10))
    z[5, 4] = np.nan
    line = shapely.LineString([(0.0, 9.0), (20.0, 9.0)])

    cut = section(raster(z), line)

    assert area_between(cut, cut).length == pytest.approx(14.0, abs=1e-9)
    assert np.isnan(cut.at([0.5, 8.0, 19.5])).all()
    assert (cut.at([1.5, 6.5, 12.0]) == 0.0).all()


def test_several_grounds_share_their_stations():
    """Stations of all; each elevation is that of the ground's own section."""
    line = shapely.LineString([(2.0, 3.0), (80.0, 41.0)])
    grounds = [rough(1), rough(2), Plane(5.0, east=0.1)]

    stations, z = sections(grounds, line)

    assert z.shape == (3, stations.size)
    east, _ = along_line(line, stations)
    assert z[2] == pytest.approx(5.0 + 0.1 * east, abs=1e-12)
    assert (z[0] == section(grounds[0], line).at(stations)).all()


def test_a_long_profile_has_equal_steps_and_the_end():
    """A road of 25 m in steps of 10 m."""
    line = shapely.LineString([(0.0, 0.0), (15.0, 0.0), (15.0, 10.0)])

    stations, z = long_profile(Plane(1.0, north=0.5), line, 10.0)

    assert stations.tolist() == [0.0, 10.0, 20.0, 25.0]
    assert z == pytest.approx([1.0, 1.0, 3.5, 6.0])


def test_lines_without_length_and_different_lines_are_refused():
    """A point drawn twice, steps of 0, areas between sections of two lines."""
    short, long = (shapely.LineString([(0, 0), (n, 0)]) for n in (5, 6))

    with pytest.raises(InputError, match="no length"):
        section(Plane(0.0), shapely.LineString([(1.0, 1.0), (1.0, 1.0)]))
    with pytest.raises(InputError, match="above 0"):
        long_profile(Plane(0.0), short, 0.0)
    with pytest.raises(InputError, match="same line"):
        area_between(section(Plane(0.0), short), section(Plane(0.0), long))


def test_a_line_beside_the_ground_has_no_pieces():
    """Nothing known, no area, and no error."""
    line = shapely.LineString([(500.0, 0.0), (600.0, 5.0)])

    cut = section(rough(1), line)

    assert cut.pieces.shape == (0, 4)
    assert np.isnan(cut.at([0.0, 50.0])).all()
    assert area_between(cut, section(Plane(0.0), line)).length == 0.0
    assert cut.profile[0].size == 0
