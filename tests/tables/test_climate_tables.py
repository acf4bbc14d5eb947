"""Weather tables: units stated, gaps told, months that close, nothing made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from connectors.climate import Monthly, read_climate, read_monthly, write_monthly
from connectors.erosive_rain import from_months
from connectors.text import read_text
from twin.errors import InputError, UnitMismatch, UnknownName, UnreadableFile
from twin.processes.erosivity import daily_erosivity
from twin.site_config import Climate
from twin.vocabulary import VOCABULARY

COLUMNS = {"time": "date", "air_temperature": "t", "precipitation": "rain"}
Read = Callable[..., Monthly]


def daily(first: str, days: int, *, t: str = "10", rain: str = "1") -> list[list[str]]:
    """Rows of a daily table with the same weather every day."""
    start = date.fromisoformat(first)
    return [[(start + timedelta(d)).isoformat(), t, rain] for d in range(days)]


def table(rows: list[list[str]], header: str = "date,t,rain") -> str:
    """CSV text."""
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a table under a Chinese path and read it."""

    def reader(text: str, written_in: str = "utf-8", **told: Any) -> Monthly:
        path = tmp_path / "气象 数据.csv"
        path.write_bytes(text.encode(written_in))
        return read_climate(
            path, Climate.model_validate({"file": "x", "columns": COLUMNS} | told)
        )

    return reader


def told_by(notes: list[dict[str, Any]]) -> str:
    """What the notes of an audit say."""
    return "; ".join(note["what"] for note in notes)


def test_days_become_months(read: Read) -> None:
    """Temperature is a mean, rain a sum: 1 mm a day is 31 mm in January."""
    found = read(table(daily("2023-01-01", 90)))

    assert found.start == (2023, 1)
    assert found.labels() == ["2023-01", "2023-02", "2023-03"]
    assert np.allclose(found.values["precipitation"], [31, 28, 31])
    assert np.allclose(found.values["air_temperature"], 10)
    assert "2023-01 to 2023-03" in repr(found)


def test_months_are_read_as_they_are(read: Read) -> None:
    rows = [[f"2023-{m:02d}", str(m), "20"] for m in range(1, 13)]

    found = read(table(rows))

    assert found.months == 12
    assert np.allclose(found.values["air_temperature"], np.arange(1, 13))
    assert np.allclose(found.values["precipitation"], 20)
    assert "Fournier" in told_by(found.audit.assumed)


def test_units_are_converted_and_silence_is_audited(read: Read) -> None:
    """50 degF is 10 degC; 0.1 inch a day is 2.54 mm; 1 J/cm2/d is 0.01 MJ/m2/d."""
    text = table(daily("2023-01-01", 31, t="50", rain="1"), "date,t,rain").replace(
        ",1\n", ",1,100\n"
    )
    found = read(
        text.replace("date,t,rain\n", "date,t,rain,strahl\n"),
        columns=COLUMNS | {"solar_radiation": "strahl"},
        units={"t": "degF", "precipitation": "0.1 inch", "strahl": "J cm-2 d-1"},
    )

    assert found.values["air_temperature"][0] == pytest.approx(10.0)
    assert found.values["precipitation"][0] == pytest.approx(31 * 2.54)
    assert found.values["solar_radiation"][0] == pytest.approx(1.0)
    assert "unit of" not in told_by(found.audit.assumed)
    silent = read(table(daily("2023-01-01", 31)))
    assert "unit of t is degC" in told_by(silent.audit.assumed)


@pytest.mark.parametrize("unit", ["mm", "mm d-1", "mm/day", "0.1 cm d-1"])
def test_rain_may_be_told_as_a_rate(read: Read, unit: str) -> None:
    found = read(table(daily("2023-01-01", 31)), units={"rain": unit})

    assert found.values["precipitation"][0] == pytest.approx(31.0)


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("gbk", None),
     ("gbk", "gbk"), ("gb18030", "gb18030")],
)  # fmt: skip
def test_chinese_tables_are_read_in_every_encoding(
    read: Read, encoding: str, stated: str | None
) -> None:
    """An encoding that was taken without being stated or marked is in the audit."""
    text = table(daily("2023-01-01", 31), "日期,平均气温,降水量")

    found = read(
        text,
        encoding,
        encoding=stated,
        columns={
            "time": "日期",
            "air_temperature": "平均气温",
            "precipitation": "降水量",
        },
    )

    assert found.months == 1
    told = "encoding gbk" in told_by(found.audit.assumed)
    assert told == (encoding == "gbk" and stated is None)


