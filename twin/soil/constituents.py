"""What a soil column carries: how each constituent mixes, and whose book it is in."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Rule = Literal["amount", "property"]
Way = Literal["imported", "exhumed", "removed", "exported"]

SOIL_MASS, DENSITY = "soil_mass", "bulk_density"
METALS = (
    "arsenic",
    "cadmium",
    "chromium",
    "copper",
    "lead",
    "mercury",
    "nickel",
    "zinc",
)  # of GB 15618-2018


@dataclass(frozen=True, slots=True)
class Constituent:
    """One thing that rides with the soil.

    name   stock or parameter of the topsoil; that of the slots below ends in _below
    rule   "amount": per area, moves with the mass; "property": mixes by mass
    book   prefix of its accounts, such as "carbon" of carbon_imported_total
    """

    name: str
    rule: Rule = "amount"
    book: str = ""

    @property
    def below(self) -> str:
        """Name of the stock of subsoil and spoil."""
        return below(self.name)


def below(name: str) -> str:
    """Name of the stock of the slots below the topsoil."""
    return f"{name}_below"


def metal(name: str) -> str:
    """Stock of a metal in the topsoil."""
    return f"soil_{name}"


def available(name: str) -> str:
    """Property: share of a metal that plants and water can take."""
    return f"{name}_available_share"


ORGANIC = tuple(f"soil_carbon_{pool}" for pool in ("dpm", "rpm", "bio", "hum", "iom"))
BASE: tuple[Constituent, ...] = (
    *(Constituent(name, book="carbon") for name in ORGANIC),
    Constituent("geogenic_carbon", book="geogenic_carbon"),
    Constituent("clay_content", "property"),
    Constituent("soil_ph", "property"),
    Constituent("soil_share", "property"),
    Constituent("soil_erodibility", "property"),
)
OPTIONAL: tuple[Constituent, ...] = (
    Constituent("soil_inorganic_carbon", book="inorganic_carbon"),
    Constituent("sulfide_sulfur"),
    Constituent("neutralising_potential"),
    Constituent("soil_nitrogen", book="nitrogen"),
    Constituent("soil_phosphorus"),
    Constituent("seed_bank"),
    *(Constituent(metal(name), book=name) for name in METALS),
    *(Constituent(available(name), "property") for name in METALS),
)
CONSTITUENTS: Mapping[str, Constituent] = MappingProxyType(
    {c.name: c for c in (*BASE, *OPTIONAL)}
)
BASE_NAMES: tuple[str, ...] = tuple(c.name for c in BASE)


def present(names: Container[str]) -> tuple[Constituent, ...]:
    """Constituents that the given stocks hold, in their fixed order."""
    return tuple(c for c in CONSTITUENTS.values() if c.name in names)


def stocks_of(names: Iterable[str]) -> tuple[str, ...]:
    """Stocks and parameters of all slots: mass, density and the named constituents."""
    return tuple(
        n for name in (SOIL_MASS, DENSITY, *names) for n in (name, below(name))
    )


def exported(names: Iterable[str]) -> tuple[str, ...]:
    """Accounts of what water carries off the site, of soil and the named things."""
    books = ["soil", *(CONSTITUENTS[name].book for name in names)]
    return tuple(account(book, "exported") for book in dict.fromkeys(books) if book)


def account(book: str, way: Way) -> str:
    """Account that crosses the boundary of a book: soil_imported_total …"""
    if book == "soil" and way == "exported":
        return "sediment_exported_total"
    return f"{book}_{way}_total"
