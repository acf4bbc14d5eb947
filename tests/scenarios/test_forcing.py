"""The climate record is repeated by whole years; months keep their own weather."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.forcing import repeat
from twin.errors import BadScenario


def record(months: int = 36) -> dict[str, np.ndarray]:
    return {"air_temperature": np.arange(months, dtype=float)}


@pytest.mark.parametrize("first", [(2025, 1), (2030, 7), (1999, 12)])
def test_every_month_meets_the_weather_of_its_own_name(first):
    """Value modulo 12 is the calendar month of the record, which begins in April."""
    made = repeat((2020, 4), record(), first=first, months=50)["air_temperature"]

    month = (first[1] - 1 + np.arange(50)) % 12 + 1
    np.testing.assert_array_equal((made.astype(int) + 3) % 12 + 1, month)


def test_a_run_within_the_record_uses_it_month_for_month():
    """No repetition where none is needed."""
    made = repeat((2020, 1), record(), first=(2021, 1), months=24)["air_temperature"]

    np.testing.assert_array_equal(made, np.arange(12.0, 36.0))


def test_a_broken_last_year_is_not_repeated():
    """Of 30 months 24 are laid end to end; else months would drift."""
    made = repeat((2020, 1), record(30), first=(2030, 1), months=48)["air_temperature"]

    assert made.max() == 23.0


def test_less_than_a_year_is_refused():
    """The message says how many months there are."""
    with pytest.raises(BadScenario, match="7 months"):
        repeat((2020, 1), record(7), first=(2025, 1), months=12)
