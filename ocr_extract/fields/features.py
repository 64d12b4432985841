"""Scores what each mark reads like: a date, a name, type, digits, a signature."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
from ocr_extract.recognition.names import DATES, INK_RECOGNIZERS, NOBODY, PP_OCR, dates_among
from ocr_extract.records import Hypothesis, Reading
from ocr_extract.settings import Settings
from ocr_extract.signatures.names import name_similarity
from ocr_extract.signatures.presence import InkEvidence, presence_model


@dataclass(frozen=True)
class DateFeatures:
    """How dates are recognized in a mark."""

    max_dates_checked: int = 30
    """Date hypotheses of an ink mark that are checked against the volume (chosen)."""
    unexpected_date_penalty: float = 3.0
    """Natural log-likelihood that a reading of ink loses when its date is far from the
    volume's dates (chosen)."""
    partial_date: float = 0.7
    """How much ink with a date without a day reads as a date, as a share of that of a full date
    (chosen): it is mostly a part of one."""
    min_date_text: float = 0.05
    """Date score (0..1) of ink above which its best date stands for its text. Below it, that date
    is nonsense, and a name would count as a number (chosen)."""
    min_different_digits: int = 3
    """Different digits that a reading needs to count as digits (chosen)."""
    min_on_date: float = 0.3
    """Share of a mark that lies on a date, times that date's score (0..1), from which the mark
    stands where a date stands (chosen)."""


DATES_READ = DateFeatures()

DATE_PART = re.compile(r"20\d|\d{2,4}[-/.]\d")
"""A year, or a part of a date in digits. The first part of a date may be covered by a label."""
LABEL_END = re.compile(r"^\W*\w?\s*[:;]")
"""The end of a label's print at the beginning of a reading: a colon, with a letter or a digit that
is the label's last letter."""
MIN_CLEAR_SIMILARITY, MIN_NAME_LETTERS = 0.7, 5
"""Similarity (0..1) from which a mark clearly reads as the author's name or as a date, and
letters that a name has at least (both chosen)."""
MONOTONOUS_SHARE = 0.3
"""Share (0..1) of different characters up to which a reading counts as one stroke read again and
again (chosen). From twice this share on, a reading counts fully."""
UNKNOWN_PLACE_SCORE = -6.0
"""Natural log-odds of a place when the label's position is not known (chosen)."""


@dataclass(frozen=True)
class OverlapFeatures:
    """How much marks cover one another."""

    min_explained_share: float = 0.8
    """Share (0..1) of a mark's area, covered by marks of two other fields, from which the mark
    is nothing else (chosen)."""
    min_contained_share: float = 0.85
    """Overlap (0..1) above which one mark lies inside another (chosen)."""


OVERLAPS = OverlapFeatures()


def score_marks(
    marks: Sequence[Mark],
    labels: Mapping[FieldName, Rect],
    author: str | None,
    context: Context,
    settings: Settings,
) -> list[ScoredMark]:
    """Every mark with its scores. `labels` are rectangles in points. `author` is the author's name
    on the form, or None.
    """
    scored = _with_print_scores([_score_mark(mark, author, context, settings) for mark in marks])
    return [_with_odds(mark, scored, labels) for mark in scored]


def _with_odds(
    mark: ScoredMark, marks: Sequence[ScoredMark], labels: Mapping[FieldName, Rect]
) -> ScoredMark:
    """The mark; for ink, with the log-odds that it is a signature."""
    if mark.mark.kind != "ink" or "signature" not in labels:
        return mark
    odds = presence_model().log_odds(ink_evidence(mark, marks, labels))
    return replace(mark, signed=odds)


def ink_evidence(
    mark: ScoredMark, marks: Sequence[ScoredMark], labels: Mapping[FieldName, Rect]
) -> InkEvidence:
    """What speaks for and against a mark being a signature. `labels` must include the signature;
    its rectangles are in points. Raises KeyError without it.
    """
    shape = mark.mark.shape
    own = mark.mark
    reading = next((r for r in mark.mark.readings if r.reader == PP_OCR), None)
    area = max(1.0, own.rect.area)
    covered = sum(
        own.rect.overlap(rect) * min(own.rect.area, rect.area) for rect in labels.values()
    )
    variety = min(_variety(reading.best if reading else ""), _variety(mark.text))
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
        mixed=(reading is not None and _holds_other_text(reading.best, mark.name_like))
        or _is_month(mark, marks)
        or _is_explained(mark, marks, labels),
        name_like=mark.name_like,
        typed=variety * mark.typed,
        legible=variety * confidence.word_score(reading) if reading else 0.0,
        letters=sum(c.isalnum() for c in reading.best) if reading else 0,
        at_signature=place_score(labels["signature"], own),
        at_date=_place_score_at(labels, "date", own),
        at_author=_place_score_at(labels, "corresponding_author", own),
        on_labels=min(1.0, covered / area),
    )


