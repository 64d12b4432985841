"""What each mark reads like: a date, a name, type, digits, a signature."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ocr_extract.calibration import confidence
from ocr_extract.dates.grammar import interpret
from ocr_extract.dates.priors import Context
from ocr_extract.dates.recover import date_similarity
from ocr_extract.dates.words import is_month
from ocr_extract.fields.assign import ScoredMark, place_score
from ocr_extract.fields.marks import Mark
from ocr_extract.forms.definition import FieldName
from ocr_extract.forms.phrases import holds_label
from ocr_extract.geometry import Rect
from ocr_extract.recognition.names import DATES, NOBODY, OF_INK, PP_OCR, dates_among
from ocr_extract.records import Hypothesis, Reading
from ocr_extract.settings import Settings
from ocr_extract.signatures.names import name_similarity
from ocr_extract.signatures.presence import InkEvidence, presence_model

MAX_LOOKED_AT = 30
UNEXPECTED = 3.0
"""Natural log-likelihood that a date far from the volume's loses as a reading of ink."""
MIN_KINDS = 3
"""Different digits of a piece of a date, at least."""
OF_A_DATE = re.compile(r"20\d|\d{2,4}[-/.]\d")
"""A year, or so much of a date in digits: its first may lie on a label."""
ON_DATE = 0.3
"""Share of a mark, times the date's likeness, from which it stands where a date does."""
NAMED, MIN_LETTERS = 0.7, 5
"""Likeness to the author's name (0..1), and letters, from which a name stands in ink."""
MONOTONOUS = 0.3
"""Share of different characters from which a reading is more than one stroke again and again."""
NOWHERE = -6.0
"""Log-odds of a place where the label is not known."""
EXPLAINED = 0.8
"""Share of a mark's area that two other fields' marks cover, from which it is nothing else."""
MOSTLY = 0.85
"""Share of a part that lies in the mark it was taken from."""


def score_marks(
    found: Sequence[Mark],
    labels: Mapping[FieldName, Rect],
    author: str | None,
    context: Context,
    settings: Settings,
) -> list[ScoredMark]:
    """Every mark with what it reads like; `labels` are rectangles in points."""
    marks = _with_type([_judged(mark, author, context, settings) for mark in found])
    return [_with_odds(mark, marks, labels) for mark in marks]


def _with_odds(
    mark: ScoredMark, marks: Sequence[ScoredMark], labels: Mapping[FieldName, Rect]
) -> ScoredMark:
    """Of ink, the log-odds that it is a signature."""
    if mark.mark.kind != "ink" or "signature" not in labels:
        return mark
    odds = presence_model().log_odds(ink_evidence(mark, marks, labels))
    return replace(mark, signed=odds)


def ink_evidence(
    mark: ScoredMark, marks: Sequence[ScoredMark], labels: Mapping[FieldName, Rect]
) -> InkEvidence:
    """What speaks for and against a mark's being a signature."""
    shape = mark.mark.shape
    own = mark.mark
    free = next((r for r in mark.mark.readings if r.reader == PP_OCR), None)
    area = max(1.0, own.width * own.height)
    covered = sum(own.rect.overlap(rect) * _smaller(own.rect, rect) for rect in labels.values())
    varied = min(_varied(free.best if free else ""), _varied(mark.text))
    return InkEvidence(
        width=own.width,
        height=own.height,
        longest=shape.longest,
        winding=shape.winding,
        per_piece=shape.length / max(1, shape.pieces),
        digits=mark.digits,
        date_like=mark.date_like,
        within_date=_within_date(mark, marks),
        holds_date=_holds_date(mark, marks),
        on_date=_on_date(mark, marks),
        on_name=_on_name(mark, marks, labels),
        mixed=(free is not None and _is_mixed(free.best, mark.name_like))
        or _is_month(mark, marks)
        or _is_explained(mark, marks, labels),
        name_like=mark.name_like,
        typed=varied * mark.typed,
        legible=varied * confidence.word_score(free) if free else 0.0,
        letters=sum(c.isalnum() for c in free.best) if free else 0,
        at_signature=place_score(labels["signature"], own),
        at_date=_at(labels, "date", own),
        at_author=_at(labels, "corresponding_author", own),
        on_labels=min(1.0, covered / area),
    )


