from datetime import date, timedelta

import pytest

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.priors import Context, context_of

CONFERENCE = context_of(2025, date(2025, 8, 11), date(2025, 8, 14))


def _day(iso: str) -> PartialDate:
    return PartialDate(*(int(p) for p in iso.split("-")))


def test_density_falls_with_distance_from_the_conference() -> None:
    days = ("2025-07-25", "2026-03-06", "2023-07-22", "2015-07-25")
    densities = [CONFERENCE.density(_day(d)) for d in days]
    assert densities == sorted(densities, reverse=True)
    assert all(d > 0 for d in densities)


@pytest.mark.parametrize("context", [CONFERENCE, context_of(2025), Context()])
def test_densities_of_all_days_sum_to_one(context: Context) -> None:
    total, day = 0.0, date(1900, 1, 1)
    while day.year < 2200:
        total += context.density(PartialDate(day.year, day.month, day.day))
        day += timedelta(1)
    assert total == pytest.approx(1.0, abs=1e-6)


def test_empty_context_expects_any_date() -> None:
    assert not Context().known
    assert Context().is_expected(_day("1950-01-01"))
    assert Context().years() == ()


def test_dates_within_a_year_of_the_volume_are_expected() -> None:
    assert CONFERENCE.is_expected(_day("2025-09-30"))
    assert CONFERENCE.is_expected(_day("2026-03-06"))
    assert not CONFERENCE.is_expected(_day("2023-07-22"))
    assert context_of(2025).is_expected(_day("2025-01-01"))


def test_partial_date_is_less_likely_than_full_date() -> None:
    assert CONFERENCE.density(PartialDate(2025, 7)) < CONFERENCE.density(_day("2025-07-25"))
    assert CONFERENCE.density(PartialDate(None, 7, 25)) < CONFERENCE.density(_day("2025-07-25"))


def test_origin_is_given_in_words() -> None:
    assert "2025-08-11 to 2025-08-14" in CONFERENCE.origin
    assert context_of(2025).origin == "the volume is of 2025"
    assert context_of(None).origin == ""
