"""ICP's errors are as large as what it misses, also where errors go together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial.transform import Rotation

from twin.change.icp import Registration, register
from twin.change.icp_error import move_covariance

ORIGIN = np.array([512_000.0, 4_300_000.0, 1200.0])
TURN = np.array([0.1, -0.2, 0.5])  # degrees
SHIFT = np.array([0.4, -0.3, 0.5])  # m
HALF = 45.0  # m
Array = np.ndarray
DRAWS = 14


def hills(x: Array, y: Array) -> Array:
    z = 8.0 * np.sin(x / 30.0) * np.cos(y / 25.0) + 3.0 * np.sin(x / 15.0 + 1.0)
    return z + 2.0 * np.cos(y / 17.0)


def benches(x: Array, y: Array) -> Array:
    """An oval pit: faces of 8 m over 10 m, berms of 12 m, all of them level."""
    away = np.hypot(x, 1.2 * y)
    step = np.floor(away / 22.0)
    return 8.0 * step + 0.8 * np.clip(away - 22.0 * step - 12.0, 0.0, 10.0)


def shared(rng: np.random.Generator, x: Array, y: Array) -> Array:
    """Errors of 20 mm that neighbours within some 8 m have in common."""
    n = int(2 * HALF) + 41
    field = gaussian_filter(rng.normal(size=(n, n)), 4.0 / np.sqrt(2.0))
    field *= 0.02 / field.std()
    return map_coordinates(field, [y + HALF + 20, x + HALF + 20], order=1)


def cloud(
    ground: Callable[[Array, Array], Array], seed: int, *, together: bool
) -> Array:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-HALF, HALF, (2, 12_000))
    z = ground(x, y) + rng.normal(0.0, 0.03, x.size)
    if together:
        z += shared(rng, x, y)
    return np.stack([x, y, z], axis=1)


def misses(found: Registration) -> Array:
    """What it is off, over the stated errors: three shifts and three turns."""
    turn = Rotation.from_rotvec(np.radians(TURN)).as_matrix()
    wanted = turn.T @ (found.origin - ORIGIN - SHIFT) + ORIGIN - found.origin
    shift = (found.shift - wanted) / found.shift_error
    return np.concatenate(
        [shift, (found.rotation_deg + TURN) / found.rotation_error_deg]
    )


@pytest.mark.parametrize(
    ("ground", "together"),
    [(hills, False), (hills, True), (benches, False)],
    ids=["hills", "errors-together", "benches"],
)
def test_misses_are_as_large_as_stated(
    ground: Callable[[Array, Array], Array], together: bool
) -> None:
    """Misses over errors have a root mean square of 1, and none has a bias.

    Of 84 numbers, 14 draws of six that are partly alike, the root mean square is
    known to 1 / sqrt(2 n) with n between 14 and 84: 0.08 to 0.19. By blocks of a
    twelfth of the ground and one normal only it was 1.15 on hills, 1.34 with errors
    that go together and 1.39 on benches (100 draws each).
    """
    turn = Rotation.from_rotvec(np.radians(TURN)).as_matrix()
    found = []
    for seed in range(DRAWS):
        fixed = cloud(ground, 2 * seed, together=together) + ORIGIN
        moving = cloud(ground, 2 * seed + 1, together=together)
        found.append(misses(register(fixed, moving @ turn.T + SHIFT + ORIGIN)))

    z = np.array(found)
    assert 0.7 < np.sqrt(np.mean(np.square(z))) < 1.3
    # a mean of n unit numbers is within 1 / sqrt(n) of 0; of six none beyond 3.5 of it
    assert np.abs(z.mean(axis=0)).max() < 3.5 / np.sqrt(DRAWS)


def test_an_error_along_a_direction_is_that_of_shift_and_turn() -> None:
    """At the origin it is the shift's; 50 m east of it a turn about north adds up."""
    covariance = np.diag([0.0, 1e-8, 0.0, 4e-6, 4e-6, 9e-6])
    found = Registration(
        np.eye(4), np.zeros(3), np.zeros(3), np.zeros(3), covariance,
        0.0, 0.0, 1.0, 1.0, 100, 1,
    )  # fmt: skip

    up = np.array([[0.0, 0.0, 1.0]])
    here = found.error_along(np.zeros((1, 3)), up)
    there = found.error_along(np.array([[50.0, 0.0, 0.0]]), up)

    assert here == pytest.approx([0.003])
    assert there == pytest.approx([np.hypot(0.003, 50.0 * 1e-4)])


def test_independent_errors_have_the_textbook_covariance() -> None:
    """Without correlation it is s2 (X'X)^-1; 144 blocks tell a variance to 12 %."""
    rng = np.random.default_rng(4)
    places = rng.uniform(0.0, 100.0, (20_000, 2))
    x = np.column_stack([rng.normal(size=(20_000, 5)), np.ones(20_000)])
    rest = rng.normal(0.0, 0.03, 20_000)

    found = move_covariance(x, rest, places, 1.0, x.T @ x)

    wanted = 0.03 * np.sqrt(np.diag(np.linalg.inv(x.T @ x)))
    assert np.sqrt(np.diag(found)) == pytest.approx(wanted, rel=0.25)
