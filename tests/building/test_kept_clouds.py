"""The points of a survey stay with its surface, as COPC in the site's CRS."""

from __future__ import annotations

from pathlib import Path

import laspy
import numpy as np
import pytest
from small_build import SOUTH, WEST, survey, write_site

from connectors.build import build
from connectors.surfaces import CLOUD

ID = "2025-05-20-surveyed"


def cloud_of(folder: Path, surface: str = ID) -> Path:
    """Where the cloud of a surface is kept."""
    return folder / "surfaces" / surface / CLOUD


def read_copc(path: Path) -> tuple[laspy.LasHeader, laspy.ScaleAwarePointRecord]:
    """All points by laspy's reader of COPC, which is the other opinion."""
    with laspy.CopcReader.open(str(path)) as reader:
        return reader.header, reader.query()


def in_order(points: laspy.ScaleAwarePointRecord, *names: str) -> np.ndarray:
    """Rows of some dimensions, sorted, so that the order of points plays no part."""
    columns = [np.asarray(points[name]) for name in names]
    rows = np.column_stack(columns).astype(np.float64)
    return rows[np.lexsort(rows.T)]


def coloured(path: Path, form: int) -> laspy.LasData:
    """2000 points with a value in every dimension, of an older or newer format."""
    header = laspy.LasHeader(point_format=form, version="1.4" if form > 5 else "1.2")
    header.scales, header.offsets = [0.01] * 3, [WEST, SOUTH, 500.0]
    rng = np.random.default_rng(form)
    n = 2000
    cloud = laspy.LasData(header, laspy.ScaleAwarePointRecord.zeros(n, header=header))
    cloud.x, cloud.y = WEST + rng.uniform(0, 90, n), SOUTH + rng.uniform(0, 90, n)
    cloud.z = 1000.0 + rng.normal(0.0, 1.0, n)
    cloud.classification = rng.choice([1, 2, 5, 7], n).astype(np.uint8)
    cloud.number_of_returns = np.full(n, 3, dtype=np.uint8)
    cloud.return_number = rng.integers(1, 4, n).astype(np.uint8)
    cloud.withheld = (rng.random(n) < 0.1).astype(np.uint8)
    cloud.scan_direction_flag = rng.integers(0, 2, n).astype(np.uint8)
    for name in ("intensity", "point_source_id", "red", "green", "blue"):
        cloud[name] = rng.integers(0, 65_535, n).astype(np.uint16)
    cloud.gps_time = rng.uniform(1e5, 2e5, n)
    if form < 6:
        cloud.scan_angle_rank = rng.integers(-30, 30, n).astype(np.int8)
    else:
        cloud.scan_angle = rng.integers(-5000, 5000, n).astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    cloud.write(path)
    return cloud


@pytest.mark.parametrize("form", [3, 7])
def test_every_point_comes_back_with_what_it_had(tmp_path: Path, form: int) -> None:
    """laspy's own conversion to format 7 says what each dimension has to be."""
    site = write_site(
        tmp_path / "site", survey("a.laz", 2025, ", crs: EPSG:32649"),
        vertical="EPSG:5737",
    )  # fmt: skip
    source = coloured(site / "a.laz", form)

    build(site)

    header, found = read_copc(cloud_of(site))
    wanted = laspy.convert(source, point_format_id=7, file_version="1.4")
    names = (
        "X", "Y", "Z", "gps_time", "intensity", "classification", "return_number",
        "number_of_returns", "withheld", "scan_direction_flag", "point_source_id",
        "red", "green", "blue",
    )  # fmt: skip
    np.testing.assert_array_equal(in_order(found, *names), in_order(wanted, *names))
    # laspy drops the older angle; LAS 1.4 R15 counts it in steps of 0.006 degrees
    if form < 6:
        angle = np.asarray(source.scan_angle_rank, dtype=np.float64) / 0.006
    else:
        angle = np.asarray(source.scan_angle, dtype=np.float64)
    wanted_angle = angle[np.argsort(np.asarray(source.gps_time))]
    found_angle = np.asarray(found.scan_angle)[np.argsort(np.asarray(found.gps_time))]
    np.testing.assert_allclose(found_angle, wanted_angle, atol=0.5)
    crs = header.parse_crs()
    assert crs is not None
    assert crs.to_epsg() == 32649
