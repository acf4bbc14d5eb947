"""A kernel never outlives the source of what was compiled into it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from twin.numerics.kernel_cache import KEPT, VARIABLE, digest, settle


def sources(root: Path, inner: str = "x + 1.0") -> Path:
    """A package whose kernel calls one of another file, and a file without kernels."""
    home = root / "twin"
    home.mkdir(parents=True, exist_ok=True)
    (home / "__init__.py").write_text("")
    head = "from numba import njit\n"
    (home / "inner.py").write_text(
        f"{head}@njit(cache=True)\ndef inner(x):\n    return {inner}\n"
    )
    (home / "outer.py").write_text(
        f"{head}from .inner import inner\n@njit(cache=True)\ndef outer(x):\n"
        "    return inner(x) * 2.0\n"
    )
    (home / "words.py").write_text("WORDS = 'no kernel'\n")
    return root


def test_another_kernel_is_another_state_and_other_text_is_not(tmp_path: Path) -> None:
    before = digest(sources(tmp_path))
    (tmp_path / "twin" / "words.py").write_text("WORDS = 'still none'\n")
    same = digest(tmp_path)
    other = digest(sources(tmp_path, "x + 2.0"))

    assert same == before
    assert other != before


def test_a_changed_callee_in_another_file_is_seen(tmp_path: Path) -> None:
    """(3 + 1) 2 = 8, then (3 + 2) 2 = 10; Numba alone would say 8 again."""
    root = sources(tmp_path / "code")
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "os.environ['NUMBA_CACHE_DIR'] = sys.argv[2]\n"
        "from twin.outer import outer; print(outer(3.0))"
    )

    def said() -> str:
        place = tmp_path / "kernels" / digest(root)
        ran = subprocess.run(
            [sys.executable, "-c", program, str(root), str(place)],
            capture_output=True, text=True, check=True, cwd=tmp_path,
        )  # fmt: skip
        return ran.stdout.strip()

    first = said()
    sources(root, "x + 2.0")

    assert (first, said()) == ("8.0", "10.0")


def test_few_states_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    for i in range(KEPT + 3):
        monkeypatch.setenv(VARIABLE, "")
        made = settle(sources(tmp_path / "code", f"x + {i}.0"))
        assert made is not None
        os.utime(made, (i, i))

    assert len(list(made.parent.iterdir())) == KEPT


def test_a_place_of_the_users_own_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/somewhere")

    assert settle() is None
    assert os.environ[VARIABLE] == "/somewhere"
