"""Connected habitat beside closed forms, brute force and the mesh size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import label
from scipy.spatial.distance import cdist

from twin.errors import InputError
from twin.landscape.connectivity import connected_area
from twin.landscape.metrics import landscape

CELL, TOUCHING = 10.0, np.ones((3, 3))


def patches_in_line(*gaps: int, size: int = 5) -> np.ndarray:
    """Squares of size x size cells in a row, with gaps of cells between them."""
    pieces = [np.ones((size, size), bool)]
    for gap in gaps:
        pieces += [np.zeros((size, gap), bool), np.ones((size, size), bool)]
    return np.pad(np.hstack(pieces), 8)


def told(habitat: np.ndarray, dispersal: float):
    total = habitat.size * CELL**2 / 1e4
    return connected_area(habitat, cell=CELL, dispersal=dispersal, total=total)


def test_one_patch_is_its_own_area():
    found = told(patches_in_line(), 50.0)

    assert found.equivalent == pytest.approx(0.25)
    assert found.habitat == pytest.approx(0.25)
    assert found.probability == pytest.approx((0.25 / (21 * 21 * 0.01)) ** 2)


def test_two_patches_at_the_dispersal_distance_are_joined_by_half():
    """a, a: sqrt(2 a^2 + 2 a^2 / 2) = a sqrt(3)."""
    found = told(patches_in_line(4), 40.0)

    assert found.equivalent == pytest.approx(0.25 * np.sqrt(3.0))


def test_a_stepping_stone_is_used():
    """Ends reach each other over the middle: p = 1/2 x 1/2, better than 0.5^(13/4)."""
    found = told(patches_in_line(4, 4), 40.0)

    squares = 3.0 + 2.0 * (0.5 + 0.5 + 0.25)
    assert found.equivalent == pytest.approx(0.25 * np.sqrt(squares))


def test_without_legs_it_is_the_mesh_and_with_wings_the_whole():
    """p = 0: the square over the area is the effective mesh size (Jaeger 2000);
    p = 1: all habitat is one.
    """
    rng = np.random.default_rng(4)
    classes = np.where(rng.random((60, 60)) < 0.3, 2, 1)
    forest = classes == 2

    mesh = landscape(classes, CELL).by_class["mesh"][1]
    assert told(forest, 1e-6).equivalent ** 2 / 36.0 == pytest.approx(mesh)
    wide = told(forest, 1e9)
    assert wide.equivalent == pytest.approx(wide.habitat)


@pytest.mark.parametrize("seed", range(4))
def test_scattered_patches_agree_with_all_pairs(seed: int):
    """Every pair of cells and Floyd's paths; meeting surroundings cost at most 1 %."""
    rng = np.random.default_rng(seed)
    forest = rng.random((48, 48)) < 0.04
    labels, count = label(forest, structure=TOUCHING)
    cells = [np.argwhere(labels == k + 1) for k in range(count)]
    far = np.array([[cdist(a, b).min() for b in cells] for a in cells])
    far = np.maximum(far - 1.0, 0.0) * CELL
    for k in range(count):
        far = np.minimum(far, far[:, [k]] + far[[k], :])
    areas = np.array([len(c) for c in cells]) * 0.01
    want = np.sqrt(areas @ 0.5 ** (far / 60.0) @ areas)

    assert told(forest, 60.0).equivalent == pytest.approx(want, rel=0.01)
    assert told(forest, 60.0).equivalent <= want * (1.0 + 1e-12)


def test_no_habitat_is_none_and_no_distance_is_refused():
    assert told(np.zeros((9, 9), bool), 50.0).equivalent == 0.0
    with pytest.raises(InputError, match="dispersal distance: 0 m"):
        told(patches_in_line(2), 0.0)
