"""Files of points as clouds of a survey: their CRS is stated, never guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from connectors.audit import Audit
from connectors.pointcloud.open_cloud import open_cloud
from connectors.pointcloud.survey import Cloud, bounds, grid_survey
from twin.errors import InputError, MissingCRS
from twin.grid import Grid

ORIGIN = (500_000.0, 4_400_000.0)


def table(path: Path, *, columns: str = "x,y,z,class") -> Path:
    """Ground of 20 m x 20 m at 1000 m, class 2, points half a metre apart."""
    y, x = np.mgrid[0.25:20:0.5, 0.25:20:0.5].reshape(2, -1)
    rows = zip((ORIGIN[0] + x).tolist(), (ORIGIN[1] + y).tolist(), strict=True)
    lines = [f"{a},{b},1000.0,2" for a, b in rows]
    path.write_text("\n".join([columns, *lines]), encoding="utf-8")
    return path


def test_a_text_is_gridded_as_a_cloud_is(tmp_path: Path) -> None:
    """Four points in each cell of a metre, all at 1000 m."""
    cloud = open_cloud(table(tmp_path / "survey.csv"), "EPSG:32649", None)
    grid = Grid("EPSG:32649", "unknown", ORIGIN[0], ORIGIN[1] + 20, 1.0, (20, 20))
    audit = Audit()

    made = grid_survey([cloud], grid, ground="classes", audit=audit)

    assert (made.point_density == 4.0).all()
    assert (made.elevation == 1000.0).all()
    told = " ".join(n["what"] for n in audit.assumed)
    assert "comma" in told
    assert "EPSG:32649 as stated" in told
    assert isinstance(cloud, Cloud)
    assert bounds(cloud, "EPSG:32649")[0] == ORIGIN[0] + 0.25


def test_without_a_stated_crs_it_is_asked_for(tmp_path: Path) -> None:
    """Text carries none."""
    with pytest.raises(MissingCRS, match="carries no CRS; state it"):
        open_cloud(table(tmp_path / "survey.csv"), None, None)


def test_swapped_columns_are_refused_and_the_mend_works(tmp_path: Path) -> None:
    """A header that names them the other way puts the cloud far outside the zone."""
    path = table(tmp_path / "survey.csv", columns="y,x,z,class")

    with pytest.raises(InputError, match="only when swapped") as caught:
        open_cloud(path, "EPSG:32649", None)

    assert str(path) in str(caught.value)
    assert open_cloud(path, "EPSG:32649", None, "x y z").header.low[0] > 499_999
