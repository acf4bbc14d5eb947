"""One standard as its YAML file has it: limits, where they hold, who checked them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import ValidationError, model_validator

from twin.errors import BadScenario, unknown_name

from ..checked import Checked, told

HERE = Path(__file__).resolve().parent
Numbers = NDArray[np.float64]


class Standard(Checked):
    """Limits of one document.

    by        variable that the limits depend on, or None
    classes   upper bounds of its classes; the last class lies above the last bound
    limits    kind of limit -> substance -> one value per class
    verified  True when somebody compared every value with the document; else the
              limits are shown and gate nothing
    """

    id: str
    jurisdiction: str
    title: str
    title_zh: str
    in_force: dt.date
    unit: str
    verified: bool
    by: str | None = None
    classes: tuple[float, ...] = ()
    limits: dict[str, dict[str, tuple[float, ...]]]

    @model_validator(mode="after")
    def _complete(self) -> Standard:
        wanted = len(self.classes) + 1
        for kind, row in self.limits.items():
            for name, values in row.items():
                if len(values) != wanted:
                    raise ValueError(
                        f"limits.{kind}.{name}: {len(values)} values for {wanted} "
                        "classes; give one for each"
                    )
        return self

    def limit(self, kind: str, substance: str, by: Numbers) -> Numbers:
        """Limit of a substance at each value of ``by`` (n,), in ``unit``."""
        if kind not in self.limits:
            raise unknown_name("limit", kind, self.limits, self.id)
        row = self.limits[kind]
        if substance not in row:
            raise unknown_name("substance", substance, row, f"{self.id}: {kind}")
        index = np.searchsorted(self.classes, by, side="left")
        found: Numbers = np.asarray(row[substance], dtype=np.float64)[index]
        return found


def standards() -> tuple[str, ...]:
    """Names of the standards that ship."""
    return tuple(sorted(path.stem for path in HERE.glob("*.yaml")))


@cache
def standard(name: str) -> Standard:
    """Read a standard that ships by its name, or one's own by the path of its YAML.

    UnknownName with the nearest, BadScenario where the file is none.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        if name not in standards():
            raise unknown_name("standard", name, standards(), "standards")
        path = HERE / f"{name}.yaml"
    if not path.is_file():
        raise BadScenario(f"{path}: no such file; give a standard's YAML file")
    text = path.read_text(encoding="utf-8")
    data: Any = yaml.safe_load(text)
    try:
        return Standard.model_validate(data)
    except ValidationError as error:
        raise told(error, str(path), text) from error
    except (TypeError, yaml.YAMLError) as error:
        raise BadScenario(f"{path}: not a standard ({error})") from error
