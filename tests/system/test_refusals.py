"""Bad input from end to end: one message, and how to mend what it names."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from server_process import Server

TRAP = """<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand><SimpleSource>
<SourceFilename>site.yaml</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""


def said(*words: object) -> tuple[int, str]:
    """Exit code and everything that a command printed."""
    ran = subprocess.run(
        [sys.executable, "-m", "minetwin", *map(str, words)],
        capture_output=True, text=True, timeout=60, check=False, encoding="utf-8",
    )  # fmt: skip
    assert "Traceback" not in ran.stderr
    return ran.returncode, ran.stdout + ran.stderr


def packed(at: int, form: str, value: float) -> Callable[[bytearray], bytes]:
    """A lie at one place of a LAS header."""

    def lie(data: bytearray) -> bytes:
        struct.pack_into(form, data, at, value)
        return bytes(data)

    return lie


LIES: dict[str, tuple[str, Callable[[bytearray], bytes], str]] = {
    "truncated": ("a.laz", lambda d: bytes(d[: len(d) // 3]), "truncated|cannot be"),
    "10^12 points": ("a.laz", packed(247, "<Q", 10**12), "1000000000000 points"),
    "VLR count": ("a.laz", packed(100, "<I", 2**32 - 1), "4294967295 variable"),
    "NaN scale": ("a.laz", packed(131, "<d", float("nan")), "NaN or infinite"),
    "text": ("a.laz", lambda d: b"x,y,z\n1,2,3\n" * 99, "not LAS or LAZ"),
    "VRT": ("a.tif", lambda d: TRAP.encode(), "not a TIFF"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_damaged_file_is_unreadable(
    demo_site: Path, tmp_path: Path, lie: str
) -> None:
    """`minetwin check` leaves with 2 and names file and mend."""
    name, spoil, expected = LIES[lie]
    cloud = next((demo_site / "sources").glob("*.laz"))
    (tmp_path / name).write_bytes(spoil(bytearray(cloud.read_bytes())))

    code, text = said("check", tmp_path / name)

    assert code == 2
    assert name in text
    assert any(part in text for part in expected.split("|"))
    assert "export" in text


@pytest.fixture(scope="module")
def site(demo_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo, in a folder with a Chinese name and a blank."""
    folder = tmp_path_factory.mktemp("refusals") / "矿区 一"
    shutil.copytree(demo_site, folder)
    return folder


PLANS = {
    "max_slop: 25": "did you mean 'max_slope'",
    "max_slope: 25, date: 2025-04-17": "not the first of a month",
    "max_slope: 25, area: {parcels: [dump-nort]}": "did you mean 'dump-north'",
    "max_slope: 900": "less than or equal to",
    "max_slope: 25, area: {polygon: {type: Polygon, coordinates: "
    "[[[0, 0], [9, 0], [9, 9], [0, 0]]]}}": "holds no cell of the site's ground",
}


@pytest.mark.parametrize("text", PLANS)
def test_a_plan_that_cannot_run_is_refused(site: Path, text: str) -> None:
    """Exit 2, the file, the key and what to write instead."""
    usual = {"date": "2025-04", "area": "{parcels: [all]}"}
    filled = [f"{k}: {v}" for k, v in usual.items() if f"{k}:" not in text]
    body = ", ".join(["measure: regrade", text, *filled])
    plan = site / "scenarios" / "bad.yaml"
    head = "version: 1\nname: bad\nstart: 2025-01\nyears: 1\ninterventions:\n"
    plan.write_text(f"{head}  - {{{body}}}\n", encoding="utf-8")

    code, told = said("run", plan, "--site", site)

    assert code == 2
    assert PLANS[text] in told


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    """Serve the copy."""
    started = Server(site).start()
    yield started
    started.stop()


READINGS = {
    '{"sensor": "SENSOR", "time": "2026-05-04T08:00:00Z", "value": NaN}': "value",
    '{"sensor": "SENSOR", "time": "2026-05-04T08:00:00", "value": 0.2}': "time",
    '{"sensor": "SENSORR", "time": "2026-05-04T08:00:00Z", "value": 0.2}': "SENSOR",
    '{"sensor": "SENSOR", "time": "2026-05-04T08:00:00Z", "value": 0.2, "unit": "kg"}':
        "unit",
    '{"sensor": ': "JSON",
    "[" + " " * 2_000_000 + "]": "",
}  # fmt: skip


@pytest.mark.parametrize("body", READINGS, ids=[f"reading {i}" for i in range(6)])
def test_a_bad_reading_is_refused_and_the_server_stays(
    server: Server, body: str
) -> None:
    """4xx with one message; nothing is stored; the next request is answered."""
    with server.client as client:
        sensor = client.get("/api/site").json()["sensors"][0]["id"]
        sent = body.replace("SENSOR", sensor)
        head = {"Content-Type": "application/json"}
        answer = client.post("/api/readings", content=sent.encode(), headers=head)

        assert 400 <= answer.status_code < 500
        told = answer.json()["error"]
        assert told["what"]
        assert READINGS[body].replace("SENSOR", sensor) in str(told)
        assert client.get("/healthz").status_code == 200
