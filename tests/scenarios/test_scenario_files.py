"""A scenario is the same in YAML and in Python, and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scenarios.scenario import Scenario
from twin.errors import BadScenario, UnreadableFile

PLAN = """
version: 1
name: plan
title: Grass first
title_zh: 先草后树
start: 2025-01
years: 30
seed: 7
parameters: {}
interventions:
  - {measure: regrade, area: {parcels: [dump]}, date: 2025-04, max_slope: 25}
  - {measure: topsoil, area: {parcels: [dump]}, date: 2025-05-01, thickness: 0.3}
  - measure: plant
    area: {polygon: {type: Polygon, coordinates: [[[0, 0], [9, 0], [9, 9], [0, 0]]]}}
    date: 2026-04
    mix: {alfalfa: 0.6, robinia: 0.3}
    cost: 21000
output: {every: year}
"""


def changed(**keys: object) -> str:
    return yaml.safe_dump({**yaml.safe_load(PLAN), **keys}, allow_unicode=True)


def test_a_scenario_survives_the_way_through_yaml(tmp_path: Path):
    """Read, write and read again gives the same object and the same text."""
    plan = Scenario.parse(PLAN)

    plan.to_yaml(tmp_path / "plan.yaml")
    again = Scenario.from_yaml(tmp_path / "plan.yaml")

    assert again == plan
    assert again.to_yaml() == plan.to_yaml()
    assert "先草后树" in plan.to_yaml()


def test_python_and_yaml_make_the_same_scenario():
    """Plain data, models and text are three spellings of one thing."""
    from scenarios.area import Area
    from scenarios.interventions.lime import Lime

    lime = Lime(measure="lime", area=Area(parcels=("dump",)), date="2026-04", dose=20)
    spoken = Scenario(name="a", start="2025-01", years=3, interventions=(lime,))

    assert Scenario.parse(spoken.to_yaml()) == spoken
    assert Scenario.from_dict(spoken.to_dict()) == spoken


@given(
    years=st.integers(1, 200),
    seed=st.integers(0, 2**32 - 1),
    dose=st.floats(0.1, 300.0),
    month=st.integers(1, 12),
)
def test_any_scenario_survives_the_way_through_yaml(years, seed, dose, month):
    """No number is lost or changed by writing it down."""
    lime = {"measure": "lime", "area": {"parcels": ["a"]}, "dose": dose}
    lime["date"] = f"2025-{month:02d}"
    data = {"name": "x", "start": "2025-01", "years": years, "seed": seed}

    plan = Scenario.from_dict(data | {"interventions": [lime]})

    assert Scenario.parse(plan.to_yaml()) == plan


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (changed(jears=3), "unknown key 'jears'; did you mean 'years'?"),
        (PLAN.replace("max_slope", "max_slop"), "did you mean 'max_slope'?"),
        (PLAN.replace("regrade", "rgrade"), "did you mean 'regrade'?"),
        (PLAN.replace("alfalfa", "alfafa"), "did you mean 'alfalfa'?"),
        (PLAN.replace("2025-05-01", "2025-05-07"), "not the first of a month"),
        (PLAN.replace("max_slope: 25", "max_slope: 95"), "less than or equal to 60"),
        (PLAN.replace("0.3}", ".nan}"), "thickness"),
        (changed(years=0), "years"),
        (changed(name="../x"), "name"),
        (changed(version=2), "version"),
        (changed(output={"every": "week"}), "output.every"),
        (changed(output={"layers": ["slop"]}), "did you mean 'slope'?"),
        (changed(parameters={"nothing.at_all": 1}), "unknown process 'nothing'"),
        (changed(start="2027-01"), "before the run starts"),
        (changed(years=1), "after the run ends"),
        ("- a\n- b\n", "this is no scenario"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_mend(text: str, told: str):
    """One message: the file, the key path, what is wrong, the nearest name."""
    with pytest.raises(BadScenario) as caught:
        Scenario.parse(text, "plan.yaml")

    assert told in str(caught.value)
    assert str(caught.value).startswith("plan.yaml")


def test_the_key_path_leads_to_the_mistake():
    """The second measure of the list is interventions.1."""
    text = PLAN.replace("thickness: 0.3", "thicknss: 0.3")

    with pytest.raises(BadScenario, match=r"interventions\.1: unknown key 'thicknss'"):
        Scenario.parse(text, "plan.yaml")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"a: [1, 2", b"!!python/object:os.x"]
)
def test_a_file_that_is_no_yaml_is_unreadable(tmp_path: Path, content: bytes):
    """Damaged, binary and code-bearing files are refused alike."""
    (tmp_path / "bad.yaml").write_bytes(content)

    with pytest.raises(UnreadableFile, match=r"bad\.yaml"):
        Scenario.from_yaml(tmp_path / "bad.yaml")


def test_a_missing_file_is_told(tmp_path: Path):
    """The path is in the message."""
    with pytest.raises(UnreadableFile, match=r"none\.yaml"):
        Scenario.from_yaml(tmp_path / "none.yaml")


def test_the_control_is_the_same_scenario_without_measures():
    """Everything but name, titles and measures is kept."""
    plan = Scenario.parse(PLAN)

    control = plan.control()

    assert control.name == "plan-control"
    assert control.interventions == ()
    assert (control.years, control.seed, control.start) == (30, 7, "2025-01")
