"""Reads the blanks of the running text: typed, written by hand, or empty."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from rapidfuzz import fuzz

from ocr_extract.fields.observations import ObservedBlank
from ocr_extract.forms.definition import Blank, FieldName, Form
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

MIN_SURE_SCORE = 0.95
"""PP-OCR's mean word score (0..1) from which a line is not read by tesseract too (chosen): its
score would have to be higher still."""
MIN_INK_AREA = 8.0
"""Ink area in square points from which a blank without words was filled in by hand (chosen)."""
MIN_LEGIBLE_SCORE = 0.8
"""Mean word score (0..1) below which a blank is read again, as one line (chosen)."""
MIN_INSIDE_SHARE = 0.6
"""Overlap (0..1) above which a word stands in a blank (chosen)."""
MIN_WORD_GAP, GAP_MARGIN = 14.0, 3.0
"""Points between two words from which another word may stand there, and points beside them that
are not looked at (chosen; a space is 3 points wide)."""
DARK = 128
"""Grey level (0..255) below which a pixel is surely ink (chosen)."""
UNREAD_SCORE = 0.0
"""Word score of a word that was not read (chosen: the lowest)."""
MIN_TYPE_SIMILARITY = 0.85
"""Similarity (0..1) of two recognizers' texts from which the text may be type (chosen)."""


@dataclass(frozen=True)
class _Located:
    """A blank that was found on a page: its content as read with the page, None without words; and
    the rows of ink that are read again, because there are no words or their scores are low.
    """

    view: PageView
    filled: FilledBlank
    typed: ObservedBlank | None
    rows: tuple[Rect, ...]

    @property
    def crops(self) -> list[Grey]:
        """The pixels of the rows of ink."""
        raster = self.view.raster
        return [crop_of(raster, row) for row in self.rows] if raster is not None else []


@dataclass(frozen=True)
class BlanksByNetworks:
    """The blanks that were found, and PP-OCR's reading of each of their rows of ink, in order; ()
    when it failed. `crops` are those of the rows that it is not sure of, at these indices: the page
    recognizer has to read them too.
    """

    located: Mapping[FieldName, _Located]
    readings: tuple[Reading, ...]
    crops: tuple[Grey, ...]
    indices: tuple[int, ...]

    def observed(self, typed: Sequence[Reading]) -> dict[FieldName, ObservedBlank]:
        """Every blank with its content. `typed` are the page recognizer's readings of the crops, ()
        when it failed: of two readings of a row the one with the higher score counts.
        """
        surest = list(self.readings)
        for index, reading in zip(self.indices, typed, strict=bool(typed)):
            surest[index] = max(reading, surest[index], key=_mean_word_score)
        rows = iter(surest)
        return {
            name: _observed_blank(found, tuple(islice(rows, len(found.rows))))
            for name, found in self.located.items()
        }


def blanks_by_networks(views: Sequence[PageView], form: Form, engines: Engines) -> BlanksByNetworks:
    """Every blank whose phrases are on a page, with its rows of ink as PP-OCR reads them."""
    located = {
        name: found
        for name, blank in form.blanks.items()
        if (found := _located(views, name, blank)) is not None
    }
    crops = [crop for found in located.values() for crop in found.crops]
    readings = _readings_of_lines(crops, engines)
    doubtful = [i for i, r in enumerate(readings) if _mean_word_score(r) < MIN_SURE_SCORE]
    return BlanksByNetworks(located, readings, tuple(crops[i] for i in doubtful), tuple(doubtful))


def _readings_of_lines(lines: Sequence[Grey], engines: Engines) -> tuple[Reading, ...]:
    """PP-OCR's reading of each line; () when it fails."""
    try:
        read = engines.handwriting.free(lines) if lines else ()
    except RecognizerTrouble:
        return ()
    return tuple(_line_reading(each) for each in read)


def _located(views: Sequence[PageView], name: FieldName, blank: Blank) -> _Located | None:
    """The blank on the first page that has its phrases."""
    for view in views:
        filled = locate_blank(view.lines, name, blank)
        if filled is not None:
            words = filled.entry
            typed = _blank_of_words(view, filled, words) if words else None
            legible = typed is not None and _mean(typed.scores) >= MIN_LEGIBLE_SCORE
            unread = typed is not None and UNREAD_SCORE in typed.scores
            rows = () if legible and not unread else _rows_of_ink(view, filled)
            return _Located(view, filled, typed, rows)
    return None


