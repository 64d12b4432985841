"""Finds the labels and blanks of a form on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from ocr_extract.forms.definition import Blank, FieldName, Form, Label
from ocr_extract.forms.phrases import Found, find_phrase, find_phrases, flat, letters_and_digits
from ocr_extract.geometry import Rect
from ocr_extract.text import Line, Word

MIN_WORD_SCORE = 0.2
"""Word score (0..1) at or below which a word counts as a speck (chosen)."""
LINE_HEIGHT = 12.0
"""Distance in points from line to line in the signing block, measured on the blank form."""
WRITING_ABOVE, WRITING_BELOW = 26.0, 100.0
"""Points above the first label, and below the last label, in which signers write (chosen;
counted on 328 agreements: a date stands at most 67 points below its label)."""
ANCHOR_SCORE = 2.0
"""Score that a block gains when the printed line above it is found (chosen). Labels alone also
occur in running text."""
MAX_PLACES_PER_LABEL = 8
"""Places of one label that are compared with each other, at most (chosen)."""
MIN_PHRASE_SHARE = 0.5
"""Smallest share (0..1) of a form's phrases on the pages at which the form is identified
(chosen)."""


@dataclass(frozen=True)
class LocatedLabel:
    """A label and its rectangle, in points of the upright page. `similarity` is 0..1. `inferred`:
    the label was not read; its place follows from other print.
    """

    field: FieldName
    rect: Rect
    similarity: float
    inferred: bool = False
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class LocatedBlock:
    """The signing block: labels by field, and the printed line above it. `score` is a sum of label
    scores without a fixed range.
    """

    labels: dict[FieldName, LocatedLabel]
    score: float
    top: float
    """Points from the top of the page. Nothing above this belongs to the block."""
    printed: tuple[Rect, ...] = ()
    """Rectangles of the printed words above the block, in points."""

    @property
    def extent(self) -> tuple[float, float]:
        """Top and bottom, in points, between which a signer may have written."""
        rects = [label.rect for label in self.labels.values()]
        top = max(self.top, min(rect.y0 for rect in rects) - WRITING_ABOVE)
        return top, max(rect.y1 for rect in rects) + WRITING_BELOW


@dataclass(frozen=True)
class FilledBlank:
    """The content of a blank in running text: its words, in reading order. `similarity` (0..1) says
    how well the phrases around it match.
    """

    field: FieldName
    words: tuple[Word, ...]
    similarity: float
    region: Rect | None = None
    """The area between the two phrases, over the width of the text, in points. None when the
    blank has no phrase after it, or no space."""

    @property
    def entry(self) -> tuple[Word, ...]:
        """The words without specks and without pieces of a ruled line at either end. Such pieces
        between words stay.
        """
        likely = [w for w in self.words if w.score > MIN_WORD_SCORE and w.text.strip("_—|")]
        with_letters = [i for i, w in enumerate(likely) if any(c.isalnum() for c in w.text)]
        return tuple(likely[with_letters[0] : with_letters[-1] + 1]) if with_letters else ()


def identify(pages: Sequence[Sequence[Line]], forms: Sequence[Form]) -> tuple[Form, float]:
    """The form whose phrases are on the pages, and the share of its phrases found (0..1).

    Without enough phrases: the last form (the fallback), and 1 minus the best share.
    """
    words = [word for page in pages for word in flat(page)]
    exact = _exactly_matching_form(words, forms)
    if exact is not None:
        return exact
    shares = [(_share(words, form), form) for form in forms if form.phrases]
    share, form = max(shares, key=lambda item: item[0], default=(0.0, forms[-1]))
    return (form, share) if share >= MIN_PHRASE_SHARE else (forms[-1], 1.0 - share)


def _share(words: Sequence[Word], form: Form) -> float:
    """Share (0..1) of a form's phrases that are among the words."""
    count = sum(find_phrase(words, phrase) is not None for phrase in form.phrases)
    return count / len(form.phrases)


def _exactly_matching_form(
    words: Sequence[Word], forms: Sequence[Form]
) -> tuple[Form, float] | None:
    """The form whose phrases are all present letter by letter, with share 1.0. This avoids the
    slower search for misread phrases. None when there is no such form.
    """
    text = "".join(letters_and_digits(word.text) for word in words)
    for form in forms:
        if form.phrases and all(letters_and_digits(phrase) in text for phrase in form.phrases):
            return form, 1.0
    return None


