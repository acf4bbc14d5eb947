"""Vocabulary of the soil column: what it can carry, and its fellows below 0.3 m."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..soil.constituents import (
    CONSTITUENTS,
    DENSITY,
    METALS,
    SOIL_MASS,
    account,
    available,
    below,
    metal,
)
from ..var import Element, Var
from .erosion import VARS as EROSION
from .soil import VARS as SOIL

METAL_LABELS = {
    "arsenic": ("Arsenic", "砷"),
    "cadmium": ("Cadmium", "镉"),
    "chromium": ("Chromium", "铬"),
    "copper": ("Copper", "铜"),
    "lead": ("Lead", "铅"),
    "mercury": ("Mercury", "汞"),
    "nickel": ("Nickel", "镍"),
    "zinc": ("Zinc", "锌"),
}
WAYS = (  # way, what it means, sign in the book
    ("imported", "brought in from outside", "累计外源带入", -1.0),
    ("exhumed", "raised from below the column", "累计深层翻出", -1.0),
    ("removed", "taken away", "累计移出", 1.0),
    ("exported", "carried off by water", "累计随水流失", 1.0),
)


def _stock(
    name: str,
    label: str,
    label_zh: str,
    unit: str,
    *,
    high: float = float("inf"),
    axes: tuple[str, ...] = (),
) -> Var:
    return Var(
        name=name, unit=unit, kind="stock", label=label, label_zh=label_zh,
        source="soil column, decision 0007", axes=axes, low=0.0, high=high,
        colours="lajolla",
    )  # fmt: skip


def _metals() -> Iterable[Var]:
    """Each metal: total, available share and the accounts of its book."""
    for name in METALS:
        told, told_zh = METAL_LABELS[name]
        book: Element = name  # type: ignore[assignment]
        yield replace(
            _stock(metal(name), f"{told} in the soil", f"土壤{told_zh}", "g m-2"),
            budget=book,
            factor=1e-3,
        )
        yield _stock(
            available(name), f"Available share of {told.lower()}",
            f"{told_zh}有效态比例", "1", high=1.0,
        )  # fmt: skip
        for way, words, words_zh, sign in WAYS:
            yield replace(
                _stock(account(name, way), f"{told} {words}",  # type: ignore[arg-type]
                       f"{words_zh}{told_zh}", "g m-2"),
                budget=book,
                factor=sign * 1e-3,
                source=f"{name} book",
            )  # fmt: skip
        for stock, words, words_zh in (
            (f"plant_{name}", f"{told} in plants", f"植物{told_zh}"),
            (f"{name}_leached_total", f"{told} leached from the column",
             f"累计淋失{told_zh}"),
        ):  # fmt: skip
            yield replace(
                _stock(stock, words, words_zh, "g m-2"), budget=book, factor=1e-3,
                source=f"{name} book",
            )  # fmt: skip


def _nitrogen() -> Iterable[Var]:
    """Accounts of what crosses the boundary with the soil and its plants."""
    for way, words, words_zh, sign in WAYS:
        yield replace(
            _stock(account("nitrogen", way), f"Nitrogen {words}",  # type: ignore[arg-type]
                   f"{words_zh}氮", "g m-2"),
            budget="nitrogen",
            factor=sign * 1e-3,
            source="nitrogen book",
            shown="kg ha-1",
            scale=10.0,
        )  # fmt: skip


def _other_carbon() -> Iterable[Var]:
    """Accounts of carbon that is never counted as removed from the air."""
    kinds = (
        ("geogenic_carbon", "Geogenic carbon", "地质成因碳"),
        ("inorganic_carbon", "Inorganic carbon", "无机碳"),
    )
    for book, told, told_zh in kinds:
        for way, words, words_zh, sign in WAYS:
            yield replace(
                _stock(account(book, way), f"{told} {words}",  # type: ignore[arg-type]
                       f"{words_zh}{told_zh}", "kg m-2"),
                budget="carbon",
                factor=sign,
                source="carbon book",
                shown="t ha-1",
                scale=10.0,
            )  # fmt: skip


def _accounts() -> Iterable[Var]:
    """Accounts of carbon and sediment that the older domains do not declare."""
    carbon: tuple[str, str, str, Element] = (
        "carbon_exhumed_total", "Carbon", "碳", "carbon"
    )  # fmt: skip
    soil: tuple[str, str, str, Element] = (
        "soil_exhumed_total", "Spoil", "土石", "sediment"
    )  # fmt: skip
    gone: tuple[str, str, str, Element] = (
        "soil_removed_total", "Soil", "土壤", "sediment"
    )  # fmt: skip
    for (name, what, what_zh, book), way in (
        (carbon, WAYS[1]), (soil, WAYS[1]), (gone, WAYS[2])
    ):  # fmt: skip
        _, words, words_zh, sign = way
        yield replace(
            _stock(name, f"{what} {words}", f"{words_zh}{what_zh}", "kg m-2"),
            budget=book,
            factor=sign,
            source=f"{book} book",
            shown="t ha-1",
            scale=10.0,
        )


_TOP: tuple[Var, ...] = (
    _stock(
        "soil_share", "Share of soil in the material, the rest is raw spoil",
        "土壤物质比例", "1", high=1.0,
    ),
    replace(
        _stock("soil_inorganic_carbon", "Inorganic carbon of carbonates",
               "土壤无机碳", "kg m-2"),
        budget="carbon",
        factor=1.0,
        shown="t ha-1",
        scale=10.0,
    ),
    _stock("sulfide_sulfur", "Sulfide sulfur", "硫化物硫", "kg m-2"),
    _stock(
        "neutralising_potential", "Neutralising potential as CaCO3",
        "中和潜力(以 CaCO3 计)", "kg m-2",
    ),
    replace(
        _stock("soil_nitrogen", "Nitrogen in the soil, organic and free", "土壤全氮",
               "g m-2"),
        budget="nitrogen",
        factor=1e-3,
        shown="kg ha-1",
        scale=10.0,
    ),
    _stock("soil_phosphorus", "Phosphorus that plants can take", "土壤有效磷", "g m-2"),
    replace(
        _stock("soil_ph_change", "Change of soil pH in the year",
               "土壤 pH 年变化", "1"),
        kind="derived",
        low=-13.0,
        high=13.0,
        colours="vik",
    ),
    replace(
        _stock("drainage_seen_by_metals",
               "Recharge counted by the cycle of metals so far",
               "金属循环已计入的渗漏量", "mm"),
        colours="devon",
    ),
    _stock("seed_bank", "Viable seeds in the soil", "土壤种子库", "m-2", axes=("pft",)),
    *_metals(),
    *_nitrogen(),
    *_other_carbon(),
    *_accounts(),
)  # fmt: skip


def _fellows() -> Iterable[Var]:
    """What each slot stock is called below 0.3 m."""
    known = {var.name: var for var in (*SOIL, *EROSION, *_TOP)}
    for name in (SOIL_MASS, DENSITY, *CONSTITUENTS, "soil_ph_change"):
        var = known[name]
        yield replace(
            var,
            name=below(name),
            label=f"{var.label}, below 0.3 m",
            label_zh=f"{var.label_zh}(0.3 m 以下)",
            axes=("soil_layer", *var.axes),
            standard_name="",
        )


VARS = (*_TOP, *_fellows())
