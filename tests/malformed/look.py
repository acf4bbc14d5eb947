"""Look at each file as `minetwin check` does; say how long, how much memory and what.

Run as a program, so that a crash of the decoder is seen as one, and memory is counted
for the process and its children alone.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

import psutil

from connectors.check import check

EVERY = 0.02  # s


class Peak:
    """Largest resident memory of this process and its children since it was reset."""

    def __init__(self) -> None:
        self.own = psutil.Process()
        self.largest = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def now(self) -> int:
        total = 0
        for process in (self.own, *self.own.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total

    def _watch(self) -> None:
        while True:
            self.largest = max(self.largest, self.now())
            time.sleep(EVERY)


def main() -> None:
    peak = Peak()
    for name in sys.argv[1:]:
        base = peak.now()
        peak.largest = 0
        began = time.monotonic()
        findings = check([Path(name)])
        told = {
            "file": name,
            "seconds": time.monotonic() - began,
            "memory": max(0, peak.largest - base),
            "levels": [f.level for f in findings],
            "said": [f.what for f in findings],
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
