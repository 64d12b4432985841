"""Decides which mark belongs to which field, for all fields together.

A date may stand below, beside or left of its label, and a signature may stand on the date's line.
So the place alone is not enough. Each pair of mark and field gets a score for the place and a score
for the content. The combination with the best total is chosen. Scores are natural log-odds. The
scores of places follow 211 real dates, counted: 153 on the label's line, 55 below it with a median
distance of 15 points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

from ocr_extract.fields.marks import Mark
from ocr_extract.forms.definition import FieldName
from ocr_extract.forms.phrases import holds_label
from ocr_extract.geometry import Rect

SignerField = Literal["corresponding_author", "signature", "date"]
FIELDS: tuple[SignerField, ...] = ("corresponding_author", "signature", "date")
"""The signer's fields, in the order in which they are assigned."""

MAX_LINE_OFFSET = 8.0
"""Points between the middles of a mark and a label that are on the same line, at most (chosen)."""
BLANK_SCORES: dict[SignerField, float] = {
    "corresponding_author": -0.6,
    "signature": -2.0,
    "date": -2.0,
}
"""Natural log-odds that a field is blank (chosen; counted: 1 % of dates and signatures are
blank, and every second author's line)."""
SIGNATURE_ALLOWANCE = 2.2
"""Natural log-odds that are added to ink's signature score (chosen). The lowest log-odds at
which ink may still be chosen as the signature is minus this number; such a choice is flagged for
review."""


@dataclass(frozen=True)
class DateScoring:
    """How a mark is scored as the date: points and natural log-odds."""

    min_date_strokes: int = 3
    """Strokes that a handwritten date has at least (chosen)."""
    leftover_penalty: float = 1.2
    max_leftovers: int = 2
    """Natural log-odds that a date loses for each mark beside it that belongs to no field, and
    the number of such marks that are counted (both chosen)."""
    min_leftover_width: float = 3.0
    """Points of width above which a mark beside a date is counted (chosen)."""
    max_date_gap: float = 14.0
    """Points between parts of one date, at most (chosen)."""
    max_doubtful_date: float = 0.3
    """Date score (0..1) up to which a mark is not treated as a date (chosen)."""
    digit_bonus: float = 0.12
    """Natural log-odds that a date gains per digit, for up to 8 digits (chosen)."""
    fit_weight: float = 0.3
    max_fit: float = 5.0
    """Weight of the natural log-odds that a mark reads as a date, and their limit (chosen): of two
    crops of one date the one that reads better is the date, also where the other one is nearer."""


DATE = DateScoring()


@dataclass(frozen=True)
class TypedNameScoring:
    """How type is scored as a signature or a name: points and natural log-odds."""

    author_line_penalty: float = 4.0
    """Natural log-odds that a typed name on the author's line loses as a signature (chosen)."""
    min_print_score: float = 0.75
    """Print score (0..1) from which a mark of kind "ink" is type (chosen)."""
    no_signature_score: float = -6.0
    """Natural log-odds of type that cannot be a signature (chosen)."""
    no_name_score: float = -4.0
    """Natural log-odds, as a name, of a mark that contains a printed label (chosen)."""
    min_name_width: float = 12.0
    """Points of width that a typed name has at least (chosen)."""
    min_name_characters: int = 2
    """Letters that a typed signature has at least, and digits from which it is a number
    instead (chosen)."""


TYPED_NAME = TypedNameScoring()

MAX_MARKS_PER_FIELD = 14
"""Marks per field that take part in the joint choice (chosen)."""


@dataclass(frozen=True)
class ScoredMark:
    """A mark with scores of what it reads like, each 0..1: a date, the author's name, type (its
    print score), digits (their share, times the reading's score).
    """

    mark: Mark
    text: str
    date_like: float
    name_like: float
    typed: float
    digits: float = 0.0
    signed: float = -12.0
    """Natural log-odds that ink is a signature, -12..12, see `signatures.presence`."""


@dataclass(frozen=True)
class Assignment:
    """The chosen mark of each field, as an index into the marks. `displaced` names, for a field,
    the other label on whose line the chosen mark stands.
    """

    chosen: dict[SignerField, int]
    displaced: dict[SignerField, FieldName]


def assign(labels: Mapping[FieldName, Rect], marks: Sequence[ScoredMark]) -> Assignment:
    """The best joint choice of marks for all labelled fields. `labels` are rectangles in points. A
    field without a mark is left out of the result.
    """
    options = {field: _options(field, labels, marks) for field in FIELDS if field in labels}
    neighbours = {
        pick: _neighbours_on_line(marks[pick], marks)
        for pick in options.get("date", {})
        if pick is not None
    }
    best: tuple[float, tuple[int | None, ...]] = (-1e9, ())
    for picks in product(*options.values()):
        score = _choice_score(
            [options[field][pick] for field, pick in zip(options, picks, strict=True)], picks, marks
        )
        if score > best[0]:
            score -= _leftover_penalty(dict(zip(options, picks, strict=True)), neighbours, marks)
        if score > best[0]:
            best = (score, picks)
    chosen = {field: pick for field, pick in zip(options, best[1], strict=True) if pick is not None}
    displaced = {
        field: other
        for field, pick in chosen.items()
        if (other := _displaced_to(field, marks[pick], labels))
    }
    return Assignment(chosen, displaced)


