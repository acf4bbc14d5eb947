"""Each fault of a mesh is found, counted and mended, and no other is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from connectors.audit import Audit
from connectors.design.health import Health, examine, repair
from connectors.design.mesh import Mesh
from twin.errors import InputError
from twin.tin import Tin

SOUND = Health(0, 0, 0, 0, 0, 0, 0, None)


def sheet(n: int = 8) -> Mesh:
    """n x n squares of two triangles, far from the origin."""
    y, x = np.mgrid[0 : n + 1, 0 : n + 1].reshape(2, -1)
    v = np.column_stack([19_500_000.0 + 3.3 * x, 4_370_000.0 + 2.7 * y, x * 0.1])
    a = (np.arange(n)[:, None] * (n + 1) + np.arange(n)).ravel()
    low, high = np.c_[a, a + 1, a + n + 1], np.c_[a + 1, a + n + 2, a + n + 1]
    return Mesh(v, np.vstack([low, high]))


def box() -> Mesh:
    """A closed box of twelve triangles, seen from outside counter-clockwise."""
    import trimesh

    made = trimesh.creation.box((2.0, 3.0, 4.0))
    return Mesh(np.array(made.vertices), np.array(made.faces, dtype=np.int64))


def test_a_sound_sheet_has_only_its_rim() -> None:
    """8 x 8 squares: 32 open edges, one ring, no hole."""
    assert examine(sheet()) == replace(SOUND, open_edges=32)
    assert not examine(sheet()).watertight


def test_a_box_is_watertight_until_it_loses_a_face() -> None:
    """A lost triangle opens three edges; the ring they make is the sheet's only one."""
    whole = box()
    cut = replace(whole, triangles=whole.triangles[1:])

    assert examine(whole) == SOUND
    assert examine(whole).watertight
    assert examine(cut) == replace(SOUND, open_edges=3)


def test_holes_are_rings_beyond_the_rim() -> None:
    """Two inner triangles apart from each other leave two holes of three edges."""
    mesh = sheet()
    kept = np.delete(mesh.triangles, [9, 9 + 64 + 27], axis=0)

    found = examine(replace(mesh, triangles=kept))

    assert (found.holes, found.open_edges) == (2, 38)


def test_flipped_faces_are_those_against_the_most() -> None:
    """Five of 128 turned; whichever comes first in the list."""
    mesh = sheet()
    t = mesh.triangles.copy()
    t[[0, 1, 30, 64, 99]] = t[[0, 1, 30, 64, 99]][:, ::-1]
    flipped, audit = replace(mesh, triangles=t), Audit()

    mended = repair(flipped, audit, "sheet")

    assert examine(flipped).flipped_faces == 5
    assert examine(mended) == examine(mesh)
    assert audit.repaired == [
        {"what": "flipped triangles turned", "where": "sheet", "count": 5}
    ]


def test_duplicates_are_joined_and_dropped_by_count() -> None:
    """Each triangle with corners of its own, one of them twice, one without area."""
    mesh, audit = sheet(), Audit()
    loose = mesh.vertices[mesh.triangles.ravel()]
    t = np.arange(len(loose)).reshape(-1, 3)
    t = np.vstack([t, t[5], [0, 1, 0]])

    found = examine(Mesh(loose, t))
    mended = repair(Mesh(loose, t), audit, "soup")

    assert found.duplicate_vertices == 128 * 3 - 81
    assert (found.duplicate_faces, found.degenerate_faces) == (1, 1)
    assert examine(mended) == examine(mesh)
    assert [n["count"] for n in audit.repaired] == [128 * 3 - 81, 1, 1]


def test_a_third_triangle_on_an_edge_is_not_manifold() -> None:
    """A fin stands on an inner edge."""
    mesh = sheet()
    v = np.vstack([mesh.vertices, mesh.vertices[10] + (1.0, 1.0, 5.0)])
    t = np.vstack([mesh.triangles, [10, 11, len(v) - 1]])

    assert examine(Mesh(v, t)).non_manifold_edges == 1


def test_overlaps_in_plan_agree_with_shapely() -> None:
    """Random triangles against every pair's overlap by an independent library."""
    import shapely

    random = np.random.default_rng(5)
    start = random.uniform(0.0, 100.0, (300, 1, 2))
    xy = (start + random.uniform(-3.0, 3.0, (300, 3, 2))).reshape(-1, 2)
    tin = Tin.of(np.column_stack([xy, xy[:, 0]]), np.arange(900).reshape(-1, 3))
    shapes = shapely.polygons(tin.vertices[tin.triangles][:, :, :2])
    over = shapely.relate_pattern(shapes[:, None], shapes, "2********")

    found = examine(tin).overlapping_faces

    assert found == int((over.sum(axis=1) > 1).sum())
    assert found > 20


def test_neighbours_only_touch() -> None:
    """Far from the origin too, no triangle of a sheet overlaps another."""
    mesh = sheet(60)

    found = examine(Tin.of(mesh.vertices, mesh.triangles))

    assert found.overlapping_faces == 0


def test_a_mesh_with_false_numbers_is_refused() -> None:
    """NaN, and corners that do not exist."""
    with pytest.raises(InputError, match="finite"):
        Mesh(np.array([[0.0, np.nan, 0.0]]), np.zeros((0, 3), np.int64))
    with pytest.raises(InputError, match="names vertex 7"):
        Mesh(np.zeros((3, 3)), np.array([[0, 1, 7]]))