def locate_block(lines: Sequence[Line], form: Form) -> LocatedBlock | None:
    """The signing block on a page, or None when there is not enough evidence for one.

    Two required labels are enough evidence, or one when the form requires only one. Below the
    printed line that stands above the block, one label of any kind is enough. There, no label is
    needed when the form states where the line and the labels stand.
    """
    words = flat(lines)
    anchor = _first_match(words, form.block.after)
    first_word = anchor.end if anchor else 0
    options = {
        name: _places_of_label(words, label, first_word)
        for name, label in form.block.labels.items()
    }
    chosen, score = _best_combination(words, options, form)
    required = [n for n, label in form.block.labels.items() if label.required]
    present = [name for name, place in chosen.items() if place is not None]
    has_position = form.block.after_at is not None
    evidence = (
        2 if anchor and (present or has_position) else sum(name in required for name in present)
    )
    if evidence < min(2, len(required)):
        return None
    above = tuple(w.rect for w in words[anchor.start : anchor.end]) if anchor else ()
    located = {
        n: _located_label(words, n, place) for n, place in chosen.items() if place is not None
    }
    complete = {**_inferred_labels(located, form, above), **located}
    first = min(label.rect.y0 for label in complete.values())
    top = min(Rect.around(above).y1, first) if above else first - 3 * LINE_HEIGHT
    return LocatedBlock(complete, score + (ANCHOR_SCORE if anchor else 0.0), top, above)


def _first_match(
    words: Sequence[Word], phrases: Sequence[str], first_word: int = 0
) -> Found | None:
    """The place of the first phrase that is present, from word `first_word` on. None when
    none is.
    """
    for phrase in phrases:
        place = find_phrase(words, phrase, first_word)
        if place is not None:
            return place
    return None


def _places_of_label(words: Sequence[Word], label: Label, first_word: int) -> list[Found | None]:
    """The places of a label, likeliest first. The last option is None: the label is not there."""
    places = [f for text in label.texts for f in find_phrases(words, text, first_word)]
    ranked = sorted(places, key=lambda f: (-_label_score(words, f), f.start))
    return [*ranked[:MAX_PLACES_PER_LABEL], None]


def _label_score(words: Sequence[Word], place: Found) -> float:
    """How much a place looks like a label. The score grows with similarity (0..1) and length. A
    label ends in a colon and has only a bullet before it on its line: each of these two adds 0.5.
    """
    last = words[place.end - 1].text
    colon_bonus = 0.5 if re.search(r"[:;.]\W*$", last) else 0.0
    first = words[place.start]
    before = [
        w
        for w in words[max(0, place.start - 6) : place.start]
        if _same_line(w, first) and any(c.isalnum() for c in w.text)
    ]
    alone_bonus = 0.5 if all(len(w.text.strip()) <= 2 or ":" in w.text for w in before) else 0.0
    length_bonus = 0.05 * min(4, place.end - place.start)
    return place.similarity + colon_bonus + alone_bonus + length_bonus


def _same_line(a: Word, b: Word) -> bool:
    """Whether two words overlap in height."""
    return min(a.rect.y1, b.rect.y1) - max(a.rect.y0, b.rect.y0) > 0


def _best_combination(
    words: Sequence[Word], options: dict[FieldName, list[Found | None]], form: Form
) -> tuple[dict[FieldName, Found | None], float]:
    """The combination of places that looks most like the form's block, and its score."""
    names = list(options)
    best: tuple[float, tuple[Found | None, ...]] = (-1.0, tuple(None for _ in names))
    for combination in product(*options.values()):
        score = _combination_score(words, dict(zip(names, combination, strict=True)), form)
        if score > best[0]:
            best = (score, combination)
    return dict(zip(names, best[1], strict=True)), best[0]


def _combination_score(
    words: Sequence[Word], places: dict[FieldName, Found | None], form: Form
) -> float:
    """Score of a combination: label scores minus position penalties. -1 when two labels share
    words.
    """
    present = [(name, place) for name, place in places.items() if place is not None]
    score = sum(_label_score(words, place) for _, place in present)
    for (name_a, a), (name_b, b) in _pairs(present):
        if a.start < b.end and b.start < a.end:
            return -1.0
        score -= _position_penalty(words, form, (name_a, a), (name_b, b))
    return score


