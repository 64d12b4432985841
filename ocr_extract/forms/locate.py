"""Where a form's labels and blanks stand on a page."""

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
"""Score of a word (0..1) under which it is a speck (chosen)."""
LINE_HEIGHT = 12.0
WRITTEN_ABOVE, WRITTEN_BELOW = 26.0, 100.0
"""Points above the first label and below the last one in which signers write: of 328 agreements
a date drops at most 67 below its label."""
"""Points from line to line in the signing block of the blank form."""
ANCHORED = 2.0
"""What the printed line above a block adds to its score: labels alone also stand in terms."""
MAX_TRIED = 8
"""Places of one label that are weighed against each other."""
KNOWN_AT = 0.5
"""Share of its phrases from which a form is recognised."""


@dataclass(frozen=True)
class LocatedLabel:
    """A label's rectangle (points of the upright page); `inferred` from the others."""

    field: FieldName
    rect: Rect
    similarity: float
    inferred: bool = False
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class LocatedBlock:
    """The signing block: labels by field, and the printed line above it."""

    labels: dict[FieldName, LocatedLabel]
    score: float
    top: float
    """Points: nothing above belongs to the block."""
    printed: tuple[Rect, ...] = ()
    """The printed words above the block."""

    @property
    def extent(self) -> tuple[float, float]:
        """Top and bottom in points between which a signer may have written."""
        rects = [label.rect for label in self.labels.values()]
        top = max(self.top, min(rect.y0 for rect in rects) - WRITTEN_ABOVE)
        return top, max(rect.y1 for rect in rects) + WRITTEN_BELOW


@dataclass(frozen=True)
class FilledBlank:
    """What stands in a blank of running text: its words, in reading order."""

    field: FieldName
    words: tuple[Word, ...]
    similarity: float
    region: Rect | None = None
    """Between the two phrases, over the width of the text, in points."""

    @property
    def entry(self) -> tuple[Word, ...]:
        """Its words without specks and pieces of a ruled line that were read as words; what
        stands between words stays.
        """
        sure = [w for w in self.words if w.score > MIN_WORD_SCORE and w.text.strip("_—|")]
        solid = [i for i, w in enumerate(sure) if any(c.isalnum() for c in w.text)]
        return tuple(sure[solid[0] : solid[-1] + 1]) if solid else ()


def identify(pages: Sequence[Sequence[Line]], forms: Sequence[Form]) -> tuple[Form, float]:
    """The form whose phrases are there, with their share; else the last one (fallback)."""
    words = [word for page in pages for word in flat(page)]
    known = _known_at_once(words, forms)
    if known is not None:
        return known
    shares = [(_share(words, form), form) for form in forms if form.phrases]
    best, form = max(shares, key=lambda item: item[0], default=(0.0, forms[-1]))
    return (form, best) if best >= KNOWN_AT else (forms[-1], 1.0 - best)


def _share(words: Sequence[Word], form: Form) -> float:
    found = sum(find_phrase(words, phrase) is not None for phrase in form.phrases)
    return found / len(form.phrases)


def _known_at_once(words: Sequence[Word], forms: Sequence[Form]) -> tuple[Form, float] | None:
    """The form all of whose phrases are there to the letter, without a search for others."""
    text = "".join(letters_and_digits(word.text) for word in words)
    for form in forms:
        if form.phrases and all(letters_and_digits(phrase) in text for phrase in form.phrases):
            return form, 1.0
    return None


def locate_block(lines: Sequence[Line], form: Form) -> LocatedBlock | None:
    """The signing block on a page, or None when no required label but one is there. Below
    the line that stands above the block on the form, one label of any kind is enough, and
    none where the form says how far below it they stand.
    """
    words = flat(lines)
    anchor = _first_found(words, form.block.after)
    since = anchor.end if anchor else 0
    options = {name: _options(words, label, since) for name, label in form.block.labels.items()}
    chosen, score = _best_set(words, options, form)
    needed = [n for n, label in form.block.labels.items() if label.required]
    there = [name for name, found in chosen.items() if found is not None]
    placed = form.block.after_at is not None
    told = 2 if anchor and (there or placed) else sum(name in needed for name in there)
    if told < min(2, len(needed)):
        return None
    above = tuple(w.rect for w in words[anchor.start : anchor.end]) if anchor else ()
    located = {n: _located(words, n, found) for n, found in chosen.items() if found is not None}
    complete = {**_inferred(located, form, above), **located}
    first = min(label.rect.y0 for label in complete.values())
    top = min(Rect.around(above).y1, first) if above else first - 3 * LINE_HEIGHT
    return LocatedBlock(complete, score + (ANCHORED if anchor else 0.0), top, above)


def _first_found(words: Sequence[Word], phrases: Sequence[str], since: int = 0) -> Found | None:
    """The first of the phrases that is there, from word `since` on."""
    for phrase in phrases:
        found = find_phrase(words, phrase, since)
        if found is not None:
            return found
    return None


def _options(words: Sequence[Word], label: Label, since: int) -> list[Found | None]:
    """Places of a label, likeliest first, and "not there"."""
    found = [f for text in label.texts for f in find_phrases(words, text, since)]
    ranked = sorted(found, key=lambda f: (-_label_score(words, f), f.start))
    return [*ranked[:MAX_TRIED], None]


