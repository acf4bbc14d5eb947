"""The commands on a real site: the quick demo mine, made once for all tests here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.system


def minetwin(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "minetwin", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=280,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mines") / "demo"
    done = minetwin("demo", "--quick", "--no-serve", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_demo_writes_a_site_with_plan_and_control(demo: Path):
    """site.yaml, built surfaces, two finished runs with closed books."""
    for name in ("plan", "plan-control"):
        told = json.loads((demo / "runs" / name / "manifest.json").read_text("utf-8"))
        assert told["status"] == "finished"
        assert set(told["closure"]) == {"carbon", "water", "sediment"}
        assert max(told["closure"].values()) < 1e-9
    assert (demo / "site.yaml").is_file()
    assert not (demo / ".unfinished").exists()
    assert [p.name for p in demo.parent.iterdir()] == ["demo"]


def test_compare_prints_a_table_and_the_same_as_json(demo: Path):
    """Rows per parcel, year and indicator; with minus without is the difference."""
    rows = json.loads(
        minetwin("compare", "plan", "plan-control", "--site", demo, "--json").stdout
    )["rows"]
    text = minetwin("compare", "plan", "plan-control", "--site", demo).stdout

    assert {row["indicator"] for row in rows} >= {"cover", "soc", "erosion", "cost"}
    for row in rows:
        if row["with"] is not None and row["without"] is not None:
            assert row["difference"] == pytest.approx(row["with"] - row["without"])
    assert "2055-01-01" in text


def test_an_unknown_run_is_answered_with_the_nearest(demo: Path):
    """Exit 2, one message."""
    done = minetwin("compare", "plan", "plan-contol", "--site", demo)

    assert done.returncode == 2
    assert "did you mean 'plan-control'?" in done.stderr


def test_check_finds_nothing_wrong_with_the_demo(demo: Path):
    """Its files are what they claim, its plan can be run."""
    done = minetwin("check", demo)

    assert (done.returncode, done.stdout.strip()) == (0, "fine")


def test_check_tells_findings_and_damage_apart(demo: Path, tmp_path: Path):
    """1: a plan with a wrong key; 2: a LAZ that is text."""
    plan = tmp_path / "plan.yaml"
    plan.write_text("name: a\nstart: 2025-01\njears: 3\n", encoding="utf-8")
    cloud = tmp_path / "cloud.laz"
    cloud.write_text("not a point cloud", encoding="utf-8")

    finding = minetwin("check", plan, "--json")
    damage = minetwin("check", plan, cloud, "--json")

    assert finding.returncode == 1
    assert "did you mean 'years'" in json.loads(finding.stdout)[0]["what"]
    assert damage.returncode == 2
    levels = [found["level"] for found in json.loads(damage.stdout)]
    assert levels == ["finding", "unreadable"]


def test_a_short_plan_runs_and_tells_all_as_json(demo: Path, tmp_path: Path):
    """Provenance, closure and indicators of both runs; nothing else on stdout."""
    plan = tmp_path / "short.yaml"
    plan.write_text(
        "name: short\nstart: 2025-01\nyears: 1\ninterventions:\n"
        "- {measure: lime, area: {parcels: [gangue]}, date: 2025-03, dose: 5}\n",
        encoding="utf-8",
    )

    done = minetwin("run", plan, "--site", demo, "--json")

    assert done.returncode == 0, done.stderr
    runs = json.loads(done.stdout)
    assert [run["id"] for run in runs] == ["short", "short-control"]
    assert runs[0]["scenario"]["interventions"][0]["dose"] == 5
    assert runs[0]["indicators"]


def test_a_polygon_outside_the_site_exits_2(demo: Path, tmp_path: Path):
    """The message names the measure, the grid and its CRS."""
    ring = "[[0, 0], [9, 0], [9, 9], [0, 0]]"
    area = f"{{polygon: {{type: Polygon, coordinates: [{ring}]}}}}"
    plan = tmp_path / "away.yaml"
    plan.write_text(
        "name: away\nstart: 2025-01\nyears: 1\ninterventions:\n"
        f"- {{measure: lime, area: {area}, date: 2025-03, dose: 5}}\n",
        encoding="utf-8",
    )

    done = minetwin("run", plan, "--site", demo)

    assert done.returncode == 2
    assert "interventions.0.area: the area holds no cell" in done.stderr
    assert "EPSG:32649" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_site_rebuilt_on_another_grid_tells_its_old_runs(demo: Path, tmp_path: Path):
    """Cell 10 m becomes 7 m: build and check name the runs, compare refuses them."""
    mine, plan = tmp_path / "mine", tmp_path / "again.yaml"
    shutil.copytree(demo, mine)
    text = (mine / "site.yaml").read_text("utf-8")
    (mine / "site.yaml").write_text(text.replace("cell: 10", "cell: 7"), "utf-8")
    plan.write_text("name: again\nstart: 2025-01\nyears: 1\n", encoding="utf-8")

    built = minetwin("build", mine)
    checked = minetwin("check", mine, "--json")
    ran = minetwin("run", plan, "--site", mine)
    refused = minetwin("compare", "again", "plan", "--site", mine)
    both_old = minetwin("compare", "plan", "plan-control", "--site", mine)
    again = minetwin("check", mine, "--json")

    assert (built.returncode, ran.returncode) == (0, 0), built.stderr + ran.stderr
    assert "cell 10 m instead of 7 m" in built.stdout
    assert checked.returncode == 1
    found = [Path(one["path"]).name for one in json.loads(checked.stdout)]
    assert {"plan", "plan-control"} <= set(found)
    assert refused.returncode == 2
    assert "'again' and 'plan' lie on different grids: cell 7 m" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert both_old.returncode == 0
    assert [Path(one["path"]).name for one in json.loads(again.stdout)] == found
