"""Raw recognizer scores become probabilities."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ocr_extract.calibration.confidence import (
    AGREEMENT_THRESHOLD,
    INK_DATE_MIDPOINT,
    LOST_DATE_MIDPOINT,
    MAX_HANDWRITING_QUALITY,
    MAX_SIGNATURE_CONFIDENCE,
    MIN_QUALITY,
    SIGNED_PRIOR,
    TYPED_QUALITY,
    agreement,
    drawn_signature,
    hand_quality,
    ink_date_score,
    print_score,
    reading_quality,
    text_confidence,
    typed_signature,
    word_score,
)
from ocr_extract.records import Hypothesis, Reading

SHORT, LONG = "2025-05-27", "27 September 2025 AD"
"""Dates of 10 and of 20 characters."""


def _read(text: str, score: float = 0.9, reader: str = "tesseract") -> Reading:
    """A reading whose words all have that score (0..1)."""
    log_likelihood = len(text.split()) * math.log(score)
    return Reading(
        reader=reader, hypotheses=(Hypothesis(text=text, log_likelihood=log_likelihood),)
    )


SCORES = st.floats(0.01, 1.0)
READINGS = st.lists(
    st.builds(_read, st.sampled_from(["Mira", "Mlra", "7"]), SCORES), min_size=1, max_size=5
)


@given(SCORES, st.integers(1, 6))
def test_word_score_does_not_depend_on_the_number_of_words(score: float, words: int) -> None:
    assert word_score(_read("Mira " * words, score)) == pytest.approx(score)
    assert word_score(Reading(reader="tesseract", hypotheses=())) == word_score(_read("")) == 0.0


def test_similar_readings_look_more_like_type_than_different_ones() -> None:
    similar = print_score([_read("Feldmann"), _read("Feldrnann")])
    different = print_score([_read("Feldmann"), _read("oXw7//")])
    assert print_score([_read("Feldmann")] * 2) == pytest.approx(0.9)
    assert 0.9 > similar > 0.8 > different


@pytest.mark.parametrize("reader", ["pp-ocr", "handwriting", "dates"])
def test_recognizers_of_handwriting_and_marks_without_letters_say_nothing_about_type(
    reader: str,
) -> None:
    typed = [_read("Mira")]
    assert print_score([*typed, _read("zzzz", 1.0, reader)]) == print_score(typed)
    assert print_score([*typed, _read("--- ...", 1.0)]) == print_score(typed)
    assert print_score([_read("Mira", 1.0, reader)]) == 0.0


def test_agreement_weighs_readings_by_their_score() -> None:
    read, sure, unsure = _read("27.5.2025", 0.8), _read("21.5.2025", 0.8), _read("21.5.2025", 0.1)
    assert agreement(read, [read, sure]) == pytest.approx(0.5)
    assert agreement(read, [read, unsure]) == pytest.approx(0.8 / 0.9)
    assert agreement(read, []) == 0.0


def test_case_and_spaces_do_not_matter_for_agreement_but_separators_do() -> None:
    read = _read("1.2.2025")
    assert agreement(_read("MAY 3"), [_read("may3")]) == 1.0
    assert agreement(read, [read, _read("1/2/2025")]) == pytest.approx(0.5)


@given(READINGS)
def test_quality_stays_within_its_limits(readings: list[Reading]) -> None:
    assert MIN_QUALITY <= reading_quality(readings[0], readings) <= TYPED_QUALITY


def test_medium_score_lowers_the_quality_only_a_little_when_most_readings_agree() -> None:
    read = _read("Mira", 0.5)
    doubted = [read] * 6 + [_read("Mlra", 0.5)] * 4
    assert agreement(read, doubted) == pytest.approx(AGREEMENT_THRESHOLD)
    assert reading_quality(read, [read] * 2) == pytest.approx(TYPED_QUALITY * 0.5**0.25)
    assert reading_quality(read, doubted) == pytest.approx(TYPED_QUALITY * 0.5 * 0.74)


def test_ink_at_the_midpoint_is_a_date_with_probability_one_half() -> None:
    assert ink_date_score(INK_DATE_MIDPOINT, SHORT) == pytest.approx(0.5)
    assert ink_date_score(2 * INK_DATE_MIDPOINT, LONG) == pytest.approx(0.5)
    assert ink_date_score(INK_DATE_MIDPOINT, "1/2/25") == pytest.approx(0.5)
    assert hand_quality(LOST_DATE_MIDPOINT, SHORT) == pytest.approx(MAX_HANDWRITING_QUALITY / 2)


@given(st.floats(-60, 0), st.floats(-60, 0), st.sampled_from([SHORT, LONG]))
def test_likelier_dates_get_a_higher_score_and_bad_writing_loses_less_as_a_known_date(
    a: float, b: float, text: str
) -> None:
    assume(a - b > 1e-6)
    assert ink_date_score(a, text) > ink_date_score(b, text)
    assert MAX_HANDWRITING_QUALITY > hand_quality(a, text) > hand_quality(b, text)
    assert hand_quality(INK_DATE_MIDPOINT, text) > ink_date_score(INK_DATE_MIDPOINT, text)


def test_text_confidence_is_the_mean_word_score_times_the_place() -> None:
    assert text_confidence([0.6, 1.0], 0.5) == pytest.approx(0.4)
    assert text_confidence([1.0, 1.0], 1.0) == 0.99
    assert text_confidence([], 1.0) == 0.0


def test_ink_and_type_are_signatures_with_bounded_probability() -> None:
    assert drawn_signature(-SIGNED_PRIOR) == pytest.approx(0.5)
    assert drawn_signature(0.0) > 0.9
    assert drawn_signature(12.0) == MAX_SIGNATURE_CONFIDENCE
    assert (typed_signature(0.61), typed_signature(0.6)) == (0.9, 0.5)


def test_likelihoods_beyond_all_bounds_give_no_error_and_no_confidence() -> None:
    unlikely = Hypothesis(text="abc", log_likelihood=-1e5)
    assert print_score([Reading(reader="tesseract", hypotheses=(unlikely,))]) == 0.0
    assert hand_quality(-1e5, "27.05.2025") == 0.0
    assert drawn_signature(-1e5) == 0.0