def _variety(text: str) -> float:
    """How varied a reading's characters are, 0..1. Loops are read as "eeeeel" or "200000". Short
    readings get 1.
    """
    characters = [c for c in text if c.isalnum()]
    if len(characters) < MIN_NAME_LETTERS:
        return 1.0
    return min(
        1.0,
        max(0.0, (len(set(characters)) / len(characters) - MONOTONOUS_SHARE) / MONOTONOUS_SHARE),
    )


def _holds_other_text(text: str, name_like: float) -> bool:
    """Whether a reading contains a label, a year, or the name together with digits of something
    beside it. The end of a label before the name is neither.
    """
    if holds_label(text):
        return True
    letters = sum(c.isalpha() for c in text)
    is_name = name_like >= MIN_CLEAR_SIMILARITY and letters >= MIN_NAME_LETTERS
    entry = LABEL_END.sub("", text)
    return DATE_PART.search(text) is not None or (is_name and any(c.isdigit() for c in entry))


def _is_month(mark: ScoredMark, marks: Sequence[ScoredMark]) -> bool:
    """Whether a mark reads as a month word and nothing else. A short month word counts only where a
    date stands: elsewhere it may be a name.
    """
    words = [reading.best.strip(" .,") for reading in mark.mark.readings]
    near_date = max(_on_date(mark, marks), _within_date(mark, marks))
    min_letters = 3 if near_date > DATES_READ.min_on_date else MIN_NAME_LETTERS
    is_name = mark.name_like >= MIN_CLEAR_SIMILARITY
    return not is_name and any(len(word) >= min_letters and is_month(word) for word in words)


def _place_score_at(labels: Mapping[FieldName, Rect], field: FieldName, mark: Mark) -> float:
    """Log-odds of the mark's place relative to a field's label."""
    return place_score(labels[field], mark) if field in labels else UNKNOWN_PLACE_SCORE


def _within_date(mark: ScoredMark, marks: Sequence[ScoredMark]) -> float:
    """Highest date score (0..1) of the larger marks around a mark."""
    own = mark.mark
    return max(
        (
            other.date_like
            for other in marks
            if other is not mark
            and other.mark.width > own.width + 1
            and other.mark.height < 2 * own.height
            and other.mark.rect.overlap(own.rect) > OVERLAPS.min_contained_share
        ),
        default=0.0,
    )


def _holds_date(mark: ScoredMark, marks: Sequence[ScoredMark]) -> float:
    """Highest date score (0..1) of the smaller marks inside a mark."""
    own = mark.mark
    return max(
        (
            other.date_like
            for other in marks
            if 0.3 * own.width < other.mark.width
            and other.mark.rect.area < OVERLAPS.min_contained_share * own.rect.area
            and other.mark.rect.overlap(own.rect) > OVERLAPS.min_contained_share
        ),
        default=0.0,
    )


def _on_date(mark: ScoredMark, marks: Sequence[ScoredMark]) -> float:
    """Share of the mark covered by a date's mark that it does not contain and that does not contain
    it, times that date's score (0..1).
    """
    own = mark.mark.rect
    return max(
        (
            other.date_like * _covered_share(own, other.mark.rect)
            for other in marks
            if other is not mark and other.mark.rect.overlap(own) < OVERLAPS.min_contained_share
        ),
        default=0.0,
    )


def _on_name(
    mark: ScoredMark, marks: Sequence[ScoredMark], labels: Mapping[FieldName, Rect]
) -> float:
    """Share of the mark covered by the author's name beside the author's own label, times the
    name's similarity (0..1).
    """
    author_label = labels.get("corresponding_author")
    if author_label is None:
        return 0.0
    return max(
        (
            other.name_like * _covered_share(mark.mark.rect, other.mark.rect)
            for other in marks
            if other is not mark
            and _is_beside_own_label(other.mark, author_label, labels["signature"])
        ),
        default=0.0,
    )


def _is_explained(
    mark: ScoredMark, marks: Sequence[ScoredMark], labels: Mapping[FieldName, Rect]
) -> bool:
    """Whether a date, and the author's name beside its own label, explain all of the mark."""
    own, author_label = mark.mark.rect, labels.get("corresponding_author")
    names = [
        m.mark.rect
        for m in marks
        if author_label is not None
        and m.name_like >= MIN_CLEAR_SIMILARITY
        and _is_beside_own_label(m.mark, author_label, labels["signature"])
    ]
    dates = [m.mark.rect for m in marks if m.date_like >= MIN_CLEAR_SIMILARITY]
    return any(
        _jointly_covered_share(own, name, date) >= OVERLAPS.min_explained_share
        for name in names
        for date in dates
    )