def test_central_european_tables_are_told_from_chinese(tmp_path: Path) -> None:
    path = tmp_path / "meteo.csv"
    path.write_bytes(
        "stacja,t\nJELENIA GÓRA,1\nŁÓDŹ,2\nBielsko-Biała,3\n".encode("cp1250")
    )

    text = read_text(path)

    assert text.encoding == "cp1250"
    assert "ŁÓDŹ" in text.content
    assert "state encoding" in text.assumed


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"])
def test_line_ends_of_all_systems_are_read(read: Read, newline: str) -> None:
    found = read(table(daily("2023-01-01", 31)).replace("\n", newline))

    assert found.months == 1


def test_incomplete_months_at_the_ends_are_dropped_and_told(read: Read) -> None:
    found = read(table(daily("2023-01-20", 60)))

    assert found.labels() == ["2023-02"]
    assert found.audit.dropped[0]["count"] == 2


def test_a_few_lacking_days_are_like_the_others_and_told(read: Read) -> None:
    """26 of 31 days with 1 mm: the month has 31 mm, and the audit says so."""
    rows = daily("2023-01-01", 31)
    for row in rows[5:10]:
        row[2] = "NA"

    found = read(table(rows))

    assert found.values["precipitation"][0] == pytest.approx(31.0)
    assert "lacking days of precipitation" in told_by(found.audit.assumed)


def two_years_with_a_hole() -> str:
    """Two years of which June 2023 has rain on only 20 days."""
    rows = daily("2022-01-01", 730)
    for row in rows:
        if row[0].startswith("2023-06") and int(row[0][-2:]) > 20:
            row[2] = ""
        if row[0].startswith("2022-06"):
            row[2] = "3"
    return table(rows)


def test_a_gap_within_the_record_is_refused(read: Read) -> None:
    with pytest.raises(InputError, match=r"precipitation .* 2023-06; .*climatology"):
        read(two_years_with_a_hole())


def test_it_is_filled_when_asked_and_told(read: Read) -> None:
    """The only other June had 90 mm."""
    found = read(two_years_with_a_hole(), fill="climatology")

    assert found.values["precipitation"][17] == pytest.approx(90.0)
    assert "precipitation filled" in told_by(found.audit.repaired)


def test_rows_out_of_order_and_repeated_rows_are_mended_and_told(read: Read) -> None:
    rows = daily("2023-01-01", 31)

    found = read(table([*rows[15:], *rows[:15], rows[3]]))

    assert found.values["precipitation"][0] == pytest.approx(31.0)
    assert found.audit.dropped[0]["count"] == 1
    assert "order of time" in told_by(found.audit.repaired)


@pytest.mark.parametrize(
    ("change", "told", "kind", "said"),
    [
        (("date,t,rain", "date,T,rain"), {}, UnknownName, "known: T, date, rain"),
        (("date,t", "dat,t"), {}, UnknownName, "did you mean 'dat'"),
        (("-05,10,", "-05,x,"), {}, InputError, "line 6: 'x' in column 't'"),
        (("-05,10,", "-05,-999,"), {}, InputError, "line 6: air_temperature -999"),
        (("-05,10,1", "-05,10,-1"), {}, InputError, "replace: {rain: …}"),
        (("2023-01-05", "5/1/2023"), {}, InputError, "line 6: '5/1/2023'"),
        (("2023-01-05", "2023-01-04"), {}, InputError, "lines 5 and 6"),
        (("-05,10,1", "-05,10"), {}, UnreadableFile, "line 6: 2 values"),
        (("", ""), {"units": {"t": "mm"}}, UnitMismatch, "column 't'"),
        (("", ""), {"units": {"x": "mm"}}, InputError, "neither a variable nor"),
        (("", ""), {"columns": {"time": "date", "air_temperature": "t"}}, InputError,
         "there is no precipitation"),
        (("", ""), {"constants": {"wind_speed": 500}}, InputError, "wind_speed must"),
        (("", ""), {"encoding": "utf-99"}, UnreadableFile, "no encoding 'utf-99'"),
    ],
)  # fmt: skip
def test_bad_tables_get_one_message(
    read: Read,
    change: tuple[str, str],
    told: Mapping[str, Any],
    kind: type[Exception],
    said: str,
) -> None:
    rows = daily("2023-01-01", 31)
    rows[3][2] = "2"
    text = table(rows)

    with pytest.raises(kind) as error:
        read(text.replace(*change, 1) if change[0] else text, **told)

    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_binary_files_are_no_tables(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="not a text table"):
        read("PK\x03\x04\x00\x00")


