"""What the signer added to the signing block: typed runs, ink, and what both may be.

Marks may overlap one another: the same ink as one stroke group, as a run of several,
and as the strip beside a label. Which of them is which field is decided by `assign`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.imaging.components import InkComponent, find_marks
from ocr_extract.imaging.segmentation import parts_of
from ocr_extract.imaging.stroke_features import NO_INK, InkShape
from ocr_extract.records import Box, Reading
from ocr_extract.text import FORM, Line, Word, split_at_gaps

MarkKind = Literal["text", "ink", "strip"]

RUN_GAP = 16.0
"""Typed words farther apart than this are two marks."""
INK_GAP = 26.0
"""Marks of one line of handwriting lie nearer than this."""
STRIP = (-5.5, 8.0)
"""Around a label's middle: entries sit up to 7 below its baseline, the next line 12 below."""
PRINT_WORDS = 6
"""A well-read line of so many words is the form's print, not a signer's entry."""
READABLE = 0.5
SURE = 0.7
"""Mean score of a run's words (0..1) from which it is type."""
MAX_PARTS = 16
PRINTED = 0.2
"""Share of a part, or of a label, that they may have in common."""
ASCENT = 3.0
"""Points by which large writing reaches up into the line above."""
MIN_PART = (18.0, 4.0)
"""Points; "7/8/25" in a small hand is wider."""
SAME = 1.0
"""Points by which the sides of two parts differ that are read as one."""
MIN_OF_PART = 3
"""Strokes that a part is taken to have: they are not counted."""
MAX_INK = 12
MAX_RUN = 4
MAX_JOINED = 12
LONGEST = 10
MAX_LINES = 8


@dataclass(frozen=True)
class Mark:
    """Something that the signer added to the signing block.

    `rect` is in points of the upright page; `words` were read there with the page; `area` is
    ink in square points, 0 where it was not measured. The rest is known once the recognizers
    have read it.
    """

    kind: MarkKind
    rect: Rect
    words: tuple[Word, ...] = ()
    area: float = 0.0
    strokes: int = 0
    place: Box | None = None
    """On the page as it came; None for text without pages."""
    readings: tuple[Reading, ...] = ()
    font: str = ""
    """Of typed words, where the file says it."""
    origin: str = ""
    """Which annotation it is, by whom and when, as far as the file says."""
    ink: str = ""
    """A hash of ink of a signature's size, see signatures.ink_hash."""
    shape: InkShape = NO_INK
    """How the ink is drawn; of type, none."""

    @property
    def width(self) -> float:
        """Points."""
        return self.rect.width

    @property
    def height(self) -> float:
        """Points."""
        return self.rect.height

    @property
    def told(self) -> bool:
        """Whether the file's own text says all of it."""
        return bool(self.words) and all(word.source == "pdf" for word in self.words)


def marks_in_text(lines: Sequence[Line], block: LocatedBlock) -> tuple[Mark, ...]:
    """Runs of words from the first label on that are no label."""
    top, bottom = block.extent
    runs = [
        run
        for line in lines
        if top <= line.rect.y0 <= bottom
        for run in _runs(line, _label_words(block), gap=1e9)
    ]
    return tuple(Mark("text", run.rect, run.words) for run in runs)


def marks_on_page(
    raster: Raster,
    ink: Grey,
    lines: Sequence[Line],
    block: LocatedBlock,
    sealed: Sequence[Rect] = (),
) -> tuple[Mark, ...]:
    """Typed runs, ink, runs of ink on one line, and the strips right of the labels; `ink` is
    the whole page's mask.

    `sealed` boxes hold a certificate's own text and picture, which are no marks.
    """
    top, bottom = block.extent
    region = Rect(0.0, top, raster.points(raster.width), bottom)
    near = [line for line in lines if _is_near(line, region)]
    printed = [*_printed(near, block), *sealed]
    typed = [run for line in near for run in _typed_runs(line, block, printed) if _is_sure(run)]
    covered = [*printed, *(w.rect for run in typed for w in run.words)]
    found = _largest(find_marks(raster, ink, region, covered))
    texts = [Mark("text", run.rect, run.words) for run in typed]
    inks = [Mark("ink", m.rect, (), m.area, m.strokes) for m in found]
    single = [*texts, *inks]
    return (*single, *_joined(single), *_strips(block, single))


