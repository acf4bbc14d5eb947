"""Run all members of an ensemble on all cores; take up what an earlier call made."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadScenario
from twin.numerics.threads import workers

from ..preparation import prepare
from ..progress import Report
from ..provenance import code_version, environment, fingerprint
from ..tables import csv_bytes
from .bands import Bands
from .members import Member, alone, run_and_save, run_member
from .spread import as_table

if TYPE_CHECKING:
    from twin.site import Site

    from ..scenario import Scenario

Numbers = NDArray[np.float64]
FOLDER = "ensembles"  # of a site
UNFINISHED = ".unfinished"
ABOUT = "manifest.json"


def ensemble(
    scenario: Scenario, site: Site, *, progress: Report | None = None
) -> Bands:
    """Run every member; write bands.csv, members.csv and draws.csv to SITE/ensembles.

    Members run side by side in processes of their own, one core each; each is kept when
    it is done, so that the same call goes on where an earlier one was stopped. A script
    that calls this needs ``if __name__ == "__main__":`` around it on every system.
    """
    if scenario.ensemble is None:
        raise BadScenario(
            f"scenario {scenario.name}: it has no section ensemble:; add one with "
            "members: and vary:, such as\n"
            "  ensemble: {members: 100, vary: {vegetation.site_factor: "
            "{low: 0.5, high: 0.8}}}"
        )
    draws = scenario.ensemble.draws(scenario.seed)
    about = _about(scenario, site)
    work = site.folder / UNFINISHED / f"{scenario.name}-ensemble"
    files = _begin(work, about, scenario.ensemble.members)
    table = as_table(draws)
    drawn = [{k: v for k, v in row.items() if k != "member"} for row in table]
    todo = [i for i, file in enumerate(files) if not file.is_file()]
    _run_all(scenario, site, [(drawn[i], files[i]) for i in todo], len(files), progress)
    bands = Bands.of([Member.load(file) for file in files], draws)
    _publish(site.folder / FOLDER / scenario.name, bands, table, about)
    shutil.rmtree(work)
    return bands


def _about(scenario: Scenario, site: Site) -> dict[str, Any]:
    """What decides the results; equal means that members may be taken over."""
    ready = prepare(scenario, site)  # refuses what is wrong before any member runs
    told: dict[str, Any] = {
        "scenario": scenario.to_dict(),
        "surface": ready.surface,
        "processes": [process.name for process in ready.model.order],
        "inputs": ready.inputs,
        "code_version": code_version(),
        "seed": scenario.seed,
        "environment": environment(),
    }
    return told | {"fingerprint": fingerprint(told)}


def _begin(work: Path, about: Mapping[str, Any], members: int) -> list[Path]:
    """Files of the members; those of another scenario or code are thrown away."""
    told = work / ABOUT
    same = False
    if told.is_file():
        found = json.loads(told.read_text(encoding="utf-8"))
        same = found.get("fingerprint") == about["fingerprint"]
    if not same:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        told.write_text(_json(about), encoding="utf-8")
    return [work / f"member-{i:05d}.npz" for i in range(members)]


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1, default=str)


def _run_all(
    scenario: Scenario,
    site: Site,
    jobs: Sequence[tuple[Mapping[str, float], Path]],
    total: int,
    progress: Report | None,
) -> None:
    """Run the members that are missing, in processes; one core: in this one."""
    done = total - len(jobs)

    def tell(more: int) -> None:
        if progress is not None:
            progress(done + more, total)

    tell(0)
    cores = min(workers(), len(jobs))
    if cores <= 1:
        for i, (drawn, path) in enumerate(jobs):
            run_member(scenario, site, drawn).save(path)
            tell(i + 1)
        return
    pool = ProcessPoolExecutor(cores, get_context("spawn"), initializer=alone)
    left: set[Future[None]] = set()
    try:
        left = {
            pool.submit(run_and_save, scenario, site.folder, drawn, path)
            for drawn, path in jobs
        }
        while left:
            ready, left = wait(left, return_when=FIRST_COMPLETED)
            for job in ready:
                job.result()
            tell(len(jobs) - len(left))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _publish(
    place: Path, bands: Bands, table: list[dict[str, Any]], about: Mapping[str, Any]
) -> None:
    """Write the tables aside, then put them where the last ones were."""
    aside = place.with_name(f".{place.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, rows in (
        ("bands", bands.rows()), ("members", bands.member_rows()), ("draws", table)
    ):  # fmt: skip
        (aside / f"{name}.csv").write_bytes(csv_bytes(rows))
    (aside / ABOUT).write_text(_json(about), encoding="utf-8")
    shutil.rmtree(place, ignore_errors=True)
    aside.rename(place)
