"""Local times made absolute: a zone is stated, and no instant is ever guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def time_zone(name: str) -> str:
    """Return ``name`` when it is a known IANA time zone; ValueError if not."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"'{name}' is no known time zone; write an IANA name such as Asia/Shanghai"
        ) from error
    return name


def localise(local: datetime, zone: str) -> datetime:
    """Give a time without zone its zone, as UTC.

    Raises ValueError for the hour that occurs twice, or never, when clocks change.
    """
    early, late = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        back = early.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        how = "occurs twice" if back == local else "does not exist"
        raise ValueError(
            f"{local.isoformat()} {how} in {zone} (clocks change); write the time "
            "with its offset, such as 2026-05-04T08:00:00+08:00"
        )
    return early.astimezone(UTC)
