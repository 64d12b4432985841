import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.dates.grammar import interpret, normalise

GOLDEN = Path(__file__).parent.parent / "golden" / "dates.tsv"
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")


def _golden() -> list[tuple[str, list[str]]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [(text, readings.split()) for text, readings in rows]


@pytest.mark.parametrize(("text", "readings"), _golden(), ids=lambda v: str(v)[:30])
def test_golden_table(text: str, readings: list[str]) -> None:
    """Likeliest first; an upgrade of dateparser that changes a reading fails here."""
    found = [i for i in interpret(text, LANGUAGES) if i.log_weight > -5.5]
    shown = [i.parts.iso or f"--{i.parts.month:02d}-{i.parts.day or 0:02d}" for i in found]
    assert list(dict.fromkeys(shown)) == readings


WAYS = (
    "{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}.{m:02}.{d:02}", "{y}. {m}. {d}.",
    "{d} {M} {y}", "{d}. {M} {y}", "{M} {d}, {y}", "{M}, {d}, {y}", "{M} {d} {y}",
    "{d}-{b}-{y}", "{d:02}/{b}/{y}", "{b} {d} {y}", "{d} {b}. {y}", "{d} of {M}, {y}",
)  # fmt: skip
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


def _in(way: str, day: date) -> str:
    names = {"M": day.strftime("%B"), "b": day.strftime("%b")}
    return way.format(y=day.year, m=day.month, d=day.day, **names)


@given(day=DAYS, way=st.sampled_from(WAYS))
def test_unambiguous_ways_come_back(day: date, way: str) -> None:
    best = interpret(_in(way, day))[0]
    assert best.parts.full() == day
    assert not best.remainder


@given(day=DAYS, separator=st.sampled_from("/.-"), swapped=st.booleans())
def test_day_and_month_orders_are_both_kept(day: date, separator: str, swapped: bool) -> None:
    first, second = (day.month, day.day) if swapped else (day.day, day.month)
    found = {i.parts.full() for i in interpret(f"{first}{separator}{second}{separator}{day.year}")}
    assert day in found
    if day.day <= 12:
        assert day.replace(month=day.day, day=day.month) in found


@given(st.text(max_size=200))
def test_anything_is_survived_and_possible(text: str) -> None:
    for one in interpret(text):
        assert one.log_weight <= 0.0 or one.log_weight == pytest.approx(0.0)
        assert one.parts.month is None or 1 <= one.parts.month <= 12


@given(
    day=DAYS, end=st.sampled_from(("", ".", ",", " ", ";")), stars=st.sampled_from(("", "*", "**"))
)
def test_trailing_marks_change_nothing(day: date, end: str, stars: str) -> None:
    text = day.isoformat()
    assert interpret(f"{stars}{text}{end}{stars}") == interpret(text)


def test_nothing_is_invented() -> None:
    (best, *_) = interpret("May 2025")
    assert (best.parts.year, best.parts.month, best.parts.day) == (2025, 5, None)
    assert all(i.parts.day is None for i in interpret("May 2025"))


def test_how_many_digits_the_year_had_is_kept() -> None:
    assert interpret("7/23/25")[0].year_digits == 2
    assert interpret("7/23/2025")[0].year_digits == 4
    assert interpret("20 July 025")[0].year_digits == 3


def test_normalise_takes_marks_and_times_off() -> None:
    assert normalise("*2025．05．19*") == "2025.05.19"
    assert normalise("2025-07-25T14:22:01+02:00") == "2025-07-25"
    assert normalise("25 / 07 / 2025 , 14:05 CET") == "25/07/2025"
