"""What an import did to a file: read, dropped, repaired, assumed, refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Note = dict[str, Any]  # {"what", "where", "count"}


@dataclass
class Audit:
    """Notes of one import; each is {"what": …, "where": …, "count": …}."""

    read: list[Note] = field(default_factory=list)
    dropped: list[Note] = field(default_factory=list)
    repaired: list[Note] = field(default_factory=list)
    assumed: list[Note] = field(default_factory=list)
    refused: list[Note] = field(default_factory=list)

    def to_json(self) -> dict[str, list[Note]]:
        """Plain data, every list present."""
        return asdict(self)

    def join(self, other: Audit) -> None:
        """Take over the notes of another import."""
        for name, notes in other.to_json().items():
            getattr(self, name).extend(notes)


def note(what: str, where: object, count: int = 1) -> Note:
    """Make one note."""
    return {"what": what, "where": str(where), "count": int(count)}
