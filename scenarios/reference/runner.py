"""Run reference cases and tell how far the results are from what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadScenario, MissingExtra

from ..checked import nearest
from .case import Case, Tolerance, read_case
from .subject import run_function, run_process
from .tables import read_columns, read_raster

Numbers = NDArray[np.float64]
SHIPPED = Path(__file__).resolve().parent / "cases"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case came out.

    largest    greatest absolute difference;  at  where it is
    allowed    what the tolerance allows there
    compared   how many numbers were compared
    missing    what is not installed, so that it was not run
    """

    name: str
    title: str
    path: Path
    subject: str
    origin: str
    verified: bool
    within: bool
    largest: float
    allowed: float
    at: str
    compared: int
    missing: str = ""

    @property
    def passed(self) -> bool:
        """True within the tolerance; an unverified or missing one gates nothing."""
        return self.within or not self.verified or bool(self.missing)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain data."""
        plain = {key: getattr(self, key) for key in self.__slots__}
        return {**plain, "path": str(self.path), "passed": self.passed}

    def __str__(self) -> str:
        if self.missing:
            return f"NOT RUN {self.name}: {self.missing}"
        state = "passed" if self.within else "FAILED"
        note = "" if self.verified else " (unverified, gates nothing)"
        return (
            f"{state:6} {self.name}: largest difference {self.largest:.3g} "
            f"(allowed {self.allowed:.3g}) at {self.at}, "
            f"{self.compared} numbers{note}"
        )


def case_files(paths: Iterable[Path]) -> list[Path]:
    """Case files among paths; folders are searched; without paths all that ship."""
    found: list[Path] = []
    for path in list(paths) or [SHIPPED]:
        if path.is_dir():
            inside = sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")])
            if not inside:
                raise BadScenario(f"{path}: no case (*.yaml) in this folder")
            found += inside
        else:
            found.append(path)
    return found


def run_cases(paths: Iterable[Path] = ()) -> list[Outcome]:
    """Run cases; a case that cannot be read raises an error of the tree InputError."""
    return [run_case(path) for path in case_files(paths)]


def run_case(path: Path) -> Outcome:
    """Run one case; one that needs a library of an extra says so, not run."""
    case, where = read_case(path), str(path)
    inputs = _tables(case.inputs, path)
    expected = _tables(case.expected, path)
    run = run_function if case.function else run_process
    found, missing = (np.nan, np.nan, "nowhere", 0, False), ""
    try:
        found = _compare(case, expected, run(case, inputs, where), where)
    except MissingExtra as error:
        missing = str(error)
    difference, allowed, at, compared, within = found
    return Outcome(
        name=case.name,
        title=case.title,
        path=path,
        subject=case.function or str(case.process),
        origin=case.origin,
        verified=case.verified,
        within=within,
        largest=difference,
        allowed=allowed,
        at=at,
        compared=compared,
        missing=missing,
    )


def _tables(named: str | Mapping[str, str], path: Path) -> Mapping[str, Numbers]:
    """Columns of a table, or rasters by name; files stand beside the case."""
    if isinstance(named, str):
        return read_columns(path.parent / named)
    return {name: read_raster(path.parent / file) for name, file in named.items()}


def _allowed(tolerance: Tolerance, expected: Numbers) -> Numbers:
    made: Numbers = tolerance.absolute + tolerance.relative * np.abs(expected)
    return made


def _compare(
    case: Case,
    expected: Mapping[str, Numbers],
    results: Mapping[str, Numbers],
    where: str,
) -> tuple[float, float, str, int, bool]:
    """Greatest difference, what is allowed there, where, how many, all within."""
    worst = (-1.0, 0.0, "nowhere")
    compared, within = 0, True
    wrong = [c for c in case.columns if c not in expected]
    if wrong:
        raise BadScenario(f"{where}: columns: {nearest('column', wrong[0], expected)}")
    for column, want in expected.items():
        name = case.columns.get(column, column)
        if name not in results:
            raise BadScenario(f"{where}: expected: {nearest('result', name, results)}")
        got = np.asarray(results[name], dtype=np.float64)
        if got.shape != want.shape:
            raise BadScenario(
                f"{where}: '{column}' has shape {want.shape}, "
                f"the result {got.shape}; give one expected number for each"
            )
        stated = np.isfinite(want)
        gap = np.where(stated, np.abs(got - want), 0.0)
        gap = np.where(np.isnan(gap), np.inf, gap)
        allowed = _allowed(case.tolerance, np.where(stated, want, 0.0))
        compared += int(stated.sum())
        within = within and bool((gap <= allowed).all())
        most = int(np.argmax(gap))
        if stated.any() and gap.flat[most] > worst[0]:
            cell = ", ".join(str(i + 1) for i in np.unravel_index(most, gap.shape))
            worst = (
                float(gap.flat[most]),
                float(allowed.flat[most]),
                f"{column}, row {cell}",
            )
    if compared == 0:
        raise BadScenario(f"{where}: expected: no numbers to compare with")
    return (*worst, compared, within)
