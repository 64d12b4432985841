from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret
from ocr_extract.recognition.ctc_lattice import NUMBERS
from ocr_extract.recognition.ctc_output import COLUMNS, CtcOutput
from ocr_extract.recognition.date_automaton import PAIRS, written_dates
from tests.frames_factory import frames_of

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
LAYOUTS = ("{d}/{m}/{y}", "{d:02d}.{m:02d}.{y}", "{m}-{d}-{y}", "{y}/{m:02d}/{d:02d}",
           "{y}.{m}.{d}", "{d:02d} / {m:02d} / {y}", "{d} {w} {y}", "{w} {d}, {y}",
           "{d} {a} {y}", "{d}-{a}-{y}", "{a} {d} {y}")  # fmt: skip
WORDS = ("January February March April May June July August September October November"
         " December").split()  # fmt: skip


def _can_mean(text: str, day: date) -> bool:
    return any(i.parts == PartialDate(day.year, day.month, day.day) for i in interpret(text))


@settings(max_examples=60)
@given(day=DAYS, layout=st.sampled_from(LAYOUTS))
def test_every_date_in_every_layout_is_found_in_its_own_output(day: date, layout: str) -> None:
    word = WORDS[day.month - 1]
    text = layout.format(d=day.day, m=day.month, y=day.year, w=word, a=word[:3])
    best = written_dates([frames_of(text)], [1.0])[0]
    assert _can_mean(best.text, day), (text, best)
    assert best.log_likelihood > -3


@pytest.mark.parametrize(
    ("text", "means"),
    [("24th of July, 2025", date(2025, 7, 24)), ("3rd May 2021", date(2021, 5, 3)),
     ("Sep 15th 2025", date(2025, 9, 15)), ("25.07.2025.", date(2025, 7, 25)),
     ("7/23/25", date(2025, 7, 23)), ("July 4 '25", date(2025, 7, 4)),
     ("e: 25/07/2025", date(2025, 7, 25)), ("11/11/2022", date(2022, 11, 11)),
     ("2000.10.01", date(2000, 10, 1))],
)  # fmt: skip
def test_date_is_found_in_each_way_of_writing(text: str, means: date) -> None:
    assert _can_mean(written_dates([frames_of(text)], [1.0])[0].text, means)


def test_month_and_year_get_no_day() -> None:
    (best, *_) = written_dates([frames_of("Sep 2025")], [1.0])
    assert best.text == "Sep 2025"


def test_month_word_of_another_language_is_found() -> None:
    (best, *_) = written_dates([frames_of("17 novembre 1965")], [1.0], ("en", "fr"))
    assert best.text == "17 Novembre 1965"


@pytest.mark.parametrize(
    ("text", "instead"),
    [("25/07/2025", {2: "1"}), ("25/07/2025", {5: "l"}), ("25/07/2025", {6: "z"}),
     ("12.08.2025", {3: "O"}), ("3 Oct 2025", {2: "0"}), ("26/09/2025", {1: "b"})],
)  # fmt: skip
def test_date_is_found_despite_a_look_alike(text: str, instead: dict[int, str]) -> None:
    output = frames_of(text, instead=instead)
    dates = written_dates([output], [1.0])[:3]
    meanings = {i.parts for i in interpret(text)}
    assert any({i.parts for i in interpret(written.text)} & meanings for written in dates), dates


def test_smeared_date_gives_a_distribution() -> None:
    """The day of "Vox/ Ox/ 25" cannot be known, but its year can."""
    dates = written_dates([frames_of("Vox/ Ox/ 25", sure=0.6)], [1.0])
    assert len(dates) == 150
    assert dates[0].log_likelihood - dates[20].log_likelihood < 5
    assert sum(written.text.endswith("25") for written in dates[:40]) >= 30


def test_second_network_decides_when_the_first_is_unsure() -> None:
    doubtful = frames_of("01/02/2025", sure=0.45)
    certain = frames_of("07/02/2025", sure=0.95)
    assert written_dates([doubtful, certain], [1.0, 1.0])[0].text == "07/02/2025"


@pytest.mark.parametrize("text", ["Mira Feldmann", "RECEIVED", "lllll", ""])
def test_other_text_has_a_low_log_likelihood(text: str) -> None:
    dates = written_dates([frames_of(text)], [1.0])
    assert not dates or dates[0].log_likelihood < -12


def test_pairs_can_be_a_day_and_a_month() -> None:
    assert all(min(int(NUMBERS[a]), int(NUMBERS[b])) <= 12 for a, b in PAIRS)
    assert len(PAIRS) > 1000


def test_one_slice_raises_nothing() -> None:
    assert written_dates([CtcOutput(np.full((1, COLUMNS), 1 / COLUMNS, np.float32))], [1.0])