def _varied(text: str) -> float:
    """How varied a reading's characters are (0..1): loops read as "eeeeel" and "200000"."""
    known = [c for c in text if c.isalnum()]
    if len(known) < MIN_LETTERS:
        return 1.0
    return min(1.0, max(0.0, (len(set(known)) / len(known) - MONOTONOUS) / MONOTONOUS))


def _is_mixed(text: str, name_like: float) -> bool:
    """Whether a reading holds a label, a year, or the name and digits of something beside it."""
    if holds_label(text):
        return True
    letters = sum(c.isalpha() for c in text)
    named = name_like >= NAMED and letters >= MIN_LETTERS
    return OF_A_DATE.search(text) is not None or (named and any(c.isdigit() for c in text))


def _is_month(mark: ScoredMark, marks: Sequence[ScoredMark]) -> bool:
    """Whether a month word is all that is read in a mark, where a date stands: a short one
    may be a name elsewhere.
    """
    words = [reading.best.strip(" .,") for reading in mark.mark.readings]
    dated = max(_on_date(mark, marks), _within_date(mark, marks))
    least = 3 if dated > ON_DATE else MIN_LETTERS
    named = mark.name_like >= NAMED
    return not named and any(len(word) >= least and is_month(word) for word in words)


def _at(labels: Mapping[FieldName, Rect], field: FieldName, mark: Mark) -> float:
    return place_score(labels[field], mark) if field in labels else NOWHERE


def _smaller(a: Rect, b: Rect) -> float:
    """Area of the smaller rectangle, which `overlap` is a share of."""
    return min((r.width) * (r.height) for r in (a, b))


def _within_date(mark: ScoredMark, marks: Sequence[ScoredMark]) -> float:
    own = mark.mark
    return max(
        (
            other.date_like
            for other in marks
            if other is not mark
            and other.mark.width > own.width + 1
            and other.mark.height < 2 * own.height
            and other.mark.rect.overlap(own.rect) > MOSTLY
        ),
        default=0.0,
    )


def _holds_date(mark: ScoredMark, marks: Sequence[ScoredMark]) -> float:
    own = mark.mark
    return max(
        (
            other.date_like
            for other in marks
            if 0.3 * own.width < other.mark.width
            and _area(other.mark) < MOSTLY * _area(own)
            and other.mark.rect.overlap(own.rect) > MOSTLY
        ),
        default=0.0,
    )


def _area(mark: Mark) -> float:
    return mark.width * mark.height


def _on_date(mark: ScoredMark, marks: Sequence[ScoredMark]) -> float:
    """Share of the mark that a date covers which is no part of it, times its likeness."""
    own = mark.mark.rect
    return max(
        (
            other.date_like * _covered(own, other.mark.rect)
            for other in marks
            if other is not mark and other.mark.rect.overlap(own) < MOSTLY
        ),
        default=0.0,
    )


def _on_name(
    mark: ScoredMark, marks: Sequence[ScoredMark], labels: Mapping[FieldName, Rect]
) -> float:
    """Share of the mark that the author's name covers, beside the author's own label."""
    home = labels.get("corresponding_author")
    if home is None:
        return 0.0
    return max(
        (
            other.name_like * _covered(mark.mark.rect, other.mark.rect)
            for other in marks
            if other is not mark and _is_at_home(other.mark, home, labels["signature"])
        ),
        default=0.0,
    )


def _is_explained(
    mark: ScoredMark, marks: Sequence[ScoredMark], labels: Mapping[FieldName, Rect]
) -> bool:
    """Whether a date, and the author's name beside its own label, are all that it is."""
    own, home = mark.mark.rect, labels.get("corresponding_author")
    names = [
        m.mark.rect
        for m in marks
        if home is not None
        and m.name_like >= NAMED
        and _is_at_home(m.mark, home, labels["signature"])
    ]
    dates = [m.mark.rect for m in marks if m.date_like >= NAMED]
    return any(_shared(own, name, date) >= EXPLAINED for name in names for date in dates)


