"""The report says what was computed, bears what a map must bear, and stands alone."""

from __future__ import annotations

import re
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scenarios"))
from test_ground_change import A, B, made

from scenarios.ground_change import GroundChange, change_between
from twin.change.coregister import level
from twin.errors import InputError
from twin.site import Site
from viewer.report.picture import diverging, png, table_of
from viewer.report.scales import round_down, round_up, ticks, written
from viewer.report.words import WORDS
from viewer.report.write import write_report


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made(tmp_path_factory.mktemp("report") / "mine")


@pytest.fixture(scope="module")
def found(site: Site) -> GroundChange:
    return change_between(site, A, B, move=level)


def page(found: GroundChange, site: Site, folder: Path, language: str = "en") -> str:
    path = folder / f"报告-{language}.html"
    write_report(found, site, path, command="minetwin change", language=language)
    return path.read_text(encoding="utf-8")


def test_the_numbers_are_those_of_the_computation(
    found: GroundChange, site: Site, tmp_path: Path
) -> None:
    text = page(found, site, tmp_path)

    for row in found.rows:
        assert f"{row.net.value:,.0f}" in text
        assert f"{row.net.low_95:,.0f}" in text
    assert "sha256" in text
    assert "minetwin change" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_map_bears_scale_north_reference_unit_and_source(
    found: GroundChange, site: Site, tmp_path: Path, language: str
) -> None:
    """The bar is as long as it says: 500 m of ground are 720 px."""
    text = page(found, site, tmp_path, language)
    maps = re.findall(r"<svg.*?</svg>", text, re.S)[:2]

    assert len(maps) == 2
    for drawn in maps:
        metres, pixels = re.search(
            r'data-metres="(\d+)" data-pixels="([\d.]+)"', drawn
        ).groups()
        assert float(pixels) == pytest.approx(float(metres) * 720.0 / 500.0, abs=0.01)
        for word in ("EPSG:32649", "EPSG:5737", ">m</text>", A, B):
            assert word in drawn
        assert (">N<" if language == "en" else ">北<") in drawn
    assert "url(#unsure)" in maps[1]


def test_it_needs_nothing_from_elsewhere_and_is_alike_each_time(
    found: GroundChange, site: Site, tmp_path: Path
) -> None:
    text = page(found, site, tmp_path)

    assert "<script" not in text
    assert set(re.findall(r'(?:href|src)="(\w+):', text)) == {"data"}
    assert set(re.findall(r"https?://[^\"' )]+", text)) == {
        "http://www.w3.org/2000/svg"
    }
    assert text == page(found, site, tmp_path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_report_is_set_as_pdf(
    found: GroundChange, site: Site, tmp_path: Path, language: str
) -> None:
    """A whole PDF of several pages, with words that its drawings and text hold."""
    pytest.importorskip("typst")
    path = tmp_path / "report.pdf"

    write_report(found, site, path, command='minetwin "a b"', language=language)

    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    assert data.rstrip().endswith(b"%%EOF")
    assert re.search(rb"/Count [2-9]", data)
    assert len(data) > 50_000


def test_another_ending_is_refused(
    found: GroundChange, site: Site, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="html"):
        write_report(found, site, tmp_path / "a.docx", command="")


def test_every_word_stands_in_both_languages_with_the_same_gaps() -> None:
    for name, (english, chinese) in WORDS.items():
        gaps = [sorted(re.findall(r"{(\w+)}", text)) for text in (english, chinese)]
        assert gaps[0] == gaps[1], name


def test_zero_is_the_middle_colour_and_holes_are_clear() -> None:
    """On flat ground all have the same light: opposite values mirror in the table."""
    values = np.array([[-2.0, 0.0, 2.0, np.nan]])

    made_of = diverging(values, 2.0, np.zeros((1, 4)), 1.0)

    table = table_of("vik").astype(float)
    light = made_of[0, 1, :3] / table[len(table) // 2]
    assert light == pytest.approx(np.full(3, light[0]), abs=0.02)
    assert made_of[0, 0, :3] == pytest.approx(table[0] * light[0], abs=2)
    assert made_of[0, 2, :3] == pytest.approx(table[-1] * light[0], abs=2)
    assert made_of[0, :, 3].tolist() == [255, 255, 255, 0]


def test_a_png_holds_its_pixels() -> None:
    """Read back by the format: length, kind, data, CRC of each chunk."""
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 4), dtype=np.uint8)

    data = png(pixels)

    at, kinds, body = 8, [], b""
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, inner = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert (
            zlib.crc32(kind + inner) == struct.unpack_from(">I", data, at + 8 + size)[0]
        )
        kinds.append(kind)
        body += inner if kind == b"IDAT" else b""
        at += 12 + size
    lines = np.frombuffer(zlib.decompress(body), np.uint8).reshape(5, 29)
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]
    np.testing.assert_array_equal(lines[:, 1:].reshape(5, 7, 4), pixels)


def test_ticks_and_bars_are_round() -> None:
    assert ticks(-80.0, 80.0, 7) == [-50.0, 0.0, 50.0]
    assert ticks(0.0, 0.7, 8) == pytest.approx([0.1 * k for k in range(8)])
    assert (round_down(260.0), round_up(260.0)) == (200.0, 500.0)
    assert written(-0.0, 0.1, sign=True) == "0.0"
    assert written(12.5, 0.5, sign=True) == "+12.5"
