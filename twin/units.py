"""Units as the field writes them (UDUNITS: "kg m-2", "degC") turned into factors."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from .errors import UnitMismatch


@cache
def _registry() -> Any:
    import pint

    units: Any = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    units.define("percent = 0.01 = %")
    return units


def _pint_spelling(unit: str) -> str:
    """Turn "kg m-2 s^-1" into "kg * m**-2 * s**-1"."""
    plain = unit.replace("·", " ").replace("^", "").replace("**", "").strip()
    powered = re.sub(r"(?<=[A-Za-zµ%°])([+-]?\d+)\b", r"**\1", plain)
    return re.sub(r"(?<![*/\s])\s+(?![*/\s])", " * ", powered) or "1"


@cache
def conversion(given: str, wanted: str, where: str) -> tuple[float, float]:
    """Return (factor, offset) so that wanted = given * factor + offset.

    Raises UnitMismatch, naming ``where``, when one cannot become the other.
    """
    units = _registry()
    try:
        zero, one = (
            units.Quantity(x, _pint_spelling(given))
            .to(_pint_spelling(wanted))
            .magnitude
            for x in (0.0, 1.0)
        )
    except Exception as error:
        raise UnitMismatch(
            f"{where}: the unit '{given}' cannot be turned into '{wanted}' ({error}); "
            f"state the unit that the values really have"
        ) from error
    return float(one - zero), float(zero)
