"""What every process owes its reader: limits, source, citation, a checked case."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from scenarios.reference.case import covered, read_case
from scenarios.reference.runner import case_files
from twin.process import Process, cite, parameters
from twin.processes.register import PROCESSES

ALL = sorted(PROCESSES)
BY_STUDY = {"chronosequence_published.csv": "docs/studies/chronosequence.md"}
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ALL)
def test_its_docstring_gives_equation_and_limits(name):
    text = inspect.getdoc(PROCESSES[name]) or ""

    parts = [part.partition(":")[0] for part in text.split("\n\n")]
    assert "Equation" in parts
    assert "Validity" in parts


@pytest.mark.parametrize("name", ALL)
def test_it_is_declared_once_and_whole(name):
    kind = PROCESSES[name]

    assert kind.name == name
    assert kind.source
    assert kind.scope in ("cell", "grid")
    assert kind.every in ("month", "year")
    assert isinstance(kind(), Process)
    for row in parameters(kind):
        assert row["label"]
        assert row["source"]
        if isinstance(row["default"], float):
            assert row["low"] <= row["default"] <= row["high"]


@pytest.mark.parametrize("name", ALL)
def test_its_citation_names_source_and_every_value(name):
    told = cite(PROCESSES[name])

    assert PROCESSES[name].source in told
    for row in parameters(PROCESSES[name]):
        assert f"{row['name']} = " in told
        assert row["source"] in told


@pytest.mark.parametrize("name", ALL)
def test_a_reference_case_speaks_for_it(name):
    assert any(name in covered(read_case(path)) for path in case_files([]))


def test_no_case_speaks_for_a_process_that_is_not_there():
    named = {name for path in case_files([]) for name in covered(read_case(path))}

    assert named <= set(PROCESSES)


def test_every_table_of_the_shared_folder_is_used_by_a_case_or_a_study(shared):
    used = {file for path in case_files([]) for file in read_case(path).files}
    there = {file.name for file in (shared / "reference_cases").iterdir()}

    assert used <= there
    assert there - used - set(BY_STUDY) == {"README.md"}
    assert all((ROOT / page).is_file() for page in BY_STUDY.values())
