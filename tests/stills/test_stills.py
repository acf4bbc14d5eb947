"""Pictures of grounds: not blank, to scale, with north, colours and words."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scenarios"))
from test_ground_change import A, B, made

from twin.errors import InputError, MissingExtra
from twin.site import Site
from viewer.report.picture import table_of
from viewer.stills.caption import Caption, captioned
from viewer.stills.make import write_film, write_still
from viewer.stills.probe import drawing_library
from viewer.stills.scene import View


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    try:
        drawing_library()
    except MissingExtra as error:
        pytest.skip(str(error))
    return made(tmp_path_factory.mktemp("stills") / "mine")


def pixels(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def test_a_difference_has_its_colours_where_it_lies(site: Site, tmp_path: Path) -> None:
    """Seen from above the filled pad has the colour of the end, the rest has not."""
    path = write_still(
        site, B, tmp_path / "地面.png", View(height=89.0, size=(800, 500)), against=A
    )

    drawn = pixels(path)
    warm = (drawn[..., 0] > 1.8 * drawn[..., 1]) & (drawn[..., 1] < 50)
    warm[int(0.85 * 500) :, 400:] = False  # the colour bar
    rows, columns = np.nonzero(warm)
    assert drawn.shape == (500, 800, 3)
    assert 500 < rows.size < 0.05 * warm.size
    assert np.ptp(columns) < 1.6 * np.ptp(rows)  # the pad is 60 m by 50 m


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    """At 0.5 m a pixel the bar of 100 m has 200 dark or framed pixels."""
    blank = np.full((600, 1000, 3), 255, np.uint8)

    drawn = captioned(blank, Caption("title", ["line"]), 0.5, (0.0, 1.0), 2.0)

    bar = drawn[600 - 28 - 12 + 2].astype(int).sum(axis=1) < 300
    columns = np.flatnonzero(bar[:500])
    assert columns[0] == 28
    assert np.ptp(columns) == pytest.approx(200, abs=2)


def test_the_colour_bar_is_the_map(tmp_path: Path) -> None:
    blank = np.full((600, 1000, 3), 255, np.uint8)

    drawn = captioned(blank, Caption("title", []), 1.0, (0.3, 0.6), 5.0)

    row = drawn[600 - 28 - 28 + 4, 500:]
    present = {tuple(c) for c in row.tolist()}
    assert sum(tuple(c) in present for c in table_of("vik").tolist()) >= 60


def test_a_film_passes_from_one_ground_into_the_other(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There and back: the first frame is the last, those between are others."""
    from PIL import Image

    monkeypatch.setattr("viewer.stills.make.FRAMES", 8)
    path = write_film(
        site, A, tmp_path / "pad.gif", View(height=60.0, size=(240, 160)), into=B
    )

    with Image.open(path) as film:
        assert film.n_frames >= 3
        first = np.asarray(film.convert("RGB")).astype(int)
        film.seek(film.n_frames // 2)
        middle = np.asarray(film.convert("RGB")).astype(int)
    assert np.abs(first - middle).max() > 30


def test_an_unknown_ending_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.png"):
        write_still(site, A, tmp_path / "a.bmp", View())
