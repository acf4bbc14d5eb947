"""Vocabulary of nitrogen beyond what the soil column carries."""

from __future__ import annotations

from ..var import Var


def _stock(name: str, label: str, label_zh: str, factor: float) -> Var:
    return Var(
        name=name, unit="g m-2", kind="stock", label=label, label_zh=label_zh,
        source="nitrogen book", low=0.0, budget="nitrogen", factor=1e-3 * factor,
        shown="kg ha-1", scale=10.0, colours="bamako",
    )  # fmt: skip


VARS = (
    _stock(
        "plant_nitrogen",
        "Nitrogen in plants, litter and dead wood",
        "植物与枯落物氮",
        1.0,
    ),
    _stock(
        "nitrogen_fixed_total",
        "Nitrogen fixed by symbionts since the start",
        "累计共生固氮",
        -1.0,
    ),
    _stock(
        "nitrogen_deposited_total",
        "Nitrogen deposited from the air since the start",
        "累计大气氮沉降",
        -1.0,
    ),
    _stock(
        "nitrogen_leached_total",
        "Nitrogen leached since the start",
        "累计氮淋失",
        1.0,
    ),
    _stock(
        "nitrogen_gas_total",
        "Nitrogen lost as gas since the start, fires with it",
        "累计氮气态损失(含火烧)",
        1.0,
    ),
    Var(
        name="production_counted",
        unit="kg m-2",
        kind="stock",
        label="NPP counted by the nitrogen cycle so far",
        label_zh="氮循环已计入的净初级生产力",
        source="net_primary_production_total a year before",
        low=0.0,
        colours="bamako",
    ),
    Var(
        name="drainage_counted",
        unit="mm",
        kind="stock",
        label="Recharge counted by the nitrogen cycle so far",
        label_zh="氮循环已计入的渗漏量",
        source="recharge_total a year before",
        low=0.0,
        colours="devon",
    ),
)
NITROGEN_STOCKS = tuple(var.name for var in VARS)