def test_codes_and_other_dates_can_be_stated(read: Read) -> None:
    """The Dutch -1 stands for a trace of rain, -9999 for no value."""
    rows = [
        [f"{d:02d}.01.2023", "10" if d != 3 else "-9999", "-1"] for d in range(1, 32)
    ]

    found = read(
        table(rows),
        time_format="%d.%m.%Y",
        replace={"rain": {"-1": 0.0}},
        missing=["-9999"],
    )

    assert found.values["precipitation"][0] == 0.0
    assert found.values["air_temperature"][0] == pytest.approx(10.0)


def test_stand_ins_follow_the_calendar_and_are_told(read: Read) -> None:
    """A record that starts in March takes March's normal first."""
    rows = daily("2023-03-01", 61)

    found = read(
        table(rows),
        columns={"time": "date", "air_temperature": "t"},
        normals={"precipitation": list(range(1, 13))},
        constants={"wind_speed": 2.0},
    )

    assert found.values["precipitation"].tolist() == [3.0, 4.0]
    assert found.values["wind_speed"].tolist() == [2.0, 2.0]
    told = told_by(found.audit.assumed)
    assert "12 stated normals" in told
    assert "wind_speed is 2 m s-1 always" in told


def test_one_variable_is_told_in_one_place_only() -> None:
    with pytest.raises(ValueError, match="precipitation is told twice"):
        Climate.model_validate(
            {"file": "x", "columns": COLUMNS, "constants": {"precipitation": 50}}
        )


def test_wind_is_brought_to_two_metres(read: Read) -> None:
    """FAO-56 example 18: 10 km/h at 10 m are 2.078 m/s at 2 m."""
    text = table(daily("2023-01-01", 31)).replace(",1\n", ",1,10\n")

    found = read(
        text.replace("rain\n", "rain,wind\n"),
        columns=COLUMNS | {"wind_speed": "wind"},
        units={"wind": "km h-1"},
        wind_height=10.0,
    )

    assert found.values["wind_speed"][0] == pytest.approx(2.078, abs=0.0005)


def test_erosivity_comes_from_the_days(read: Read) -> None:
    """One storm of 30 mm in July, nothing else that erodes."""
    rows = daily("2023-07-01", 31, rain="0.5")
    rows[11][2] = "30"

    found = read(table(rows))

    storm = daily_erosivity(np.array([30.0]), np.array([7]))[0]
    assert found.values["rainfall_erosivity"].tolist() == pytest.approx([storm])


def test_the_fallback_treats_broken_years_as_whole_ones() -> None:
    """A record of the same rain each year gives the same erosivity each year."""
    year = np.array([3, 5, 11, 25, 35, 60, 100, 110, 60, 27, 11, 3], dtype=np.float64)
    long = np.tile(year, 3)[4:30]

    made = from_months(long, 5)

    assert made.size == 26
    assert np.allclose(made[:8], from_months(year, 1)[4:])
    assert np.allclose(made[8:20], from_months(year, 1))


