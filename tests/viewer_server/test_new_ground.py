"""A surface that is added while the site is served is shown without a restart."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from running_server import running
from small_site import GRID, ground, write_site

from connectors.audit import Audit
from connectors.surfaces import load_surface, save_surface
from twin.site import Built

OLD, NEW = "2024-05-20-surveyed", "2025-06-01-as-built"


def test_a_new_ground_joins_the_timeline(tmp_path: Path) -> None:
    """On the same cells: named, drawn and asked; the old one made anew too."""
    site = write_site(tmp_path / "mine")
    with running(site) as server, server.client as client:
        before = client.get("/api/site").json()["surfaces"]
        tile = client.get(f"/api/terrain/{OLD}/0/0/0").content
        # without plants: what stands under them could not be called stable
        old = replace(load_surface(site.surfaces_dir / OLD), layers={})
        higher = ground() + 2.0
        fresh = replace(
            old, id=NEW, date=date(2025, 6, 1), kind="as-built", elevation=higher
        )
        mended = replace(old, source={"survey_2024.laz": "1" * 64}, elevation=higher)
        for surface in (fresh, mended):
            save_surface(surface, site.surfaces_dir, Audit())
        Built(GRID.to_dict(), (OLD, NEW), (), synthetic=True).save(site.folder)

        until = time.monotonic() + 20.0
        while time.monotonic() < until:
            told = client.get("/api/site").json()
            if len(told["surfaces"]) == 2:
                break
            time.sleep(0.2)
        where = {"layer": "elevation", "x": 10, "y": 10, "surface": NEW}
        point = client.get("/api/point", params={**where, "against": OLD}).json()
        change = client.get("/api/change", params={"a": OLD, "b": NEW}).json()
        unknown = client.get("/api/change", params={"a": OLD, "b": "2025-as-built"})

        assert [s["id"] for s in told["surfaces"]] == [OLD, NEW]
        assert told["surfaces"][0]["index"] != before[0]["index"]
        assert not told["rebuilt"]
        assert client.get(f"/api/terrain/{OLD}/0/0/0").content != tile
        assert point["value"] == point["control_values"][0]
        assert point["control"] == OLD
        assert change["bias"]["bias"] == 0.0
        assert [row["parcel"] for row in change["parcels"]] == ["site", "dump"]
        assert change["parcels"][0]["net"]["value"] == 0.0
        assert unknown.status_code == 404
        assert NEW in unknown.json()["error"]["mend"]
