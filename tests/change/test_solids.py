"""Solids that overhang have the volumes that geometry gives them."""

from __future__ import annotations

from math import pi, sin

import numpy as np
import pytest

from twin.change.mesh_crossings import crossing_faces
from twin.change.prisms import Plane, volume_between
from twin.change.solids import Solid, above, between, both, common, less, solid_of
from twin.errors import InputError
from twin.tin import Tin

pytest.importorskip("manifold3d")

FAR = np.array([19_500_000.0, 4_370_000.0, 1250.0])
BOX = np.array(
    [[0, 2, 1], [0, 3, 2], [4, 5, 6], [4, 6, 7], [0, 1, 5], [0, 5, 4],
     [1, 2, 6], [1, 6, 5], [2, 3, 7], [2, 7, 6], [3, 0, 4], [3, 4, 7]]
)  # fmt: skip


def box(low: tuple[float, ...], high: tuple[float, ...]) -> Solid:
    """A box between two corners, far from the origin of its CRS."""
    (a, b, c), (d, e, f) = low, high
    v = [[a, b, c], [d, b, c], [d, e, c], [a, e, c]]
    v += [[x, y, f] for x, y, _ in v]
    return solid_of(np.array(v, dtype=np.float64) + FAR, BOX)


def drum(n: int, radius: float, low: float, high: float) -> Solid:
    """An upright prism of n sides, of n/2 sin(2 pi/n) r2 in plan."""
    turn = 2.0 * pi * np.arange(n) / n
    ring = np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
    v = np.vstack([np.c_[ring, np.full(n, low)], np.c_[ring, np.full(n, high)]])
    v = np.vstack([v, [[0.0, 0.0, low], [0.0, 0.0, high]]])
    i, j = np.arange(n), np.roll(np.arange(n), -1)
    sides = np.vstack([np.c_[i, j, j + n], np.c_[i, j + n, i + n]])
    caps = np.vstack(
        [np.c_[j, i, i * 0 + 2 * n], np.c_[i + n, j + n, i * 0 + 2 * n + 1]]
    )
    return solid_of(v + FAR, np.vstack([sides, caps]))


def test_a_drum_out_of_a_box_leaves_the_difference() -> None:
    """Box 10 x 10 x 4 less a 64-gon prism of radius 3 through it, in closed form.

    Far from the origin, where float32 would have steps of 2 m.
    """
    block = box((-5, -5, 0), (5, 5, 4))
    hole = drum(64, 3.0, -1.0, 5.0)
    plan = 32.0 * sin(2.0 * pi / 64.0) * 9.0

    assert hole.volume == pytest.approx(6.0 * plan, rel=1e-7)
    assert less(block, hole).volume == pytest.approx(400.0 - 4.0 * plan, rel=1e-7)
    assert common(block, hole).volume == pytest.approx(4.0 * plan, rel=1e-7)
    assert both(block, hole).volume == pytest.approx(400.0 + 2.0 * plan, rel=1e-7)


def test_the_turn_of_the_file_does_not_matter() -> None:
    """A skin wholly inside out is the same solid, alone and in a boolean."""
    block, hole = box((-5, -5, 0), (5, 5, 4)), drum(12, 3.0, -1.0, 5.0)
    turned = solid_of(hole.vertices, hole.triangles[:, ::-1])

    assert turned.volume == hole.volume
    assert less(block, turned).volume == less(block, hole).volume


def test_two_boxes_one_inside_out_both_count() -> None:
    """Apart from each other: 8 + 27, whichever is inside out; no cavity."""
    small, large = box((0, 0, 0), (2, 2, 2)), box((10, 0, 0), (13, 3, 3))
    v = np.vstack([small.vertices, large.vertices])
    for one, other in ((1, -1), (-1, 1), (-1, -1)):
        t = np.vstack(
            [
                small.triangles[:, ::one],
                large.triangles[:, ::other] + len(small.vertices),
            ]
        )
        assert solid_of(v, t).volume == pytest.approx(35.0, rel=1e-7)


