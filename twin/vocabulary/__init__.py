"""The vocabulary: every quantity of the twin, gathered from its domains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..errors import unknown_name
from ..var import Var
from . import (
    alternatives,
    climate,
    erosion,
    measures,
    nitrogen,
    sensing,
    soil,
    soil_column,
    stability,
    subsidence,
    terrain,
    vegetation,
    water,
)


def _gather(*domains: Iterable[Var]) -> Mapping[str, Var]:
    found: dict[str, Var] = {}
    for var in (var for domain in domains for var in domain):
        if var.name in found:
            raise ValueError(f"vocabulary: '{var.name}' is declared twice")
        found[var.name] = var
    return MappingProxyType(found)


VOCABULARY: Mapping[str, Var] = _gather(
    terrain.VARS,
    climate.VARS,
    water.VARS,
    vegetation.VARS,
    soil.VARS,
    erosion.VARS,
    soil_column.VARS,
    stability.VARS,
    subsidence.VARS,
    measures.VARS,
    nitrogen.VARS,
    sensing.VARS,
    alternatives.VARS,
)


def lookup(name: str, where: str = "vocabulary") -> Var:
    """Return the Var called ``name``; UnknownName with the nearest name otherwise."""
    try:
        return VOCABULARY[name]
    except KeyError:
        raise unknown_name("variable", name, VOCABULARY, where) from None
