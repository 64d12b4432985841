"""Which recognizers read which marks of a signing block, and how often."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest

from ocr_extract.fields.marks import Mark
from ocr_extract.fields.one_call import read_fields
from ocr_extract.fields.recognize import (
    MAX_SIGNATURES,
    MIN_DATE_LOG_LIKELIHOOD,
    MIN_SURE_TYPE_SCORE,
    _marks_to_split,
)
from ocr_extract.fields.type_crops import ENLARGEMENT
from ocr_extract.forms.definition import built_in_forms
from ocr_extract.forms.locate import LocatedBlock, locate_block
from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.pages.page import PageView, text_view
from ocr_extract.recognition.base import Engines, RecognizerTrouble
from ocr_extract.recognition.names import DATES, PP_OCR
from ocr_extract.records import Damage, Hypothesis, Reading
from ocr_extract.sources.pdf_annotations import Annotation
from ocr_extract.text import Word, group_lines
from tests.factory import HANGING, FakeReader

GENERIC = built_in_forms()[-1]
DPI = 144
LABELS = "Name:\n\n\nSignature:\n\n\nDate:"
"""Labels in the rows at 0, 45 and 90 points; a character is 6 points wide."""
DATE_INK = Rect(60.0, 90.0, 110.0, 100.0)
SIGNED_INK = Rect(90.0, 45.0, 150.0, 57.0)
DATE_WORD = Word("25.07.2025", Rect(60.0, 90.0, 120.0, 100.0), 1.0)
UNUSED = FakeReader(crash=AssertionError("nothing has to be read"))


@dataclass(frozen=True)
class FakeHandwriting:
    """A handwriting recognizer that reads a name with a word score, and one date, the surer the
    lower the crop; it keeps the crops that it receives.
    """

    crops: list[Grey] = field(default_factory=list)
    trouble: RecognizerTrouble | None = None
    score: float = 0.5

    def readings(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        free = self.free(crops)
        dates = [Hypothesis(text="25/07/2025", log_likelihood=-len(c) / 1000) for c in crops]
        return tuple(
            (*f, Reading(reader=DATES, hypotheses=(d,))) for f, d in zip(free, dates, strict=True)
        )

    def alternatives(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, Reading], ...]:
        """The same date in changed crops, which are not kept."""
        dates = [Hypothesis(text="25/07/2025", log_likelihood=-len(c) / 1000) for c in crops]
        readings = [Reading(reader=DATES, hypotheses=(date,)) for date in dates]
        return tuple((reading, reading) for reading in readings)

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        if self.trouble is not None:
            raise self.trouble
        self.crops.extend(crops)
        return tuple((_reading(PP_OCR, "M. F.", 2 * math.log(self.score)),) for _ in crops)


@dataclass(frozen=True)
class WidthReader(FakeReader):
    """A recognizer of type that reads the width of each crop in points."""

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        return tuple(_reading("fake", str(round(crop.shape[1] / 2)), -0.1) for crop in crops)


def _reading(reader: str, text: str, log_likelihood: float) -> Reading:
    return Reading(
        reader=reader, hypotheses=(Hypothesis(text=text, log_likelihood=log_likelihood),)
    )


def _view(
    words: Sequence[Word] = (), ink: Sequence[Rect] = (), *, source: str = "page"
) -> PageView:
    """A page with the labels, further words, and boxes of ink, in points."""
    page = np.full((500, 1000), 255, np.uint8)
    for x0, y0, x1, y1 in ink:
        page[round(2 * y0) : round(2 * y1), round(2 * x0) : round(2 * x1)] = 0
    printed = [*text_view(LABELS).words, *words]
    for word in printed:
        x, y = round(2 * word.rect.x0), round(2 * word.rect.y1)
        cv2.putText(page, word.text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 0, 1)
    named = tuple(replace(word, source=source) for word in printed)
    return PageView(2, raster_of(page, DPI, 2), named, group_lines(named), source == "pdf")


def _block(view: PageView) -> LocatedBlock:
    block = locate_block(view.lines, GENERIC)
    assert block is not None
    return block


def _marks(
    view: PageView, typed: FakeReader, handwriting: FakeHandwriting
) -> tuple[tuple[Mark, ...], list[Damage]]:
    damage: list[Damage] = []
    engines = Engines(typed, handwriting, damage.append)
    _, marks = read_fields([], GENERIC, (view, _block(view)), engines)
    return marks, damage


def _at(marks: Sequence[Mark], rect: Rect, kind: str = "ink") -> Mark:
    """The mark whose sides are those of a rectangle."""
    (mark,) = [m for m in marks if m.kind == kind and np.allclose(m.rect, rect, atol=1.0)]
    return mark


def _split(*likelihoods: float | None) -> list[int]:
    """Indices of the marks that are divided: a large one, a small one in it, and one elsewhere."""
    rects = (Rect(0, 0, 120, 30), Rect(10, 10, 60, 20), Rect(300, 0, 420, 30))
    marks = [Mark("ink", rect) for rect in rects]
    readings = [
        () if each is None else (_reading(DATES, "1/2/2025", each),) for each in likelihoods
    ]
    return [marks.index(mark) for mark in _marks_to_split(marks, readings)]


def test_all_marks_are_divided_while_none_is_a_date() -> None:
    assert _split(None, None, None) == [0, 1, 2]
    assert _split(-9.0, MIN_DATE_LOG_LIKELIHOOD - 0.01, None) == [0, 1, 2]


def test_only_large_marks_at_a_date_are_divided_once_there_is_one() -> None:
    assert _split(None, MIN_DATE_LOG_LIKELIHOOD, None) == [0]
    assert _split(None, None, 0.0) == [2]


def test_entries_of_a_text_are_read_by_no_recognizer() -> None:
    view = text_view("Name: Mira\nSignature: M. F.\nDate: 3 May 2025")
    handwriting = FakeHandwriting(trouble=RecognizerTrouble("reader_crashed", "boom"))
    marks, damage = _marks(view, UNUSED, handwriting)
    assert [[r.best for r in mark.readings] for mark in marks] == [
        ["Mira"], ["M. F."], ["3 May 2025"],
    ]  # fmt: skip
    assert damage == []


def test_ink_is_read_as_handwriting_and_not_as_type_with_a_low_score() -> None:
    marks, damage = _marks(_view(ink=[DATE_INK]), FakeReader(line="typed"), FakeHandwriting())
    mark = _at(marks, DATE_INK)
    assert [reading.reader for reading in mark.readings] == [PP_OCR, DATES]
    assert mark.place is not None
    assert (mark.place.page, mark.place.x0, mark.place.y1) == (2, 60.0, 100.0)
    assert mark.shape.pieces == 1
    assert damage == []


@pytest.mark.parametrize(("score", "by_hand"), [(0.89, True), (0.91, False)])
def test_words_that_are_not_surely_type_are_read_as_handwriting_too(
    score: float, by_hand: bool
) -> None:
    assert 0.89 < MIN_SURE_TYPE_SCORE < 0.91
    view = _view([replace(DATE_WORD, score=score)])
    marks, _ = _marks(view, FakeReader(line="25.07.2025"), FakeHandwriting())
    readers = [reading.reader for reading in _at(marks, DATE_WORD.rect, "text").readings]
    assert readers == ["fake", "fake", "page", *([PP_OCR, DATES] if by_hand else [])]


def test_readings_of_a_mark_are_of_its_own_crop_and_of_the_enlarged_one() -> None:
    marks, _ = _marks(_view([DATE_WORD], [SIGNED_INK]), WidthReader(), FakeHandwriting(score=0.7))
    white = 2 * (3.0 + 4.0)
    (ink,) = [r.best for r in _at(marks, SIGNED_INK).readings if r.reader == "fake"]
    assert float(ink) == pytest.approx(SIGNED_INK.width + white, abs=1)
    typed = _at(marks, DATE_WORD.rect, "text").readings
    once, large = (float(r.best) for r in typed if r.reader == "fake")
    assert once == pytest.approx(DATE_WORD.rect.width + white, abs=1)
    assert large == pytest.approx(ENLARGEMENT * once, abs=1)


def test_date_that_is_surer_without_its_long_tail_is_read_without_it() -> None:
    tail = Rect(70.0, 90.0, 71.5, 122.0)
    handwriting = FakeHandwriting()
    marks, _ = _marks(_view(ink=[DATE_INK, tail]), FakeReader(), handwriting)
    (mark,) = [m for m in marks if m.kind == "ink" and m.height > 30]
    core_height = 2 * (DATE_INK.height + 2 * 1.5 + 2 * 4.0)
    assert mark.readings[-1].hypotheses[0].log_likelihood == pytest.approx(
        -core_height / 1000, abs=0.006
    )


def test_failing_recognizer_of_handwriting_is_damage_of_the_page_and_is_called_once() -> None:
    trouble = RecognizerTrouble("reader_crashed", "boom")
    view = _view([replace(DATE_WORD, score=0.95)], [Rect(150.0, 40.0, 220.0, 100.0)])
    marks, damage = _marks(view, FakeReader(line="typed"), FakeHandwriting(trouble=trouble))
    assert [(each.kind, each.page) for each in damage] == [("reader_crashed", 2)]
    assert [r.best for r in _at(marks, DATE_WORD.rect, "text").readings] == [
        "typed", "typed", "25.07.2025",
    ]  # fmt: skip


def test_words_of_the_page_remain_when_type_cannot_be_read_again() -> None:
    marks, damage = _marks(_view([DATE_WORD]), HANGING, FakeHandwriting())
    assert [each.kind for each in damage] == ["reader_timeout"]
    assert [r.best for r in _at(marks, DATE_WORD.rect, "text").readings] == ["25.07.2025"]


def test_only_the_largest_ink_of_a_typed_block_is_read_for_its_name() -> None:
    scrawls = [Rect(150.0 + 60 * n, 45.0, 172.0 + 60 * n + n, 57.0) for n in range(5)]
    handwriting = FakeHandwriting()
    marks, damage = _marks(_view([DATE_WORD], scrawls, source="pdf"), UNUSED, handwriting)
    assert len(handwriting.crops) == MAX_SIGNATURES
    assert [[r.best for r in _at(marks, scrawl).readings] for scrawl in scrawls] == [
        [], *[["M. F."]] * 4,
    ]  # fmt: skip
    assert [r.best for r in _at(marks, DATE_WORD.rect, "text").readings] == ["25.07.2025"]
    assert damage == []


def test_signature_over_a_typed_date_is_read_without_the_date() -> None:
    scrawl = Rect(97.0, 72.0, 118.0, 96.0)
    handwriting = FakeHandwriting()
    _marks(_view([DATE_WORD], [scrawl], source="pdf"), UNUSED, handwriting)
    (crop,) = handwriting.crops
    date_top = round(2 * (DATE_WORD.rect.y0 - scrawl.y0 + 1.5 + 4.0))
    assert (crop[date_top - 4] == 0).any()
    assert (crop[date_top + 1 : date_top + 11] == 255).all()


def test_ink_in_an_annotation_has_its_author_and_time_as_its_origin() -> None:
    annotation = Annotation("Ink", DATE_INK, "Mira", "D:20250725101112Z", sealed=False)
    view = replace(_view(ink=[DATE_INK]), annotations=(annotation,))
    mark = _at(_marks(view, FakeReader(), FakeHandwriting())[0], DATE_INK)
    assert mark.origin.startswith("Ink by Mira, changed 2025-07-25T10:11:12")
    unknown = replace(annotation, author="", modified="yesterday")
    view = replace(view, annotations=(unknown,))
    assert _at(_marks(view, FakeReader(), FakeHandwriting())[0], DATE_INK).origin == "Ink"
