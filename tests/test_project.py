"""The project keeps its own rules: sizes, paths, no registry hosts, both languages."""

from __future__ import annotations

import re
import statistics
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("twin", "connectors", "scenarios", "viewer")
HARD_LIMIT = 500
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "main.py", "manager.py", "common.py"}


def tracked(*patterns: str) -> list[Path]:
    """Files that git tracks or would track."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout: the list of files comes from git")
    return [
        ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()
    ]


def lines(path: Path) -> int:
    """Return how many lines a file has."""
    return len(path.read_text(encoding="utf-8").splitlines())


def product_files() -> list[Path]:
    """Source files of the product itself."""
    found = tracked("*.py", "viewer/web/src/*.ts")
    return [
        p for p in found if p.relative_to(ROOT).parts[0] in (*PACKAGES, "minetwin.py")
    ]


def test_no_file_is_longer_than_the_limit():
    """500 lines at most, one question a file."""
    long = {
        str(p.relative_to(ROOT)): lines(p)
        for p in product_files()
        if lines(p) > HARD_LIMIT
    }
    assert long == {}


def test_the_median_file_is_short():
    """Half of the files have at most 150 lines."""
    assert statistics.median(lines(p) for p in product_files()) <= 150


def test_no_file_is_a_drawer_for_odds_and_ends():
    """A file is named by its noun."""
    assert [p for p in product_files() if p.name in FORBIDDEN_NAMES] == []


def test_every_path_that_pyproject_names_exists():
    """A configuration that points nowhere is a silent failure."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [
        *told["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"],
        *told["project"]["license-files"],
        told["project"]["readme"],
        *told["tool"]["pytest"]["ini_options"]["testpaths"],
    ]
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_no_file_names_a_package_registry():
    """Lock files and constraints hold names and versions, never hosts."""
    hosts = re.compile(r"registry\.npm|pypi\.org/simple|pythonhosted|deb\.debian", re.I)
    texts = tracked(
        "*lock*", "*.txt", "*.toml", "*.cfg", "*.npmrc", "Makefile", ".ci/*"
    )
    found = [p for p in texts if hosts.search(p.read_text(encoding="utf-8"))]
    assert found == []


def test_no_large_file_is_tracked():
    """Binaries of more than 1.5 MB do not belong in the repository."""
    assert [p for p in tracked() if p.stat().st_size > 1_500_000] == []


def test_every_dependency_has_its_reason():
    """Each line of the dependency list carries a comment."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("dependencies = [", 1)[1].split("\n]", 1)[0].strip().splitlines()
    assert [line for line in block if "#" not in line] == []


def test_no_package_imports_the_public_face():
    """minetwin.py stands above the four packages; import-linter holds the rest."""
    upward = re.compile(r"^\s*(from minetwin|import minetwin)", re.M)
    inside = [
        p for p in product_files() if p.suffix == ".py" and p.name != "minetwin.py"
    ]
    assert [p for p in inside if upward.search(p.read_text(encoding="utf-8"))] == []


def test_every_variable_speaks_both_languages():
    """A label in English and one in Chinese, never the same."""
    from twin.vocabulary import VOCABULARY

    chinese = re.compile(r"[\u4e00-\u9fff]|pH")
    assert [v.name for v in VOCABULARY.values() if not chinese.search(v.label_zh)] == []
    assert [v.name for v in VOCABULARY.values() if not v.label] == []


def test_every_variable_has_a_unit_that_can_be_converted():
    """The shown unit is the own one times the declared scale."""
    from twin.units import conversion
    from twin.vocabulary import VOCABULARY

    for var in VOCABULARY.values():
        factor, offset = conversion(var.unit, var.unit_shown, var.name)
        assert offset == 0.0, var.name
        assert factor == pytest.approx(var.scale), var.name
