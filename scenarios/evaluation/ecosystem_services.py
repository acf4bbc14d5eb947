"""Ecosystem services in equivalents of a hectare of farmland, by ecosystem.

Values of a year: equivalents x the worth of one (3406.50 yuan per hectare in 2010,
unverified), corrected for the place by growth, rain and soil. Carbon that is sold is
reported apart, or it would count twice.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from twin.errors import unknown_name

TABLE = Path(__file__).resolve().parent / "services-xie2015.csv"
ONE_EQUIVALENT = 3406.50  # yuan ha-1 in 2010; Xie et al. 2015, unverified
VERIFIED = False  # nobody has compared the table with the paper


@cache
def equivalents() -> Mapping[str, Mapping[str, float]]:
    """Ecosystem -> service -> equivalents per hectare and year."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        made = {
            row.pop("ecosystem"): MappingProxyType(
                {name: float(value) for name, value in row.items()}
            )
            for row in rows
        }
    return MappingProxyType(made)


def service_value(
    areas: Mapping[str, float], *, worth: float = ONE_EQUIVALENT, place: float = 1.0
) -> dict[str, float]:
    """Value of each service in a year, in the currency of ``worth``.

    areas  ecosystem -> ha
    worth  of one equivalent per hectare
    place  correction for the site against the country's mean, 1
    """
    table = equivalents()
    made: dict[str, float] = {}
    for name, hectares in areas.items():
        if name not in table:
            raise unknown_name("ecosystem", name, table, "ecosystem services")
        for service, amount in table[name].items():
            made[service] = made.get(service, 0.0) + hectares * amount * worth * place
    return made
