"""Metals of a run against a standard: parcels, years, unverified limits."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))

from mines import rich_mine
from test_every_book_closes import CARRIED

from minetwin import _app
from scenarios.metal_series import metals_of
from scenarios.runs import run
from scenarios.scenario import Scenario
from scenarios.standards.standard import standard
from twin.errors import InputError
from twin.site import Site

ROOT = Path(__file__).resolve().parents[2]
DUMP = {"parcels": ["dump"]}
LAYERS = ["soil_mass", "soil_ph", "soil_cadmium", "soil_lead", "soil_arsenic"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump with 1.4 mg/kg of cadmium, covered with clean soil in the second year."""
    site = rich_mine(tmp_path_factory.mktemp("metals") / "mine", cells=16)
    cover = {"measure": "topsoil", "area": DUMP, "date": "2026-04", "thickness": 0.4,
             "contents": CARRIED}  # fmt: skip
    plan = {
        "name": "cover", "start": "2025-01", "years": 3, "interventions": [cover],
        "output": {"every": "year", "layers": LAYERS},
    }  # fmt: skip
    run(Scenario.from_dict(plan), site, control=False)
    thin = plan | {"name": "thin", "output": {"layers": ["soil_ph"]}}
    run(Scenario.from_dict(thin), site, control=False)
    return site.folder


def rows(folder: Path, date: str, parcel: str) -> dict[str, dict]:
    from twin.store import Run

    made = metals_of(
        Run.open(folder / "runs" / "cover"), standard("gb15618-2018"), "screening"
    )
    return {
        r["metal"]: r for r in made if r["date"][:4] == date and r["parcel"] == parcel
    }


def test_contents_are_what_the_site_states_and_limits_go_by_ph(folder: Path):
    """1.4 mg/kg of cadmium against 0.3 to 0.6 by pH: all of the dump is above."""
    told = rows(folder, "2025", "dump")

    assert told["cadmium"]["mean"] == pytest.approx(1.4, rel=1e-4)
    assert told["cadmium"]["above"] == 1.0
    assert told["cadmium"]["limit"] in (0.3, 0.6)
    assert told["lead"]["mean"] == pytest.approx(90.0, rel=1e-4)
    index = np.array([told[m]["index"] for m in ("cadmium", "lead", "arsenic")])
    both = 0.5 * (index.max() ** 2 + index.mean() ** 2)
    assert told["all"]["index"] == pytest.approx(np.sqrt(both))


def test_a_clean_cover_brings_the_topsoil_below_the_limit(folder: Path):
    """0.4 m of soil with 0.2 mg/kg on 1.4: clean where nothing erodes, on the steep
    flanks what rises from the second slot is mixed in, and stays below the limit.
    """
    before, after = rows(folder, "2026", "dump"), rows(folder, "2027", "dump")

    assert before["cadmium"]["above"] == 1.0
    assert 0.2 <= after["cadmium"]["mean"] < 0.4
    assert after["cadmium"]["above"] == 0.0
    assert after["all"]["index"] < before["all"]["index"]
    assert rows(folder, "2027", "pile")["cadmium"]["mean"] > 0.25


def test_a_run_without_the_layers_says_which_to_add(folder: Path):
    from twin.store import Run

    with pytest.raises(InputError, match="soil_mass"):
        metals_of(
            Run.open(folder / "runs" / "thin"), standard("gb15618-2018"), "control"
        )


def test_the_command_says_that_nobody_checked_the_limits(folder: Path, tmp_path: Path):
    table = tmp_path / "金属.csv"
    words = ["metals", "cover", "--site", str(Site.open(folder).folder)]
    done = CliRunner().invoke(_app(), [*words, "--csv", str(table)])
    data = CliRunner().invoke(_app(), [*words, "--kind", "control", "--json"])

    assert done.exit_code == 0, done.output
    assert "never compared with the document" in done.stdout
    assert "100%" in done.stdout
    assert table.read_text("utf-8-sig").startswith("date,parcel,metal,mean")
    assert all(r["verified"] is False for r in json.loads(data.stdout))


def test_a_standard_of_ones_own_is_read_from_its_file(folder: Path, tmp_path: Path):
    text = (ROOT / "scenarios" / "standards" / "gb15618-2018.yaml").read_text("utf-8")
    own = tmp_path / "mine.yaml"
    own.write_text(text.replace("verified: false", "verified: true"), encoding="utf-8")
    words = ["metals", "cover", "--site", str(folder), "--standard"]
    done = CliRunner().invoke(_app(), [*words, str(own)])
    none = CliRunner().invoke(_app(), [*words, str(tmp_path / "no.yaml")])

    assert done.exit_code == 0, done.output
    assert "never compared" not in done.stdout
    assert "no such file" in str(none.exception)
