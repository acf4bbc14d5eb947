"""References that files and people get wrong: told by name, never mended silently."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import numpy as np
import pytest
from defusedxml import ElementTree
from pyproj import CRS

from connectors.coordinates import carry, check_points, exact_way
from connectors.pointcloud.header import read_header
from connectors.pointcloud.reference_system import reference
from twin.crs import parts, projected_in_metres, swapped, vertical_datum
from twin.errors import InputError, MissingCRS
from twin.gauss_kruger import FAMILIES, NARROW, WIDE, Zone, zone_of

US_FOOT = 1200.0 / 3937.0
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def column(path: Path, title: str) -> np.ndarray:
    """Numbers below a title in the first sheet of a workbook."""
    with zipfile.ZipFile(path) as book:
        texts = [
            "".join(t.text or "" for t in item.iter(f"{SHEET}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    letters, found = None, []
    for cell in sheet.iter(f"{SHEET}c"):
        value = cell.find(f"{SHEET}v")
        place = (cell.get("r") or "").rstrip("0123456789")
        if value is None:
            continue
        if cell.get("t") == "s":
            if texts[int(value.text)] == title:
                letters = place
        elif place == letters:
            found.append(float(value.text))
    return np.array(found)


def points(east: float, north: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return east + rng.uniform(0, 900, 50), north + rng.uniform(0, 900, 50)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.datum)
def test_every_zone_has_the_code_that_the_register_gives_it(family: object) -> None:
    """Central meridian 3 n or 6 n - 3; false easting n million and 500 000 m."""
    for number in (*NARROW, *WIDE):
        for numbered in (True, False):
            zone = Zone(family, number, numbered=numbered)
            crs = CRS.from_epsg(zone.epsg)
            values = {
                p.name: p.value
                for p in crs.coordinate_operation.params  # type: ignore[union-attr]
            }
            assert crs.name.startswith(family.datum)
            assert values["Longitude of natural origin"] == zone.meridian
            wanted = 5e5 + (number * 1e6 if numbered else 0.0)
            assert values["False easting"] == wanted


@pytest.mark.parametrize(
    ("east", "crs", "told"),
    [
        (38_500_000.0, "EPSG:4547", "EPSG:4526"),  # CM 114E stated, numbered given
        (37_500_000.0, "EPSG:4547", "EPSG:4525"),  # and it is the next zone
        (37_500_000.0, "EPSG:4526", "EPSG:4525"),
        (500_000.0, "EPSG:4526", "EPSG:4547"),
        (19_500_000.0, "EPSG:4547", "EPSG:4497"),  # 6 degrees
        (38_500_000.0, "EPSG:2379", "EPSG:2362"),  # Xian 1980 stays Xian 1980
        (38_500_000.0, "EPSG:32649", r"EPSG:4526 \(CGCS2000\) or EPSG:2362"),
        (38_500_000.0, "EPSG:4547+5737", "EPSG:4526"),
    ],
)
def test_zone_numbers_that_contradict_the_crs_name_the_right_code(
    east: float, crs: str, told: str
) -> None:
    with pytest.raises(InputError, match=rf"control\.csv.*{told}"):
        check_points(*points(east, 4_300_000.0), crs, "control.csv")


@pytest.mark.parametrize(
    ("east", "crs"),
    [
        (38_500_000.0, "EPSG:4526"),
        (500_000.0, "EPSG:4547"),
        (12_700_000.0, "EPSG:3857"),
    ],
)
def test_eastings_that_agree_with_the_crs_pass(east: float, crs: str) -> None:
    check_points(*points(east, 4_300_000.0), crs, "control.csv")
    assert zone_of("EPSG:32649") is None


def test_northing_in_the_first_column_is_reported() -> None:
    """In China X is the northing; with and without zone number."""
    east, north = points(500_000.0, 4_300_000.0)

    assert swapped(north, east, "EPSG:4547")
    assert not swapped(east, north, "EPSG:4547")
    with pytest.raises(InputError, match="only with easting and northing swapped"):
        check_points(north, east, "EPSG:4547", "control.csv")
    with pytest.raises(InputError, match="swapped"):
        check_points(north, east + 38e6, "EPSG:4547", "control.csv")


def test_nothing_is_called_swapped_that_lies_in_the_area_both_ways_or_neither() -> None:
    """Longitude 40 and latitude 44 are as good as 44 and 40."""
    assert not swapped(np.array([40.0]), np.array([44.0]), "EPSG:4326")
    assert not swapped(np.array([5.0]), np.array([5.0]), "EPSG:32649")
    assert swapped(
        np.array([40.0]),
        np.array([117.0]),
        "EPSG:4490",
        area=(110.0, 35.0, 120.0, 45.0),
    )


def test_the_swapped_latitudes_of_the_elk_valley_are_seen(shared: Path) -> None:
    """Column Lat has -114.7, which is no latitude at all."""
    book = shared / "data/geochem/elk_valley/Petryshen_2023_Moss_Data.xlsx"
    lat, lon = column(book, "Lat"), column(book, "Long")
    assert lat.size == lon.size > 30

    assert swapped(lon, lat, "EPSG:4326")
    with pytest.raises(InputError, match="longitude and latitude swapped"):
        check_points(lon, lat, "EPSG:4326", book.name)
    check_points(lat, lon, "EPSG:4326", book.name)


def test_a_compound_crs_is_taken_apart_with_both_units() -> None:
    """X and y in international feet beside heights in US survey feet."""
    mixed, chinese = parts("EPSG:2994+6360"), parts("EPSG:4547+5737")

    assert (mixed.horizontal, mixed.vertical) == ("EPSG:2994", "EPSG:6360")
    assert mixed.plan_unit.metres == 0.3048
    assert mixed.height_unit is not None
    assert mixed.height_unit.metres == pytest.approx(US_FOOT, rel=1e-12)
    assert mixed.height_unit.name != mixed.plan_unit.name
    assert (chinese.horizontal, chinese.vertical) == ("EPSG:4547", "EPSG:5737")
    assert parts("EPSG:4979").vertical == "unknown"
    assert math.isnan(parts("EPSG:4326").plan_unit.metres)
    assert parts("EPSG:32649").height_unit is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("EPSG:4978", "geocentric"),
        ("EPSG:5737", "heights only"),
        ("EPSG:1", "no known"),
    ],
)
def test_what_is_no_map_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parts(text)


def test_a_site_states_plan_and_heights_apart() -> None:
    for check in (projected_in_metres, vertical_datum):
        with pytest.raises(ValueError, match="crs: EPSG:4547 and vertical: EPSG:5737"):
            check("EPSG:4547+5737")
    assert vertical_datum("EPSG:5737") == "EPSG:5737"


def test_the_number_of_a_zone_comes_and_goes_exactly() -> None:
    """CM 114E and zone 38 differ by 38 000 000 m of easting and nothing else."""
    given = np.array([[512_345.25, 4_300_000.5, 1234.5]])

    found = carry(given, "EPSG:4547+5737", "EPSG:4526+5737", "control.csv")

    assert found - given == pytest.approx(np.array([[38e6, 0.0, 0.0]]), abs=2e-8)


def test_heights_in_feet_become_metres_and_plan_stays() -> None:
    given = np.array([[633_993.8, 4_831_297.2, 100.0]])

    found = carry(given, "EPSG:26917+6360", "EPSG:26917+5703", "cloud")

    assert found[0, 2] == pytest.approx(100.0 * US_FOOT, abs=1e-9)
    assert found[0, :2] == pytest.approx(given[0, :2], abs=1e-6)


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        ("EPSG:4979", "EPSG:4326+5773", "us_nga_egm96_15.tif"),
        ("EPSG:4267", "EPSG:4269", "us_noaa_conus.tif"),
        ("EPSG:2903", "EPSG:26913", "nad83_harn"),
        ("EPSG:4547", "EPSG:32649", "ballpark"),  # CGCS2000 to WGS 84
        ("EPSG:4547+5737", "EPSG:4547+5773", "ballpark"),
    ],
)
def test_a_guess_is_refused_and_a_missing_grid_is_named(
    source: str, target: str, told: str
) -> None:
    """None of these grids is in the wheel of pyproj; the network is off."""
    with pytest.raises(InputError, match=rf"ground\.tif.*{told}"):
        exact_way(source, target, "ground.tif")


def test_heights_without_a_reference_are_not_carried() -> None:
    given = np.array([[500_000.0, 4_300_000.0, 1.0]])

    with pytest.raises(MissingCRS, match="nothing of heights"):
        carry(given, "EPSG:4547", "EPSG:4526+5737", "control.csv")
    with pytest.raises(InputError, match=r"1 of 1 points cannot be carried"):
        carry(np.array([[np.inf, 0.0]]), "EPSG:4547", "EPSG:4526", "control.csv")


def test_each_real_trap_is_refused_or_read_in_its_units(shared: Path) -> None:
    """Wrong CRS, feet without a code, ftUS, and metres beside feet; see the listing."""
    folder = shared / "data/pointcloud"
    heads = {
        name: read_header(folder / name)
        for name in (
            "lone-star.copc.laz",
            "autzen_trim_7.las",
            "pdal_4_6_crop.las",
            "laspy_simple.copc.laz",
        )
    }

    with pytest.raises(InputError, match="not projected"):
        reference(heads["lone-star.copc.laz"], None, None)
    right = reference(heads["lone-star.copc.laz"], "EPSG:32612", None)
    with pytest.raises(InputError, match="EPSG:2994"):
        reference(heads["autzen_trim_7.las"], None, "EPSG:6360")
    feet = reference(heads["autzen_trim_7.las"], "EPSG:2994", "EPSG:6360")
    crop = reference(heads["pdal_4_6_crop.las"], None, "EPSG:6360")
    mixed = reference(heads["laspy_simple.copc.laz"], None, None)

    assert right.to_metres == 1.0
    assert feet.to_metres == crop.to_metres == pytest.approx(US_FOOT, rel=1e-9)
    assert mixed.to_metres == pytest.approx(US_FOOT, rel=1e-9)
    assert mixed.horizontal.axis_info[0].unit_name == "metre"
    with pytest.raises(InputError, match="zone number 38"):
        reference(heads["lone-star.copc.laz"], "EPSG:4526", None)
