"""Finds what the signer added to the signing block: typed runs, ink, and what may be either.

Marks may overlap one another. The same ink may be one stroke group, a part of a run of several
marks, and a part of the strip beside a label. `assign` decides which of them is which field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.imaging.components import InkComponent, find_marks
from ocr_extract.imaging.stroke_features import NO_INK, InkShape
from ocr_extract.records import Box, Reading
from ocr_extract.text import FORM, Line, Word, split_at_gaps

MarkKind = Literal["text", "ink", "strip"]
"""The kind "strip" is a label strip: an area right of a label."""


@dataclass(frozen=True)
class RunLimits:
    """Which marks of one line are joined to runs."""

    max_run_gap: float = 16.0
    """Points between typed words of one mark, at most (chosen)."""
    max_ink_gap: float = 26.0
    """Points between marks of one line of handwriting; the gap is smaller than this (chosen)."""
    max_gap_in_heights: float = 1.5
    """The same gap as a multiple of the higher mark's height, for large writing (chosen)."""
    max_ink_marks: int = 12
    """Ink marks of a block that are used, the largest first (chosen)."""
    max_marks_per_run: int = 4
    """Neighbouring marks that are joined to a run (chosen)."""
    max_joined_runs: int = 12
    """Joined runs of a block that are used, those with most ink first (chosen)."""
    max_marks_per_line: int = 10
    """Marks that are joined to a whole line (chosen)."""
    max_whole_lines: int = 8
    """Whole lines of a block that are used, the widest first (chosen)."""


RUNS = RunLimits()
MIN_SIGNATURE_SIZE = (18.0, 6.0)
"""Width and height in points that a signature exceeds (chosen)."""

STRIP_EDGES = (-5.5, 8.0)
"""Top and bottom of a label strip, in points from the label's middle (chosen; counted: entries
stand up to 7 points below the label's baseline, and the next line is 12 points below)."""


@dataclass(frozen=True)
class TypeLimits:
    """Which words of a page are type, and which are the form's print."""

    min_print_words: int = 6
    """Well-read words from which a line is the form's print and not a signer's entry (chosen)."""
    min_readable_score: float = 0.5
    """Word score (0..1) from which a word is readable (chosen)."""
    min_type_score: float = 0.8
    """Mean word score (0..1) from which a run is type (chosen; "20th" by hand had 0.70, and the ink
    beside it began in the middle of its 2)."""
    min_type_letters: int = 4
    """Letters and digits from which a run that was read in pixels is type (chosen)."""


TYPE = TypeLimits()


@dataclass(frozen=True)
class Mark:
    """Something that the signer added to the signing block.

    `rect` is in points of the upright page. `words` were read there with the page. `area` is the
    ink in square points, 0 when it was not measured. `strokes` is the number of connected pieces of
    ink. The other values are set after the recognizers have read the mark.
    """

    kind: MarkKind
    rect: Rect
    words: tuple[Word, ...] = ()
    area: float = 0.0
    strokes: int = 0
    place: Box | None = None
    """Its place on the page as it came. None for text without pages."""
    readings: tuple[Reading, ...] = ()
    font: str = ""
    """Font of typed words, when the file states it."""
    origin: str = ""
    """The annotation that the mark is, with its author and time, as far as the file states them."""
    ink: str = ""
    """Hash of ink of a signature's size, see `signatures.ink_hash`. "" for other marks."""
    shape: InkShape = NO_INK
    """How the ink is drawn. `NO_INK` for type."""

    @property
    def width(self) -> float:
        """Width in points."""
        return self.rect.width

    @property
    def height(self) -> float:
        """Height in points."""
        return self.rect.height

    @property
    def born_digital(self) -> bool:
        """Whether all its words come from the file's own text."""
        return bool(self.words) and all(word.source == "pdf" for word in self.words)


def marks_in_text(lines: Sequence[Line], block: LocatedBlock) -> tuple[Mark, ...]:
    """The entries of a plain text: runs of words in the block that are not a label."""
    top, bottom = block.extent
    runs = [
        run
        for line in lines
        if top <= line.rect.y0 <= bottom
        for run in _entry_runs(line, _label_words(block), gap=1e9)
    ]
    return tuple(Mark("text", run.rect, run.words) for run in runs)


