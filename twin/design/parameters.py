"""What numbers an operator takes: unit, range, labels and source stand in the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from math import isfinite
from typing import Any

from ..errors import InputError


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of an operator, as a command line or a form shows it.

    default    None where the user has to say, or where ``absent`` tells what then holds
    absent     what is taken when the number is left out
    low, high  limits, both allowed
    """

    name: str
    unit: str
    label: str
    label_zh: str
    default: float | int | None
    low: float
    high: float
    source: str
    required: bool
    whole: bool
    absent: str


def number(
    default: Any = MISSING,
    *,
    unit: str,
    labels: tuple[str, str],
    limits: tuple[float, float],
    **notes: str,
) -> Any:
    """Declare a number of an operator.

    default  left out where the user has to say
    labels   English and Chinese
    notes    source, and ``absent``: what holds when the number is None
    """
    told: Mapping[str, Any] = {"unit": unit, "labels": labels, "limits": limits} | notes
    if default is MISSING:
        return field(metadata=told)
    return field(default=default, metadata=told)


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of one operator; those out of their limits are refused when made."""

    def __post_init__(self) -> None:
        """Refuse what is no number or lies out of its limits."""
        for p in listed(type(self)):
            value = getattr(self, p.name)
            if value is None and not p.required and p.default is None:
                continue
            good = isinstance(value, int | float) and not isinstance(value, bool)
            if not (good and isfinite(value) and p.low <= value <= p.high) or (
                p.whole and value != int(value)
            ):
                raise InputError(
                    f"{type(self).__name__}: {p.name} is {value!r}; {p.label.lower()} "
                    f"is a{' whole' if p.whole else ''} number from {p.low:g} to "
                    f"{p.high:g} {p.unit}"
                )


def listed(parameters: type[Parameters]) -> tuple[Parameter, ...]:
    """Return the numbers that an operator takes, in their order."""
    return tuple(
        Parameter(
            name=f.name,
            unit=f.metadata["unit"],
            label=f.metadata["labels"][0],
            label_zh=f.metadata["labels"][1],
            default=None if f.default is MISSING else f.default,
            low=f.metadata["limits"][0],
            high=f.metadata["limits"][1],
            source=f.metadata.get("source", "user"),
            required=f.default is MISSING,
            whole="int" in str(f.type),
            absent=f.metadata.get("absent", ""),
        )
        for f in fields(parameters)
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a design whatever its operator.

    bulking  volume of fill that one volume of cut makes, 1 (swell above 1, shrinkage
             of compacted fill below): 1.05 to 1.35 is usual, measured per material
    id       of the new surface; that of the old one and the operator when None
    date     of the design; that of the old surface when None
    """

    bulking: float = 1.0
    id: str | None = None
    date: date | None = None

    def __post_init__(self) -> None:
        """Refuse a bulking that no material has."""
        if not 0.5 <= self.bulking <= 2.0:
            raise InputError(
                f"bulking {self.bulking!r}: volume of fill per volume of cut lies "
                f"between 0.5 and 2; state 1.2 where 1 m3 "
                "of cut makes 1.2 m3 of fill"
            )
