"""Vocabulary of what measures cost and emit, booked on the cells where they act."""

from __future__ import annotations

from ..var import Var

VARS = (
    Var(
        name="measure_cost_total",
        unit="m-2",
        kind="stock",
        label="Cost of measures since the start (the scenario's currency)",
        label_zh="累计措施费用(方案货币)",
        source="scenario",
        low=0.0,
        shown="ha-1",
        scale=10_000.0,
        colours="lajolla",
    ),
    Var(
        name="measure_emissions_total",
        unit="kg m-2",
        kind="stock",
        label="Emissions of measures since the start (CO2 equivalent)",
        label_zh="累计措施排放(二氧化碳当量)",
        source="IPCC 2006 vol. 4 and scenario",
        low=0.0,
        shown="t ha-1",
        scale=10.0,
        colours="lajolla",
    ),
)