def marks_on_page(
    raster: Raster,
    ink: Grey,
    lines: Sequence[Line],
    block: LocatedBlock,
    sealed: Sequence[Rect] = (),
) -> tuple[Mark, ...]:
    """Typed runs, ink, runs of ink on one line, and the label strips. `ink` is the mask of the
    whole page, with the shape of the raster's pixels.

    `sealed` are boxes of certificates, in points. Their own text and picture are not marks.
    """
    top, bottom = block.extent
    region = Rect(0.0, top, raster.points(raster.width), bottom)
    near_lines = [line for line in lines if _is_near(line, region)]
    printed = [*_printed_rects(near_lines, block), *sealed]
    typed = [
        run for line in near_lines for run in _typed_runs(line, block, printed) if _is_type(run)
    ]
    covered = [*printed, *(w.rect for run in typed for w in run.words)]
    components = _largest(find_marks(raster, ink, region, covered))
    text_marks = [Mark("text", run.rect, run.words) for run in typed]
    ink_marks = [Mark("ink", m.rect, (), m.area, m.strokes) for m in components]
    single_marks = [*text_marks, *ink_marks]
    return (*single_marks, *_joined_marks(single_marks), *_label_strips(block, single_marks))


def _is_near(line: Line, region: Rect) -> bool:
    """Whether a line and a region overlap in height."""
    return line.rect.y1 > region.y0 and line.rect.y0 < region.y1


def _label_words(block: LocatedBlock) -> set[Word]:
    """The words of all labels."""
    return {word for label in block.labels.values() for word in label.words}


def _printed_rects(near_lines: Sequence[Line], block: LocatedBlock) -> list[Rect]:
    """Rectangles of the form's own print: labels, their bullets, the line above the block, and
    well-read lines of running text.
    """
    labels = [w.rect for w in _label_words(block)]
    labels += [label.rect for label in block.labels.values() if label.inferred]
    bullets = [Rect(r.x0 - 20, r.y0, r.x0 - 1.5, r.y1) for r in _label_rects(block)]
    running = [w.rect for line in near_lines if _is_running_text(line, block) for w in line.words]
    form_print = [w.rect for line in near_lines for w in line.words if w.source == FORM]
    return [*labels, *bullets, *block.printed, *running, *form_print]


def _label_rects(block: LocatedBlock) -> list[Rect]:
    """Rectangles of all labels."""
    return [label.rect for label in block.labels.values()]


def _is_running_text(line: Line, block: LocatedBlock) -> bool:
    """Whether a line is running text: enough well-read words and no label."""
    label_words = _label_words(block)
    readable = [w for w in line.words if w.score > TYPE.min_readable_score and len(w.text) > 1]
    return len(readable) >= TYPE.min_print_words and not any(w in label_words for w in line.words)


def _typed_runs(line: Line, block: LocatedBlock, printed: Sequence[Rect]) -> list[Line]:
    """Runs of readable words beside or between the labels."""
    words = tuple(
        w
        for w in line.words
        if w in _label_words(block)
        or (_is_readable(w) and all(w.rect.overlap(p) < 0.5 for p in printed))
    )
    return _entry_runs(Line(words), _label_words(block), RUNS.max_run_gap) if words else []


def _is_type(run: Line) -> bool:
    """Whether a run was read with the score of type. A scrawl that looks like words is ink, and so
    is a piece of handwriting that looks like a few letters.
    """
    exact = all(word.source != "page" for word in run.words)
    letters = sum(c.isalnum() for c in run.text)
    if not exact and letters < TYPE.min_type_letters:
        return False
    return sum(word.score for word in run.words) / len(run.words) >= TYPE.min_type_score


def _is_readable(word: Word) -> bool:
    """Whether a word has a sufficient score and a letter or digit."""
    return word.score >= TYPE.min_readable_score and sum(c.isalnum() for c in word.text) >= 1


def _entry_runs(line: Line, labels: set[Word], gap: float) -> list[Line]:
    """A line's words without labels and bullets, cut at labels and at wide gaps."""
    pieces: list[list[Word]] = [[]]
    for word in line.words:
        if word in labels:
            pieces.append([])
        elif pieces[-1] or any(c.isalnum() for c in word.text):
            pieces[-1].append(word)
    entries = [Line(tuple(_trimmed(piece))) for piece in pieces if _trimmed(piece)]
    return [run for piece in entries for run in split_at_gaps(piece, gap)]