def _label_score(words: Sequence[Word], found: Found) -> float:
    """A label is like its text, ends in a colon, and has nothing but a bullet before it."""
    last = words[found.end - 1].text
    colon = 0.5 if re.search(r"[:;.]\W*$", last) else 0.0
    first = words[found.start]
    before = [
        w
        for w in words[max(0, found.start - 6) : found.start]
        if _same_line(w, first) and any(c.isalnum() for c in w.text)
    ]
    alone = 0.5 if all(len(w.text.strip()) <= 2 or ":" in w.text for w in before) else 0.0
    long = 0.05 * min(4, found.end - found.start)
    return found.similarity + colon + alone + long


def _same_line(a: Word, b: Word) -> bool:
    return min(a.rect.y1, b.rect.y1) - max(a.rect.y0, b.rect.y0) > 0


def _best_set(
    words: Sequence[Word], options: dict[FieldName, list[Found | None]], form: Form
) -> tuple[dict[FieldName, Found | None], float]:
    """The places that together look most like the form's block."""
    names = list(options)
    best: tuple[float, tuple[Found | None, ...]] = (-1.0, tuple(None for _ in names))
    for combination in product(*options.values()):
        score = _set_score(words, dict(zip(names, combination, strict=True)), form)
        if score > best[0]:
            best = (score, combination)
    return dict(zip(names, best[1], strict=True)), best[0]


def _set_score(words: Sequence[Word], places: dict[FieldName, Found | None], form: Form) -> float:
    found = [(name, f) for name, f in places.items() if f is not None]
    score = sum(_label_score(words, f) for _, f in found)
    for (name_a, a), (name_b, b) in _pairs(found):
        if a.start < b.end and b.start < a.end:
            return -1.0
        score -= _misfit(words, form, (name_a, a), (name_b, b))
    return score


def _pairs(found: list[tuple[FieldName, Found]]) -> Iterator[tuple[tuple[FieldName, Found], ...]]:
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            yield a, b


def _misfit(
    words: Sequence[Word], form: Form, a: tuple[FieldName, Found], b: tuple[FieldName, Found]
) -> float:
    """How badly two labels stand to one another: far apart, or not as on the blank form."""
    drop = words[b[1].start].rect.y0 - words[a[1].start].rect.y0
    at_a, at_b = form.block.labels[a[0]].at, form.block.labels[b[0]].at
    if at_a is None or at_b is None:
        return min(1.5, abs(drop) / 150)
    wrong = drop - (at_b[1] - at_a[1])
    return min(1.5, abs(wrong) / 100 + (0.5 if drop < -LINE_HEIGHT / 2 else 0.0))


def _located(words: Sequence[Word], name: FieldName, found: Found) -> LocatedLabel:
    own = words[found.start : found.end]
    return LocatedLabel(name, Rect.around(w.rect for w in own), found.similarity, words=tuple(own))


def _inferred(
    located: dict[FieldName, LocatedLabel], form: Form, above: Sequence[Rect]
) -> dict[FieldName, LocatedLabel]:
    """Labels that were not read, placed as on the blank form relative to those that were;
    to the first word above them, where none was.
    """
    known = [
        (label.rect, form.block.labels[name].at)
        for name, label in located.items()
        if form.block.labels[name].at is not None
    ]
    if not known and above and form.block.after_at is not None:
        known = [(above[0], form.block.after_at)]
    placed: dict[FieldName, LocatedLabel] = {}
    for name, label in form.block.labels.items():
        if name in located or label.at is None or not known:
            continue
        near, at = min(known, key=lambda k: abs((k[1] or (0, 0))[1] - label.at[1]))  # type: ignore[index]
        dx, dy = label.at[0] - (at or (0, 0))[0], label.at[1] - (at or (0, 0))[1]
        x0, y0 = near[0] + dx, near[1] + dy
        width = 5.0 * len(label.texts[0]) + 3
        rect = Rect(x0, y0, x0 + width, y0 + near[3] - near[1])
        placed[name] = LocatedLabel(name, rect, 0.0, inferred=True)
    return placed


def locate_blank(lines: Sequence[Line], name: FieldName, blank: Blank) -> FilledBlank | None:
    """What stands between a blank's two phrases; None when the phrases are not there."""
    words = flat(lines)
    after = _first_found(words, blank.after)
    if not blank.before:
        return _rest_of_line(words, name, after)
    before = _first_found(words, blank.before, after.end if after else 0)
    if before is None or after is None or after.end > before.start:
        return None
    inside = [w for w in words[after.end : before.start] if not _is_rule(w.text)]
    sure = min(after.similarity, before.similarity)
    return FilledBlank(name, tuple(inside), sure, _between(words, after, before))


def _between(words: Sequence[Word], after: Found, before: Found) -> Rect | None:
    top = max(w.rect.y1 for w in words[after.start : after.end])
    bottom = min(w.rect.y0 for w in words[before.start : before.end])
    left, right = min(w.rect.x0 for w in words), max(w.rect.x1 for w in words)
    return Rect(left, top + 1.0, right, bottom - 1.0) if bottom - top > LINE_HEIGHT / 2 else None


def _rest_of_line(
    words: Sequence[Word], name: FieldName, after: Found | None
) -> FilledBlank | None:
    if after is None:
        return None
    last = words[after.end - 1]
    rest = [w for w in words[after.end :] if _same_line(w, last) and w.rect.x0 > last.rect.x0]
    return FilledBlank(name, tuple(w for w in rest if not _is_rule(w.text)), after.similarity)


def _is_rule(text: str) -> bool:
    """Underscores, dots and dashes of a ruled line."""
    return len(text) > 1 and not any(c.isalnum() for c in text)
