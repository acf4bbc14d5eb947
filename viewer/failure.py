"""An error as people and programs read it: what, where, why, how to mend it."""

from __future__ import annotations

from typing import TypedDict

from twin.errors import (
    BadReading,
    InputError,
    MinetwinError,
    OtherGrid,
    OutsideSite,
    StoreError,
    UnknownName,
)


class Failure(TypedDict):
    """Body of every refused request, under ``error``."""

    what: str
    where: str
    why: str
    mend: str


_TITLES: dict[type[Exception], str] = {
    BadReading: "the reading was refused",
    OutsideSite: "the place lies outside the site",
    UnknownName: "there is nothing of that name",
    OtherGrid: "the run was made on another grid",
    StoreError: "a run or the site on disk cannot be used",
    InputError: "the request cannot be used",
}


def failure(error: Exception, where: str) -> Failure:
    """Tell an error; only messages of our own go out, never those of libraries."""
    if not isinstance(error, MinetwinError):
        return Failure(
            what="the server met an error of its own",
            where=where,
            why=type(error).__name__,
            mend="try again; the server's log says more",
        )
    title = next(
        (t for kind, t in _TITLES.items() if isinstance(error, kind)),
        "the request failed",
    )
    why, _, mend = str(error).rpartition("; ")
    if not why:
        why, mend = mend, "see the documentation"
    return Failure(what=title, where=where, why=why, mend=mend)


def status_of(error: Exception) -> int:
    """HTTP status of an error."""
    if isinstance(error, UnknownName | OutsideSite):
        return 404
    if isinstance(error, InputError):
        return 422
    if isinstance(error, StoreError):
        return 409
    return 500
