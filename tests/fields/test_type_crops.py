"""Which marks tesseract reads, how often, and to which mark each reading belongs."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ocr_extract.fields.marks import Mark
from ocr_extract.fields.type_crops import (
    TYPE_READING_THRESHOLDS,
    TypeCrops,
    _reading_count,
    crops_of_type,
    own_reading,
)
from ocr_extract.geometry import Rect, raster_of
from ocr_extract.recognition.names import HANDWRITING, PP_OCR
from ocr_extract.records import Hypothesis, Reading
from ocr_extract.text import Word

ANYWHERE = Rect(0.0, 0.0, 50.0, 12.0)
DATE_WORD = Word("25.07.2025", Rect(60.0, 90.0, 120.0, 100.0), 1.0)
INK, TYPE = Mark("ink", ANYWHERE), Mark("text", DATE_WORD.rect, (DATE_WORD,))


def _reading(reader: str, text: str, log_likelihood: float) -> Reading:
    return Reading(
        reader=reader, hypotheses=(Hypothesis(text=text, log_likelihood=log_likelihood),)
    )


def test_words_of_a_mark_are_a_reading_with_limited_scores() -> None:
    words = (Word("1", ANYWHERE, 1.0), Word("May", ANYWHERE, 0.5), Word("~", ANYWHERE, 0.0))
    reading = own_reading(Mark("text", ANYWHERE, words))
    assert (reading.reader, reading.best) == ("page", "1 May ~")
    expected = math.log(0.999) + math.log(0.5) + math.log(0.01)
    assert reading.hypotheses[0].log_likelihood == pytest.approx(expected)
    assert own_reading(Mark("ink", ANYWHERE)) == _reading("none", "", 0.0)


@pytest.mark.parametrize(("score", "count"), [(0.59, 0), (0.61, 1), (0.84, 1), (0.86, 2)])
def test_ink_is_read_as_type_as_often_as_its_score_suggests(score: float, count: int) -> None:
    assert TYPE_READING_THRESHOLDS == (0.6, 0.85)
    readings = (_reading(PP_OCR, "May", math.log(score)), _reading(HANDWRITING, "May", 0.0))
    assert _reading_count(Mark("ink", ANYWHERE), readings) == count


def test_type_is_read_twice_and_text_of_the_file_never() -> None:
    unread, page, file = (
        Mark("text", ANYWHERE, (replace(DATE_WORD, source=source),) if source else ())
        for source in ("", "page", "pdf")
    )
    assert [_reading_count(mark, ()) for mark in (unread, page, file)] == [2, 2, 0]
    assert _reading_count(Mark("strip", ANYWHERE), ()) == 2


def _crops() -> TypeCrops:
    """Of ink that is read once, of a mark that is not read, and of type that is read twice."""
    once, never = (_reading(PP_OCR, "May", math.log(score)) for score in (0.7, 0.1))
    raster = raster_of(np.full((400, 400), 255, np.uint8), 144, 1)
    return crops_of_type(raster, (INK, INK, TYPE), ((once,), (never,), ()))


def test_each_reading_belongs_to_the_mark_of_its_crop_and_its_own_words_come_last() -> None:
    crops = _crops()
    assert crops.indices == (0, 2, 2)
    typed = [_reading("fake", text, -0.1) for text in "abc"]
    ink, unread, words = crops.by_mark((INK, INK, TYPE), typed)
    assert [[r.best for r in own] for own in (ink, unread, words)] == [
        ["a"], [], ["b", "c", "25.07.2025"],
    ]  # fmt: skip


def test_only_a_marks_own_words_remain_when_nothing_could_be_read() -> None:
    by_mark = _crops().by_mark((INK, INK, TYPE), None)
    assert [[r.best for r in own] for own in by_mark] == [[], [], ["25.07.2025"]]