def segments_of_marks(
    raster: Raster, ink: Grey, marks: Sequence[Mark], block: LocatedBlock
) -> tuple[Mark, ...]:
    """What the larger pieces of ink may be made of, largest pieces first: parts with little
    ink between them, and what stands above and below the middle of two labels' lines.
    """
    inked = sorted((m for m in marks if m.kind == "ink"), key=lambda m: (-m.area, m.rect))
    fresh: list[Rect] = []
    known = [mark.rect for mark in marks]
    found = [
        rect
        for mark in inked
        for rect in (*parts_of(raster, ink, mark.rect), *_by_lines(mark.rect, block))
        if _may_be(rect)
    ]
    for rect in found:
        if not any(_is_nearly(rect, other) for other in (*known, *fresh)):
            fresh.append(rect)
    return tuple(Mark("ink", rect, (), 0.0, MIN_OF_PART) for rect in fresh[:MAX_PARTS])


def _is_nearly(a: Rect, b: Rect) -> bool:
    """Whether a reader would see the same in both."""
    return all(abs(own - other) < SAME for own, other in zip(a, b, strict=True))


def _by_lines(rect: Rect, block: LocatedBlock) -> list[Rect]:
    """Above, below and between the middles between two labels' lines; not where a label's
    own print fills a part, for that would be read as the signer's.
    """
    labels = [label.rect for label in block.labels.values()]
    middles = sorted((label.y0 + label.y1) / 2 for label in labels)
    cuts = [(a + b) / 2 for a, b in pairwise(middles)]
    inside = [cut for cut in cuts if rect.y0 + MIN_PART[1] < cut < rect.y1 - MIN_PART[1]]
    x0, y0, x1, y1 = rect
    parts = [
        part for cut in inside for part in (Rect(x0, y0, x1, cut), Rect(x0, cut - ASCENT, x1, y1))
    ]
    parts += [Rect(x0, above - ASCENT, x1, below) for above, below in pairwise(inside)]
    return [part for part in parts if all(part.overlap(label) < PRINTED for label in labels)]


def _may_be(rect: Rect) -> bool:
    """Whether a part is as large as the shortest date."""
    return rect.width > MIN_PART[0] and rect.height > MIN_PART[1]


def _is_near(line: Line, region: Rect) -> bool:
    return line.rect.y1 > region.y0 and line.rect.y0 < region.y1


def _label_words(block: LocatedBlock) -> set[Word]:
    return {word for label in block.labels.values() for word in label.words}


def _printed(near: Sequence[Line], block: LocatedBlock) -> list[Rect]:
    """Rectangles of the form's own print: labels, their bullets, the line above, and
    well-read lines of running text.
    """
    labels = [w.rect for w in _label_words(block)]
    labels += [label.rect for label in block.labels.values() if label.inferred]
    bullets = [Rect(r.x0 - 20, r.y0, r.x0 - 1.5, r.y1) for r in _first_rects(block)]
    running = [w.rect for line in near if _is_running(line, block) for w in line.words]
    known = [w.rect for line in near for w in line.words if w.source == FORM]
    return [*labels, *bullets, *block.printed, *running, *known]


def _first_rects(block: LocatedBlock) -> list[Rect]:
    return [label.rect for label in block.labels.values()]


def _is_running(line: Line, block: LocatedBlock) -> bool:
    own = _label_words(block)
    good = [w for w in line.words if w.score > READABLE and len(w.text) > 1]
    return len(good) >= PRINT_WORDS and not any(w in own for w in line.words)


def _typed_runs(line: Line, block: LocatedBlock, printed: Sequence[Rect]) -> list[Line]:
    """Runs of readable words beside or between the labels."""
    words = tuple(
        w
        for w in line.words
        if w in _label_words(block)
        or (_is_readable(w) and all(w.rect.overlap(p) < 0.5 for p in printed))
    )
    return _runs(Line(words), _label_words(block), RUN_GAP) if words else []


def _is_sure(run: Line) -> bool:
    """Whether a run was read as type is; a scrawl that looks like words is ink."""
    return sum(word.score for word in run.words) / len(run.words) >= SURE


