from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret
from ocr_extract.recognition.ctc_lattice import NUMBERS, DateLattice, _emissions
from ocr_extract.recognition.ctc_output import BLANK, COLUMNS, CtcOutput, column_of
from ocr_extract.recognition.date_automaton import PAIRS, written_dates
from tests.frames_factory import frames_of

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
LAYOUTS = ("{d}/{m}/{y}", "{d:02d}.{m:02d}.{y}", "{m}-{d}-{y}", "{y}/{m:02d}/{d:02d}",
           "{y}.{m}.{d}", "{d:02d} / {m:02d} / {y}", "{d} {w} {y}", "{w} {d}, {y}",
           "{d} {a} {y}", "{d}-{a}-{y}", "{a} {d} {y}")  # fmt: skip
WORDS = ("January February March April May June July August September October November"
         " December").split()  # fmt: skip


def _means(text: str, day: date) -> bool:
    return any(i.parts == PartialDate(day.year, day.month, day.day) for i in interpret(text))


@settings(max_examples=60)
@given(day=DAYS, layout=st.sampled_from(LAYOUTS))
def test_every_date_in_every_layout_is_read_from_its_own_frames(day: date, layout: str) -> None:
    word = WORDS[day.month - 1]
    text = layout.format(d=day.day, m=day.month, y=day.year, w=word, a=word[:3])
    best = written_dates([frames_of(text)], [1.0])[0]
    assert _means(best.text, day), (text, best)
    assert best.log_likelihood > -3


@pytest.mark.parametrize(
    ("text", "means"),
    [("24th of July, 2025", date(2025, 7, 24)), ("3rd May 2021", date(2021, 5, 3)),
     ("Sep 15th 2025", date(2025, 9, 15)), ("25.07.2025.", date(2025, 7, 25)),
     ("7/23/25", date(2025, 7, 23)), ("July 4 '25", date(2025, 7, 4)),
     ("e: 25/07/2025", date(2025, 7, 25)), ("11/11/2022", date(2022, 11, 11)),
     ("2000.10.01", date(2000, 10, 1))],
)  # fmt: skip
def test_ways_of_writing(text: str, means: date) -> None:
    assert _means(written_dates([frames_of(text)], [1.0])[0].text, means)


def test_a_month_and_a_year_are_not_given_a_day() -> None:
    (best, *_) = written_dates([frames_of("Sep 2025")], [1.0])
    assert best.text == "Sep 2025"


def test_months_of_other_languages() -> None:
    (best, *_) = written_dates([frames_of("17 novembre 1965")], [1.0], ("en", "fr"))
    assert best.text == "17 Novembre 1965"


@pytest.mark.parametrize(
    ("text", "instead"),
    [("25/07/2025", {2: "1"}), ("25/07/2025", {5: "l"}), ("25/07/2025", {6: "z"}),
     ("12.08.2025", {3: "O"}), ("3 Oct 2025", {2: "0"}), ("26/09/2025", {1: "b"})],
)  # fmt: skip
def test_look_alikes_are_forgiven(text: str, instead: dict[int, str]) -> None:
    frames = frames_of(text, instead=instead)
    ways = written_dates([frames], [1.0])[:3]
    wanted = {i.parts for i in interpret(text)}
    assert any({i.parts for i in interpret(way.text)} & wanted for way in ways), ways


def test_a_smeared_date_is_a_distribution() -> None:
    """Nobody can say which day "Vox/ Ox/ 25" is; its year can be said."""
    ways = written_dates([frames_of("Vox/ Ox/ 25", sure=0.6)], [1.0])
    assert len(ways) == 150
    assert ways[0].log_likelihood - ways[20].log_likelihood < 5
    assert sum(way.text.endswith("25") for way in ways[:40]) >= 30


def test_two_networks_settle_what_one_cannot() -> None:
    doubtful = frames_of("01/02/2025", sure=0.45)
    told = frames_of("07/02/2025", sure=0.95)
    assert written_dates([doubtful, told], [1.0, 1.0])[0].text == "07/02/2025"


@pytest.mark.parametrize("text", ["Mira Feldmann", "RECEIVED", "lllll", ""])
def test_what_is_no_date_does_not_read_like_one(text: str) -> None:
    ways = written_dates([frames_of(text)], [1.0])
    assert not ways or ways[0].log_likelihood < -12


@pytest.mark.parametrize("text", ["7", "12", "11", "1/2", "sep"])
def test_a_product_of_matrices_is_the_sum_over_all_alignments(text: str) -> None:
    """By brute force: every path of blanks and the text's characters that spells it."""
    seen = np.maximum(np.random.default_rng(3).dirichlet(np.full(COLUMNS, 0.05), 5), 1e-4)
    rows = _emissions(np.asarray(seen, np.float32))
    used = sorted({BLANK, *map(column_of, text)})
    wanted = [column_of(c) for c in text]
    total = sum(
        float(np.prod([rows[t, c] for t, c in enumerate(path)]))
        for path in product(used, repeat=5)
        if [c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c)] == wanted
    )
    one = DateLattice(CtcOutput(np.asarray(seen, np.float32)))
    by_matrices = (one.word(text) @ one._blanks)[0, -1]
    assert by_matrices == pytest.approx(total, rel=1e-3)


def test_pairs_can_be_a_day_and_a_month() -> None:
    assert all(min(int(NUMBERS[a]), int(NUMBERS[b])) <= 12 for a, b in PAIRS)
    assert len(PAIRS) > 1000


def test_one_slice_is_enough_to_fail_quietly() -> None:
    assert written_dates([CtcOutput(np.full((1, COLUMNS), 1 / COLUMNS, np.float32))], [1.0])
