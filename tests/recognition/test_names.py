"""Names of the recognizers, and the dates among their readings."""

import pytest

from ocr_extract.recognition.names import (
    DATES,
    HANDWRITING,
    INK_RECOGNIZERS,
    NOBODY,
    PDF,
    PP_OCR,
    TESSERACT,
    dates_among,
)
from ocr_extract.records import Hypothesis, Reading

FREE = (Hypothesis(text="Mira Feldmann", log_likelihood=-0.1),)
SCORED = (
    Hypothesis(text="1/2/2025", log_likelihood=-0.5),
    Hypothesis(text="7/2/2025", log_likelihood=-2.0),
)


def test_scored_dates_are_found_among_other_readings() -> None:
    free = [Reading(reader=name, hypotheses=FREE) for name in (PP_OCR, HANDWRITING, TESSERACT)]
    assert dates_among([*free, Reading(reader=DATES, hypotheses=SCORED)]) == SCORED


@pytest.mark.parametrize("name", [TESSERACT, PP_OCR, HANDWRITING, PDF, NOBODY])
def test_text_that_reads_like_a_date_is_not_a_scored_date(name: str) -> None:
    assert dates_among([Reading(reader=name, hypotheses=SCORED)]) == ()


def test_ink_without_readings_or_dates_has_no_dates() -> None:
    assert dates_among([]) == ()
    assert dates_among([Reading(reader=DATES, hypotheses=())]) == ()


def test_recognizers_of_type_and_the_file_itself_do_not_read_ink() -> None:
    assert {PP_OCR, HANDWRITING, DATES} == INK_RECOGNIZERS
    assert INK_RECOGNIZERS.isdisjoint({TESSERACT, PDF, NOBODY})