def _is_readable(word: Word) -> bool:
    return word.score >= READABLE and sum(c.isalnum() for c in word.text) >= 1


def _runs(line: Line, labels: set[Word], gap: float) -> list[Line]:
    """A line's words apart from labels and bullets, cut at labels and wide gaps."""
    pieces: list[list[Word]] = [[]]
    for word in line.words:
        if word in labels:
            pieces.append([])
        elif pieces[-1] or any(c.isalnum() for c in word.text):
            pieces[-1].append(word)
    whole = [Line(tuple(_trimmed(piece))) for piece in pieces if _trimmed(piece)]
    return [run for piece in whole for run in split_at_gaps(piece, gap)]


def _trimmed(piece: list[Word]) -> list[Word]:
    """Without bullets and dashes at the end."""
    while piece and not any(c.isalnum() for c in piece[-1].text):
        piece = piece[:-1]
    return piece


def _largest(marks: Sequence[InkComponent]) -> list[InkComponent]:
    ranked = sorted(marks, key=lambda m: (-m.area, m.rect))[:MAX_INK]
    return sorted(ranked, key=lambda m: (m.rect.y0, m.rect.x0))


def _joined(marks: Sequence[Mark]) -> list[Mark]:
    """Neighbours on one line as one mark, every run of two to MOST_RUN and the whole line:
    a date may be read in pieces, or be half type and half ink.
    """
    chains = [_chain(first, marks) for first in marks]
    whole = {_as_one(chain).rect: _as_one(chain) for chain in chains if len(chain) > 1}
    runs = [
        _as_one(chain[:end]) for chain in chains for end in range(2, min(MAX_RUN, len(chain)) + 1)
    ]
    known = {mark.rect for mark in marks} | set(whole)
    fresh = {run.rect: run for run in runs if run.rect not in known}
    ranked = sorted(fresh.values(), key=lambda m: (-m.area, m.rect))
    lines = sorted(whole.values(), key=lambda m: (-m.width, m.rect))
    return [*lines[:MAX_LINES], *ranked[:MAX_JOINED]]


def _chain(first: Mark, marks: Sequence[Mark]) -> list[Mark]:
    """A mark and those that follow it on its line."""
    chain = [first]
    while len(chain) < LONGEST and (following := _next_on_line(chain[-1], marks)):
        chain.append(following)
    return chain


def _as_one(run: Sequence[Mark]) -> Mark:
    typed = all(mark.kind == "text" for mark in run)
    told = typed and all(w.source == "pdf" for mark in run for w in mark.words)
    return Mark(
        "text" if typed else "ink",
        Rect.around(mark.rect for mark in run),
        tuple(w for mark in run for w in mark.words) if told else (),
        sum(mark.area for mark in run),
        sum(mark.strokes for mark in run),
    )


def _next_on_line(mark: Mark, marks: Sequence[Mark]) -> Mark | None:
    """The nearest mark to the right that stands on the same line."""
    right = [
        other
        for other in marks
        if -3 < other.rect.x0 - mark.rect.x1 < INK_GAP and _shares_line(mark, other)
    ]
    return min(right, key=lambda m: m.rect.x0, default=None)


def _shares_line(a: Mark, b: Mark) -> bool:
    shared = min(a.rect.y1, b.rect.y1) - max(a.rect.y0, b.rect.y0)
    return shared > 0.4 * min(a.height, b.height)


def _strips(block: LocatedBlock, marks: Sequence[Mark]) -> list[Mark]:
    """The strip right of a label up to the last mark on it, where one is that has to be read."""
    strips = []
    for label in block.labels.values():
        middle = (label.rect.y0 + label.rect.y1) / 2
        on_line = [
            m for m in marks if m.rect.y0 < middle < m.rect.y1 and m.rect.x1 > label.rect.x1 + 8
        ]
        if not all(mark.told for mark in on_line):
            low, high = middle + STRIP[0], middle + STRIP[1]
            end = max(mark.rect.x1 for mark in on_line)
            strips.append(Mark("strip", Rect(label.rect.x1 + 1, low, end, high)))
    return strips
