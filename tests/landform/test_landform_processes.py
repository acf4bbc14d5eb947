"""What holds for every process that shapes the ground: declaration, books, pits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from grounds import mine, run, seen, stocks, whole, year

from twin.process import Process
from twin.processes.hillslope_diffusion import HillslopeDiffusion
from twin.processes.hillslope_diffusion_nonlinear import HillslopeDiffusionNonlinear
from twin.processes.register import FIRST_SET, PROCESSES
from twin.processes.stream_power import StreamPower
from twin.processes.terrain_form import TerrainForm
from twin.soil.constituents import ORGANIC, below
from twin.vocabulary import VOCABULARY

KINDS = (HillslopeDiffusion, HillslopeDiffusionNonlinear, StreamPower)
LEAD = ("soil_lead", "lead_available_share")


def given(process: Process, see: dict[str, Any]) -> dict[str, Any]:
    return {name: see[name] for name in process.reads}


@pytest.mark.parametrize("kind", KINDS)
def test_process_keeps_its_declaration_and_its_inputs(kind: type[Any]):
    grid, z = mine(1)
    process = kind()
    see = given(process, seen(grid, z, 1))
    for values in see.values():
        values.flags.writeable = False

    made = process.step(see, year(grid))

    assert isinstance(process, Process)
    assert set(made) == {*process.writes, *process.adds}
    for name, values in made.items():
        assert values.dtype == np.float64
        assert values.shape == (*VOCABULARY[name].lead({"soil_layer": 2}), grid.n)
        assert np.isfinite(values).all()
    assert kind.name in PROCESSES
    assert kind.name not in FIRST_SET


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_soil_carbon_and_metals_are_moved_never_made(kind: type[Any], seed: int):
    """Cut = laid down + exported, to 1e-9 of what moved, for each that rides along."""
    grid, z = mine(seed)
    process = kind(carried=LEAD)
    see = given(process, seen(grid, z, seed, metals=True))

    made = process.step(see, year(grid))

    books = {
        "sediment_exported_total": ("soil_mass",),
        "carbon_exported_total": ORGANIC,
        "geogenic_carbon_exported_total": ("geogenic_carbon",),
        "lead_exported_total": ("soil_lead",),
    }
    for account, names in books.items():
        net = sum(whole(made, name).sum() for name in names) + made[account].sum()
        moved = sum(np.abs(whole(made, name)).sum() for name in names)
        assert moved > 0.0
        assert abs(net) <= 1e-9 * moved
        assert made[account].min() >= 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_stocks_stay_in_their_range(kind: type[Any]):
    """Thin soil, and none, with rates a hundred times too high."""
    grid, z = mine(5)
    strong = {"erodibility": 0.5} if kind is StreamPower else {"diffusivity": 1.0}
    process = kind(**strong)
    see = given(process, seen(grid, z, 5))

    made = process.step(see, year(grid))

    for name in process.adds:
        if name in see:
            after, var = see[name] + made[name], VOCABULARY[name]
            assert after.min() >= var.low, name
            assert after.max() <= var.high, name


@pytest.mark.parametrize("kind", KINDS)
def test_heights_follow_the_soil(kind: type[Any]):
    """One density, thick soil: elevation changes by mass over bulk density."""
    grid, z = mine(6)
    see = seen(grid, z, 6)
    slots = np.array([0.3, 0.7, 4.0])[:, None] * np.ones(grid.n) * 1400.0
    see |= {"soil_mass": slots[0], "soil_mass_below": slots[1:]}
    see |= {"bulk_density": np.full(grid.n, 1400.0)}
    see |= {"bulk_density_below": np.full((2, grid.n), 1400.0)}
    process = kind()

    made = process.step(given(process, see), year(grid))

    moved = np.abs(made["elevation"]).max()
    gap = made["elevation"] - whole(made, "soil_mass") / 1400.0
    assert moved > 1e-5
    assert np.abs(gap).max() <= 1e-12


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_the_number_of_threads_never_matters(
    kind: type[Any], threads: str, monkeypatch: pytest.MonkeyPatch
):
    grid, z = mine(7)
    process = kind()
    see = given(process, seen(grid, z, 7))
    straight = process.step(see, year(grid))

    monkeypatch.setenv("MINETWIN_THREADS", threads)
    again = process.step(see, year(grid))

    for name, values in straight.items():
        assert np.array_equal(values, again[name]), name


def test_streams_fill_the_pit_with_what_runs_into_it():
    """Nothing leaves but on the rim; inside the pit the ground only rises."""
    grid, z = mine(8, holes=False)
    process = StreamPower(erodibility=1e-3, deposition=0.0)
    see = seen(grid, z, 8)

    made = process.step(given(process, see), year(grid))

    flow = see["flow_receiver"]
    ends = flow == np.arange(grid.n)
    y, x = np.divmod(np.arange(grid.n), grid.shape[1])
    rim = (y == 0) | (x == 0) | (y == grid.shape[0] - 1) | (x == grid.shape[1] - 1)
    pit = ends & ~rim
    assert pit.any()
    assert not made["sediment_exported_total"][~rim].any()
    assert made["elevation"][pit].min() > 0.0


def test_creep_leaves_ground_without_soil_alone():
    """Only loose soil creeps."""
    grid, z = mine(9)
    see = seen(grid, z, 9)
    see |= {"soil_mass": np.zeros(grid.n), "soil_mass_below": np.zeros((2, grid.n))}
    process = HillslopeDiffusion()

    made = process.step(given(process, see), year(grid))

    assert not any(made[name].any() for name in process.adds)


def test_steep_faces_creep_faster_under_the_nonlinear_law():
    """On slopes of 0.6 with Sc 0.7 the factor is 1 + 0.73 + 0.54."""
    grid, z = mine(10, holes=False)
    see = seen(grid, z, 10)
    given_soil = np.full(grid.n, 0.3 * 1400.0)
    see |= {"soil_mass": given_soil, "bulk_density": np.full(grid.n, 1400.0)}

    plain = HillslopeDiffusion().step(given(HillslopeDiffusion(), see), year(grid))
    bent = HillslopeDiffusionNonlinear().step(
        given(HillslopeDiffusionNonlinear(), see), year(grid)
    )

    assert np.abs(bent["elevation"]).sum() > 1.2 * np.abs(plain["elevation"]).sum()


def test_an_unknown_constituent_is_refused():
    with pytest.raises(Exception, match="soil_lead"):
        StreamPower(carried=("soil_laed",))


def test_a_thousand_years_close_the_books(monkeypatch: pytest.MonkeyPatch):
    """Hills, pit, dump and thin soil wear down: no leak, no stock out of range.

    The kernel stops a run on the first leak above 1e-9 of what moved.
    """
    monkeypatch.setenv("MINETWIN_THREADS", "1")
    grid, z = mine(11)
    start = stocks(grid, z, 11)
    processes = (TerrainForm(), StreamPower(), HillslopeDiffusionNonlinear())

    out = run(grid, start, processes, years=1000)

    after = out.state.stocks
    soil = sum((after[n] - start[n]).sum() for n in ("soil_mass", below("soil_mass")))
    gone = after["sediment_exported_total"].sum()
    assert max(out.closure.values()) <= 1e-9
    assert abs(soil + gone) <= 1e-9 * gone
    assert after["elevation"].std() < z.std()
    assert out.state.year == 3025


def test_creep_and_streams_share_a_thin_column(monkeypatch: pytest.MonkeyPatch):
    """Strong rates exhaust slots for a century; both take from the same start."""
    monkeypatch.setenv("MINETWIN_THREADS", "1")
    grid, z = mine(12)
    start = stocks(grid, z, 12, metals=True)
    processes = (
        TerrainForm(),
        StreamPower(erodibility=1e-2, deposition=0.3, carried=LEAD),
        HillslopeDiffusion(diffusivity=0.5, carried=LEAD),
    )

    out = run(grid, start, processes, years=100)

    assert max(out.closure.values()) <= 1e-9
    assert (out.state.stocks["soil_mass"] < 1.0).any()
