"""The inner loops: move one constituent of the columns by given shares."""

from __future__ import annotations

from ..numerics.compiled import compiled
from ..process import Array


@compiled
def carry(
    top: Array, below: Array, flows: Array, out: Array, into: Array, load: Array,
    added: Array,
) -> None:  # fmt: skip
    """Set ``added`` (3, n) to the change of an amount per area.

    top, below       (n,), (2, n); load  what the fill brings (n,), same unit
    flows, out, into  of ``Moves``

    What leaves one slot is the number that enters the other. No slot loses more than
    it holds, so that rounding never leaves a stock below 0.
    """
    for i in range(top.size):
        a, b, c = top[i], below[0, i], below[1, i]
        ab, ac = flows[0, i] * a, flows[1, i] * a
        ba, bc = flows[2, i] * b, flows[3, i] * b
        ca, cb = flows[4, i] * c, flows[5, i] * c
        x = load[i]
        added[0, i] = ba + ca + into[0, i] * x - min(ab + ac + out[0, i] * a, a)
        added[1, i] = ab + cb + into[1, i] * x - min(ba + bc + out[1, i] * b, b)
        added[2, i] = ac + bc + into[2, i] * x - min(ca + cb + out[2, i] * c, c)


@compiled
def cut_off(top: Array, below: Array, out: Array, gone: Array) -> None:
    """Set ``gone`` (n,) to what the cut takes of an amount per area."""
    for i in range(top.size):
        gone[i] = out[0, i] * top[i] + out[1, i] * below[0, i] + out[2, i] * below[1, i]


@compiled
def mix(
    value: Array, mass: Array, moved: tuple[Array, Array, Array], load: Array,
    brought: Array, bounds: tuple[float, float], change: Array,
) -> None:  # fmt: skip
    """Set ``change`` (3, n) of a property that mixes by mass.

    value, mass    of the slots before, (3, n)
    moved          flows, out, into of ``Moves``
    load, brought  mass of the fill, kg m-2, and its mass times value, (n,)
    bounds         least and greatest value that there is

    A mixture lies between its parts; an empty slot keeps its value.
    """
    flows, out, into = moved
    for i in range(load.size):
        x, q = load[i], brought[i]
        for b in range(3):
            stays = 1.0 - out[b, i]
            m, s = 0.0, 0.0
            low = high = value[b, i]
            for a in range(3):
                if a == b:
                    continue
                stays -= flows[2 * b + a - (a > b), i]
                came = flows[2 * a + b - (b > a), i] * mass[a, i]
                if came > 0.0:
                    m += came
                    s += came * value[a, i]
                    low = min(low, value[a, i])
                    high = max(high, value[a, i])
            kept = max(stays, 0.0) * mass[b, i]
            new = into[b, i] * x
            if new > 0.0:
                given = min(max(q / x, bounds[0]), bounds[1])
                low, high = min(low, given), max(high, given)
            m += kept + new
            s += kept * value[b, i] + into[b, i] * q
            if m > 0.0 and low < high:
                change[b, i] = min(max(s / m, low), high) - value[b, i]
            else:
                change[b, i] = 0.0
