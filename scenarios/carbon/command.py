"""The command ``minetwin carbon``: the account of a run, with its baseline."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..commands import JsonOption, SiteOption, say

if TYPE_CHECKING:
    from .account import Account


def carbon(
    run: Annotated[str, typer.Argument(help="Run id (a folder in SITE/runs).")],
    site: SiteOption,
    baseline: Annotated[
        str | None, typer.Option(help="Run to take off; the control is RUN-control.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Also write every parcel and year here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what a run took from the air and emitted, by parcel, and how sure that is.

    Pools of the IPCC: above and below ground, dead wood, litter, soil to 0.3 m. Carbon
    that was brought or raised is a transfer; coal and carbonates never count.

    Example: minetwin carbon plan --site north-dump --baseline plan-control
    """
    from twin.site import Site

    from ..compare import open_run
    from .account import account_of

    opened = Site.open(site)
    told = account_of(open_run(opened, run))
    other = account_of(open_run(opened, baseline)) if baseline else None
    if csv is not None:
        _write(csv, told)
    if as_json:
        say(_plain(told, other))
        return
    typer.echo("\n".join(_lines(told, other)))


def _write(path: Path, account: Account) -> None:
    from ..tables import csv_bytes
    from .account import rows_of

    path.write_bytes(csv_bytes(rows_of(account)))


def _plain(account: Account, other: Account | None) -> dict[str, Any]:
    from .uncertainty import intervals

    made: dict[str, Any] = {"unit": "t CO2e; below 0 is uptake", "zones": []}
    for part in (account.whole(), account):
        for z, found in enumerate(intervals(part)):
            made["zones"].append(
                {
                    **asdict(found),
                    "sink_year": part.sink_year(z),
                    "payback_year": part.payback_year(z),
                    "reversals": list(part.reversals(z)),
                    "residual_t_c": float(part.residual[z, -1]),
                    "transferred_t_c": float(part.transferred[z, -1]),
                }
            )
    if other is not None:
        made["baseline"] = float(other.whole().balance[0, -1])
        made["net_of_baseline"] = (
            float(account.whole().balance[0, -1]) - made["baseline"]
        )
    return made


def _lines(account: Account, other: Account | None) -> list[str]:
    from ..tables import table

    told = _plain(account, other)
    rows = [
        (
            zone["zone"],
            f"{zone['value']:+,.1f}",
            f"{zone['low_90']:+,.1f} to {zone['high_90']:+,.1f}",
            f"{zone['transferred_t_c']:,.1f}",
            str(zone["sink_year"] or "-"),
            str(zone["payback_year"] or "-"),
            ", ".join(map(str, zone["reversals"])) or "-",
        )
        for zone in told["zones"]
    ]
    head = (
        "parcel", "balance t CO2e", "90 %", "brought t C", "sink from", "paid back",
        "reversals",
    )  # fmt: skip
    made = table(head, rows).splitlines()
    made.append("below 0: more was taken up than emitted; brought carbon is taken off")
    if other is not None:
        made.append(
            f"baseline {told['baseline']:+,.1f} t CO2e, net of it "
            f"{told['net_of_baseline']:+,.1f} t CO2e"
        )
    return made