def _jointly_covered_share(own: Rect, a: Rect, b: Rect) -> float:
    """Share of a rectangle's area that two others cover together. 0 unless each of them alone
    covers more than 0.1.
    """
    both = Rect(max(a.x0, b.x0), max(a.y0, b.y0), min(a.x1, b.x1), min(a.y1, b.y1))
    twice = _covered_share(own, both) if both.x0 < both.x1 and both.y0 < both.y1 else 0.0
    shares = _covered_share(own, a), _covered_share(own, b)
    return sum(shares) - twice if min(shares) - twice > 0.1 else 0.0


def _is_beside_own_label(mark: Mark, own_label: Rect, other_label: Rect) -> bool:
    """Whether a mark's place fits its own label better than another label."""
    return place_score(own_label, mark) > place_score(other_label, mark)


def _covered_share(own: Rect, other: Rect) -> float:
    """Share of a rectangle's area that another one covers."""
    area = max(1.0, (own.width) * (own.height))
    return min(1.0, own.overlap(other) * min(own.area, other.area) / area)


def _score_mark(mark: Mark, author: str | None, context: Context, settings: Settings) -> ScoredMark:
    """The scores of a mark. Its text is the most date-like reading, or the one with the highest
    score.
    """
    readings = [r for r in mark.readings if r.reader != DATES]
    type_readings = [
        (date_similarity(r.best, settings.languages) * (0.4 + 0.6 * confidence.word_score(r)), r)
        for r in readings
        if r.reader not in INK_RECOGNIZERS
    ]
    date_like, best = max(
        type_readings,
        key=lambda s: (s[0], confidence.word_score(s[1])),
        default=(0.0, Reading(reader=NOBODY, hypotheses=())),
    )
    ink_date_like, text = _ink_date_score(dates_among(mark.readings), context, settings)
    return ScoredMark(
        mark=mark,
        text=text if ink_date_like > max(date_like, DATES_READ.min_date_text) else best.best,
        date_like=max(date_like, ink_date_like),
        name_like=max((name_similarity(r.best, author) for r in readings), default=0.0),
        typed=confidence.print_score(mark.readings),
        digits=max((_digit_score(r) for r in readings if r.reader == PP_OCR), default=0.0),
    )


def _with_print_scores(marks: list[ScoredMark]) -> list[ScoredMark]:
    """Tesseract does not read segments of marks. So a segment gets the print score of the mark that
    contains it.
    """
    return [
        mark if _was_read_as_type(mark) else _with_print_score_of_whole(mark, marks)
        for mark in marks
    ]


def _was_read_as_type(mark: ScoredMark) -> bool:
    """Whether a recognizer of type read the mark, or the mark was not read at all."""
    readings = mark.mark.readings
    return not readings or any(r.reader not in INK_RECOGNIZERS for r in readings)


def _with_print_score_of_whole(segment: ScoredMark, marks: list[ScoredMark]) -> ScoredMark:
    """The segment, with the highest print score of the marks that contain it. The file's own text
    contains no ink.
    """
    print_scores = [
        mark.typed
        for mark in marks
        if _was_read_as_type(mark)
        and mark.mark.kind != "strip"
        and not mark.mark.born_digital
        and mark.mark.rect.overlap(segment.mark.rect) > OVERLAPS.min_contained_share
        and mark.mark.width >= segment.mark.width - 1
    ]
    return replace(segment, typed=max(print_scores, default=0.0))


def _digit_score(reading: Reading) -> float:
    """Share of digits among a reading's letters and digits, times the reading's score (0..1)."""
    characters = [c for c in reading.best if c.isalnum()]
    digits = [c for c in characters if c.isdigit()]
    # The loops of a scrawl are all read as the digit 0.
    if len(set(digits)) < DATES_READ.min_different_digits:
        return 0.0
    return len(digits) / len(characters) * confidence.word_score(reading)


def _ink_date_score(
    dates: tuple[Hypothesis, ...], context: Context, settings: Settings
) -> tuple[float, str]:
    """How much ink reads as a date that the volume may contain (0..1), and that date's text."""
    best = (-math.inf, "")
    for date in dates[: DATES_READ.max_dates_checked]:
        meanings = interpret(date.text, settings.languages)
        expected = any(context.is_expected(m.parts) for m in meanings)
        best = max(
            best,
            (
                date.log_likelihood - (0.0 if expected else DATES_READ.unexpected_date_penalty),
                date.text,
            ),
        )
    if not best[1]:
        return 0.0, ""
    full = any(m.parts.precision == "day" for m in interpret(best[1], settings.languages))
    return confidence.ink_date_score(*best) * (1.0 if full else DATES_READ.partial_date), best[1]