def _observed_blank(found: _Located, readings: Sequence[Reading]) -> ObservedBlank:
    """The content as read with the page, or by the readings of its rows of ink if these are
    surer.
    """
    typed = found.typed
    reread = _blank_of_ink(found, readings)
    if typed is None:
        return reread
    if not reread.text or _mean(reread.scores) <= _mean(typed.scores):
        return typed
    # Type is misread in single letters, handwriting in most letters. Two readings that differ
    # much mean handwriting, and then the score of the surer reading is too high.
    similarity = fuzz.ratio(letters_and_digits(typed.text), letters_and_digits(reread.text)) / 100
    scores = tuple(similarity * score for score in reread.scores)
    return replace(reread, ink=similarity < MIN_TYPE_SIMILARITY, scores=scores)


def _scores_outside_lines(view: PageView, filled: FilledBlank) -> list[float]:
    """Scores of words in the blank that are in no line of type. Handwriting is too tall for the
    lines.
    """
    if filled.region is None:
        return []
    blank_words = set(filled.words)
    return [
        w.score
        for w in view.words
        if w.source == "page"
        and w not in blank_words
        and w.rect.overlap(filled.region) > MIN_INSIDE_SHARE
    ]


def _unread_between(view: PageView, words: Sequence[Word]) -> list[float]:
    """A score of 0 for each wide gap between two words of a line in which ink stands: a word that
    was not read with the page.
    """
    raster = view.raster
    if raster is None or view.exact:
        return []
    gaps = [
        Rect(a.rect.x1 + GAP_MARGIN, a.rect.y0, b.rect.x0 - GAP_MARGIN, a.rect.y1)
        for a, b in pairwise(words)
        if b.rect.x0 - a.rect.x1 > MIN_WORD_GAP and abs(b.rect.y0 - a.rect.y0) < a.height / 2
    ]
    filled = (gap for gap in gaps if crop_of(raster, gap, 0.0).min(initial=255) < DARK)
    return [UNREAD_SCORE for _ in filled]


def _mean(scores: Sequence[float]) -> float:
    """The mean, 0 for no scores."""
    return sum(scores) / len(scores) if scores else 0.0


def _blank_of_words(view: PageView, filled: FilledBlank, words: Sequence[Word]) -> ObservedBlank:
    """A blank filled with the given words."""
    return ObservedBlank(
        text=_joined_text(words),
        scores=(
            *(w.score for w in words),
            *_scores_outside_lines(view, filled),
            *_unread_between(view, words),
        ),
        located=filled.similarity,
        place=place_of(view, Rect.around(w.rect for w in words)),
    )


def _rows_of_ink(view: PageView, filled: FilledBlank) -> tuple[Rect, ...]:
    """The rows of ink in a blank, top to bottom; () when it is empty."""
    if view.raster is None or filled.region is None:
        return ()
    marks = find_marks(view.raster, ink_mask(view.raster.pixels), filled.region, ())
    if sum(mark.area for mark in marks) < MIN_INK_AREA:
        return ()
    return tuple(_rows([mark.rect for mark in marks]))


def _blank_of_ink(found: _Located, readings: Sequence[Reading]) -> ObservedBlank:
    """A blank without words: empty, or filled in by hand and read as well as possible."""
    similarity = found.filled.similarity
    if not found.rows:
        return ObservedBlank("", (), similarity, None)
    text = " ".join(r.best for r in readings if r.best)
    place = place_of(found.view, Rect.around(found.rows))
    scores = tuple(_mean_word_score(r) for r in readings)
    return ObservedBlank(text, scores, similarity, place, ink=True)


def _line_reading(readings: Sequence[Reading]) -> Reading:
    """PP-OCR's reading of a line; an empty one when there is none."""
    nothing = Reading(reader=PP_OCR, hypotheses=())
    return next((r for r in readings if r.reader == PP_OCR), nothing)


def _rows(rects: Sequence[Rect]) -> list[Rect]:
    """Rectangles that stand side by side, joined to one rectangle per row, top to bottom."""
    rows: list[Rect] = []
    for rect in sorted(rects, key=lambda r: r.y0):
        if rows and rect.y0 < (rows[-1][1] + rows[-1][3]) / 2:
            rows[-1] = Rect.around((rows[-1], rect))
        else:
            rows.append(rect)
    return rows


def _mean_word_score(reading: Reading) -> float:
    """Geometric mean of the reading's word scores (0..1)."""
    words = max(1, len(reading.best.split()))
    likelihood = reading.hypotheses[0].log_likelihood if reading.hypotheses else -5.0
    return math.exp(likelihood / words)


def _joined_text(words: Sequence[Word]) -> str:
    """The words as one text, without pieces of ruled lines, dashes and quotes at its ends."""
    return " ".join(w.text.strip("_|") for w in words).strip(" —–_|“”\"'")
