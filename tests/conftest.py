"""The one place where tests find real data that the project does not ship."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data: beside the checkout, or MINETWIN_SHARED."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("MINETWIN_SHARED", beside))
    if not (folder / "data").is_dir():
        pytest.skip(f"no folder of real data at {folder}; set MINETWIN_SHARED to it")
    return folder
