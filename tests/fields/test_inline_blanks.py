"""Blanks of the running text: typed, filled in by hand, or empty."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from ocr_extract.fields.inline_blanks import MIN_INK_AREA, MIN_LEGIBLE_SCORE
from ocr_extract.fields.observations import ObservedBlank
from ocr_extract.fields.one_call import read_fields
from ocr_extract.forms.definition import built_in_forms
from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.pages.page import PageView, text_view
from ocr_extract.recognition.base import Engines, RecognizerTrouble
from ocr_extract.recognition.names import HANDWRITING, PP_OCR
from ocr_extract.records import Box, Hypothesis, Reading
from ocr_extract.text import Line, Word
from tests.factory import HANGING, FakeReader

PMLR = built_in_forms()[0]
DPI = 144
PHRASES = "manuscript currently entitled\n\n{}\n\n\n(the article) to be published in PMLR"
"""The entry is in the third row: 30 to 40 points below the top."""
WRITING = (Rect(20.0, 30.0, 60.0, 36.0),)
"""A box of ink where the entry stands, in points."""
UNUSED = FakeReader(crash=AssertionError("nothing has to be read"))


@dataclass(frozen=True)
class FakeHandwriting:
    """A handwriting recognizer that reads a fixed text; it keeps the crops that it receives."""

    text: str = ""
    log_likelihood: float = -9.0
    crops: list[Grey] = field(default_factory=list)
    trouble: RecognizerTrouble | None = None

    def readings(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        return self.free(crops)

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        if self.trouble is not None:
            raise self.trouble
        self.crops.extend(crops)
        wrong = (Hypothesis(text="wrong network", log_likelihood=0.0),)
        text = (Hypothesis(text=self.text, log_likelihood=self.log_likelihood),)
        return tuple(
            (Reading(reader=HANDWRITING, hypotheses=wrong), Reading(reader=PP_OCR, hypotheses=text))
            for _ in crops
        )


@dataclass(frozen=True)
class FakeType(FakeReader):
    """A recognizer of type that reads its line with a log-likelihood."""

    log_likelihood: float = 0.0

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        hypothesis = Hypothesis(text=self.line, log_likelihood=self.log_likelihood)
        return tuple(Reading(reader="fake", hypotheses=(hypothesis,)) for _ in crops)


def _view(entry: str, score: float = 1.0, ink: Sequence[Rect] = ()) -> PageView:
    """A page with an entry whose words have a score, and with boxes of ink, in points."""
    text = text_view(PHRASES.format(entry))
    lines = tuple(
        replace(
            line,
            words=tuple(
                replace(w, source="page", score=score if w.text in entry.split() else 1.0)
                for w in line.words
            ),
        )
        for line in text.lines
    )
    page = np.full((400, 800), 255, np.uint8)
    for x0, y0, x1, y1 in ink:
        page[round(2 * y0) : round(2 * y1), round(2 * x0) : round(2 * x1)] = 0
    words = tuple(word for line in lines for word in line.words)
    return PageView(1, raster_of(page, DPI, 1), words, lines)


def _title(
    view: PageView, typed: FakeReader = UNUSED, handwriting: FakeHandwriting | None = None
) -> ObservedBlank:
    engines = Engines(typed, handwriting or FakeHandwriting(), lambda _: None)
    return read_fields([view], PMLR, None, engines)[0]["title"]


def test_blank_without_words_and_ink_is_empty() -> None:
    assert _title(_view("")) == ObservedBlank("", (), 1.0, None)


def test_typed_blank_is_not_read_again_and_has_a_place() -> None:
    title = _title(_view("Robust Trees", MIN_LEGIBLE_SCORE, WRITING))
    assert (title.text, title.ink) == ("Robust Trees", False)
    assert title.scores == (MIN_LEGIBLE_SCORE, MIN_LEGIBLE_SCORE)
    assert title.place == Box(page=1, x0=0, y0=30, x1=72, y1=40)


def test_quotes_dashes_and_pieces_of_ruled_lines_around_the_text_are_left_out() -> None:
    assert _title(_view("|“Robust |Trees|”| —")).text == "Robust Trees"


@pytest.mark.parametrize(("log_likelihood", "text"), [(-0.05, "Robust Tree"), (-0.5, "typed line")])
def test_ink_without_words_is_read_by_the_surer_recognizer(
    log_likelihood: float, text: str
) -> None:
    """The recognizer of type has the log-likelihood -0.1."""
    handwriting = FakeHandwriting("Robust Tree", log_likelihood)
    title = _title(_view("", ink=WRITING), FakeReader(line="typed line"), handwriting)
    assert (title.text, title.ink) == (text, True)
    assert title.scores == pytest.approx((np.exp(max(-0.1, log_likelihood) / 2),))
    assert title.place == Box(page=1, x0=20, y0=30, x1=60, y1=36)


@pytest.mark.parametrize(("area", "filled"), [(MIN_INK_AREA - 0.5, False), (MIN_INK_AREA, True)])
def test_blank_with_a_speck_of_ink_is_empty(area: float, filled: bool) -> None:
    speck = Rect(20.0, 30.0, 20.0 + area, 31.0)
    assert _title(_view("", ink=[speck]), FakeReader(line="x")).ink is filled


def test_ink_on_two_rows_is_read_from_top_to_bottom_as_two_lines() -> None:
    rows = [Rect(90.0, 31.0, 130.0, 37.0), Rect(20.0, 30.0, 60.0, 36.0), Rect(20.0, 46, 80, 52)]
    handwriting = FakeHandwriting("Trees", -0.01)
    title = _title(_view("", ink=rows), FakeReader(), handwriting)
    assert title.text == "Trees Trees"
    widths = [crop.shape[1] for crop in handwriting.crops]
    assert widths[0] - widths[1] == pytest.approx(2 * 50, abs=2)
    assert len(widths) == len(title.scores) == 2


def test_ink_that_no_recognizer_can_read_is_filled_in_by_hand() -> None:
    trouble = RecognizerTrouble("reader_crashed", "boom")
    title = _title(_view("", ink=WRITING), HANGING, FakeHandwriting(trouble=trouble))
    assert (title.text, title.scores, title.ink) == ("", (), True)


def test_ink_keeps_the_networks_reading_when_it_cannot_be_read_as_type() -> None:
    title = _title(_view("", ink=WRITING), HANGING, FakeHandwriting("Robust Tree", -0.5))
    assert (title.text, title.ink) == ("Robust Tree", True)


def test_doubtful_words_that_read_alike_again_are_type() -> None:
    handwriting = FakeHandwriting("Robust Trees", 0.0)
    title = _title(_view("Robust Treez", 0.7, WRITING), FakeReader(line="?"), handwriting)
    assert (title.text, title.ink) == ("Robust Trees", False)
    assert title.scores == pytest.approx((1 - 1 / 11,))


def test_doubtful_words_that_read_otherwise_again_are_handwriting() -> None:
    handwriting = FakeHandwriting("Robust Trees", 0.0)
    title = _title(_view("Nobel Tues", 0.7, WRITING), FakeReader(line="?"), handwriting)
    assert (title.text, title.ink) == ("Robust Trees", True)
    assert title.scores[0] < 0.8


@pytest.mark.parametrize(
    "again",
    [FakeType(log_likelihood=-0.01), FakeType("Robust Frees", log_likelihood=-0.5), HANGING],
)
def test_doubtful_words_stay_when_reading_again_is_no_surer(again: FakeReader) -> None:
    title = _title(_view("Robust Trees", 0.79, WRITING), again, FakeHandwriting("x", -9.0))
    assert (title.text, title.ink) == ("Robust Trees", False)
    assert title.scores == (0.79, 0.79)


def test_tall_word_in_the_blank_lowers_the_score_of_its_words() -> None:
    view = _view("Robust Trees", 1.0, WRITING)
    tall = Word("~", Rect(20.0, 27.0, 60.0, 57.0), 0.1)
    doubtful = replace(view, words=(*view.words, tall))
    assert _title(view).scores == (1.0, 1.0)
    assert _title(doubtful, HANGING).scores == (1.0, 1.0, 0.1)
    outside = replace(tall, rect=Rect(20.0, 90.0, 60.0, 120.0))
    assert _title(replace(view, words=(*view.words, outside))).scores == (1.0, 1.0)


def test_blank_is_taken_from_the_first_page_with_its_phrases() -> None:
    views = [text_view("nothing"), _view("Robust Trees"), _view("Other Trees")]
    engines = Engines(UNUSED, FakeHandwriting(), lambda _: None)
    blanks, _ = read_fields(views, PMLR, None, engines)
    assert {name: blank.text for name, blank in blanks.items()} == {"title": "Robust Trees"}


@pytest.mark.parametrize(
    ("ink", "text"),
    [
        (Rect(45.0, 31.0, 75.0, 39.0), "Robust Surest Trees"),
        (Rect(45.0, 60.0, 75.0, 68.0), "Robust Trees"),
    ],
    ids=["between the words", "elsewhere"],
)
def test_word_that_was_not_read_with_the_page_is_read_again(ink: Rect, text: str) -> None:
    """Two words of a line stand far apart, and there is ink between them."""
    view = _view("Robust Surest Trees", ink=[ink])
    lines = tuple(Line(tuple(w for w in li.words if w.text != "Surest")) for li in view.lines)
    words = tuple(word for line in lines for word in line.words)
    unread = replace(view, words=words, lines=lines)
    title = _title(unread, handwriting=FakeHandwriting("Robust Surest Trees", -0.05))
    assert title.text == text