def test_a_cavity_is_not_filled() -> None:
    """A box of 1 m3 within one of 27 m3, its skin turned to the hollow: 26."""
    shell, hollow = box((0, 0, 0), (3, 3, 3)), box((1, 1, 1), (2, 2, 2))
    v = np.vstack([shell.vertices, hollow.vertices])
    t = np.vstack([shell.triangles, hollow.triangles[:, ::-1] + len(shell.vertices)])

    assert solid_of(v, t).volume == pytest.approx(26.0, rel=1e-7)


def test_an_undercut_highwall_holds_less_than_its_plan() -> None:
    """A block 10 x 8 x 6 with a notch 3 m deep and 2 m high under its crest.

    480 - 3 * 8 * 2 = 432; above 4 m, the top of the notch, 10 * 8 * 2 = 160 are left.
    """
    wall = less(box((0, 0, 0), (10, 8, 6)), box((7, -1, 2), (11, 9, 4)))

    assert wall.volume == pytest.approx(432.0, rel=1e-7)
    assert above(wall, FAR[2] + 4.0).volume == pytest.approx(160.0, rel=1e-7)
    assert above(wall, FAR[2] + 7.0).volume == 0.0


def test_a_pile_without_overhang_agrees_with_the_prisms() -> None:
    """A cone of 90 sides above a level, as a solid and as a ground in closed form."""
    n, height, level = 90, 12.0, 5.0
    turn = 2.0 * pi * np.arange(n) / n
    rim = np.column_stack([30.0 * np.cos(turn), 30.0 * np.sin(turn), np.zeros(n)])
    v = np.vstack([rim, [[3.0, 2.0, height]], [[0.0, 0.0, 0.0]]]) + FAR
    i, j = np.arange(n), np.roll(np.arange(n), -1)
    side, floor = np.c_[i, j, i * 0 + n], np.c_[j, i, i * 0 + n + 1]

    pile = solid_of(v, np.vstack([side, floor]))
    flat = Plane(FAR[2] + level)
    ground = volume_between(flat, Tin.of(v[: n + 1], side))

    assert above(pile, FAR[2] + level).volume == pytest.approx(ground.fill, rel=1e-6)


def test_between_two_sheets_on_one_rim() -> None:
    """Roof and floor of a tent: pyramid of 6 x 6, 5 m up and 2 m down: 12 * 7 = 84."""
    rim = np.array([[0, 0, 0], [6, 0, 0], [6, 6, 0], [0, 6, 0]], dtype=np.float64)
    fan = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])
    up = np.vstack([rim, [[3.0, 3.0, 5.0]]]) + FAR
    down = np.vstack([rim, [[3.0, 3.0, -2.0]]]) + FAR

    for turn in (1, -1):
        made = between((up, fan), (down, fan[:, ::turn]))
        assert made.volume == pytest.approx(84.0, rel=1e-7)
    with pytest.raises(InputError, match="rims differ"):
        between((up, fan), (down, fan[:3]))


def test_an_open_skin_is_refused_with_the_mend() -> None:
    """A box without one triangle has no volume."""
    whole = box((0, 0, 0), (1, 1, 1))

    with pytest.raises(InputError, match=r"3 open or flipped.*minetwin mesh"):
        solid_of(whole.vertices, whole.triangles[1:])


def test_a_skin_that_passes_through_itself_is_refused() -> None:
    """Two boxes that overlap, in one file: both close, but their inside is not one."""
    a, b = box((0, 0, 0), (4, 4, 4)), box((1, 1, 2), (2, 2, 9))
    v = np.vstack([a.vertices, b.vertices])
    t = np.vstack([a.triangles, b.triangles + len(a.vertices)])

    with pytest.raises(InputError, match="pass through"):
        solid_of(v, t)


def test_crossings_are_found_and_touching_is_none() -> None:
    """A needle through one triangle of two; the neighbour and a foot on it are not."""
    v = np.array(
        [[0, 0, 0], [4, 0, 0], [0, 4, 0], [4, 4, 0],
         [1, 1, -1], [1, 1, 1], [1, 1.2, 1],
         [3, 3, 0], [3, 3, 2], [3.2, 3, 2]], dtype=np.float64
    )  # fmt: skip
    t = np.array([[0, 1, 2], [1, 3, 2], [4, 5, 6], [7, 8, 9]])

    assert crossing_faces(v + FAR, t).tolist() == [0, 2]
