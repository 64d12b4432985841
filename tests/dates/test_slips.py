from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.dates.calendar import PartialDate, is_possible
from ocr_extract.dates.slips import NO_SLIP, slips_behind


def test_known_slips_are_among_those_priced() -> None:
    meant = {s.meant.iso: s for s in slips_behind(PartialDate(2015, 5, 19))}
    assert meant["2025-05-19"].code == "year_slip"
    assert "2015" in meant["2025-05-19"].reason
    assert meant["2016-05-19"].code == "year_slip"
    assert meant["2015-04-19"].code == "month_slip"
    assert "2015-05-20" not in meant
    assert {s.meant.iso for s in slips_behind(PartialDate(2023, 7, 22))} >= {"2025-07-22"}


def test_february_has_no_thirtieth() -> None:
    assert "2025-02-30" not in {s.meant.iso for s in slips_behind(PartialDate(2025, 1, 30))}
    assert "2025-02-29" not in {s.meant.iso for s in slips_behind(PartialDate(2024, 2, 29))}


@given(st.dates())
def test_slips_are_possible_cheap_and_never_the_date_itself(day) -> None:  # type: ignore[no-untyped-def]
    written = PartialDate(day.year, day.month, day.day)
    slips = list(slips_behind(written))
    assert all(is_possible(s.meant) and s.meant != written and s.price > 0 for s in slips)
    assert sum(s.price for s in slips) + NO_SLIP < 1.05


def test_without_a_year_there_is_nothing_to_price() -> None:
    assert list(slips_behind(PartialDate(None, 5, 19))) == []
