"""Install the Debian packages of the system tests, or name those that are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# program -> Debian package; the fonts let screenshots show Chinese
NEEDED = {"chromium": "chromium", "mosquitto": "mosquitto"}
FONTS = (
    "fonts-noto-cjk",
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
)


def missing() -> list[str]:
    """Debian packages that are not here yet."""
    programs = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
    absent = [
        package
        for program, package in NEEDED.items()
        if not shutil.which(program, path=programs)
    ]
    return absent if FONTS[1].exists() else [*absent, FONTS[0]]


def installer() -> list[str] | None:
    """How apt-get may be called here, or None where it may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], check=False).returncode == 0
    ):
        return ["sudo", "-n", "apt-get"]
    return None


def main() -> int:
    """Install what is missing; never fail: the tests report what they lack."""
    packages = missing()
    apt = installer() if packages else None
    if apt:
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*apt, "update", "-qq"], env=env, check=False)
        subprocess.run(
            [*apt, "install", "-y", "-qq", "--no-install-recommends", *packages],
            env=env,
            check=False,
            stdout=subprocess.DEVNULL,
        )
    left = missing()
    if left:
        sys.stdout.write(
            f"not installed: {', '.join(left)}; the tests that need them are skipped\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
