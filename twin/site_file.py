"""Text of a settings file in and out: one clear message for everything wrong in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from .errors import InputError, UnknownName, UnreadableFile

Place = Sequence[int | str]
UNKNOWN_KEY = "unknown_key"


class Setting(BaseModel):
    """Frozen block of a settings file; unknown keys are answered with the nearest."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = sorted(cls.model_fields)
            wrong = [str(key) for key in data if str(key) not in known]
            if wrong:
                told = "; ".join(_nearest(key, known) for key in wrong)
                raise PydanticCustomError(
                    UNKNOWN_KEY, "{told}", {"told": told, "key": wrong[0]}
                )
        return data


def _nearest(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"
    return f"no key is called '{key}'; {hint}"


Model = TypeVar("Model", bound=BaseModel)


def load_yaml(path: Path, model: type[Model]) -> Model:
    """Read a YAML file as ``model``.

    Raises UnreadableFile when it is no YAML text, UnknownName for a misspelt key and
    InputError for any other finding; each message has file, line, key, why and mend.
    """
    text = _text(path)
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UnreadableFile(
            f"{path}: this is not readable YAML: {_where(error)}; "
            "indent with spaces and put texts with ': ' or '#' in quotes"
        ) from error
    if not isinstance(data, Mapping):
        raise UnreadableFile(
            f"{path}: expected keys with values (such as 'version: 1'), found "
            f"{'nothing' if data is None else type(data).__name__}"
        )
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _told(error, path, text) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UnreadableFile(
            f"{path}: there is no such file; a site is a folder with site.yaml in it, "
            "so give that folder"
        ) from None
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from error
    except OSError as error:
        raise UnreadableFile(f"{path}: cannot be read ({error.strerror})") from error


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)


def _told(error: ValidationError, path: Path, text: str) -> InputError:
    findings = error.errors()
    lines = []
    for finding in findings:
        place = _written(finding["loc"])
        key = ".".join(str(part) for part in place) or "top level"
        wrong = finding.get("ctx", {}).get("key")
        line = line_of(text, place if wrong is None else [*place, wrong])
        lines.append(f"{path}, line {line}: {key}: {_said(finding)}")
    misspelt = any(finding["type"] == UNKNOWN_KEY for finding in findings)
    return (UnknownName if misspelt else InputError)("\n".join(lines))


def _said(finding: ErrorDetails) -> str:
    """Return why, and what was given where the reason does not repeat it."""
    if finding["type"] == "missing":
        return "this key is required; add it"
    said = finding["msg"].removeprefix("Value error, ")
    given = finding.get("input")
    if isinstance(given, str | int | float) and repr(given) not in said:
        return f"{said} (given: {given!r})"
    return said


def _written(loc: Place) -> Place:
    """Drop what pydantic puts into a place beside the user's keys: tags of unions."""
    kept = list(loc)
    if len(kept) > 2 and kept[0] == "feeds":
        del kept[2]
    return kept


def line_of(text: str, place: Place) -> int:
    """Return the line, from 1, of the key path (or of its nearest stated parent)."""
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    line = node.start_mark.line
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if p[0].value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line
    return int(line) + 1


def dump_yaml(model: BaseModel) -> str:
    """Return the YAML text that ``load_yaml`` reads as an equal model."""
    data = model.model_dump(mode="python", exclude_unset=True)
    text: str = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
    return text
