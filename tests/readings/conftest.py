"""Sensors, a store of readings and a real broker for the tests of this folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from twin.observation import Sensor
from twin.readings import ReadingStore

SENSORS = (
    Sensor(
        "sm-01", "Dump moisture", "排土场含水量", 500.0, 600.0, "soil_moisture",
        "1", 7200.0,
    ),
    Sensor("ta-01", "Air", "气温", 10.0, 20.0, "air_temperature", "degC", 3600.0),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReadingStore]:
    """An empty store with two sensors, under a Chinese path."""
    with ReadingStore(tmp_path / "示例矿区" / "readings.sqlite") as opened:
        opened.add_sensors(SENSORS)
        yield opened


@dataclass
class Broker:
    """Real mosquitto on a loopback port; can be stopped and started again."""

    program: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Broker:
        """Start, and wait until it listens."""
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {self.folder}/\nuser root\n",
            encoding="utf-8",
        )
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "-c", str(config)], stdout=log, stderr=log
            )
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise AssertionError("mosquitto does not listen")

    def stop(self) -> None:
        """Stop; it saves its sessions."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker of this test alone."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed: apt-get install mosquitto")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder = tmp_path / "broker"
    folder.mkdir()
    started = Broker(program, folder, port).start()
    yield started
    started.stop()


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is true, at most ten seconds."""

    def wait(true: Callable[[], bool], seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    return wait
