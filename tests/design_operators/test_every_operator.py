"""What holds for every operator: holes, mirrors, rims, names, refusals."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from drawn_grounds import NORTH, WEST, box, hills, line, surface, turned

from twin.design.operators import OPERATORS, operator
from twin.design.parameters import Terms
from twin.errors import InputError, UnknownName

ROWS, COLUMNS = 120, 160
AREA = box(30.2, 20.3, 121.3, 93.1)  # no centre on an edge
RING = box(55.2, 40.3, 96.3, 73.1)
LINE = line((25.3, 30.2), (70.1, 70.9), (130.2, 64.3))
CREST, TOE = line((30.2, 18.0), (34.1, 96.0)), line((122.0, 15.0), (119.0, 96.0))

NUMBERS: dict[str, dict[str, float]] = {
    "grade": {"max_slope": 14.0},
    "lay-back": {"max_slope": 14.0},
    "pit-below-crest": {"height": 3, "width": 2, "batter": 60, "count": 3, "level": 52},
    "pit-above-floor": {"height": 3, "width": 2, "batter": 60, "level": 45},
    "heap-above-toe": {"height": 3, "width": 2, "batter": 60, "count": 3, "level": 50},
    "heap-below-crest": {"height": 3, "width": 2, "batter": 60, "level": 58},
    "backfill-to-level": {"level": 52.0},
    "backfill-volume": {"volume": 5_000.0},
    "cap-vertical": {"thickness": 0.5, "feather": 5.0},
    "cap-normal": {"thickness": 0.5, "feather": 5.0},
    "drain": {"bottom": 4.0, "grade": 0.01, "level": 50.0},
    "concave-slope": {"exponent": 0.4},
    "tie-in": {"cut_slope": 35.0, "fill_slope": 30.0},
    "balance": {},
}


@dataclass(frozen=True)
class Drawing:
    """The same places, as they are or turned with the ground."""

    ground: Any
    area: Any
    ring: Any
    line: Any
    crest: Any
    toe: Any


def tilted() -> np.ndarray:
    """Hills on a slope to the east, so that the crest lies above the toe."""
    z = hills(ROWS, COLUMNS).elevation.astype(float)
    return z + 0.2 * (COLUMNS / 2 - np.arange(COLUMNS))[None, :]


def drawing(z: np.ndarray | None = None) -> Drawing:
    ground = surface(tilted() if z is None else z)
    return Drawing(ground, AREA, RING, LINE, CREST, TOE)


def half_turn(z: np.ndarray) -> Drawing:
    drawn = (turned(g, ROWS, COLUMNS) for g in (AREA, RING, LINE, CREST, TOE))
    return Drawing(surface(z[::-1, ::-1]), *drawn)


def made_by(name: str, drawn: Drawing, terms: Terms | None = None):
    told = OPERATORS[name]
    pad = surface(np.full((ROWS, COLUMNS), 51.0), name="pad")
    place = {
        "area": drawn.ring if "design" in told.places else drawn.area,
        "ring": drawn.ring,
        "line": drawn.line,
        "crest and toe": (drawn.crest, drawn.toe),
        "design": pad,
    }
    given = [place[p] for p in told.places]
    numbers = [told.parameters(**NUMBERS[name])] if told.parameters else []
    return told.function(drawn.ground, *given, *numbers, terms=terms)


EVERY = pytest.mark.parametrize("name", sorted(OPERATORS))


def test_every_operator_has_numbers_here():
    assert set(NUMBERS) == set(OPERATORS)


@EVERY
def test_the_design_is_a_surface_with_its_books_closed(name):
    """Kind, id, date, source; cut, fill and haul are those of the heights."""
    before = drawing()
    terms = Terms(bulking=1.2, id="plan-b", date=date(2026, 3, 1))

    made = made_by(name, before, terms)

    assert made.surface.kind == "designed"
    assert (made.surface.id, made.surface.date) == ("plan-b", date(2026, 3, 1))
    assert list(made.surface.source) == ["surface 2024-survey"]
    assert made_by(name, before).surface.id == f"2024-survey-{name}"
    rise = made.surface.elevation.astype(float) - before.ground.elevation
    assert made.area == np.count_nonzero(rise) > 0.0
    assert made.cut == pytest.approx(-rise[rise < 0].sum(), rel=1e-6)
    assert made.fill == pytest.approx(rise[rise > 0].sum(), rel=1e-6)
    haul = made.haul
    assert 1.2 * haul.cut + haul.borrow == pytest.approx(
        haul.fill + haul.surplus, rel=1e-9
    )
    assert not made.surface.elevation.flags.writeable


@EVERY
def test_what_is_reported_is_plain(name):
    """A report goes into JSON as it is."""
    report = made_by(name, drawing()).report

    assert json.loads(json.dumps(report)) == report
    assert report


@EVERY
def test_holes_stay_holes_and_nothing_spreads_from_them(name):
    """A hole in the area, away from the lines: a hole after, and no more of them."""
    z = tilted()
    z[46:50, 84:90] = np.nan
    holes = np.isnan(z)

    made = made_by(name, drawing(z))

    np.testing.assert_array_equal(np.isnan(made.surface.elevation), holes)
    assert made.area > 0.0
    assert np.isfinite([made.cut, made.fill, made.haul.cut]).all()


@EVERY
def test_a_ground_turned_by_half_gives_the_design_turned_by_half(name):
    """Cell by cell; sweeps stop within 1e-7 m, heights are float32."""
    z = tilted()

    one = made_by(name, drawing(z))
    other = made_by(name, half_turn(z))

    np.testing.assert_allclose(
        other.surface.elevation[::-1, ::-1], one.surface.elevation, atol=1e-4
    )
    assert other.cut == pytest.approx(one.cut, rel=1e-4, abs=0.1)


@EVERY
def test_a_place_outside_the_site_is_refused_by_name(name):
    """Half a site over the rim: volumes would be cut short."""
    drawn = drawing()
    east = {
        key: shapely.transform(
            getattr(drawn, key), lambda p: p + np.array([100.0, 0.0])
        )
        for key in ("area", "ring", "line", "crest", "toe")
    }

    with pytest.raises(InputError, match=rf"{name}: .* the grid"):
        made_by(name, replace(drawn, **east))


@EVERY
def test_every_number_is_declared_in_both_languages_with_limits(name):
    told = OPERATORS[name]
    assert told.name == name
    assert re.search("[\u4e00-\u9fff]", told.label_zh)
    assert told.source
    assert told.function.__doc__
    for number in told.numbers:
        assert number.label
        assert re.search("[\u4e00-\u9fff]", number.label_zh)
        assert number.unit
        assert number.low < number.high
        if number.default is not None:
            assert number.low <= number.default <= number.high
        assert number.required or number.default is not None or number.absent
        with pytest.raises(InputError, match=f"{number.name} is"):
            told.parameters(**NUMBERS[name] | {number.name: number.high * 2 + 1})


@pytest.mark.parametrize("bulking", [0.0, 3.0, float("nan")])
def test_terms_with_a_bulking_that_no_material_has_are_refused(bulking):
    with pytest.raises(InputError, match="bulking"):
        Terms(bulking=bulking)


def test_an_area_may_be_a_mask_of_the_cells():
    """The mask of the polygon's cells gives what the polygon gives."""
    by_polygon = made_by("cap-vertical", drawing())
    mask = by_polygon.rise > 0.0

    by_mask = made_by("cap-vertical", replace(drawing(), area=mask))

    np.testing.assert_array_equal(
        by_mask.surface.elevation, by_polygon.surface.elevation
    )


