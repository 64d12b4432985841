"""Which mark is which field, decided for all fields together.

A date stands below, beside and left of its label, and a signature on the Date line:
place alone is a trap. Each pairing is scored by place and by what the mark reads like;
the best joint choice wins. Scores are log-odds; places follow the counts of 211 real
dates (153 on the label's line, 55 below it with a median drop of 15 points).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from ocr_extract.fields.marks import Mark
from ocr_extract.forms.definition import FieldName
from ocr_extract.forms.phrases import holds_label
from ocr_extract.geometry import Rect

SignerField = Literal["corresponding_author", "signature", "date"]
FIELDS: tuple[SignerField, ...] = ("corresponding_author", "signature", "date")

ON_LINE = 8.0
"""Points between the middles of a mark and a label on the same line."""
NOTHING: dict[SignerField, float] = {"corresponding_author": -0.6, "signature": -2.0, "date": -2.0}
"""Log-odds of a blank: 1 % of dates and signatures, every second author's line."""
DOUBT = 2.2
"""Log-odds below nought down to which ink is chosen as a signature, for somebody to look at."""
MIN_STROKES = 3
LEFT_OVER, MAX_LEFT = 1.2, 2
"""What a date loses for each piece of ink beside it that is nothing else."""
MIN_LEFT = 3.0
NEAR = 14.0
"""Points: parts of one date stand nearer than that."""
DOUBTFUL = 0.3
"""Likeness (0..1) up to which a mark is held to be no date."""
ANOTHERS = 4.0
TYPE = 0.75
"""Typedness (0..1) from which ink is type that was found as ink."""
NO_SIGNATURE = -6.0
NO_NAME = -4.0
MIN_NAME = 12.0
"""Points; a typed name is wider."""
MIN_LETTERS = 2
PER_DIGIT = 0.12
MAX_MARKS = 14


@dataclass(frozen=True)
class ScoredMark:
    """A mark with scores of what it reads like, each 0..1: a date, the author's name, type
    (how surely and evenly it was read), digits (their share, times how surely they were read).
    """

    mark: Mark
    text: str
    date_like: float
    name_like: float
    typed: float
    digits: float = 0.0
    signed: float = -12.0
    """Of ink, the natural log-odds that it is a signature, see signatures.presence."""


@dataclass(frozen=True)
class Assignment:
    """The chosen mark of each field, as an index into the marks; and the other labels
    on whose line a mark stands (displaced).
    """

    chosen: dict[SignerField, int]
    displaced: dict[SignerField, FieldName]


def assign(labels: Mapping[FieldName, Rect], marks: Sequence[ScoredMark]) -> Assignment:
    """The best joint choice; a field without a mark is left out."""
    options = {field: _options(field, labels, marks) for field in FIELDS if field in labels}
    beside = {p: _beside(marks[p], marks) for p in options.get("date", {}) if p is not None}
    best: tuple[float, tuple[int | None, ...]] = (-1e9, ())
    for picks in product(*options.values()):
        score = _score([options[f][p] for f, p in zip(options, picks, strict=True)], picks, marks)
        if score > best[0]:
            score -= _tangled(dict(zip(options, picks, strict=True)), beside, marks)
        if score > best[0]:
            best = (score, picks)
    chosen = {f: p for f, p in zip(options, best[1], strict=True) if p is not None}
    displaced = {f: other for f, p in chosen.items() if (other := _strays(f, marks[p], labels))}
    return Assignment(chosen, displaced)


def _options(
    field: SignerField, labels: Mapping[FieldName, Rect], marks: Sequence[ScoredMark]
) -> dict[int | None, float]:
    """The likeliest marks of a field with their scores, and None for a blank."""
    scored = [
        (
            _signed_score(mark)
            if field == "signature" and is_drawn(mark)
            else place_score(labels[field], mark.mark)
            + content_score(field, mark)
            - _of_another(field, mark, labels),
            index,
        )
        for index, mark in enumerate(marks)
    ]
    ranked = sorted(scored, key=lambda s: (-s[0], s[1]))[:MAX_MARKS]
    return {**{index: score for score, index in ranked}, None: NOTHING[field]}


def _tangled(
    picks: Mapping[SignerField, int | None],
    beside: Mapping[int, Sequence[Rect]],
    marks: Sequence[ScoredMark],
) -> float:
    """What a choice loses for ink right beside the date that is nobody's."""
    date = picks.get("date")
    if date is None:
        return 0.0
    taken = [marks[p].mark.rect for p in picks.values() if p is not None]
    return LEFT_OVER * min(MAX_LEFT, _unexplained(beside[date], taken))


def _beside(read: ScoredMark, marks: Sequence[ScoredMark]) -> tuple[Rect, ...]:
    """Marks on a mark's line that touch it nearly and are no part of it: the day before
    "of July 2025", the separator before "/2025".
    """
    own = read.mark
    return tuple(
        other.rect
        for other in (m.mark for m in marks)
        if other.kind != "strip"
        and other.width > MIN_LEFT
        and other.rect.overlap(own.rect) < 0.1
        and max(other.rect.x0 - own.rect.x1, own.rect.x0 - other.rect.x1) < NEAR
        and _shared(own, other) > 0.5
    )


def _shared(a: Mark, b: Mark) -> float:
    """Share of the lower mark's height that both have."""
    shared = min(a.rect.y1, b.rect.y1) - max(a.rect.y0, b.rect.y0)
    return shared / max(1e-6, min(a.height, b.height))


