"""Catalogue of the operators that make a design: what each takes and who says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..errors import unknown_name
from .backfill import ToLevel, WithVolume, backfill_to_level, backfill_volume
from .balance import balance
from .benches import (
    Benches,
    CountedBenches,
    heap_above_toe,
    heap_below_crest,
    pit_above_floor,
    pit_below_crest,
)
from .cap import Cover, cap_normal, cap_vertical
from .concave_slope import Concavity, concave_slope
from .designed import Designed
from .drain import Channel, drain
from .grade import GradeTo, grade, lay_back
from .parameters import Parameter, Parameters, listed
from .tie_in import TieSlopes, tie_in

Place = Literal["area", "ring", "line", "crest and toe", "design"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to make a design of a ground.

    function    called with the surface, then each of ``places`` in their order, then
                ``parameters`` made of the user's numbers (none where it is None), and
                terms=Terms(...)
    places      "area" a mask or polygon; "ring" a closed line or polygon; "line" an
                open line drawn downstream; "crest and toe" a pair of lines; "design"
                another Surface on the same cells
    source      what its docstring gives in full
    """

    name: str
    label: str
    label_zh: str
    places: tuple[Place, ...]
    function: Callable[..., Designed] = field(repr=False)
    parameters: type[Parameters] | None
    source: str

    @property
    def numbers(self) -> tuple[Parameter, ...]:
        """The numbers that it takes, with unit, limits, labels and default."""
        return listed(self.parameters) if self.parameters else ()


_ENVELOPE = "eikonal envelopes of slope, Zhao 2005, Math. Comp. 74:603"
_STEPS = "geometry of batters and benches"
_PLAIN = "geometry"

_ALL = (
    Operator(
        "grade", "Grade to a slope, cut and fill balanced", "削坡填方整形（填挖平衡）",
        ("area",), grade, GradeTo, _ENVELOPE,
    ),
    Operator(
        "lay-back", "Cut back to a slope", "削坡（只挖不填）",
        ("area",), lay_back, GradeTo, _ENVELOPE,
    ),
    Operator(
        "pit-below-crest", "Benches down inside a pit's crest", "由坡顶线向内下挖台阶",
        ("ring",), pit_below_crest, CountedBenches, _STEPS,
    ),
    Operator(
        "pit-above-floor", "Benches up around a pit's floor", "由坑底线向外上扩台阶",
        ("ring",), pit_above_floor, Benches, _STEPS,
    ),
    Operator(
        "heap-above-toe", "Benches up inside a heap's toe", "由坡脚线向内堆筑台阶",
        ("ring",), heap_above_toe, CountedBenches, _STEPS,
    ),
    Operator(
        "heap-below-crest", "Benches down around a heap's crest",
        "由堆顶线向外放坡台阶",
        ("ring",), heap_below_crest, Benches, _STEPS,
    ),
    Operator(
        "backfill-to-level", "Backfill to an elevation", "回填至设计高程",
        ("area",), backfill_to_level, ToLevel, _PLAIN,
    ),
    Operator(
        "backfill-volume", "Backfill with a volume", "按方量回填",
        ("area",), backfill_volume, WithVolume, _PLAIN,
    ),
    Operator(
        "cap-vertical", "Cover of a thickness, measured upright", "覆盖（竖直厚度）",
        ("area",), cap_vertical, Cover, _PLAIN,
    ),
    Operator(
        "cap-normal", "Cover of a thickness, at right angles", "覆盖（法向厚度）",
        ("area",), cap_normal, Cover, "geometry; slope by Horn 1981",
    ),
    Operator(
        "drain", "Drain along a line", "沿线开挖排水沟",
        ("line",), drain, Channel, _PLAIN,
    ),
    Operator(
        "concave-slope", "Concave hillslope from crest to toe", "凹形仿自然坡面",
        ("area", "crest and toe"), concave_slope, Concavity,
        "Hancock, Loch & Willgoose 2003, ESPL 28:1097; Flint 1974, WRR 10:969",
    ),
    Operator(
        "tie-in", "Tie a design into the ground around it", "设计面与原地面衔接放坡",
        ("design", "area"), tie_in, TieSlopes, _ENVELOPE,
    ),
    Operator(
        "balance", "Shift a design until cut and fill balance", "升降设计面使填挖平衡",
        ("design", "area"), balance, None, "root of the volume balance, Brent 1973",
    ),
)  # fmt: skip

OPERATORS: Mapping[str, Operator] = {o.name: o for o in _ALL}


def operator(name: str, where: str = "design") -> Operator:
    """Look an operator up; UnknownName with the nearest when there is none."""
    if name not in OPERATORS:
        raise unknown_name("operator", name, OPERATORS, where)
    return OPERATORS[name]
