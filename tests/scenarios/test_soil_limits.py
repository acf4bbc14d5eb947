"""What a site states of its soil limits its plants; what it leaves out does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mines import rich_mine

from scenarios.runs import run
from scenarios.scenario import Scenario
from twin.site import Site

SOILS = ("soil_depth", "nitrogen", "metals", "available", "spoil", "sulfide_sulfur")


def mine(folder: Path, **default: object) -> Site:
    """The rich mine with a plain ground everywhere, and what is given of it."""
    site = rich_mine(folder, cells=10)
    file = folder / "site.yaml"
    head = file.read_text("utf-8").partition("ground:")[0]
    lines = [f"    {key}: {value}\n" for key, value in default.items()]
    text = "ground:\n  default:\n    plants: {grass: {age: 2, stocking: 0.5}}\n"
    file.write_text(head + text + "".join(lines), encoding="utf-8")
    return Site.open(site.folder)


def after(site: Site, years: int = 4) -> tuple[list[str], np.ndarray]:
    """Processes of a run without measures, and the living carbon at its end."""
    told = {"name": "wait", "start": "2025-01", "years": years}
    made = run(Scenario.from_dict(told), site).plan
    carbon = made.map("ecosystem_carbon", len(made.times) - 1)
    return made.manifest["processes"], carbon


def test_a_site_that_states_nothing_of_it_runs_without_limits(tmp_path: Path):
    names, _ = after(mine(tmp_path / "mine"), years=1)

    assert "growth_limits" not in names


@pytest.mark.parametrize(
    "told",
    [{"soil_ph": 5.0}, {"soil_depth": 0.2}, {"metals": "{lead: 4000}"}],
)
def test_what_a_site_states_slows_its_plants(tmp_path: Path, told: dict[str, object]):
    """pH 5 is below EcoCrop's 5.5, 0.2 m holds 63 % of the roots, 400 of lead are
    available, over three times the threshold: each slows grass, none stops it.
    """
    names, stated = after(mine(tmp_path / "mine", **told))
    _, free = after(mine(tmp_path / "free", soil_ph=7.0, soil_depth=5.0))
    _, silent = after(mine(tmp_path / "silent"))

    assert "growth_limits" in names
    assert np.nanmean(stated) < 0.98 * np.nanmean(free)
    if "soil_depth" not in told:  # else its default of 0.5 m, whose carbon is the same
        np.testing.assert_allclose(np.nanmean(free), np.nanmean(silent), rtol=0.05)
