"""What people write by hand: unknown keys are refused with the nearest name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    model_validator,
)

from twin.errors import BadScenario
from twin.site_file import line_of


class Checked(BaseModel):
    """Frozen model whose unknown keys are answered with the nearest known one."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, validate_default=False
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = list(cls.model_fields)
            wrong = [str(key) for key in data if str(key) not in known]
            if wrong:
                raise ValueError("; ".join(nearest("key", key, known) for key in wrong))
        return data


def nearest(what: str, name: str, known: Iterable[str]) -> str:
    """Say that no ``what`` is called ``name``, and which one is nearest."""
    names = list(known)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    told = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(names)}"
    return f"unknown {what} '{name}'; {told}"


def quantity(
    default: Any,
    *,
    unit: str,
    label: str,
    label_zh: str,
    source: str,
    low: float,
    high: float,
    verified: bool = False,
) -> Any:
    """Declare a number of a measure: unit, range and source live in the field itself.

    ``default`` is ``...`` where the user has to say.
    """
    notes: dict[str, JsonValue] = {
        "unit": unit,
        "label_zh": label_zh,
        "source": source,
        "verified": verified,
    }
    return Field(
        default,
        ge=low,
        le=high,
        title=label,
        description=f"{label}, {unit}",
        json_schema_extra=notes,
    )


def to_month(given: Any) -> str:
    """Read "2026-04", "2026-04-01" or a date as the month "2026-04".

    Events fall on the first of a month; any other day is refused.
    """
    parts = given.isoformat() if isinstance(given, date) else str(given)
    fields = parts.split("-")
    if len(fields) == 3 and fields[2] != "01":
        raise ValueError(
            f"{parts} is not the first of a month; events fall on the first: "
            f"write {fields[0]}-{fields[1]}"
        )
    try:
        first = date.fromisoformat("-".join([*fields[:2], "01"]))
    except (ValueError, IndexError):
        raise ValueError(f"'{given}' is not a month; write it as 2026-04") from None
    return f"{first.year:04d}-{first.month:02d}"


Month = Annotated[str, BeforeValidator(to_month)]


def month_of(text: str) -> tuple[int, int]:
    """Return "2026-04" as (2026, 4)."""
    year, month = text.split("-")
    return int(year), int(month)


def told(error: ValidationError, where: str, text: str = "") -> BadScenario:
    """Turn pydantic's findings into one message: file, line, key, what, mend.

    text  the YAML that was read, for the line numbers
    """
    lines = []
    for finding in error.errors():
        path = ".".join(str(part) for part in finding["loc"]) or "top level"
        said = finding["msg"].removeprefix("Value error, ")
        given = finding.get("input")
        if not isinstance(given, Mapping | list | BaseModel) and given is not None:
            said = f"{said} (given: {given!r})"
        place = f"{where}, line {line_of(text, finding['loc'])}" if text else where
        lines.append(f"{place}: {path}: {said}")
    return BadScenario("\n".join(lines))
