"""A scenario as data: measures, processes, years, seed; in YAML and in Python."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    SerializeAsAny,
    ValidationError,
    field_validator,
    model_validator,
)

from twin.errors import BadScenario, UnreadableFile

from .checked import Checked, Month, month_of, nearest, told
from .ensemble.spread import Ensemble
from .interventions.measure import Measure
from .interventions.register import measures

NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
CONTROL = "-control"
DEFAULT_LAYERS = (
    "elevation",
    "slope",
    "vegetation_cover",
    "biomass_carbon",
    "soil_organic_carbon",
    "ecosystem_carbon",
    "soil_loss",
    "soil_water",
    "soil_ph",
    "measure_cost_total",
    "measure_emissions_total",
)
MAX_BYTES = 4 * 1024 * 1024


def _as_measure(given: Any) -> Any:
    """Choose the model by the key ``measure``."""
    if isinstance(given, Measure):
        return given
    if not isinstance(given, Mapping) or "measure" not in given:
        raise ValueError(
            f"a measure needs the key 'measure'; one of {', '.join(measures())}"
        )
    name = str(given["measure"])
    if name not in measures():
        raise ValueError(nearest("measure", name, measures()))
    return measures()[name].model_validate(dict(given))


AnyMeasure = Annotated[SerializeAsAny[Measure], BeforeValidator(_as_measure)]


class Output(Checked):
    """What is kept: each year or month, and which layers of the vocabulary."""

    every: Literal["year", "month"] = "year"
    layers: tuple[str, ...] = DEFAULT_LAYERS

    @field_validator("layers")
    @classmethod
    def _known(cls, layers: tuple[str, ...]) -> tuple[str, ...]:
        from twin.vocabulary import VOCABULARY

        wrong = [nearest("layer", n, VOCABULARY) for n in layers if n not in VOCABULARY]
        if wrong:
            raise ValueError("; ".join(wrong))
        return layers


class Scenario(Checked):
    """A plan for a site, as data.

    ::

        Scenario.from_yaml("plan.yaml")
        Scenario(name="plan", start="2025-01", years=30, interventions=[...])

    surface        id of the surface to start from; default the latest surveyed one
    processes      names of the register; ``default`` among them stands for the usual
                   set, less what the others replace; nothing: the usual set
    parameters     {"process.parameter": value}
    interventions  measures in the order in which they act
    ensemble       what varies between the members of ``minetwin ensemble``
    """

    version: Literal[1] = 1
    name: str = Field(pattern=NAME)
    title: str = ""
    title_zh: str = ""
    start: Month
    years: int = Field(ge=1, le=1000)
    seed: int = Field(default=1, ge=0, lt=2**32)
    currency: str = "CNY"
    surface: str | None = None
    processes: tuple[str, ...] | None = None
    parameters: dict[str, float] = Field(default_factory=dict)
    interventions: tuple[AnyMeasure, ...] = ()
    output: Output = Output()
    ensemble: Ensemble | None = None
    _folder: Path = PrivateAttr(default_factory=Path)

    @property
    def folder(self) -> Path:
        """Folder that file names in the scenario are relative to."""
        return self._folder

    @field_validator("processes")
    @classmethod
    def _known_processes(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        from .model import USUAL, process_register

        known = {USUAL, *process_register()}
        wrong = [nearest("process", n, known) for n in names or () if n not in known]
        if wrong:
            raise ValueError("; ".join(wrong))
        return names

    @field_validator("parameters")
    @classmethod
    def _known_parameters(cls, given: dict[str, float]) -> dict[str, float]:
        from .model import check_parameter

        for name, value in given.items():
            check_parameter(name, value)
        return given

    @model_validator(mode="after")
    def _dates_within(self) -> Scenario:
        year, month = month_of(self.start)
        end = f"{year + self.years:04d}-{month:02d}"
        for index, measure in enumerate(self.interventions):
            if self.start <= measure.date < end:
                continue
            when = (
                "before the run starts"
                if measure.date < self.start
                else "after the run ends"
            )
            raise ValueError(
                f"interventions.{index}.date: {measure.date} lies {when} "
                f"({self.start} to {end}); move it or change start and years"
            )
        return self

    @classmethod
    def from_dict(
        cls, data: Any, where: str = "scenario", *, text: str = ""
    ) -> Scenario:
        """Check plain data; BadScenario names ``where``, key and nearest name."""
        if not isinstance(data, Mapping):
            raise BadScenario(
                f"{where}: this is no scenario but {type(data).__name__}; "
                "begin with version: 1, name:, start: and years:"
            )
        try:
            made = cls.model_validate(dict(data))
        except ValidationError as error:
            raise told(error, where, text) from None
        return made

    @classmethod
    def from_yaml(cls, path: str | os.PathLike[str]) -> Scenario:
        """Read a scenario file."""
        file = Path(path)
        made = cls.parse(_read(file), str(file))
        made._folder = file.parent
        return made

    @classmethod
    def parse(cls, text: str, where: str = "scenario") -> Scenario:
        """Read a scenario from YAML text."""
        return cls.from_dict(_load(text, where), where, text=text)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; ``from_dict`` gives the same scenario back."""
        return self.model_dump(mode="json", exclude_defaults=True) | {
            "version": self.version
        }

    def to_yaml(self, path: str | os.PathLike[str] | None = None) -> str:
        """Write as YAML text, and to ``path`` when given."""
        data = self.to_dict()
        ordered = {key: data[key] for key in type(self).model_fields if key in data}
        text = yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def __eq__(self, other: object) -> bool:
        """Two scenarios are equal when they say the same, wherever their files lie."""
        return isinstance(other, Scenario) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.to_yaml())

    def __repr__(self) -> str:
        head = f"Scenario {self.name}: {self.start}, {self.years} years"
        lines = [f"{head}, {len(self.interventions)} measures"]
        lines += [f"├── {row}" for row in self._measure_lines()]
        if len(lines) > 1:
            lines[-1] = lines[-1].replace("├", "└")
        return "\n".join(lines)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{html.escape(row)}</li>" for row in self._measure_lines())
        name = html.escape(self.title or self.name)
        return f"<b>{name}</b>: {self.start}, {self.years} years<ul>{rows}</ul>"

    def _measure_lines(self) -> list[str]:
        """One line per measure: date, what, where, how much."""
        made = []
        for m in self.interventions:
            where = ", ".join(m.area.parcels) or "polygon"
            dose = ", ".join(
                f"{r['name']} {r['value']:g} {r['unit']}" for r in m.stated()
            )
            made.append(f"{m.date} {m.record.label} on {where}: {dose}".rstrip(": "))
        return made

    def control(self) -> Scenario:
        """Return the same scenario without measures, to run beside the plan."""
        title = f"{self.title or self.name}: do nothing"
        title_zh = f"{self.title_zh or self.name}:不采取措施"
        changes = {
            "name": self.name + CONTROL,
            "interventions": (),
            "title": title,
            "title_zh": title_zh,
        }
        return self.model_copy(update=changes)


def _read(path: Path) -> str:
    """Read the text of a scenario file; UnreadableFile when it is none."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(
                f"{path}: larger than {MAX_BYTES} bytes; no scenario is"
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFile(
            f"{path}: cannot be read ({error.strerror}); check its name"
        ) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path}: not UTF-8 text ({error}); save it as UTF-8"
        ) from error


def _load(text: str, where: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UnreadableFile(f"{where}: not YAML: {error}") from error


def look_at_scenario(path: Path) -> None:
    """Check a scenario file; other YAML (no start, years or interventions) passes."""
    text = _read(path)
    data = _load(text, str(path))
    telling = {"start", "years", "interventions"}
    if path.parent.name == "scenarios" or (
        isinstance(data, Mapping) and telling & {str(key) for key in data}
    ):
        Scenario.from_dict(data, str(path), text=text)
