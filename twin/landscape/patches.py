"""Patches of one class: their cells, and the edges between classes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from ..numerics.compiled import compiled
from ..process import Array

Classes = NDArray[np.int64]
NONE = 0  # no class: outside the site
TOUCHING = np.ones((3, 3), dtype=np.int64)  # eight neighbours belong together


@dataclass(frozen=True)
class Patches:
    """A map of classes taken apart.

    classes  present classes in order, (k,)
    areas    cells of every patch, by class
    pairs    (k, k) neighbouring cells of each two classes, by sides; each side twice
    rim      (k,) sides of cells of a class that face no class
    """

    classes: Classes
    areas: tuple[Array, ...] = field(repr=False)
    pairs: Array = field(repr=False)
    rim: Array = field(repr=False)


def patches(raster: Classes) -> Patches:
    """Take a map (rows, columns) apart; cells of class 0 are outside."""
    classes = np.unique(raster[raster != NONE]).astype(np.int64)
    areas = []
    for value in classes.tolist():
        labels, count = label(raster == value, structure=TOUCHING)
        areas.append(np.bincount(labels.ravel(), minlength=count + 1)[1:].astype(float))
    index = np.searchsorted(classes, raster).astype(np.int64)
    index[raster == NONE] = -1
    pairs = np.zeros((classes.size, classes.size))
    rim = np.zeros(classes.size)
    _sides(index, pairs, rim)
    return Patches(classes, tuple(areas), pairs, rim)


@compiled
def _sides(index: Classes, pairs: Array, rim: Array) -> None:
    """Count sides: between classes both ways, and those that face nothing."""
    rows, columns = index.shape
    for r in range(rows):
        for c in range(columns):
            here = index[r, c]
            if here < 0:
                continue
            for k in range(4):
                y = r + (1 if k == 0 else (-1 if k == 1 else 0))
                x = c + (1 if k == 2 else (-1 if k == 3 else 0))
                other = -1
                if 0 <= y < rows and 0 <= x < columns:
                    other = index[y, x]
                if other < 0:
                    rim[here] += 1.0
                else:
                    pairs[here, other] += 1.0
