"""Tests that share the demo site run in one worker, so that it is made once."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep the tests on the demo site together, where there are several workers."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        if Path(str(item.path)).name == "test_demo_commands.py":
            item.add_marker(pytest.mark.xdist_group("cli-demo"))
