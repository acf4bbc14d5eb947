"""What a site states of its soil limits its plants; what it leaves out does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mines import rich_mine

from scenarios.runs import run
from scenarios.scenario import Scenario
from twin.site import Site


def mine(folder: Path, **default: object) -> Site:
    """The rich mine with a plain ground everywhere, and what is given of it."""
    site = rich_mine(folder, cells=10)
    file = folder / "site.yaml"
    head = file.read_text("utf-8").partition("ground:")[0]
    lines = [f"    {key}: {value}\n" for key, value in default.items()]
    text = "ground:\n  default:\n"
    if "plants" not in default:
        text += "    plants: {grass: {age: 2, stocking: 0.5}}\n"
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


def production(site: Site) -> np.ndarray:
    """NPP of each of twelve years, t/ha of carbon, mean of the site."""
    told = {"name": "wait", "start": "2025-01", "years": 12}
    layers = {"layers": ["net_primary_production_total"]}
    made = run(Scenario.from_dict(told | {"output": layers}), site).plan
    sums = [np.nanmean(made.map(layers["layers"][0], i)) for i in range(13)]
    return np.diff(sums)


def test_grass_on_poor_spoil_waits_for_nitrogen_and_alfalfa_does_not(tmp_path: Path):
    """4 t/ha of carbon bind 33 g m-2 or so; 5 mg/kg are 2 g m-2 that are free.

    A sward of 3 t/ha in its roots and shoots takes several grams a year, so it starves,
    steadily, not year about: what one year frees feeds the next.
    """
    plain = "{grass: {age: 1, stocking: 0.8}}"
    poor = {"soil_organic_carbon": 4, "nitrogen": 5}
    grass, rich, alfalfa = (
        production(mine(tmp_path / name, **told))
        for name, told in {
            "poor": poor | {"plants": plain},
            "rich": poor | {"nitrogen": 2000, "plants": plain},
            "alfalfa": poor | {"plants": plain.replace("grass", "alfalfa")},
        }.items()
    )

    assert (grass[2:] < 0.7 * rich[2:]).all()
    assert (np.abs(np.diff(grass[2:])) < 0.1 * grass[3:]).all()  # the sward is closed
    assert (alfalfa[2:] > 1.5 * grass[2:]).all()


def test_soil_from_outside_brings_what_is_stated_of_it(tmp_path: Path):
    """0.2 mg of cadmium per kg, 0.05 g of free nitrogen and 6 g of carbon per kg.

    Organic matter binds nitrogen of its own: C:N lies between 11 and 40.
    """
    dump = {"parcels": ["dump"]}
    shares = {f"{m}_available_share": 0.1 for m in ("arsenic", "cadmium", "lead")}
    contents = shares | {
        "soil_inorganic_carbon": 0.0, "sulfide_sulfur": 0.0, "soil_nitrogen": 0.05,
        "neutralising_potential": 0.0, "soil_phosphorus": 0.01, "soil_arsenic": 0.01,
        "soil_cadmium": 0.0002, "soil_lead": 0.02,
    }  # fmt: skip
    brought = {"measure": "topsoil", "area": dump, "date": "2025-01", "thickness": 0.3,
               "contents": contents}  # fmt: skip
    names = ["cadmium_imported_total", "nitrogen_imported_total",
             "soil_imported_total", "carbon_imported_total"]  # fmt: skip
    told = {
        "name": "cover",
        "start": "2025-01",
        "years": 1,
        "output": {"layers": names},
    }
    site = rich_mine(tmp_path / "mine", cells=10)

    made = run(Scenario.from_dict(told | {"interventions": [brought]}), site).plan

    cadmium, nitrogen, soil, carbon = (np.nansum(made.map(n, 1)) for n in names)
    assert cadmium / soil == pytest.approx(0.2e-3, rel=1e-6)  # g kg-1
    bound = nitrogen / soil - 0.05
    assert 1000.0 * carbon / soil / 40.0 < bound < 1000.0 * carbon / soil / 11.0
