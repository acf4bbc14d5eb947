"""The command line starts light, lists its registers, tells mistakes in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def minetwin(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "minetwin", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=240,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )


def test_help_names_every_command_and_loads_nothing_heavy():
    """Start-up under 0.3 s means that arrays, models and servers stay unloaded."""
    code = (
        "import sys\nsys.argv = ['minetwin', '--help']\nimport minetwin\n"
        "try:\n    minetwin.main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pydantic', 'rich', 'numba', 'xarray', 'fastapi', 'yaml'}\n"
        "sys.stderr.write(' '.join(sorted(heavy & set(sys.modules))))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert done.stderr == ""
    for command in (
        *("demo", "build", "run", "compare", "serve", "check"),
        *("processes", "connectors", "interventions", "reference"),
    ):
        assert f"  {command} " in done.stdout, command


@pytest.mark.parametrize("command", ["processes", "connectors", "interventions"])
def test_a_register_prints_as_table_and_as_json(command: str):
    """The same names in both."""
    rows = json.loads(minetwin(command, "--json").stdout)
    text = minetwin(command).stdout

    assert rows
    assert all(row["name"] in text for row in rows)


def test_a_misspelt_key_exits_2_with_one_message(tmp_path: Path):
    """File, key, nearest name; no traceback."""
    plan = tmp_path / "plan.yaml"
    plan.write_text("name: plan\nstart: 2025-01\njears: 3\n", encoding="utf-8")

    done = minetwin("run", str(plan), "--site", str(tmp_path))

    assert done.returncode == 2
    assert "plan.yaml" in done.stderr
    assert "unknown key 'jears'; did you mean 'years'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "words", [["build"], ["serve"], ["compare", "a", "b", "--site"]]
)
def test_a_folder_that_is_no_site_exits_2(tmp_path: Path, words: list[str]):
    """The message names the folder and site.yaml."""
    done = minetwin(*words, str(tmp_path))

    assert done.returncode == 2
    assert "site.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_does_not_write_into_a_folder_of_other_things(tmp_path: Path):
    """A folder with files that are not a demo's is left alone."""
    (tmp_path / "thesis.txt").write_text("precious", encoding="utf-8")

    done = minetwin("demo", "--out", str(tmp_path), "--no-serve", "--quick")

    assert done.returncode == 2
    assert str(tmp_path) in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["thesis.txt"]


def test_the_public_names_can_all_be_loaded():
    """Every lazy name of ``import minetwin`` exists."""
    import minetwin

    for name in minetwin.__all__:
        assert getattr(minetwin, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = minetwin.nonsense