def _unexplained(beside: Sequence[Rect], taken: Sequence[Rect]) -> int:
    """How many of the marks beside a date belong to no field."""
    return sum(all(rect.overlap(other) < 0.5 for other in taken) for rect in beside)


def _score(
    scores: Sequence[float], picks: Sequence[int | None], marks: Sequence[ScoredMark]
) -> float:
    """Sum of the scores; one piece of ink cannot be two fields."""
    total = sum(scores)
    taken = [marks[p].mark.rect for p in picks if p is not None]
    for i, a in enumerate(taken):
        for b in taken[i + 1 :]:
            total -= 6.0 * max(0.0, a.overlap(b) - 0.3)
    return total


def place_score(label: Rect, mark: Mark) -> float:
    """Log-odds of a mark's place relative to a label."""
    drop = _drop(label, mark.rect)
    gap = mark.rect.x0 - label.x1
    if mark.rect.x1 < label.x0:
        return -3.0 - abs(drop) / 10 - (label.x0 - mark.rect.x1) / 40
    far = max(0.0, gap - 30.0) / 60 + max(0.0, -gap - 40.0) / 20
    if abs(drop) <= ON_LINE:
        return -0.2 - abs(drop) / 12 - far
    if drop > 0:
        return -1.2 - (drop - ON_LINE) / 15 - far
    return -1.6 - (-drop - ON_LINE) / 8 - far


def _drop(label: Rect, rect: Rect) -> float:
    """Points from the label's middle down to a mark's, 0 where a tall one crosses it."""
    middle = (label.y0 + label.y1) / 2
    own = (rect.y0 + rect.y1) / 2
    if rect.height > 2 * (label.height) and rect.y0 < middle < rect.y1:
        return 0.25 * (own - middle)
    return own - middle


def content_score(field: SignerField, read: ScoredMark) -> float:
    """Log-odds of what a mark reads like for a field."""
    if field == "date":
        return _as_date(read)
    # Loops of a signature may look a little like digits: only what is likely a date counts.
    date = -6.0 * max(0.0, read.date_like - DOUBTFUL) / (1.0 - DOUBTFUL)
    if field == "signature":
        return date + _as_signature(read)
    return date + (-1.0 if read.mark.kind == "strip" else 0.0) + _as_name(read)


def _of_another(field: SignerField, read: ScoredMark, labels: Mapping[FieldName, Rect]) -> float:
    """What a typed name on the author's line loses as a signature: it is at home there. On
    the date's line it is a signature that strayed.
    """
    if field != "signature" or is_drawn(read):
        return 0.0
    return ANOTHERS if _strays(field, read, labels) == "corresponding_author" else 0.0


def _as_date(read: ScoredMark) -> float:
    digits = sum(c.isdigit() for c in read.text)
    partly = 0.8 * min(4, digits) - 2.5
    large = -1.0 if read.mark.height > 40 else 0.0
    # A strip bears the same ink as a mark on it, less tightly cut.
    loose = -0.5 if read.mark.kind == "strip" else 0.0
    # A scrawl is one or two strokes; a date that cannot be read still has its digits.
    scrawl = -2.0 if read.mark.kind == "ink" and read.mark.strokes < MIN_STROKES else 0.0
    value = 5.0 * read.date_like if read.date_like else min(0.0, partly)
    if read.date_like > 0.5:
        # Of a date and a part of it that is a date, too, the whole.
        value += PER_DIGIT * min(8, digits)
    return value + large + loose + (scrawl if read.date_like < 0.5 else 0.0)


def is_drawn(read: ScoredMark) -> bool:
    """Whether a mark is drawn; type may be found as ink when only a part of it was read."""
    return read.mark.kind == "ink" and read.typed < TYPE


def _signed_score(read: ScoredMark) -> float:
    """Of ink, how much more likely than a blank it is a signature, place and all."""
    return NOTHING["signature"] + DOUBT + read.signed


def _as_signature(read: ScoredMark) -> float:
    """The signer's name in type."""
    mark = read.mark
    small = mark.width < MIN_NAME
    letters = sum(c.isalpha() for c in read.text)
    number = sum(c.isdigit() for c in read.text) >= MIN_LETTERS
    if mark.kind == "strip" or small or number or letters < MIN_LETTERS:
        # What stands on a strip is a mark of its own, too.
        return NO_SIGNATURE
    return 1.5 * read.name_like - 0.5


def _as_name(read: ScoredMark) -> float:
    letters = sum(c.isalpha() for c in read.text)
    part = read.mark.kind == "ink" and read.mark.area == 0.0
    if holds_label(read.text):
        return NO_NAME
    # Parts are made to find a date and the signature that hangs on it.
    if letters < 2 or part:
        return -2.0
    return 0.6 * read.typed + 0.8 * read.name_like


def _strays(
    field: SignerField, read: ScoredMark, labels: Mapping[FieldName, Rect]
) -> FieldName | None:
    """The other label whose line a mark stands on, when it is not on its own's."""
    if abs(_drop(labels[field], read.mark.rect)) <= ON_LINE:
        return None
    beside = [
        (abs(_drop(rect, read.mark.rect)), name)
        for name, rect in labels.items()
        if name != field and read.mark.rect.x0 > rect.x0
    ]
    near = [item for item in beside if item[0] <= ON_LINE / 2]
    return min(near)[1] if near else None