def _shared(own: Rect, a: Rect, b: Rect) -> float:
    """Share of a rectangle's area that two others cover together; 0 unless both do."""
    both = Rect(max(a.x0, b.x0), max(a.y0, b.y0), min(a.x1, b.x1), min(a.y1, b.y1))
    twice = _covered(own, both) if both.x0 < both.x1 and both.y0 < both.y1 else 0.0
    shares = _covered(own, a), _covered(own, b)
    return sum(shares) - twice if min(shares) - twice > 0.1 else 0.0


def _is_at_home(mark: Mark, home: Rect, other: Rect) -> bool:
    """Whether a mark stands by its own label rather than by another one."""
    return place_score(home, mark) > place_score(other, mark)


def _covered(own: Rect, other: Rect) -> float:
    """Share of a rectangle's area that another one covers."""
    area = max(1.0, (own.width) * (own.height))
    return min(1.0, own.overlap(other) * _smaller(own, other) / area)


def _judged(found: Mark, author: str | None, context: Context, settings: Settings) -> ScoredMark:
    """How a mark reads: its most date-like, else its surest, reading."""
    free = [r for r in found.readings if r.reader != DATES]
    scored = [
        (date_similarity(r.best, settings.languages) * (0.4 + 0.6 * confidence.word_score(r)), r)
        for r in free
        if r.reader not in OF_INK
    ]
    like, best = max(
        scored,
        key=lambda s: (s[0], confidence.word_score(s[1])),
        default=(0.0, Reading(reader=NOBODY, hypotheses=())),
    )
    by_hand, text = _ink_date_score(dates_among(found.readings), context, settings)
    return ScoredMark(
        mark=found,
        text=text if by_hand > like else best.best,
        date_like=max(like, by_hand),
        name_like=max((name_similarity(r.best, author) for r in free), default=0.0),
        typed=confidence.print_score(found.readings),
        digits=max((_digits(r) for r in free if r.reader == PP_OCR), default=0.0),
    )


def _with_type(marks: list[ScoredMark]) -> list[ScoredMark]:
    """Parts of marks are not read by tesseract: they are type where what holds them is."""
    return [mark if _was_typed(mark) else _like_its_whole(mark, marks) for mark in marks]


def _was_typed(mark: ScoredMark) -> bool:
    readings = mark.mark.readings
    return not readings or any(r.reader not in OF_INK for r in readings)


def _like_its_whole(part: ScoredMark, marks: list[ScoredMark]) -> ScoredMark:
    wholes = [
        mark.typed
        for mark in marks
        if _was_typed(mark)
        and mark.mark.kind != "strip"
        and mark.mark.rect.overlap(part.mark.rect) > MOSTLY
        and mark.mark.width >= part.mark.width - 1
    ]
    return replace(part, typed=max(wholes, default=0.0))


def _digits(reading: Reading) -> float:
    """Share of digits among a reading's letters and digits, times how sure it is."""
    known = [c for c in reading.best if c.isalnum()]
    digits = [c for c in known if c.isdigit()]
    # The loops of a scrawl read as noughts, all of them.
    if len(set(digits)) < MIN_KINDS:
        return 0.0
    return len(digits) / len(known) * confidence.word_score(reading)


def _ink_date_score(
    dates: tuple[Hypothesis, ...], context: Context, settings: Settings
) -> tuple[float, str]:
    """How much ink reads as a date that the volume may hold, and that date's text."""
    best = (-math.inf, "")
    for one in dates[:MAX_LOOKED_AT]:
        meanings = interpret(one.text, settings.languages)
        expected = any(context.is_expected(m.parts) for m in meanings)
        best = max(best, (one.log_likelihood - (0.0 if expected else UNEXPECTED), one.text))
    return (confidence.ink_date_score(*best), best[1]) if best[1] else (0.0, "")
