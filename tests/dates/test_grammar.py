import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.dates.grammar import interpret
from ocr_extract.dates.normalised import normalise

GOLDEN = Path(__file__).parent.parent / "golden" / "dates.tsv"
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")


def _golden() -> list[tuple[str, list[str]]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [(text, readings.split()) for text, readings in rows]


@pytest.mark.parametrize(("text", "readings"), _golden(), ids=lambda v: str(v)[:30])
def test_golden_table(text: str, readings: list[str]) -> None:
    """The dates are in order, likeliest first. The test fails when an upgrade of dateparser
    changes a reading.
    """
    likely = [i for i in interpret(text, LANGUAGES) if i.log_weight > -5.5]
    dates = [i.parts.iso or f"--{i.parts.month:02d}-{i.parts.day or 0:02d}" for i in likely]
    assert list(dict.fromkeys(dates)) == readings


LAYOUTS = (
    "{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}.{m:02}.{d:02}", "{y}. {m}. {d}.",
    "{d} {M} {y}", "{d}. {M} {y}", "{M} {d}, {y}", "{M}, {d}, {y}", "{M} {d} {y}",
    "{d}-{b}-{y}", "{d:02}/{b}/{y}", "{b} {d} {y}", "{d} {b}. {y}", "{d} of {M}, {y}",
)  # fmt: skip
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


def _written_in(layout: str, day: date) -> str:
    names = {"M": day.strftime("%B"), "b": day.strftime("%b")}
    return layout.format(y=day.year, m=day.month, d=day.day, **names)


@given(day=DAYS, layout=st.sampled_from(LAYOUTS))
def test_unambiguous_layouts_give_their_date(day: date, layout: str) -> None:
    best = interpret(_written_in(layout, day))[0]
    assert best.parts.full() == day
    assert not best.remainder


@given(day=DAYS, separator=st.sampled_from("/.-"), swapped=st.booleans())
def test_both_orders_of_day_and_month_are_given(day: date, separator: str, swapped: bool) -> None:
    first, second = (day.month, day.day) if swapped else (day.day, day.month)
    dates = {i.parts.full() for i in interpret(f"{first}{separator}{second}{separator}{day.year}")}
    assert day in dates
    if day.day <= 12:
        assert day.replace(month=day.day, day=day.month) in dates


@given(st.text(max_size=200))
def test_any_text_gives_valid_interpretations(text: str) -> None:
    for meaning in interpret(text):
        assert meaning.log_weight <= 0.0 or meaning.log_weight == pytest.approx(0.0)
        assert meaning.parts.month is None or 1 <= meaning.parts.month <= 12


@given(
    day=DAYS, end=st.sampled_from(("", ".", ",", " ", ";")), stars=st.sampled_from(("", "*", "**"))
)
def test_trailing_marks_do_not_matter(day: date, end: str, stars: str) -> None:
    text = day.isoformat()
    assert interpret(f"{stars}{text}{end}{stars}") == interpret(text)


def test_missing_day_stays_missing() -> None:
    (best, *_) = interpret("May 2025")
    assert (best.parts.year, best.parts.month, best.parts.day) == (2025, 5, None)
    assert all(i.parts.day is None for i in interpret("May 2025"))


def test_normalise_removes_marks_and_times() -> None:
    assert normalise("*2025．05．19*") == "2025.05.19"
    assert normalise("2025-07-25T14:22:01+02:00") == "2025-07-25"
    assert normalise("25 / 07 / 2025 , 14:05 CET") == "25/07/2025"


@pytest.mark.parametrize(
    ("text", "order", "separator"),
    [
        ("May 22nd 2025 (22/05/2025)", "DMY", "/"),
        ("22/5/2025 = May 22, 2025", "DMY", "/"),
        ("05/22/2025 22 May 2025", "MDY", "/"),
        ("Thursday 22 May, 22.05.2025", "DMY", "."),
        ("2025-05-22 (22.05.25)", "YMD", "-"),
    ],
)
def test_date_stated_twice_is_one_meaning(text: str, order: str, separator: str) -> None:
    best = interpret(text)[0]
    assert (best.parts.iso, best.remainder) == ("2025-05-22", ())
    assert (best.order, best.separator) == (order, separator)


@pytest.mark.parametrize("text", ["May 22 2025 (21/05/2025)", "22 May 2025, 22 May 2024"])
def test_two_different_dates_are_not_one(text: str) -> None:
    assert all(meaning.remainder for meaning in interpret(text))


def test_second_statement_decides_the_order_of_the_first() -> None:
    meanings = [i for i in interpret("05/06/2025 (5 June 2025)") if not i.remainder]
    assert [(i.parts.iso, i.order) for i in meanings] == [("2025-06-05", "DMY")]
