"""What stands in the blanks of the running text: typed, written by hand, or nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from ocr_extract.fields.observations import ObservedBlank
from ocr_extract.forms.definition import FieldName, Form
from ocr_extract.forms.locate import FilledBlank, locate_blank
from ocr_extract.forms.phrases import letters_and_digits
from ocr_extract.geometry import Grey, Rect
from ocr_extract.imaging.binarize import ink_mask
from ocr_extract.imaging.components import crop_of, find_marks
from ocr_extract.pages.page import PageView, place_of
from ocr_extract.recognition.base import Engines, RecognizerTrouble
from ocr_extract.recognition.names import PP_OCR
from ocr_extract.records import Reading
from ocr_extract.text import Word

MIN_INK = 8.0
"""Square points of ink from which a blank without words was filled in by hand."""
LEGIBLE = 0.8
"""Mean score of words (0..1) under which a blank is read again, as a line."""
INSIDE = 0.6
"""Share of a word that lies in a blank from which it stands there."""
TYPE_ALIKE = 0.85
"""Likeness (0..1) of two readers' texts from which what they read may be type."""


def find_blanks(
    views: Sequence[PageView], form: Form, engines: Engines
) -> dict[FieldName, ObservedBlank]:
    """Every blank whose phrases are on some page, with what stands in it."""
    found: dict[FieldName, ObservedBlank] = {}
    for name, blank in form.blanks.items():
        for view in views:
            filled = locate_blank(view.lines, name, blank)
            if filled is not None:
                found[name] = _filled(view, filled, filled.entry, engines)
                break
    return found


def _filled(
    view: PageView, filled: FilledBlank, words: Sequence[Word], engines: Engines
) -> ObservedBlank:
    """What was read with the page; read again as a line where that is nothing, or doubtful."""
    if not words:
        return _ink(view, filled, engines)
    typed = _typed(view, filled, words)
    if _mean(typed.scores) >= LEGIBLE:
        return typed
    again = _ink(view, filled, engines)
    if not again.text or _mean(again.scores) <= _mean(typed.scores):
        return typed
    # Type is misread by a letter here and there, handwriting from end to end: then the
    # surer reading is not as sure as it says.
    alike = fuzz.ratio(letters_and_digits(typed.text), letters_and_digits(again.text)) / 100
    scores = tuple(alike * score for score in again.scores)
    return replace(again, ink=alike < TYPE_ALIKE, scores=scores)


def _left_out(view: PageView, filled: FilledBlank) -> list[float]:
    """Scores of what was read in the blank and is in no line of type: writing is too tall."""
    if filled.region is None:
        return []
    known = set(filled.words)
    return [
        w.score
        for w in view.words
        if w.source == "page" and w not in known and w.rect.overlap(filled.region) > INSIDE
    ]


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0


def _typed(view: PageView, filled: FilledBlank, words: Sequence[Word]) -> ObservedBlank:
    return ObservedBlank(
        text=_joined(words),
        scores=(*(w.score for w in words), *_left_out(view, filled)),
        located=filled.similarity,
        place=place_of(view, Rect.around(w.rect for w in words)),
    )


def _ink(view: PageView, filled: FilledBlank, engines: Engines) -> ObservedBlank:
    """A blank without words: empty, or filled in by hand and read as well as can be."""
    empty = ObservedBlank("", (), filled.similarity, None)
    if view.raster is None or filled.region is None:
        return empty
    marks = find_marks(view.raster, ink_mask(view.raster.pixels), filled.region, ())
    if sum(mark.area for mark in marks) < MIN_INK:
        return empty
    lines = _rows([mark.rect for mark in marks])
    readings = _surest([crop_of(view.raster, line) for line in lines], engines)
    text = " ".join(r.best for r in readings if r.best)
    place = place_of(view, Rect.around(lines))
    return ObservedBlank(
        text, tuple(_score(r) for r in readings), filled.similarity, place, ink=True
    )


def _surest(lines: Sequence[Grey], engines: Engines) -> tuple[Reading, ...]:
    """The surer reading of each line, as type and as handwriting; none where a reader is
    in trouble.
    """
    try:
        typed = engines.pages.read(lines)
        by_hand = engines.handwriting.free(lines)
    except RecognizerTrouble:
        return ()
    free = [
        next((r for r in some if r.reader == PP_OCR), t)
        for some, t in zip(by_hand, typed, strict=True)
    ]
    return tuple(max(pair, key=_score) for pair in zip(typed, free, strict=True))


def _rows(rects: Sequence[Rect]) -> list[Rect]:
    """Rectangles that stand side by side as one, top to bottom."""
    rows: list[Rect] = []
    for rect in sorted(rects, key=lambda r: r.y0):
        if rows and rect.y0 < (rows[-1][1] + rows[-1][3]) / 2:
            rows[-1] = Rect.around((rows[-1], rect))
        else:
            rows.append(rect)
    return rows


def _score(reading: Reading) -> float:
    words = max(1, len(reading.best.split()))
    likelihood = reading.hypotheses[0].log_likelihood if reading.hypotheses else -5.0
    return math.exp(likelihood / words)


def _joined(words: Sequence[Word]) -> str:
    return " ".join(w.text.strip("_|") for w in words).strip(" —–_|“”\"'")
