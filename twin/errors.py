"""Every error that minetwin raises on purpose, as one tree.

MinetwinError
├── InputError          something that came from outside cannot be used
│   ├── UnreadableFile      the file is damaged, disguised or not of the stated kind
│   ├── MissingCRS          no, or no usable, horizontal CRS or vertical datum
│   ├── UnitMismatch        a value came in another unit than its Var has
│   ├── OutsideSite         a place lies outside the site's grid
│   ├── UnknownName         a name is in no register; the message offers the nearest
│   ├── BadReading          a reading with NaN, naive time or an unknown sensor
│   └── BadScenario         a scenario that cannot be run as it is written
├── DeclarationError    a process does other things than it declared
├── LedgerLeak          a balance did not close; the message names the culprits
├── StateError          a stock left its range or became NaN
├── StoreError          a run or site on disk is damaged, unfinished or changed
│   └── OtherGrid           a run lies on other cells than its site or another run
├── RunStopped          a run was asked to stop; its checkpoint was written
└── MissingExtra        an optional package is not installed

A message says what, where, why and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class MinetwinError(Exception):
    """Root of the tree."""


class InputError(MinetwinError):
    """Something that came from outside cannot be used as it is."""


class UnreadableFile(InputError):
    """A file is damaged, disguised or not of the kind it claims."""


class MissingCRS(InputError):
    """No, or no usable, horizontal CRS or vertical datum."""


class UnitMismatch(InputError):
    """A value came in another unit than its Var has."""


class OutsideSite(InputError):
    """A place lies outside the grid of the site."""


class UnknownName(InputError):
    """A name is in no register."""


class BadReading(InputError):
    """A reading with NaN, naive time or an unknown sensor."""


class BadScenario(InputError):
    """A scenario cannot be run as it is written."""


class DeclarationError(MinetwinError):
    """A process does other things than it declared."""


class LedgerLeak(MinetwinError):
    """A balance did not close."""


class StateError(MinetwinError):
    """A stock left its range or became NaN."""


class StoreError(MinetwinError):
    """A run or site on disk is damaged, unfinished or changed."""


class OtherGrid(StoreError):
    """A run lies on other cells than its site has now, or than another run."""


class RunStopped(MinetwinError):
    """A run was asked to stop; what it needs to go on was kept."""


class MissingExtra(MinetwinError):
    """An optional package is not installed."""


def unknown_name(what: str, name: str, known: Iterable[str], where: str) -> UnknownName:
    """Build the error for a name in no register; it offers the nearest one that is."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(names)}"
    return UnknownName(f"{where}: no {what} is called '{name}'; {hint}")
