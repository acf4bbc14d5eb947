"""Vocabulary of slope stability: what drives it and how safe a slope is."""

from __future__ import annotations

from ..var import Var

VARS = (
    Var(
        name="factor_of_safety",
        unit="1",
        kind="derived",
        label="Factor of safety of the slope",
        label_zh="边坡安全系数",
        source="infinite slope, Skempton & DeLory 1957",
        low=0.0,
        high=10.0,
        colours="roma",
    ),
    Var(
        name="slope_wetness",
        unit="1",
        kind="derived",
        label="Saturated share of the soil on the slope",
        label_zh="坡体饱和比例",
        source="Montgomery & Dietrich 1994",
        low=0.0,
        high=1.0,
        colours="devon",
    ),
    Var(
        name="root_cohesion",
        unit="kPa",
        kind="derived",
        label="Cohesion that roots lend at the slip plane",
        label_zh="根系附加黏聚力",
        source="Wu et al. 1979",
        low=0.0,
        colours="bamako",
    ),
    Var(
        name="recharge_counted",
        unit="mm",
        kind="stock",
        label="Recharge counted by slope stability so far",
        label_zh="边坡稳定已计入的渗漏量",
        source="recharge_total a year before",
        low=0.0,
        colours="devon",
    ),
)
