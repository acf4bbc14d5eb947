"""Whether this machine can draw off screen: asked in a child, as a failure may kill."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from typing import Any

from twin.errors import MissingExtra

SECONDS = 60.0
TRY = (
    "import pyvista; p = pyvista.Plotter(off_screen=True, window_size=(32, 32)); "
    "p.add_mesh(pyvista.Sphere()); print(p.screenshot(return_img=True).std() > 0)"
)


@cache
def drawing_library() -> Any:
    """PyVista, once it is known to draw here; MissingExtra with what to install."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        # without a display VTK tries X first and complains before it takes EGL
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    try:
        import pyvista
    except ImportError:
        raise MissingExtra(
            "pictures need PyVista: pip install minetwin[stills]"
        ) from None
    try:
        ran = subprocess.run(
            [sys.executable, "-c", TRY], capture_output=True, text=True,
            timeout=SECONDS, check=False, env={**os.environ, "PYVISTA_OFF_SCREEN": "1"},
        )  # fmt: skip
        drawn = "True" in ran.stdout
    except subprocess.TimeoutExpired:
        drawn = False
    if not drawn:
        raise MissingExtra(
            "this machine cannot draw off screen; install its GL libraries "
            "(Debian: apt install libegl1 libgl1), or use the viewer in a browser"
        )
    return pyvista
