"""What the documentation says is run: every Python block, on the demo mine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
PAGES = sorted(
    p
    for p in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if "_build" not in p.parts and BLOCK.search(p.read_text(encoding="utf-8"))
)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_python_on_the_page_runs(
    page: Path, demo_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of one page share their names and their mine, as a reader's session."""
    shutil.copytree(demo_site, tmp_path / "my-first-mine")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        exec(compile(block, str(page), "exec", dont_inherit=True), names)
