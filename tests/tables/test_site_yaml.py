"""site.yaml: what is written is what is read, and a slip gets one clear message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.duration import seconds, written
from twin.errors import InputError, StoreError, UnknownName, UnreadableFile
from twin.grid import Grid
from twin.hashing import sha256_of
from twin.site import Built, Site, dump_site_config, load_site_config

SITE = """\
version: 1
name: Demo mine
name_zh: 示例矿区
crs: EPSG:32649
vertical: EPSG:5737
cell: 5
timezone: Asia/Shanghai
surveys:
  - {file: sources/survey_2024.laz, date: 2024-05-20, kind: surveyed, ground: classes}
parcels: {file: sources/parcels.geojson, id: id, label: name, label_zh: name_zh}
climate:
  file: sources/climate_daily.csv
  columns: {time: date, air_temperature: t, solar_radiation: strahl}
  units: {strahl: J cm-2 d-1}
  normals: {precipitation: [3, 5, 11, 25, 35, 60, 100, 110, 60, 27, 11, 3]}
ground:
  default: {clay_content: 18, bulk_density: 1350, plants: {}}
  dump: {soil_organic_carbon: 3, plants: {pioneer: {age: 3, stocking: 0.05}}}
sensors:
  - {id: sm-01, label: Wet, x: 1, y: 2, var: soil_moisture, unit: "1", stale_after: 2h}
feeds:
  - {kind: replay, file: sources/readings_day.csv, speed: 60}
  - {kind: mqtt, host: 127.0.0.1, port: 1883, topic: "mine/+/reading"}
"""
GRID = Grid("EPSG:32649", "EPSG:5737", 500000.0, 4000000.0, 5.0, (30, 40))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site folder with a Chinese name."""
    made = tmp_path / "示例 矿区"
    made.mkdir()
    (made / "site.yaml").write_text(SITE, encoding="utf-8")
    return made


def test_a_site_is_opened(folder: Path) -> None:
    site = Site.open(folder)

    assert site.config.name_zh == "示例矿区"
    assert site.config.feed_ids == ("replay-1", "mqtt-2")
    assert site.sensors()[0].stale_after_s == 7200.0
    assert site.sensors()[0].label_zh == "Wet"
    assert site.runs() == []
    with pytest.raises(StoreError, match="minetwin build"):
        site.grid()


def test_writing_and_reading_gives_the_same_config(folder: Path) -> None:
    config = load_site_config(folder / "site.yaml")

    dump_site_config(config, folder / "again.yaml")

    assert load_site_config(folder / "again.yaml") == config
    text = (folder / "again.yaml").read_text(encoding="utf-8")
    assert "示例矿区" in text
    assert "stale_after: 2h" in text


def test_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    (folder / "site.yaml").write_text(SITE, encoding="utf-8-sig")

    assert Site.open(folder).config.name == "Demo mine"


@pytest.mark.parametrize(
    ("wrote", "line", "kind", "said"),
    [
        (("cell: 5", "cel: 5"), 6, UnknownName, "did you mean 'cell'?"),
        (("kind: surveyed", "knd: surveyed"), 9, UnknownName, "did you mean 'kind'?"),
        (("speed: 60", "sped: 60"), 22, UnknownName, "did you mean 'speed'?"),
        (("clay_content", "clay"), 17, UnknownName, "did you mean 'clay_content'?"),
        (("soil_moisture", "soil_moist"), 20, InputError, "'soil_moisture'?"),
        (("stale_after: 2h", "stale_after: 7200"), 20, InputError, "such as 30min"),
        (('unit: "1"', "unit: mm"), 20, InputError, "cannot be turned into"),
        (("EPSG:32649", "EPSG:4326"), 4, InputError, "not projected"),
        (("EPSG:32649", "EPSG:2272"), 4, InputError, "in metres"),
        (("EPSG:32649", "mine grid"), 4, InputError, "no known CRS"),
        (("EPSG:5737", "EPSG:32649"), 5, InputError, "has no heights"),
        (("cell: 5", "cell: .nan"), 6, InputError, "finite"),
        (("cell: 5", "cell: -5"), 6, InputError, "greater than 0"),
        (("Asia/Shanghai", "Asia/Peking"), 7, InputError, "no known time zone"),
        (("kind: mqtt", "kind: mqt"), 23, InputError, "'replay', 'mqtt'"),
        (("stocking: 0.05", "stocking: 5"), 18, InputError, "less than or equal to 1"),
        (("11, 3]", "11]"), 11, InputError, "12 values, not 11"),
        (("name: Demo mine\n", ""), 1, InputError, "name: this key is required"),
        (("time: date, ", ""), 11, InputError, "which column has the time"),
    ],
)
def test_a_slip_is_answered_with_line_key_and_remedy(
    folder: Path, wrote: tuple[str, str], line: int, kind: type[Exception], said: str
) -> None:
    text = SITE.replace(*wrote, 1)
    assert text != SITE
    (folder / "site.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(kind) as error:
        Site.open(folder)

    assert f"site.yaml, line {line}: " in str(error.value)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name: a: b", "line 1"),
        (b"- 1\n- 2", "found list"),
        (b"", "found nothing"),
        ("name: 矿".encode("gbk"), "save the file as UTF-8"),
        (b"!!python/object/apply:os.getcwd []", "not readable YAML"),
    ],
)
def test_what_is_no_yaml_is_told(folder: Path, content: bytes, said: str) -> None:
    (folder / "site.yaml").write_bytes(content)

    with pytest.raises(UnreadableFile, match=r"site\.yaml") as error:
        Site.open(folder)

    assert said in str(error.value)


def test_a_folder_without_site_yaml_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="a site is a folder with"):
        Site.open(tmp_path)


def test_what_was_built_is_remembered_and_changed_inputs_are_named(
    folder: Path,
) -> None:
    source = folder / "parcels.geojson"
    source.write_text("{}", encoding="utf-8")
    inputs = ({"path": "parcels.geojson", "sha256": sha256_of(source)},)

    Built(GRID.to_dict(), ("2024-05-20-surveyed",), inputs).save(folder)

    site = Site.open(folder)
    assert site.grid() == GRID
    assert site.built is not None
    assert site.built.surfaces == ("2024-05-20-surveyed",)
    assert site.changed_inputs() == []
    source.write_text("{ }", encoding="utf-8")
    assert site.changed_inputs() == ["parcels.geojson"]


def test_a_damaged_record_of_the_build_is_told(folder: Path) -> None:
    (folder / "site.built.json").write_text(json.dumps({"grid": {}}), encoding="utf-8")

    with pytest.raises(StoreError, match="minetwin build"):
        Site.open(folder)


def test_the_repr_teaches(folder: Path) -> None:
    (folder / "site.yaml").write_text(
        SITE.replace("Demo mine", "<b>Demo</b>"), encoding="utf-8"
    )
    Built(GRID.to_dict(), ("2024-05-20-surveyed",)).save(folder)

    site = Site.open(folder)

    assert "30 x 40 cells of 5 m" in repr(site)
    assert "sm-01" in repr(site)
    assert "<b>" not in site._repr_html_()
    assert "&lt;b&gt;Demo" in site._repr_html_()


@given(st.integers(1, 10**7))
def test_lengths_of_time_come_back(length: int) -> None:
    assert seconds(written(float(length))) == length


@pytest.mark.parametrize("text", ["7200", "2 hours", "-1h", "", "1h30"])
def test_a_length_without_a_known_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="30min or 2h"):
        seconds(text)
