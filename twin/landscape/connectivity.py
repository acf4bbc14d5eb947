"""Connected habitat: how much a species reaches that crosses gaps between patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from ..errors import InputError
from ..process import Array
from .metrics import HECTARE
from .patches import TOUCHING

HALF = np.log(2.0)  # of those who set out get as far as the dispersal distance
FARTHEST = 30.0  # dispersal distances, which one in 10^9 covers
AT_ONCE = 4_000_000  # distances held at a time
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))  # to neighbours, each pair once


@dataclass(frozen=True)
class Connected:
    """What a species of one dispersal distance finds.

    habitat      area of habitat, ha
    equivalent   equivalent connected area: one patch of this size offers as much, ha
    probability  that two points put anywhere in the map reach each other, 1
    """

    habitat: float
    equivalent: float
    probability: float


def connected_area(
    habitat: NDArray[np.bool_], *, cell: float, dispersal: float, total: float
) -> Connected:
    """Equivalent connected area of a map (rows, columns), with its probability.

    cell       m
    dispersal  gap between two patches that half of those who set out cross, m
    total      area of the map, habitat or not, ha

    A gap d is crossed with probability 0.5^(d / dispersal); the way leads over other
    patches where that is likelier. Gaps are straight, from edge to edge, between
    patches whose surroundings meet (Fall et al. 2007, Ecosystems 10:448); what lies
    in between is all alike, roads and walls too. Saura & Pascual-Hortal 2007,
    Landscape and Urban Planning 83:91; Saura et al. 2011, Ecological Indicators 11:407.
    """
    if not dispersal > 0.0:
        raise InputError(
            f"dispersal distance: {dispersal:g} m; give the gap that half of the "
            "animals or seeds cross, above 0 m"
        )
    labels, count = label(habitat, structure=TOUCHING)
    if count == 0:
        return Connected(0.0, 0.0, 0.0)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:] * cell**2 / HECTARE
    rate = HALF / dispersal
    gaps = _gaps(labels, count, cell)
    reached = 0.0
    rows = max(AT_ONCE // count, 1)
    for first in range(0, count, rows):
        some = np.arange(first, min(first + rows, count))
        far = dijkstra(gaps, directed=False, indices=some, limit=FARTHEST * dispersal)
        reached += float(areas[some] @ (np.exp(-rate * far) @ areas))
    probability = reached / total**2
    return Connected(float(areas.sum()), float(np.sqrt(reached)), probability)


def _gaps(labels: NDArray[Any], count: int, cell: float) -> csr_array:
    """Gaps between patches whose surroundings meet, m, (count, count), upper half."""
    near = distance_transform_edt(
        labels == 0, return_distances=False, return_indices=True
    )
    row, column = np.asarray(near)
    own = labels[row, column].astype(np.int64) - 1
    found = [_border(own, row, column, step) for step in STEPS]
    pair, far = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((far, pair))
    pair, far = pair[order], far[order]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    one, other = np.divmod(pair[first], own.max(initial=0) + 1)
    gap = (far[first] - 1.0) * cell
    return csr_array((gap, (one, other)), shape=(count, count))


def _border(
    own: NDArray[np.int64],
    row: NDArray[np.int32],
    column: NDArray[np.int32],
    step: tuple[int, int],
) -> tuple[NDArray[np.int64], Array]:
    """Pairs of patches whose surroundings meet here, and how far their cells are."""
    down, right = step
    rows, columns = own.shape
    a = (slice(0, rows - down), slice(max(-right, 0), columns - max(right, 0)))
    b = (slice(down, rows), slice(max(right, 0), columns + min(right, 0)))
    meet = own[a] != own[b]
    one, other = own[a][meet], own[b][meet]
    away = np.hypot(
        (row[a][meet] - row[b][meet]).astype(np.float64),
        (column[a][meet] - column[b][meet]).astype(np.float64),
    )
    size = own.max(initial=0) + 1
    pair = np.minimum(one, other) * size + np.maximum(one, other)
    return pair, away