def test_what_was_written_comes_back_bit_for_bit(read: Read, tmp_path: Path) -> None:
    """Names and units head the file; pandas or a spreadsheet can read it."""
    rows = daily("2023-01-01", 90, t="0.1", rain="0.7")
    found = read(table(rows))

    write_monthly(tmp_path / "层" / "climate_monthly.csv", found)
    again = read_monthly(tmp_path / "层" / "climate_monthly.csv")

    assert again.start == found.start
    assert list(again.values) == list(found.values)
    for name, values in found.values.items():
        assert np.array_equal(again.values[name], values)
    lines = (tmp_path / "层/climate_monthly.csv").read_text("utf-8").splitlines()
    assert lines[0] == "time,air_temperature,precipitation,rainfall_erosivity"
    assert lines[1] == "month,degC,mm,MJ mm ha-1 h-1"
    assert "assumed" in (tmp_path / "层/climate_monthly.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no table"),
        ("time,t\nmonth,degC\n2023-01,x\n", "no table"),
        (
            "time,air_temperature\nmonth,degC\n2023-01,1\n2023-03,1\n",
            "2023-02 is missing",
        ),
        ("time,air_temperature\nmonth,degC\n2023-01,nan\n", "no value in 2023-01"),
        ("time,air_temp\nmonth,degC\n2023-01,1\n", "did you mean"),
    ],
)
def test_a_damaged_monthly_table_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(InputError) as error:
        read_monthly(path)

    assert said in str(error.value)


@pytest.mark.shared
def test_the_climate_of_graz_is_read(shared: Path) -> None:
    """22 years without a gap; the last month has 11 days. It has no rain column."""
    columns = {
        "time": "time", "air_temperature": "t", "air_temperature_min": "tmin",
        "air_temperature_max": "tmax", "relative_humidity": "rel",
        "wind_speed": "vv", "solar_radiation": "strahl",
    }  # fmt: skip
    units = {"solar_radiation": "J cm-2 d-1", "relative_humidity": "%"}
    path = shared / "data/climate/klima_daily.csv"
    told = {"file": "x", "columns": columns, "units": units}

    with pytest.raises(InputError, match="there is no precipitation"):
        read_climate(path, Climate.model_validate(told))
    told |= {
        "normals": {"precipitation": [62, 55, 54, 68, 82, 71, 64, 81, 84, 65, 75, 71]}
    }
    found = read_climate(path, Climate.model_validate(told))

    assert (found.start, found.months) == ((2000, 1), 262)
    assert found.audit.read[0]["count"] == 7986
    assert "precipitation from 12 stated normals" in told_by(found.audit.assumed)
    assert 5.0 < found.values["solar_radiation"].mean() < 20.0
    for name, values in found.values.items():
        assert np.isfinite(values).all()
        assert VOCABULARY[name].low <= values.min()


@pytest.mark.shared
def test_the_climate_of_de_bilt_is_read_with_its_codes(shared: Path) -> None:
    """Tenths of units, -1 for a trace, notes of 50 lines before the header.

    Checked against sums over the plain columns of the file.
    """
    path = shared / "data/climate/etmgeg_260.txt"
    days = [line.split(",") for line in path.read_text("ascii").splitlines()]
    days = [row for row in days if len(row) > 22 and row[0].strip() == "260"]
    rain = sum(max(0.0, float(row[22])) for row in days) / 10
    july = [float(row[11]) / 10 for row in days if row[1][:6] == "199507"]
    told = {
        "file": "x",
        "columns": {
            "time": "YYYYMMDD", "air_temperature": "TG", "precipitation": "RH",
            "wind_speed": "FG", "solar_radiation": "Q",
        },
        "units": {
            "TG": "0.1 degC", "RH": "0.1 mm", "FG": "0.1 m s-1", "Q": "J cm-2 d-1"
        },
        "replace": {"RH": {"-1": 0}},
        "wind_height": 10,
    }  # fmt: skip

    found = read_climate(path, Climate.model_validate(told))

    assert (found.start, found.months) == ((1980, 1), 480)
    assert found.values["precipitation"].sum() == pytest.approx(rain, rel=1e-12)
    at = 15 * 12 + 6
    assert found.labels()[at] == "1995-07"
    assert found.values["air_temperature"][at] == pytest.approx(sum(july) / 31)
    assert "wind was measured" not in told_by(found.audit.assumed)
