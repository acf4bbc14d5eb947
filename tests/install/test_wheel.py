"""The wheel works in an empty environment, with the web app in it and no Node."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.install, pytest.mark.timeout(900)]


def said(*command: object, cwd: Path) -> str:
    """Return what a command printed; fail with it when the command failed."""
    ran = subprocess.run(
        [str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    if not (ROOT / "viewer" / "static" / "index.html").exists():
        pytest.skip("the web app is not built; run `make viewer`")
    out = tmp_path_factory.mktemp("wheel")
    said(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", out, cwd=ROOT
    )
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an empty environment into which the wheel was installed."""
    home = tmp_path_factory.mktemp("empty") / "env"
    venv.create(home, with_pip=True)
    found = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    constraints = ROOT / "constraints.txt"
    said(found, "-m", "pip", "install", "-q", "-c", constraints, wheel, cwd=home)
    return found


def test_the_wheel_ships_the_web_app_and_no_source_of_it(wheel: Path) -> None:
    """Users of the wheel need no Node."""
    names = zipfile.ZipFile(wheel).namelist()
    assert "viewer/static/index.html" in names
    assert any(n.startswith("viewer/static/assets/") for n in names)
    assert not [n for n in names if n.startswith("viewer/web/")]


def test_the_wheel_answers_and_runs_the_reference_cases(
    python: Path, tmp_path: Path
) -> None:
    """An empty environment has everything that the base install promises."""
    command = python.parent / "minetwin"

    assert "demo" in said(command, "--help", cwd=tmp_path)
    assert "rothc" in said(command, "processes", cwd=tmp_path).lower()
    said(command, "reference", cwd=tmp_path)


def test_the_wheel_makes_a_site_and_runs_it(python: Path, tmp_path: Path) -> None:
    """The whole path without a server, away from the checkout."""
    folder = tmp_path / "矿山"
    said(
        python.parent / "minetwin", "demo", "--quick", "--no-serve", "--out", folder,
        cwd=tmp_path,
    )  # fmt: skip
    assert (folder / "site.yaml").exists()
    assert sorted(p.parent.name for p in folder.glob("runs/*/manifest.json"))
