"""An area becomes cells: by parcel, by polygon, and never silently empty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import box

from scenarios.area import Area, Ground, cells_of
from scenarios.events import planned
from scenarios.interventions.lime import Lime
from twin.errors import BadScenario, OutsideSite, UnknownName
from twin.grid import Grid


@dataclass(frozen=True)
class Parcel:
    id: str
    geometry: Any


GRID = Grid("EPSG:32649", "unknown", 100.0, 50.0, 10.0, (5, 6))
GROUND = Ground(
    GRID,
    [Parcel("dump", box(100, 30, 120, 50)), Parcel("pile", box(150, 0, 160, 10))],
    Path(),
)


def polygon(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_parcels_become_the_cells_whose_centre_they_hold():
    """The dump spans two by two cells of the north-western corner."""
    cells = GRID.expand(cells_of(Area(parcels=("dump",)), GROUND, "plan"))

    assert cells[:2, :2].all()
    assert cells.sum() == 4


def test_all_parcels_are_one_word():
    """``parcels: [all]`` is every parcel."""
    assert cells_of(Area(parcels=("all",)), GROUND, "plan").sum() == 5


def test_a_polygon_written_in_place_is_used():
    """GeoJSON geometry and feature mean the same."""
    drawn = polygon(100, 0, 160, 10)

    bare = cells_of(Area(polygon=drawn), GROUND, "plan")
    feature = cells_of(
        Area(polygon={"type": "Feature", "geometry": drawn}), GROUND, "plan"
    )

    assert bare.sum() == 6
    np.testing.assert_array_equal(bare, feature)


def test_a_polygon_outside_the_site_is_told():
    """Where, why and what to do; the usual cause is degrees instead of metres."""
    with pytest.raises(
        OutsideSite, match=r"plan: the area holds no cell .* EPSG:32649"
    ):
        cells_of(Area(polygon=polygon(110.1, -39.2, 110.2, -39.1)), GROUND, "plan")


def test_an_unknown_parcel_is_answered_with_the_nearest():
    """'dmup' is 'dump'."""
    with pytest.raises(UnknownName, match="did you mean 'dump'"):
        cells_of(Area(parcels=("dmup",)), GROUND, "plan")


@pytest.mark.parametrize(
    "drawn",
    [
        {"type": "Polygon"},
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": [[[0, 0], [9, 9], [9, 0], [0, 9], [0, 0]]]},
    ],
)
def test_what_is_no_simple_polygon_is_refused(drawn: dict[str, Any]):
    """Points, open words and rings that cross themselves."""
    with pytest.raises(BadScenario, match="plan"):
        cells_of(Area(polygon=drawn), GROUND, "plan")


def test_a_missing_polygon_file_is_told():
    """With the full path."""
    with pytest.raises(BadScenario, match=r"no file .*area\.geojson"):
        cells_of(Area(polygon="area.geojson"), GROUND, "plan")


def test_events_come_in_the_order_of_their_dates():
    """Measures of one day keep the order in which they are written."""
    area = Area(parcels=("dump",))
    dates = ("2026-05", "2025-04", "2026-05")
    measures = [Lime(measure="lime", area=area, date=d, dose=1) for d in dates]

    events = planned(measures, GROUND, {}, where="plan")

    assert [e.name for e in events] == [
        "2. lime 2025-04",
        "1. lime 2026-05",
        "3. lime 2026-05",
    ]