@pytest.mark.parametrize(
    ("area", "told"),
    [
        (np.ones((3, 3), dtype=bool), "one flag per cell"),
        (np.ones((ROWS, COLUMNS)), "one flag per cell"),
        (np.zeros((ROWS, COLUMNS), dtype=bool), "holds no cell"),
        (line((0, 0), (50, 50)), "polygon"),
        (shapely.Polygon([(0, 0), (1, 1), (0, 1), (1, 0)]), "crosses itself"),
        (shapely.box(WEST + 50.6, NORTH - 50.9, WEST + 50.9, NORTH - 50.6), "no cell"),
        (shapely.box(0, 0, 100, 100), "out of the grid"),
    ],
)
def test_areas_that_hold_no_ground_are_refused(area, told):
    with pytest.raises(InputError, match=told):
        made_by("grade", replace(drawing(), area=area))


def test_an_unknown_operator_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'grade'"):
        operator("graed")


def test_the_error_of_the_survey_stays_where_the_ground_does():
    """A design has no error of its own; the cells it leaves keep theirs."""
    drawn = drawing()
    error = np.full((ROWS, COLUMNS), 0.1, dtype=np.float32)

    made = made_by(
        "backfill-to-level", replace(drawn, ground=replace(drawn.ground, error=error))
    )

    changed = made.rise != 0.0
    assert (made.surface.error[changed] == 0.0).all()
    assert (made.surface.error[~changed] == np.float32(0.1)).all()
