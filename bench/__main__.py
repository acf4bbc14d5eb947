"""Run the benchmarks, print them as a table, write bench/results.json.

    python -m bench              all
    python -m bench terrain      those whose name begins so

Each module of this folder has ``run() -> dict``: figures measured in one go beside a
peer or a physical limit. The machine is shared and noisy; ratios mean more than times.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the benchmark modules."""
    return sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))


def commit() -> str:
    """Return the commit that is measured."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    said = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=HERE
    )
    return said.stdout.strip() or "unknown"


def main(wanted: list[str]) -> None:
    """Run, print and keep."""
    results: dict[str, object] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "commit": commit(),
    }
    for name in names():
        if wanted and not any(name.startswith(w) for w in wanted):
            continue
        started = time.perf_counter()
        figures = importlib.import_module(f"bench.{name}").run()
        results[name] = figures
        print(f"{name} ({time.perf_counter() - started:.1f} s)")
        for key, value in figures.items():
            print(
                f"  {key:48s} {value:.4g}"
                if isinstance(value, float)
                else f"  {key:48s} {value}"
            )
    kept = json.dumps(results, indent=1, ensure_ascii=False)
    (HERE / "results.json").write_text(kept + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
