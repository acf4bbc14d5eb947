"""Sphinx settings; the reference pages are generated from the declarations first."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]

from generate import write_reference

project = "minetwin"
author = "The minetwin developers"
release = "0.1.0"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "minetwin"
html_static_path = ["pictures"]
nitpicky = True

write_reference(Path(__file__).parent / "reference" / "generated")