def _trimmed(piece: list[Word]) -> list[Word]:
    """The words without bullets and dashes at the end."""
    while piece and not any(c.isalnum() for c in piece[-1].text):
        piece = piece[:-1]
    return piece


def _largest(marks: Sequence[InkComponent]) -> list[InkComponent]:
    """The largest pieces of ink, in reading order."""
    ranked = sorted(marks, key=lambda m: (-m.area, m.rect))[: RUNS.max_ink_marks]
    return sorted(ranked, key=lambda m: (m.rect.y0, m.rect.x0))


def _joined_marks(marks: Sequence[Mark]) -> list[Mark]:
    """Neighbours on one line, joined to one mark: every run of two to four marks, and the whole
    line. A date may be read in pieces, or be half type and half ink.
    """
    chains = [_marks_to_the_right(first, marks) for first in marks]
    whole = {_merged(chain).rect: _merged(chain) for chain in chains if len(chain) > 1}
    runs = [
        _merged(chain[:end])
        for chain in chains
        for end in range(2, min(RUNS.max_marks_per_run, len(chain)) + 1)
    ]
    existing = {mark.rect for mark in marks} | set(whole)
    new_runs = {run.rect: run for run in runs if run.rect not in existing}
    ranked = sorted(new_runs.values(), key=lambda m: (-m.area, m.rect))
    lines = sorted(whole.values(), key=lambda m: (-m.width, m.rect))
    return [*lines[: RUNS.max_whole_lines], *ranked[: RUNS.max_joined_runs]]


def _marks_to_the_right(first: Mark, marks: Sequence[Mark]) -> list[Mark]:
    """A mark and the marks that follow it on its line."""
    chain = [first]
    while len(chain) < RUNS.max_marks_per_line and (following := _next_on_line(chain[-1], marks)):
        chain.append(following)
    return chain


def _merged(run: Sequence[Mark]) -> Mark:
    """Several marks as one mark."""
    typed = all(mark.kind == "text" for mark in run)
    born_digital = typed and all(w.source == "pdf" for mark in run for w in mark.words)
    return Mark(
        "text" if typed else "ink",
        Rect.around(mark.rect for mark in run),
        tuple(w for mark in run for w in mark.words) if born_digital else (),
        sum(mark.area for mark in run),
        sum(mark.strokes for mark in run),
    )


def _next_on_line(mark: Mark, marks: Sequence[Mark]) -> Mark | None:
    """The nearest mark to the right on the same line."""
    right = [
        other
        for other in marks
        if other.rect.x0 > mark.rect.x0
        and -3 < other.rect.x0 - mark.rect.x1 < _max_gap(mark, other)
        and shares_line(mark.rect, other.rect)
    ]
    return min(right, key=lambda m: m.rect.x0, default=None)


def _max_gap(a: Mark, b: Mark) -> float:
    """Points between two marks of one line: large writing has wide gaps."""
    return max(RUNS.max_ink_gap, RUNS.max_gap_in_heights * max(a.height, b.height))


def shares_line(a: Rect, b: Rect) -> bool:
    """Whether two rectangles have more than 0.4 of the lower one's height in common."""
    return min(a.y1, b.y1) - max(a.y0, b.y0) > 0.4 * min(a.height, b.height)


def _label_strips(block: LocatedBlock, marks: Sequence[Mark]) -> list[Mark]:
    """The strip right of each label, up to the last mark on it. Only strips with a mark that has to
    be read from pixels.
    """
    strips = []
    for label in block.labels.values():
        middle = (label.rect.y0 + label.rect.y1) / 2
        on_line = [
            m for m in marks if m.rect.y0 < middle < m.rect.y1 and m.rect.x1 > label.rect.x1 + 8
        ]
        if not all(mark.born_digital for mark in on_line):
            low, high = middle + STRIP_EDGES[0], middle + STRIP_EDGES[1]
            end = max(mark.rect.x1 for mark in on_line)
            strips.append(Mark("strip", Rect(label.rect.x1 + 1, low, end, high)))
    return strips
