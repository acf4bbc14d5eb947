"""Run a scenario on a site: the plan, and the do-nothing control beside it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import RunStopped
from twin.kernel import Forcing, Model, Output, simulate
from twin.process import Array
from twin.store import Run, RunWriter, load_checkpoint
from twin.vocabulary import VOCABULARY

from .checked import month_of
from .indicators import NEEDED, Rows, indicator_rows, to_csv
from .preparation import Prepared, prepare
from .progress import Report
from .provenance import code_version, environment, fingerprint
from .scenario import Scenario
from .stopping import asked_to_stop

if TYPE_CHECKING:
    from twin.site import Site

CHECKPOINT_MONTHS = 60
UNFINISHED = ".unfinished"  # folder of a site: runs that are not whole yet
Saved = tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Result:
    """What a scenario came to."""

    plan: Run
    control: Run | None = None

    @property
    def runs(self) -> list[Run]:
        """The plan and, when there is one, its control."""
        return [self.plan] + ([self.control] if self.control else [])


def run(
    scenario: Scenario,
    site: Site,
    *,
    control: bool = True,
    progress: Report | None = None,
) -> Result:
    """Run a scenario, and its control unless it has no measures itself.

    An unfinished run of the same scenario, inputs and code goes on from its last
    checkpoint; any other earlier run of that name is replaced once this one is whole.
    """
    both = control and bool(scenario.interventions)
    months = scenario.years * 12
    total = months * (2 if both else 1)

    def shifted(by: int) -> Report:
        def report(done: int, _: int) -> None:
            if progress is not None:
                progress(by + done, total)

        return report

    plan = _run_one(scenario, site, shifted(0))
    if not both:
        return Result(plan)
    return Result(
        plan, _run_one(scenario.control(), site, shifted(months), beside=scenario)
    )


def up_to_date(scenario: Scenario, site: Site) -> Result | None:
    """Return the plan and its control when this code made them from these inputs."""
    found = []
    for each in (scenario, scenario.control()):
        folder = site.runs_dir / each.name
        if not (folder / "manifest.json").is_file():
            return None
        run = Run.open(folder)
        about = _about(each, prepare(each, site, beside=scenario))
        if run.manifest.get("fingerprint") != about["fingerprint"]:
            return None
        found.append(run)
    return Result(*found)


def summary(run: Run) -> dict[str, Any]:
    """What a script wants to know of a finished run."""
    told = run.manifest
    keys = ("status", "scenario", "surface", "seed", "code_version", "wall_time_s")
    return {
        "id": run.id,
        "folder": str(run.folder),
        **{key: told.get(key) for key in keys},
        "closure": told.get("closure", {}),
        "inputs": told.get("inputs", []),
        "indicators": run.indicators(),
    }


def _run_one(
    scenario: Scenario, site: Site, report: Report, *, beside: Scenario | None = None
) -> Run:
    """Run one scenario aside; put it among the runs when it is whole."""
    ready = prepare(scenario, site, beside=beside)
    begin = month_of(scenario.start)
    until = (begin[0] + scenario.years, begin[1])
    layers = _kept(scenario, ready.model)
    output = Output(scenario.output.every, layers)
    about = _about(scenario, ready)
    work = site.folder / UNFINISHED / scenario.name
    keeper, saved = _keeper(work, ready, output.times(begin, until), layers, about)
    try:
        with asked_to_stop() as stop:
            outcome = simulate(
                ready.model,
                ready.state,
                Forcing(begin, ready.weather),
                until=until,
                output=output,
                events=ready.events,
                writer=keeper,
                progress=report,
                checkpoint_every=CHECKPOINT_MONTHS,
                saved=saved,
                stop=stop,
            )
    except RunStopped:
        raise KeyboardInterrupt(
            f"run '{scenario.name}' is kept as far as it came; "
            "the same command again goes on from there"
        ) from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"run '{scenario.name}' is kept up to its last checkpoint; "
            "the same command again goes on from there"
        ) from None
    finally:
        keeper.writer.close()
    files = {
        "ledger.csv": outcome.ledger.to_csv(),
        "indicators.csv": to_csv(keeper.rows),
    }
    keeper.writer.finish(closure=outcome.closure, files=files)
    return Run.open(_put_in_place(work, site.runs_dir / scenario.name))


class Keeper:
    """Hands layers to the store and gathers the indicators on their way."""

    def __init__(self, writer: RunWriter, model: Model, times: list[str]) -> None:
        self.writer = writer
        self.rows: Rows = []
        self._model = model
        self._times = times

    def write(self, index: int, layers: Mapping[str, Array]) -> None:
        """Keep the layers of one instant and its indicators per parcel."""
        self.rows += indicator_rows(
            self._times[index],
            {name: layers[name] for name in NEEDED if name in layers},
            self._model.zones,
            zone_names=self._model.zone_names,
            cell_area=self._model.grid.cell_area,
        )
        self.writer.write(index, layers)

    def checkpoint(self, arrays: Mapping[str, Any], about: Mapping[str, Any]) -> None:
        """Keep a checkpoint, the indicators so far within it."""
        self.writer.checkpoint(arrays, {**about, "indicators": self.rows})


def _keeper(
    work: Path,
    ready: Prepared,
    times: list[Any],
    layers: tuple[str, ...],
    about: Mapping[str, Any],
) -> tuple[Keeper, Saved | None]:
    """Take up an unfinished run with the same fingerprint, else begin a new one."""
    model = ready.model
    instants = [t.isoformat() for t in times]
    if _same(work, about):
        saved = load_checkpoint(work)
        if saved is not None:
            keeper = Keeper(RunWriter.resume(work, model.grid), model, instants)
            keeper.rows = list(saved[1]["indicators"])
            return keeper, saved
    writer = RunWriter.create(
        work,
        grid=model.grid,
        times=times,
        layers=layers,
        axes=ready.state.axes,
        zones=model.zones,
        zone_names=model.zone_names,
        about=about,
    )
    return Keeper(writer, model, instants), None


def _same(work: Path, about: Mapping[str, Any]) -> bool:
    """Tell whether an unfinished run began with the same inputs and code."""
    if not (work / "manifest.json").is_file():
        return False
    found = Run.open(work).manifest
    same: bool = found["fingerprint"] == about["fingerprint"]
    return same and found["status"] == "running"


def _kept(scenario: Scenario, model: Model) -> tuple[str, ...]:
    """Layers that the run can give: stocks, parameters and what a process writes."""
    written = {name for process in model.processes for name in process.writes}
    wanted = dict.fromkeys((*scenario.output.layers, *NEEDED))
    return tuple(
        name for name in wanted if VOCABULARY[name].kind != "derived" or name in written
    )


def _about(scenario: Scenario, ready: Prepared) -> dict[str, Any]:
    """Provenance for the manifest; its fingerprint decides whether a run goes on."""
    told: dict[str, Any] = {
        "scenario": {k: v for k, v in scenario.to_dict().items() if k != "ensemble"},
        "surface": ready.surface,
        "plant_types": list(ready.state.axes["pft"]),
        "processes": [process.name for process in ready.model.order],
        "inputs": ready.inputs,
        "code_version": code_version(),
        "seed": scenario.seed,
        "environment": environment(),
        "prices": [
            {"measure": m.measure, "price": m.price, "per": m.record.cost_per}
            | {"stated": m.cost is not None}
            for m in scenario.interventions
        ],
    }
    return told | {"fingerprint": fingerprint(told)}


def _put_in_place(work: Path, place: Path) -> Path:
    """Put a finished run in its place; an earlier run of that name goes last."""
    old = work.with_name(f"{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(old)
    work.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    if not any(work.parent.iterdir()):
        work.parent.rmdir()
    return place
