"""One reference case as its YAML file says it, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from twin.errors import BadScenario

from ..checked import Checked, told

Number = Annotated[float, Field(allow_inf_nan=False)]


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value


class Tolerance(Checked):
    """Greatest difference that passes: absolute + relative x |expected|."""

    absolute: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = 0.0
    relative: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = 0.0


class Case(Checked):
    """A process or function, what it is given and what it must return.

    function    name in the register of functions (``minetwin reference`` lists them)
    process     or: name of a process; its table rows are cells, or months with start
    start       stocks before the first month: rows of inputs are then months in a row
    parameters  of the process or function
    inputs      CSV file of columns, or rasters by name
    expected    CSV file of columns, or rasters by name
    covers      processes whose equations a function stands for
    files       tables of the shared reference folder that the numbers are from
    columns     column of the expected table -> name in the result, where they differ
    verified    False: shown, but gates nothing
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    name: str
    title: str
    origin: str
    kind: str = ""
    function: str | None = None
    process: str | None = None
    start: dict[str, Number] | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    inputs: str | dict[str, str] = Field(default_factory=dict)
    expected: str | dict[str, str]
    covers: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    columns: dict[str, str] = Field(default_factory=dict)
    tolerance: Tolerance
    verified: bool = True

    @field_validator("parameters")
    @classmethod
    def _numbers(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Read 1e-3 as a number, which YAML 1.1 takes for text."""
        return {key: _number(value) for key, value in given.items()}

    @model_validator(mode="after")
    def _one_subject(self) -> Case:
        if (self.function is None) == (self.process is None):
            raise ValueError("name either a function or a process, not both or none")
        if self.start is not None and self.process is None:
            raise ValueError("start: belongs to a process run over months")
        return self


def covered(case: Case) -> tuple[str, ...]:
    """Processes that a case speaks for."""
    return (case.process, *case.covers) if case.process else case.covers


def read_case(path: Path) -> Case:
    """Read and check a case; BadScenario says what is wrong where."""
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadScenario(
            f"{path}: not a reference case ({error}); give a YAML file in UTF-8"
        ) from error
    if not isinstance(data, dict):
        raise BadScenario(
            f"{path}: not a reference case; it must hold keys such as name, function, "
            "expected and tolerance"
        )
    try:
        return Case.model_validate(data)
    except ValidationError as error:
        raise told(error, str(path), text) from error