def _options(
    field: SignerField, labels: Mapping[FieldName, Rect], marks: Sequence[ScoredMark]
) -> dict[int | None, float]:
    """The likeliest marks of a field with their scores. The key None stands for a blank field."""
    scored = [
        (
            _signed_score(mark)
            if field == "signature" and is_drawn(mark)
            else place_score(labels[field], mark.mark)
            + content_score(field, mark)
            - _author_line_penalty(field, mark, labels),
            index,
        )
        for index, mark in enumerate(marks)
    ]
    ranked = sorted(scored, key=lambda s: (-s[0], s[1]))[:MAX_MARKS_PER_FIELD]
    return {**{index: score for score, index in ranked}, None: BLANK_SCORES[field]}


def _leftover_penalty(
    picks: Mapping[SignerField, int | None],
    neighbours: Mapping[int, Sequence[Rect]],
    marks: Sequence[ScoredMark],
) -> float:
    """Log-odds that a choice loses for marks right beside the date that belong to no field."""
    date = picks.get("date")
    if date is None:
        return 0.0
    taken = [marks[pick].mark.rect for pick in picks.values() if pick is not None]
    return DATE.leftover_penalty * min(
        DATE.max_leftovers, _unassigned_count(neighbours[date], taken)
    )


def _neighbours_on_line(scored: ScoredMark, marks: Sequence[ScoredMark]) -> tuple[Rect, ...]:
    """Marks on the same line that nearly touch a mark and are not part of it. Examples are the day
    before "of July 2025" and the separator before "/2025".
    """
    mark = scored.mark
    return tuple(
        other.rect
        for other in (m.mark for m in marks)
        if other.kind != "strip"
        and other.width > DATE.min_leftover_width
        and other.rect.overlap(mark.rect) < 0.1
        and max(other.rect.x0 - mark.rect.x1, mark.rect.x0 - other.rect.x1) < DATE.max_date_gap
        and _shared_height(mark, other) > 0.5
    )


def _shared_height(a: Mark, b: Mark) -> float:
    """Share of the lower mark's height that both marks have in common. Below 0 when they
    are apart.
    """
    shared = min(a.rect.y1, b.rect.y1) - max(a.rect.y0, b.rect.y0)
    return shared / max(1e-6, min(a.height, b.height))


def _unassigned_count(neighbours: Sequence[Rect], taken: Sequence[Rect]) -> int:
    """Number of the marks beside a date that belong to no field."""
    return sum(all(rect.overlap(other) < 0.5 for other in taken) for rect in neighbours)


def _choice_score(
    scores: Sequence[float], picks: Sequence[int | None], marks: Sequence[ScoredMark]
) -> float:
    """Sum of the scores, minus a penalty for marks that overlap: one piece of ink cannot be two
    fields.
    """
    total = sum(scores)
    taken = [marks[p].mark for p in picks if p is not None]
    for a, b in combinations(taken, 2):
        if not _are_apart(a, b):
            total -= 6.0 * max(0.0, a.rect.overlap(b.rect) - 0.3)
    return total


def _are_apart(a: Mark, b: Mark) -> bool:
    """Whether two marks share no ink wherever they stand: the file's own text is never part of an
    ink mark, however far a signature's strokes reach over it.
    """
    return a.born_digital != b.born_digital and "strip" not in (a.kind, b.kind)


def place_score(label: Rect, mark: Mark) -> float:
    """Natural log-odds of a mark's place relative to a label (a rectangle in points), 0 or less."""
    drop = _drop(label, mark.rect)
    gap = mark.rect.x0 - label.x1
    if mark.rect.x1 < label.x0:
        return -3.0 - abs(drop) / 10 - (label.x0 - mark.rect.x1) / 40
    far = max(0.0, gap - 30.0) / 60 + max(0.0, -gap - 40.0) / 20
    if abs(drop) <= MAX_LINE_OFFSET:
        return -0.2 - abs(drop) / 12 - far
    if drop > 0:
        return -1.2 - (drop - MAX_LINE_OFFSET) / 15 - far
    return -1.6 - (-drop - MAX_LINE_OFFSET) / 8 - far


def _drop(label: Rect, rect: Rect) -> float:
    """Points from the label's middle down to the mark's middle. A quarter of that for a tall mark
    that crosses the label's middle.
    """
    middle = (label.y0 + label.y1) / 2
    mark_middle = (rect.y0 + rect.y1) / 2
    if rect.height > 2 * (label.height) and rect.y0 < middle < rect.y1:
        return 0.25 * (mark_middle - middle)
    return mark_middle - middle


