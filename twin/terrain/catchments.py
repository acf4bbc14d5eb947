"""Catchments: the cells whose flow ends in the same place, and parts of them.

Nothing passes between catchments, so loops along the flow may run over several parts at
once and give the same bits as over all cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from .cells import at

Cells = NDArray[np.int64]
Places = NDArray[np.int32]
PARTS = 8  # more than cores, so that they share the work evenly


@dataclass(frozen=True)
class Catchments:
    """Paths of flow over (n,) cells, cut into parts that share no cell.

    receivers  cell that receives; itself where flow ends
    end        number of the end of each cell's flow, (n,)
    last       the cells that are ends, (t,)
    parts      cells of each part, receivers before their donors
    """

    receivers: Cells
    end: Places
    last: Cells
    parts: tuple[Cells, ...]

    @classmethod
    def of(cls, receivers: Cells, order: Cells, parts: int = PARTS) -> Catchments:
        """Follow the paths; share the catchments out by their size."""
        end, last = _ends(receivers, order)
        sizes = np.bincount(end, minlength=last.size)
        share = np.zeros(last.size, dtype=np.int8)
        _share_out(np.argsort(-sizes, kind="stable"), sizes, share, parts)
        counts = np.bincount(share, weights=sizes, minlength=parts).astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)])
        cut = _cut(order, end, share, starts[:-1].copy())
        found = tuple(cut[a:b] for a, b in pairwise(starts))
        return cls(receivers, end, last, tuple(p for p in found if p.size))


@compiled
def _ends(receivers: Cells, order: Cells) -> tuple[Places, Cells]:
    n = receivers.size
    end = np.empty(n, dtype=np.int32)
    last = np.empty(n, dtype=np.int64)
    count = 0
    for k in range(n):
        i = order[k]
        r = receivers[at(i)]
        if r == i:
            end[at(i)] = count
            last[count] = i
            count += 1
        else:
            end[at(i)] = end[at(r)]
    return end, last[:count].copy()


@compiled
def _share_out(
    largest_first: Cells, sizes: Cells, share: NDArray[np.int8], parts: int
) -> None:
    """Give each catchment to the part that has least."""
    load = np.zeros(parts, dtype=np.int64)
    for e in largest_first:
        least = 0
        for p in range(1, parts):
            if load[p] < load[least]:
                least = p
        share[e] = least
        load[least] += sizes[e]


@compiled
def _cut(order: Cells, end: Places, share: NDArray[np.int8], put: Cells) -> Cells:
    """Order by part; within a part as before."""
    cut = np.empty_like(order)
    for k in range(order.size):
        i = order[k]
        part = share[at(end[at(i)])]
        cut[at(put[part])] = i
        put[part] += 1
    return cut
