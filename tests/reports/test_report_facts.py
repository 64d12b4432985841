"""The share of what people found wrong, and the bars of the dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from ocr_extract.reports.charts import MAX_BARS, date_bars, histogram
from ocr_extract.reports.report_facts import Share


@pytest.mark.parametrize(("found", "count"), [(0, 45), (1, 20), (3, 7), (9, 9), (500, 1000)])
def test_interval_is_wilsons(found: int, count: int) -> None:
    expected = binomtest(found, count).proportion_ci(method="wilson")
    assert Share(found, count).interval == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_nothing_counted_says_nothing() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(0, 0).words.startswith("- ")


@given(st.dictionaries(st.dates(), st.integers(1, 9)), st.booleans())
def test_bars_count_every_date_or_are_at_their_limit(days: dict[date, int], odd: bool) -> None:
    bars = date_bars(days, days if odd else {})
    total = sum(bar.count for bar in bars)
    assert total == sum(days.values()) or len(bars) == MAX_BARS
    assert all(bar.odd <= bar.count for bar in bars)
    assert bool(histogram(bars)) == bool(days)


def test_odd_date_of_another_century_leaves_the_days_readable() -> None:
    days = {date(2025, 5, n): 1 for n in range(1, 20)} | {date(1925, 5, 3): 1}
    bars = date_bars(days, {date(1925, 5, 3): 1})
    assert (bars[0].label, bars[0].odd, len(bars)) == ("1925-05-03", 1, 20)
