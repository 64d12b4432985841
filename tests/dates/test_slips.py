import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.dates.calendar import PartialDate, is_possible
from ocr_extract.dates.slips import NO_SLIP, slips_behind


def test_common_slips_are_proposed() -> None:
    meant = {s.meant.iso: s for s in slips_behind(PartialDate(2015, 5, 19))}
    assert meant["2025-05-19"].code == "year_slip"
    assert "2015" in meant["2025-05-19"].reason
    assert meant["2016-05-19"].code == "year_slip"
    assert meant["2015-04-19"].code == "month_slip"
    assert "2015-05-20" not in meant
    assert {s.meant.iso for s in slips_behind(PartialDate(2023, 7, 22))} >= {"2025-07-22"}


@pytest.mark.parametrize(
    ("written", "meant", "word"),
    [
        ((2052, 5, 19), "2025-05-19", "changed places"), ((205, 5, 19), "2025-05-19", "missing"),
        ((225, 5, 19), "2025-05-19", "missing"), ((20255, 5, 19), "2025-05-19", "doubled"),
        ((20025, 5, 19), "2025-05-19", "doubled"), ((1925, 5, 19), "2025-05-19", "a slip away"),
        ((2026, 5, 19), "2025-05-19", "one off"), ((2085, 5, 19), "2025-05-19", "one digit"),
        ((2025, 6, 31), "2025-06-30", "no day 31"), ((2025, 6, 31), "2025-07-01", "no day 31"),
        ((2025, 2, 30), "2025-02-28", "no day 30"), ((2025, 9, 5), "2025-05-09", "changed places"),
        ((2025, 12, 31), None, ""),
    ],
)  # fmt: skip
def test_each_kind_of_slip_is_proposed_with_its_reason(
    written: tuple[int, int, int], meant: str | None, word: str
) -> None:
    slips = {s.meant.iso: s for s in slips_behind(PartialDate(*written))}
    if meant is None:
        assert "2026-01-01" not in slips
    else:
        assert word in slips[meant].reason


def test_last_year_is_a_likelier_slip_in_january() -> None:
    january = {s.meant.iso: s for s in slips_behind(PartialDate(2024, 1, 9))}["2025-01-09"]
    june = {s.meant.iso: s for s in slips_behind(PartialDate(2024, 6, 9))}["2025-06-09"]
    assert january.price > 5 * june.price


def test_no_impossible_date_is_proposed() -> None:
    assert "2025-02-30" not in {s.meant.iso for s in slips_behind(PartialDate(2025, 1, 30))}
    assert "2025-02-29" not in {s.meant.iso for s in slips_behind(PartialDate(2024, 2, 29))}


@given(st.dates())
def test_slips_are_other_possible_dates_with_small_prices(day) -> None:  # type: ignore[no-untyped-def]
    written = PartialDate(day.year, day.month, day.day)
    slips = list(slips_behind(written))
    assert all(is_possible(s.meant) and s.meant != written and s.price > 0 for s in slips)
    assert sum(s.price for s in slips) + NO_SLIP < 1.05


def test_date_without_a_year_has_no_slips() -> None:
    assert list(slips_behind(PartialDate(None, 5, 19))) == []
