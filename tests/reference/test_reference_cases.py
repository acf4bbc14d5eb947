"""Shipped reference cases pass; a user's own run the same way and can fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenarios.reference.runner import SHIPPED, case_files, run_case, run_cases
from twin.errors import BadScenario, InputError, UnreadableFile


@pytest.mark.parametrize("path", case_files([]), ids=lambda p: p.stem)
def test_shipped_case_is_within_its_tolerance(path):
    outcome = run_case(path)

    assert outcome.passed, str(outcome)
    assert outcome.compared > 0
    assert outcome.origin


def test_every_case_that_the_issue_names_is_shipped():
    names = {path.stem for path in case_files([])}

    assert {
        "rothc-years", "rothc-month", "rothc-deficit", "rothc-temperature",
        "rothc-steady", "rothc-initial", "growth", "pet", "fao56-brussels",
        "terrain-fill", "terrain-d8", "terrain-mfd-p1.1", "terrain-slope",
        "erosion-slope-length", "erosion-slope-length-plane",
    } <= names  # fmt: skip


def own_case(folder: Path, **change: object) -> Path:
    """A researcher's case: one plot of robinia."""
    (folder / "plots.csv").write_text(
        "asymptote,rate,shape,age\n150,0.07,1.6,30\n", encoding="utf-8"
    )
    (folder / "measured.csv").write_text("biomass\n121.7\n", encoding="utf-8")
    case = {
        "version": 1,
        "name": "robinia",
        "title": "Robinia at 30 years",
        "origin": "own plots",
        "function": "growth.chapman_richards",
        "inputs": "plots.csv",
        "expected": "measured.csv",
        "tolerance": {"absolute": 0.1},
    } | change
    kept = {key: value for key, value in case.items() if value is not None}
    path = folder / "robinia.yaml"
    path.write_text(json.dumps(kept), encoding="utf-8")
    return path


def test_a_case_of_ones_own_runs_the_same_way(tmp_path):
    own_case(tmp_path)

    (outcome,) = run_cases([tmp_path])

    assert outcome.passed
    assert outcome.largest < 0.1
    assert outcome.to_dict()["name"] == "robinia"


def test_a_wrong_expectation_fails(tmp_path):
    path = own_case(tmp_path)
    (tmp_path / "measured.csv").write_text("biomass\n125\n", encoding="utf-8")

    outcome = run_case(path)

    assert not outcome.passed
    assert outcome.largest == pytest.approx(3.3, abs=0.1)
    assert "biomass, row 1" in str(outcome)


def test_an_unverified_case_is_shown_and_gates_nothing(tmp_path):
    path = own_case(tmp_path, verified=False)
    (tmp_path / "measured.csv").write_text("biomass\n125\n", encoding="utf-8")

    outcome = run_case(path)

    assert not outcome.within
    assert outcome.passed
    assert "unverified" in str(outcome)


def test_a_process_runs_through_months_with_its_stocks(tmp_path):
    """Wet, then dry: the store is full, then dries by exp(-(PET - P) / AWC)."""
    (tmp_path / "months.csv").write_text(
        "month,precipitation,potential_evapotranspiration\n6,500,50\n7,0,60\n",
        encoding="utf-8",
    )
    (tmp_path / "store.csv").write_text(
        "soil_water\n100\n54.88116360940264\n", encoding="utf-8"
    )
    start = {
        "soil_water": 60, "snow_water": 0, "available_water_capacity": 100,
        "curve_number": 40, "vegetation_cover": 0, "air_temperature": 20,
    }  # fmt: skip
    path = own_case(
        tmp_path,
        function=None,
        process="soil_water",
        start=start,
        inputs="months.csv",
        expected="store.csv",
        tolerance={"relative": 1e-12},
    )

    outcome = run_case(path)

    assert outcome.passed, str(outcome)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"function": "growth.chapman_richard"}, "growth.chapman_richards"),
        ({"tolerancee": {}}, "did you mean 'tolerance'"),
        ({"process": "vegetation"}, "not both"),
        ({"function": None}, "either a function or a process"),
        ({"function": None, "process": "soil_carbn"}, "did you mean 'soil_carbon'"),
        ({"parameters": {"agee": 3}}, "did you mean 'age'"),
        ({"tolerance": {"absolute": -1}}, "greater than or equal to 0"),
        ({"columns": {"bio": "biomass"}}, "column"),
        ({"version": 9}, "version"),
    ],
)
def test_a_bad_case_says_what_is_wrong_and_where(tmp_path, change, said):
    path = own_case(tmp_path, **change)

    with pytest.raises(BadScenario, match=r"robinia\.yaml") as caught:
        run_case(path)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("asymptote,rate,shape,age\n150,0.07,old,30\n", "'old' is not a number"),
        ("asymptote,rate,shape,age\n150,0.07,1.6\n", "3 cells"),
        ("asymptote\n", "no numbers"),
    ],
)
def test_a_bad_table_says_the_row(tmp_path, text, said):
    path = own_case(tmp_path)
    (tmp_path / "plots.csv").write_text(text, encoding="utf-8")

    with pytest.raises(UnreadableFile, match=r"plots\.csv") as caught:
        run_case(path)

    assert said in str(caught.value)


def test_missing_files_wrong_shapes_and_no_yaml_are_input_errors(tmp_path):
    path = own_case(tmp_path, expected="nowhere.csv")
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        run_case(path)

    own_case(tmp_path)
    (tmp_path / "measured.csv").write_text("biomass\n1\n2\n", encoding="utf-8")
    with pytest.raises(BadScenario, match="shape"):
        run_case(path)

    path.write_text("- just\n- a list\n", encoding="utf-8")
    with pytest.raises(BadScenario, match="not a reference case"):
        run_case(path)
    path.write_text("a: [", encoding="utf-8")
    with pytest.raises(BadScenario, match="not a reference case"):
        run_case(path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadScenario, match="no case"):
        run_cases([tmp_path / "empty"])


def test_shipped_tables_stay_small():
    """Facts written anew as small data files: below 30 kB each."""
    assert max(p.stat().st_size for p in SHIPPED.iterdir()) < 30_000
