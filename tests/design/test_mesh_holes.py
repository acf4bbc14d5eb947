"""Holes are measured and closed with the least area, only where asked."""

from __future__ import annotations

from dataclasses import replace
from math import cos, pi, sin

import numpy as np
import pytest

from connectors.audit import Audit
from connectors.design.health import examine
from connectors.design.mesh import Mesh
from connectors.design.mesh_holes import fill_holes, rings_of


def sheet(n: int = 8) -> Mesh:
    """n x n squares of 3.3 x 2.7 m, two triangles each, far from the origin."""
    y, x = np.mgrid[0 : n + 1, 0 : n + 1].reshape(2, -1)
    v = np.column_stack([19_500_000.0 + 3.3 * x, 4_370_000.0 + 2.7 * y, x * 0.1])
    a = (np.arange(n)[:, None] * (n + 1) + np.arange(n)).ravel()
    low, high = np.c_[a, a + 1, a + n + 1], np.c_[a + 1, a + n + 2, a + n + 1]
    return Mesh(v, np.vstack([low, high]))


def box() -> Mesh:
    """A closed box of twelve triangles, 2 x 3 x 4 m."""
    import trimesh

    made = trimesh.creation.box((2.0, 3.0, 4.0))
    return Mesh(np.array(made.vertices), np.array(made.faces, dtype=np.int64))


def test_a_lost_face_is_filled_and_marked() -> None:
    """A box of 2 x 3 x 4 less one triangle is closed again, with the area it lost."""
    whole = box()
    cut = replace(whole, triangles=whole.triangles[1:])
    a, b, c = whole.vertices[whole.triangles[0]]
    lost = float(np.linalg.norm(np.cross(b - a, c - a))) / 2.0
    audit = Audit()

    mended, filled = fill_holes(cut, 20.0, audit, "box")

    assert examine(mended).watertight
    assert [hole.area for hole in filled] == pytest.approx([lost])
    assert filled[0].triangles == (11, 11)
    assert [line["count"] for line in audit.repaired] == [1]


def test_the_rim_of_a_sheet_stays_open() -> None:
    """A hole of six triangles about one vertex is filled; the rim, 96 m, is longer.

    Squares of 3.3 x 2.7 m: the hole's ring has 6 edges, the rim is left as it is.
    """
    mesh = sheet()
    middle = 4 * 9 + 4
    kept = mesh.triangles[~(mesh.triangles == middle).any(axis=1)]
    open_ = replace(mesh, triangles=kept)

    mended, filled = fill_holes(open_, 40.0, Audit(), "sheet")

    assert [ring.edges for ring in rings_of(open_.vertices, kept)] == [32, 6]
    assert [hole.edges for hole in filled] == [6]
    assert len(mended.triangles) == len(kept) + 4
    found = examine(mended)
    assert (found.holes, found.open_edges, found.flipped_faces) == (0, 32, 0)


def test_the_filling_of_a_flat_hole_has_its_area() -> None:
    """Within a ring of 24 sides all fillings of least area are its plan: 12 sin(15) r2.

    The frame's outer ring, 1.5 times as wide, stays open.
    """
    n = 24
    turn = [2.0 * pi * k / n for k in range(n)]
    v = np.array([[r * cos(a), r * sin(a), 0.0] for r in (4.0, 6.0) for a in turn])
    i, j = np.arange(n), np.roll(np.arange(n), -1)
    frame = np.vstack([np.c_[i, i + n, j], np.c_[j, i + n, j + n]])

    _, filled = fill_holes(Mesh(v, frame), 30.0, Audit(), "frame")

    plan = n / 2.0 * sin(2.0 * pi / n) * 16.0
    assert [hole.area for hole in filled] == pytest.approx([plan], rel=1e-9)


def test_a_branched_rim_is_left_and_said() -> None:
    """Two holes that meet in one vertex make no plain ring: refused, not guessed."""
    mesh = sheet()
    gone = [(4 * 8 + 4), 64 + (3 * 8 + 3)]  # they share the middle vertex only
    kept = replace(mesh, triangles=np.delete(mesh.triangles, gone, axis=0))
    audit = Audit()

    mended, filled = fill_holes(kept, 40.0, audit, "sheet")

    closed = [ring.closed for ring in rings_of(kept.vertices, kept.triangles)]
    assert len(filled) + len(audit.refused) == len(closed) - 1
    assert examine(mended).non_manifold_edges == 0
