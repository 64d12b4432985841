"""Partial dates: their ISO form and precision, and which dates the calendar has."""

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.dates.calendar import LAST_YEAR, PartialDate, days_in, is_possible


@pytest.mark.parametrize(
    ("parts", "iso", "precision"),
    [((2025, 7, 3), "2025-07-03", "day"), ((2025, 7), "2025-07", "month"),
     ((2025,), "2025", "year"), ((205, 7, 3), "0205-07-03", "day"),
     ((None, 7, 3), None, "none")],
)  # fmt: skip
def test_iso_form_and_precision_follow_from_the_given_parts(
    parts: tuple[int | None, ...], iso: str | None, precision: str
) -> None:
    written = PartialDate(*parts)
    assert (written.iso, written.precision) == (iso, precision)


def test_iso_form_ends_at_the_first_missing_part() -> None:
    assert PartialDate(2025, None, 3).iso == "2025"


def test_year_with_five_digits_has_no_iso_form_and_no_calendar_day() -> None:
    assert PartialDate(LAST_YEAR, 1, 2).iso == "9999-01-02"
    assert PartialDate(LAST_YEAR, 1, 2).full() == date(9999, 1, 2)
    assert PartialDate(LAST_YEAR + 1, 1, 2).iso is None
    assert PartialDate(LAST_YEAR + 1, 1, 2).full() is None


@pytest.mark.parametrize(
    "parts", [(2025,), (2025, 7), (None, 7, 3), (2025, 2, 29), (2025, 13, 1), (0, 7, 3)]
)
def test_incomplete_or_impossible_date_is_no_calendar_day(parts: tuple[int | None, ...]) -> None:
    assert PartialDate(*parts).full() is None


@given(st.dates())
def test_every_calendar_day_is_possible_and_unchanged(day: date) -> None:
    written = PartialDate(day.year, day.month, day.day)
    assert is_possible(written)
    assert (written.full(), written.iso) == (day, day.isoformat())


@given(st.integers(1, LAST_YEAR), st.integers(1, 12))
def test_days_of_a_month_are_those_of_the_calendar(year: int, month: int) -> None:
    last = days_in(year, month)
    assert last == calendar.monthrange(year, month)[1]
    assert is_possible(PartialDate(year, month, last))
    assert not is_possible(PartialDate(year, month, last + 1))
    assert not is_possible(PartialDate(year, month, 0))


def test_leap_years_go_on_after_the_last_year() -> None:
    assert [days_in(year, 2) for year in (20000, 20025, 20100, 0)] == [29, 28, 28, 29]


@pytest.mark.parametrize(
    ("parts", "possible"),
    [((None, 2, 29), True), ((None, 2, 30), False), ((2025, None, 3), False), ((2025, 12), True),
     ((2025, 13), False), ((2025, 0), False), ((None,), True)],
)  # fmt: skip
def test_missing_parts_do_not_matter_except_that_a_day_needs_a_month(
    parts: tuple[int | None, ...], possible: bool
) -> None:
    assert is_possible(PartialDate(*parts)) is possible
