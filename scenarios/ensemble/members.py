"""One member: the scenario with what was drawn for it, kept as means by parcel."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import MinetwinError
from twin.kernel import Forcing, Output, simulate
from twin.process import Array
from twin.vocabulary import VOCABULARY

from ..checked import month_of
from ..preparation import prepare
from .changes import Changes

if TYPE_CHECKING:
    from twin.site import Site

    from ..preparation import Prepared
    from ..scenario import Scenario

Numbers = NDArray[np.float64]
SITE = "site"  # name of the mean over all cells


@dataclass(frozen=True)
class Member:
    """What is kept of a member.

    values  (dates, layers, zones), means in the units for people
    """

    dates: tuple[str, ...]
    layers: tuple[str, ...]
    zones: tuple[str, ...]
    values: Numbers

    def save(self, path: Path) -> None:
        """Write whole or not at all."""
        aside = path.with_suffix(".part")
        with aside.open("wb") as file:
            np.savez(
                file, dates=self.dates, layers=self.layers, zones=self.zones,
                values=self.values,
            )  # fmt: skip
        aside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Member:
        """Read what ``save`` wrote."""
        with np.load(path) as kept:
            dates, layers, zones = (
                tuple(kept[k].tolist()) for k in ("dates", "layers", "zones")
            )
            return cls(dates, layers, zones, kept["values"])


class Means:
    """Stands where the store would: keeps means by zone, of zones that have cells."""

    def __init__(self, zones: NDArray[np.int64], names: Sequence[str]) -> None:
        self.rows: list[dict[str, Numbers]] = []
        cells = np.bincount(zones, minlength=len(names))
        self.names = (*(names[int(z)] for z in np.flatnonzero(cells)), SITE)
        self._cells = cells
        self._zones = zones

    def write(self, index: int, layers: Mapping[str, Array]) -> None:
        """Keep the means of one instant; the last is that of the whole site."""
        self.rows.append({name: self._means(name, v) for name, v in layers.items()})

    def checkpoint(self, arrays: Any, about: Any) -> None:
        """Keep nothing: a member that was stopped begins anew."""

    def _means(self, name: str, values: Array) -> Numbers:
        sums = np.bincount(self._zones, values, minlength=self._cells.size)
        there = self._cells > 0
        each = np.append(sums[there] / self._cells[there], sums.sum() / values.size)
        made: Numbers = each * VOCABULARY[name].scale
        return made


def run_member(scenario: Scenario, site: Site, drawn: Mapping[str, float]) -> Member:
    """Run one member; what stops it is told with what was drawn for it."""
    changes = Changes.of(drawn)
    own = scenario.model_copy(
        update={"parameters": {**scenario.parameters, **changes.parameters}}
    )
    try:
        return _run(own, prepare(own, site, changes=changes))
    except MinetwinError as error:
        told = ", ".join(f"{key} = {value:.6g}" for key, value in drawn.items())
        raise type(error)(f"{error} (a member of the ensemble, with {told})") from error


def _run(scenario: Scenario, ready: Prepared) -> Member:
    model = ready.model
    begin = month_of(scenario.start)
    until = (begin[0] + scenario.years, begin[1])
    output = Output(scenario.output.every, kept_layers(scenario, ready))
    means = Means(model.zones, model.zone_names)
    simulate(
        model, ready.state, Forcing(begin, ready.weather), until=until, output=output,
        events=ready.events, writer=means, checkpoint_every=12 * scenario.years,
    )  # fmt: skip
    layers = tuple(n for n in output.layers if n in means.rows[0])
    return Member(
        tuple(t.isoformat() for t in output.times(begin, until)),
        layers,
        means.names,
        np.array([[row[name] for name in layers] for row in means.rows]),
    )


def kept_layers(scenario: Scenario, ready: Prepared) -> tuple[str, ...]:
    """Layers of the scenario that have one value a cell and that the run can give."""
    written = {name for p in ready.model.processes for name in p.writes}
    return tuple(
        name
        for name in scenario.output.layers
        if not VOCABULARY[name].axes
        and (VOCABULARY[name].kind != "derived" or name in written)
    )


def alone() -> None:
    """Set up a worker process: members run side by side, each on one core."""
    os.environ["MINETWIN_THREADS"] = "1"


def run_and_save(
    scenario: Scenario, folder: Path, drawn: Mapping[str, float], path: Path
) -> None:
    """What a worker process does for one member."""
    from twin.site import Site

    run_member(scenario, Site.open(folder), drawn).save(path)
