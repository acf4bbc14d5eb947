"""Where a column's slots lie, and what of each goes where when the ground moves.

Slots keep their depth below the surface; material moves through them. Cutting lifts
what lies deeper, filling presses everything down.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..numerics.compiled import compiled
from ..process import Array

SLOTS = ("topsoil", "subsoil", "spoil")
LAYERS = SLOTS[1:]  # labels of the axis "soil_layer"
TOPSOIL_DEPTH = 0.3  # m; soil carbon is reported to this depth (IPCC 2006 vol. 4)
SUBSOIL_DEPTH = 1.0  # m; depth of profiles that surveys usually sample
BOTTOM = 1e30  # m
PAIRS = ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1))


@dataclass(frozen=True)
class Moves:
    """Shares by which every constituent of the columns moves, (…, n).

    flows  (6, n) of each slot's old content that goes to another slot, as PAIRS
    out    (3, n) of each slot's old content that is cut off
    into   (3, n) of the fill that comes into each slot
    """

    flows: Array = field(repr=False)
    out: Array = field(repr=False)
    into: Array = field(repr=False)


def moves(thickness: Array, cut: Array, fill: Array) -> Moves:
    """Say what happens to columns that lose ``cut`` at the top, then gain ``fill``.

    thickness  of the slots, m, (3, n)
    cut, fill  m, (n,), not negative; a cut beyond the column takes all of it

    Where neither is above 0 nothing moves.
    """
    n = cut.size
    made = Moves(np.zeros((6, n)), np.zeros((3, n)), np.zeros((3, n)))
    _move(thickness, cut, fill, made.flows, made.out, made.into)
    return made


@compiled
def _move(
    thickness: Array, cut: Array, fill: Array, flows: Array, out: Array, into: Array
) -> None:
    """Overlap of the displaced slots with the slots, over their old thickness."""
    edge = (0.0, TOPSOIL_DEPTH, SUBSOIL_DEPTH, BOTTOM)
    for i in range(cut.size):
        if not (cut[i] > 0.0 or fill[i] > 0.0):
            continue
        rise = fill[i] - cut[i]
        top = 0.0
        for a in range(3):
            h = thickness[a, i]
            bottom = top + h
            if h > 0.0:
                gone = min(max(cut[i] - top, 0.0), h)
                out[a, i] = gone / h
                first, last = top + gone + rise, bottom + rise
                for b in range(3):
                    if b == a:
                        continue
                    shared = min(last, edge[b + 1]) - max(first, edge[b])
                    if shared > 0.0:
                        # rows in the order of PAIRS
                        flows[2 * a + b - (b > a), i] = min(shared / h, 1.0)
            top = bottom
        if fill[i] > 0.0:
            for b in range(3):
                shared = min(fill[i], edge[b + 1]) - edge[b]
                into[b, i] = max(shared, 0.0) / fill[i]