def content_score(field: SignerField, scored: ScoredMark) -> float:
    """Natural log-odds of a mark's content for a field."""
    if field == "date":
        return _date_score(scored)
    # Loops of a signature may look a little like digits. So only a likely date counts against it.
    date_penalty = (
        -6.0 * max(0.0, scored.date_like - DATE.max_doubtful_date) / (1.0 - DATE.max_doubtful_date)
    )
    if field == "signature":
        return date_penalty + _typed_signature_score(scored)
    return date_penalty + (-1.0 if scored.mark.kind == "strip" else 0.0) + _name_score(scored)


def _author_line_penalty(
    field: SignerField, scored: ScoredMark, labels: Mapping[FieldName, Rect]
) -> float:
    """Log-odds that a typed name on the author's line loses as a signature: it belongs to that
    line. A typed name on the date's line loses nothing: it is a displaced signature.
    """
    if field != "signature" or is_drawn(scored):
        return 0.0
    return (
        TYPED_NAME.author_line_penalty
        if _displaced_to(field, scored, labels) == "corresponding_author"
        else 0.0
    )


def _date_score(scored: ScoredMark) -> float:
    """Log-odds of a mark's content as a date."""
    digits = sum(c.isdigit() for c in scored.text)
    digit_score = 0.8 * min(4, digits) - 2.5
    height_penalty = -1.0 if scored.mark.height > 40 else 0.0
    # A label strip holds the same ink as a mark on it, but is cut less tightly.
    strip_penalty = -0.5 if scored.mark.kind == "strip" else 0.0
    # A scrawl has one or two strokes. A date that cannot be read still has its digits.
    scrawl_penalty = (
        -2.0 if scored.mark.kind == "ink" and scored.mark.strokes < DATE.min_date_strokes else 0.0
    )
    value = 5.0 * scored.date_like if scored.date_like else min(0.0, digit_score)
    if scored.date_like > 0.5:
        # A part of a date may be a date too: prefer the whole date.
        value += DATE.digit_bonus * min(8, digits) + _fit(scored.date_like)
    return (
        value + height_penalty + strip_penalty + (scrawl_penalty if scored.date_like < 0.5 else 0.0)
    )


def _fit(date_like: float) -> float:
    """Log-odds that a mark gains for how well it reads as a date (0.5..1)."""
    odds = date_like / max(1e-6, 1.0 - date_like)
    return DATE.fit_weight * min(DATE.max_fit, math.log(odds))


def is_drawn(scored: ScoredMark) -> bool:
    """Whether a mark is drawn. Type may be found as ink when only a part of it was read."""
    return scored.mark.kind == "ink" and scored.typed < TYPED_NAME.min_print_score


def _signed_score(scored: ScoredMark) -> float:
    """For ink: log-odds that it is a signature rather than a blank, with place and content."""
    return BLANK_SCORES["signature"] + SIGNATURE_ALLOWANCE + scored.signed


def _typed_signature_score(scored: ScoredMark) -> float:
    """Log-odds of type as the signer's name."""
    mark = scored.mark
    is_narrow = mark.width < TYPED_NAME.min_name_width
    letters = sum(c.isalpha() for c in scored.text)
    is_number = sum(c.isdigit() for c in scored.text) >= TYPED_NAME.min_name_characters
    if mark.kind == "strip" or is_narrow or is_number or letters < TYPED_NAME.min_name_characters:
        # Whatever stands on a label strip is also a mark of its own.
        return TYPED_NAME.no_signature_score
    return 1.5 * scored.name_like - 0.5


def _name_score(scored: ScoredMark) -> float:
    """Log-odds of a mark's content as the corresponding author's name."""
    letters = sum(c.isalpha() for c in scored.text)
    is_segment = scored.mark.kind == "ink" and scored.mark.area == 0.0
    if holds_label(scored.text):
        return TYPED_NAME.no_name_score
    # Segments are made to find a date and the signature that touches it.
    if letters < 2 or is_segment:
        return -2.0
    return 0.6 * scored.typed + 0.8 * scored.name_like


def _displaced_to(
    field: SignerField, scored: ScoredMark, labels: Mapping[FieldName, Rect]
) -> FieldName | None:
    """The other label on whose line a mark stands. None when the mark stands on its own label's
    line, or on no label's line.
    """
    if abs(_drop(labels[field], scored.mark.rect)) <= MAX_LINE_OFFSET:
        return None
    offsets = [
        (abs(_drop(rect, scored.mark.rect)), name)
        for name, rect in labels.items()
        if name != field and scored.mark.rect.x0 > rect.x0
    ]
    near = [item for item in offsets if item[0] <= MAX_LINE_OFFSET / 2]
    return min(near)[1] if near else None