def _pairs(labels: list[tuple[FieldName, Found]]) -> Iterator[tuple[tuple[FieldName, Found], ...]]:
    """Every pair of labels, in order."""
    for i, a in enumerate(labels):
        for b in labels[i + 1 :]:
            yield a, b


def _position_penalty(
    words: Sequence[Word], form: Form, a: tuple[FieldName, Found], b: tuple[FieldName, Found]
) -> float:
    """How badly the positions of two labels fit each other, 0..1.5: they are far apart, or their
    distance is not that of the blank form.
    """
    drop = words[b[1].start].rect.y0 - words[a[1].start].rect.y0
    at_a, at_b = form.block.labels[a[0]].at, form.block.labels[b[0]].at
    if at_a is None or at_b is None:
        return min(1.5, abs(drop) / 150)
    difference = drop - (at_b[1] - at_a[1])
    return min(1.5, abs(difference) / 100 + (0.5 if drop < -LINE_HEIGHT / 2 else 0.0))


def _located_label(words: Sequence[Word], name: FieldName, place: Found) -> LocatedLabel:
    """A label at a place, with the rectangle around its words."""
    label_words = words[place.start : place.end]
    return LocatedLabel(
        name, Rect.around(w.rect for w in label_words), place.similarity, words=tuple(label_words)
    )


def _inferred_labels(
    located: dict[FieldName, LocatedLabel], form: Form, above: Sequence[Rect]
) -> dict[FieldName, LocatedLabel]:
    """Labels that were not read. They are placed as on the blank form, relative to a label that was
    read. When no label was read, they are placed relative to the first word above the block.
    """
    references = [
        (label.rect, form.block.labels[name].at)
        for name, label in located.items()
        if form.block.labels[name].at is not None
    ]
    if not references and above and form.block.after_at is not None:
        references = [(above[0], form.block.after_at)]
    inferred: dict[FieldName, LocatedLabel] = {}
    for name, label in form.block.labels.items():
        if name in located or label.at is None or not references:
            continue
        near, at = min(references, key=lambda k: abs((k[1] or (0, 0))[1] - label.at[1]))  # type: ignore[index]
        dx, dy = label.at[0] - (at or (0, 0))[0], label.at[1] - (at or (0, 0))[1]
        x0, y0 = near[0] + dx, near[1] + dy
        width = 5.0 * len(label.texts[0]) + 3
        rect = Rect(x0, y0, x0 + width, y0 + near[3] - near[1])
        inferred[name] = LocatedLabel(name, rect, 0.0, inferred=True)
    return inferred


def locate_blank(lines: Sequence[Line], name: FieldName, blank: Blank) -> FilledBlank | None:
    """The content of a blank: what stands between its two phrases. A blank without a second phrase
    ends with its line. None when the phrases are not on the page.
    """
    words = flat(lines)
    after = _first_match(words, blank.after)
    if not blank.before:
        return _rest_of_line(words, name, after)
    before = _first_match(words, blank.before, after.end if after else 0)
    if before is None or after is None or after.end > before.start:
        return None
    inside = [w for w in words[after.end : before.start] if not _is_ruled_line(w.text)]
    similarity = min(after.similarity, before.similarity)
    return FilledBlank(name, tuple(inside), similarity, _region_between(words, after, before))


def _region_between(words: Sequence[Word], after: Found, before: Found) -> Rect | None:
    """The area between two phrases, in points. None when it is lower than half a line."""
    top = max(w.rect.y1 for w in words[after.start : after.end])
    bottom = min(w.rect.y0 for w in words[before.start : before.end])
    left, right = min(w.rect.x0 for w in words), max(w.rect.x1 for w in words)
    return Rect(left, top + 1.0, right, bottom - 1.0) if bottom - top > LINE_HEIGHT / 2 else None


def _rest_of_line(
    words: Sequence[Word], name: FieldName, after: Found | None
) -> FilledBlank | None:
    """The content of a blank that ends with its line."""
    if after is None:
        return None
    last = words[after.end - 1]
    rest = [w for w in words[after.end :] if _same_line(w, last) and w.rect.x0 > last.rect.x0]
    return FilledBlank(name, tuple(w for w in rest if not _is_ruled_line(w.text)), after.similarity)


def _is_ruled_line(text: str) -> bool:
    """Whether a text is only underscores, dots or dashes of a ruled line."""
    return len(text) > 1 and not any(c.isalnum() for c in text)
