"""What changed between two grounds of a site: the one computation behind every door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from connectors.vector import Parcel, rasterise, read_parcels
from twin.change.comparable import on_grid
from twin.change.coregister import Coregistration
from twin.change.difference import Change, Precision, difference
from twin.change.parcels import Row, change_by_parcel
from twin.change.stable_ground import StableGround, stable_ground
from twin.surface import Surface

from .grounds import ground_of

if TYPE_CHECKING:
    from twin.site import Site

WHOLE = "site"
Move = Callable[..., Coregistration]


@dataclass(frozen=True)
class GroundChange:
    """Two grounds, their difference with its error, and the change of each parcel.

    moved  how the later ground was moved onto the earlier one; None: not at all
    rows   the whole site first, then each parcel that both grounds have
    left   parcels without a single cell in both
    """

    earlier: Surface
    later: Surface
    change: Change
    moved: Coregistration | None
    rows: tuple[Row, ...]
    left: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data: what command, report and server tell alike."""
        told = self.change
        found = {
            "a": _about(self.earlier),
            "b": _about(self.later),
            "unit": {"volume": "m3", "area": "m2", "height": "m"},
            "confidence": told.precision.confidence,
            "stable_ground": {
                "origin": told.stable.origin,
                "share": told.stable.share,
                "bias": told.stable.bias,
                "spread": told.stable.spread,
            },
            "bias": asdict(told.systematic),
            "coregistration": None if self.moved is None else asdict(self.moved),
            "correlation": asdict(told.correlation),
            "parcels": [asdict(row) for row in self.rows],
            "left_out": list(self.left),
        }
        return {key: _plain(value) for key, value in found.items()}


def change_between(
    site: Site,
    a: str,
    b: str,
    *,
    parcels: Path | None = None,
    stable: Path | None = None,
    move: Move | None = None,
    precision: Precision | None = None,
) -> GroundChange:
    """Subtract ground ``a`` from ground ``b`` and sum by parcel, with errors.

    parcels    polygons; without them those of the site
    stable     polygons of ground that did not change; without them it is found
    move       ``twin.change.coregister.level`` takes a bias in height away,
               ``coregister`` a shift in plan too; without it nothing is moved, and a
               bias counts as error

    Raises MissingCRS where a vertical datum is unknown, InputError where the grounds
    are not comparable or too little of them is stable, UnknownName for a wrong id.
    """
    first, second = ground_of(site, a), ground_of(site, b)
    given = None
    if stable is not None:
        areas = read_parcels(stable, first.grid.crs)
        given = np.asarray(rasterise(areas, first.grid) > 0)
    ground = stable_ground(first, second, given=given)
    moved = None if move is None else move(first, second, ground)
    if moved is not None:
        ground = _after(first, second, ground, moved)
    change = difference(first, second, ground, precision, coregistration=moved)
    rows, left = _rows(change, _parcels(site, parcels, first))
    return GroundChange(first, second, change, moved, tuple(rows), tuple(left))


def _after(
    a: Surface, b: Surface, ground: StableGround, moved: Coregistration
) -> StableGround:
    """The same stable ground, told anew for the moved surface."""
    shifted = moved.apply(on_grid(b, a.grid))
    found = stable_ground(a, shifted, given=ground.mask)
    return replace(found, origin=ground.origin, rounds=ground.rounds)


def _parcels(site: Site, path: Path | None, a: Surface) -> list[Parcel]:
    if path is None:
        path = site.layers_dir / "parcels.gpkg"
        if not path.is_file():
            return []
    return read_parcels(path, a.grid.crs)


def _rows(change: Change, parcels: list[Parcel]) -> tuple[list[Row], list[str]]:
    """Rows of the site and of the parcels; names of those without a common cell."""
    measured = np.isfinite(change.dz)
    rows = change_by_parcel(change, np.ones(change.grid.shape, np.int32), [WHOLE])
    left = []
    for parcel in parcels:  # one by one: parcels may overlap
        labels: NDArray[np.int32] = rasterise([parcel], change.grid)
        if (measured & (labels > 0)).any():
            rows += change_by_parcel(change, labels, [parcel.id])
        else:
            left.append(parcel.id)
    return rows, left


def _plain(data: Any) -> Any:
    """Lists for arrays and tuples, all the way down."""
    if isinstance(data, np.ndarray):
        return data.tolist()
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return data


def _about(surface: Surface) -> dict[str, Any]:
    return {
        "id": surface.id,
        "date": surface.date.isoformat(),
        "kind": surface.kind,
        "source": {k: v for k, v in surface.source.items() if k != "settings"},
        "crs": surface.grid.crs,
        "vertical": surface.grid.vertical,
        "cell": surface.grid.cell,
    }
