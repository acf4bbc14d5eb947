"""Vocabulary of ground that sinks over mined panels."""

from __future__ import annotations

from ..var import Var

VARS = (
    Var(
        name="subsidence_to_come",
        unit="m",
        kind="stock",
        label="Subsidence still to come",
        label_zh="剩余下沉量",
        source="probability integral; Knothe 1952",
        low=0.0,
        high=100.0,
        colours="lajolla",
    ),
    Var(
        name="subsidence_total",
        unit="m",
        kind="stock",
        label="Subsidence so far",
        label_zh="累计下沉量",
        source="probability integral; Knothe 1952",
        low=0.0,
        high=100.0,
        colours="lajolla",
    ),
    Var(
        name="ground_tilt",
        unit="1",
        kind="derived",
        label="Tilt by subsidence",
        label_zh="地表倾斜",
        source="Liu & Liao 1965",
        low=0.0,
        shown="mm m-1",
        scale=1000.0,
        colours="lajolla",
    ),
    Var(
        name="tensile_strain",
        unit="1",
        kind="derived",
        label="Tensile strain by subsidence",
        label_zh="地表拉伸变形",
        source="Liu & Liao 1965",
        low=0.0,
        shown="mm m-1",
        scale=1000.0,
        colours="lajolla",
    ),
)
