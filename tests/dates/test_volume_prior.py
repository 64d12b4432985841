from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.volume_prior import MAX_PRIOR_WEIGHT, DateVote, date_vote, volume_prior_of

DAY = PartialDate(2025, 7, 20)


def _votes(*days: PartialDate, date_format: tuple[str, str] | None = None) -> list[DateVote]:
    return [date_vote([(day, 1.0)], date_format) for day in days]


def test_days_near_the_others_are_likely_and_densities_sum_to_one() -> None:
    others = volume_prior_of(_votes(*[DAY] * 9, PartialDate(2025, 7, 22))).without(DateVote())
    assert others.density(date(2025, 7, 20)) > others.density(date(2025, 8, 1)) > 0
    assert others.density(date(2024, 7, 20)) == pytest.approx(0, abs=1e-12)
    days = (date(2025, month, day) for month in range(5, 10) for day in range(1, 31))
    assert sum(others.density(day) for day in days) == pytest.approx(1.0, abs=0.02)


def test_own_date_is_left_out() -> None:
    outlier, *rest = _votes(PartialDate(2035, 1, 1), *[DAY] * 9)
    volume = volume_prior_of([outlier, *rest])
    assert volume.without(outlier).density(date(2035, 1, 1)) == pytest.approx(0, abs=1e-12)
    assert volume.without(rest[0]).density(date(2035, 1, 1)) > 0
    assert volume.without(outlier).count == 9


def test_weight_is_zero_for_few_agreements_and_stays_below_its_maximum() -> None:
    weights = [
        volume_prior_of(_votes(*[DAY] * n)).without(DateVote()).weight for n in (0, 2, 3, 9, 900)
    ]
    assert weights[:2] == [0.0, 0.0]
    assert weights == sorted(weights)
    assert weights[2] > 0
    assert weights[-1] < MAX_PRIOR_WEIGHT


def test_span_ignores_outliers_and_needs_agreement() -> None:
    near = volume_prior_of(_votes(*[DAY] * 8, PartialDate(2125, 7, 20))).without(DateVote())
    first, last = near.span() or (None, None)
    assert (first, last) == (date(2025, 6, 20), date(2025, 8, 19))
    scattered = volume_prior_of(_votes(*(PartialDate(2000 + 5 * i, 7, 20) for i in range(9))))
    assert scattered.without(DateVote()).span() is None


def test_order_follows_its_separator_first_and_then_the_folder() -> None:
    dotted = _votes(*[DAY] * 12, date_format=(".", "DMY"))
    slashed = _votes(*[DAY] * 12, date_format=("/", "MDY"))
    others = volume_prior_of([*dotted, *slashed]).without(DateVote())
    assert others.order_gain(".", "DMY", 0.5) > 0 > others.order_gain(".", "MDY", 0.5)
    assert others.order_gain("/", "MDY", 0.5) > 0 > others.order_gain("/", "DMY", 0.5)
    only = volume_prior_of(dotted).without(DateVote())
    assert only.order_gain("/", "DMY", 0.24) > 0
    assert others.order_gain("/", "YMD", 0.98) == 0.0


def test_months_of_other_agreements_in_words() -> None:
    votes = _votes(*[DAY] * 5, *[PartialDate(2025, 9, 1)] * 5)
    assert volume_prior_of(votes).without(DateVote()).when == (
        "10 other agreements are of July 2025 to September 2025"
    )


def test_dates_outside_the_calendar_give_no_vote() -> None:
    impossible = [
        (PartialDate(2025, 6, 31), 1.0),
        (PartialDate(20255, 1, 1), 1.0),
        (PartialDate(None), 1),
    ]
    assert date_vote(impossible, None) == DateVote()


@given(st.lists(st.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=12), st.randoms())
def test_order_of_agreements_does_not_matter(days, rng) -> None:  # type: ignore[no-untyped-def]
    votes = _votes(*(PartialDate(d.year, d.month, d.day) for d in days))
    before = volume_prior_of(votes).without(DateVote())
    rng.shuffle(votes)
    after = volume_prior_of(votes).without(DateVote())
    assert [before.density(d) for d in days] == [after.density(d) for d in days]
    assert before.span() == after.span()
