"""The marks of a signing block with what every reader makes of them.

What the file tells as text is not read again. Ink goes to the line networks, and where none
of it is a date yet, marks are taken apart and their parts read. Tesseract reads type, and
what may be type, at two sizes in one call.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_extract.calibration.confidence import word_score
from ocr_extract.dates.recover import date_similarity
from ocr_extract.fields.marks import (
    Mark,
    marks_in_text,
    marks_on_page,
    segments_of_marks,
)
from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.imaging.binarize import all_ink, fine_mask, ink_level, ink_mask
from ocr_extract.imaging.components import crop_of, darkest_of
from ocr_extract.imaging.ruled_lines import without_ruled_lines
from ocr_extract.imaging.segmentation import core_of
from ocr_extract.imaging.stroke_features import NO_INK, shape_of
from ocr_extract.pages.page import PageView, annotation_at, place_of
from ocr_extract.recognition.base import Engines, RecognizerTrouble
from ocr_extract.recognition.names import PP_OCR, dates_among
from ocr_extract.records import Damage, Hypothesis, Reading
from ocr_extract.signatures.ink_hash import hash_of
from ocr_extract.sources.pdf_raster import iso_time

TOLD = 0.99
"""Likeness (0..1) of a full date that stands as text."""
LEGIBLE = (0.6, 0.85)
"""PP-OCR's score (0..1) from which tesseract reads ink once, and twice."""
SURELY_TYPE = 0.9
"""Score of words (0..1) found on a page from which they are type and no clear hand."""
SECOND_LOOK = 1.6
"""Enlargement of the second crop of each mark: small type reads better, and two
readings that agree are worth more than one."""
SHORTER = 0.8
"""Share of a mark's height under which it is read without its tails, too."""
TIGHT = 1.5
"""Points around a mark for the line networks, which want the ink to fill the crop."""
SIGNATURE = (18.0, 6.0)
"""Points; smaller ink is no signature."""
MAX_SIGNATURES = 4
PAPER = 250
"""Grey level from which a pixel of a drawn page is paper."""
EDGE = 4
"""Pixels around a word that its ink may reach."""
AROUND = 14.0
"""Points around ink within which other ink is looked at together with it."""
SAMPLED = 3
"""Every third row and column tell the ink level of a page."""
BESIDE = 40.0
"""Points above and below the block in which a stamp may begin or end."""
LARGE_DATE = (105.0, 18.0)
"""Width and height in points from which a date is likely not alone."""
AT_DATE = 0.5
"""Share of the smaller of two rectangles that they have in common."""
SEEN_DATE = -3.0
"""Log-likelihood of a date, relative to the best reading, from which no mark has to be
taken apart."""


@dataclass(frozen=True)
class _Page:
    """A page without its rules, its ink and its finest strokes: thresholded once, looked at
    for every mark.
    """

    raster: Raster
    ink: Grey
    fine: Grey


def read_marks(view: PageView, block: LocatedBlock, engines: Engines) -> tuple[Mark, ...]:
    """All marks of the block with their readings."""
    if view.raster is None:
        marks = marks_in_text(view.lines, block)
        return tuple(replace(mark, readings=(own_reading(mark),)) for mark in marks)
    sealed = [a.rect for a in view.annotations if a.sealed]
    page = _page(view.raster, _inked(view, view.raster, block))
    raster = page.raster
    marks = marks_on_page(raster, page.ink, view.lines, block, sealed)
    if _is_born_digital(view, marks):
        return _born_digital(view, page, marks, engines)
    by_hand = _written(page, marks, engines)
    readings = _typed(raster, marks, by_hand, engines)
    seen = any(by_hand)
    large = _composite(marks, by_hand) if seen else ()
    parts = segments_of_marks(raster, page.ink, large, block)
    of_parts = _written(page, parts, engines)
    return (
        *(
            _finding(view, page, m, (*a, *b))
            for m, a, b in zip(marks, readings, by_hand, strict=True)
        ),
        *(_finding(view, page, m, b) for m, b in zip(parts, of_parts, strict=True)),
    )


def _inked(view: PageView, raster: Raster, block: LocatedBlock) -> Rect:
    """Where ink may stand, in points: the block and what is right above and below it; of a
    page whose words the file tells, only around the ink that is none of them.
    """
    top, bottom = block.extent
    whole = Rect(0.0, top - BESIDE, raster.points(raster.width), bottom + BESIDE)
    if not view.exact:
        return whole
    rows, _ = raster.slices(whole)
    ink = np.where(raster.pixels[rows] < PAPER, np.uint8(255), np.uint8(0))
    for word in view.words:
        x0, y0, x1, y1 = (round(raster.length(v)) for v in word.rect)
        ink[
            max(0, y0 - EDGE - rows.start) : max(0, y1 + EDGE - rows.start),
            max(0, x0 - EDGE) : x1 + EDGE,
        ] = 0
    x, y, width, height = cv2.boundingRect(ink)
    left, right = raster.points(x) - AROUND, raster.points(x + width) + AROUND
    first = raster.points(rows.start + y)
    return Rect(left, first - AROUND, right, first + raster.points(height) + AROUND)


def _page(raster: Raster, region: Rect) -> _Page:
    """A page without rules, with its masks, within a region in points; no ink beyond it."""
    level = ink_level(raster.pixels, SAMPLED)
    clean = without_ruled_lines(raster, region, level)
    place = raster.slices(region)
    ink, fine = np.zeros_like(clean.pixels), np.zeros_like(clean.pixels)
    part = clean.pixels[place]
    if part.size:
        dark = ink_mask(part, level)
        thin = fine_mask(part)
        ink[place] = all_ink(dark, thin)
        fine[place] = np.maximum(dark, thin)
    return _Page(clean, ink, fine)


def _born_digital(
    view: PageView, page: _Page, marks: Sequence[Mark], engines: Engines
) -> tuple[Mark, ...]:
    """Type as the file says it; only ink of a signature's size is read, for its name."""
    large = sorted((m for m in marks if _may_be_signature(m)), key=lambda m: (-m.area, m.rect))
    large = large[:MAX_SIGNATURES]
    bare = _bare(page.raster, [word.rect for word in view.words])
    names = dict(zip(large, _names(bare, large, engines), strict=True))
    return tuple(
        _finding(view, page, m, (own_reading(m),) if m.words else names.get(m, ())) for m in marks
    )


def _bare(raster: Raster, words: Sequence[Rect]) -> Raster:
    """The page with paper where the file's own words stand: a signature that runs through the
    date must not be read as a part of it.
    """
    pixels = raster.pixels.copy()
    for rect in words:
        pixels[raster.slices(rect)] = 255
    return raster.with_pixels(pixels)


def _names(raster: Raster, marks: Sequence[Mark], engines: Engines) -> list[tuple[Reading, ...]]:
    """What is read in ink, without dates: the file has told the date."""
    try:
        return list(engines.handwriting.free([crop_of(raster, mark.rect, TIGHT) for mark in marks]))
    except RecognizerTrouble as trouble:
        engines.report(_unread(trouble, raster))
        return [() for _ in marks]


def _may_be_signature(mark: Mark) -> bool:
    return mark.kind == "ink" and mark.width > SIGNATURE[0] and mark.height > SIGNATURE[1]


def _finding(view: PageView, page: _Page, mark: Mark, readings: tuple[Reading, ...]) -> Mark:
    font = view.fonts.get(mark.words[0], "") if mark.words else ""
    ink = hash_of(crop_of(page.raster, mark.rect, 0.5)) if _may_be_signature(mark) else ""
    shape = shape_of(page.raster, page.fine, mark.rect) if mark.kind == "ink" else NO_INK
    place = place_of(view, mark.rect)
    return replace(
        mark,
        place=place,
        readings=readings,
        font=font,
        origin=_origin(view, mark),
        ink=ink,
        shape=shape,
    )


def _origin(view: PageView, mark: Mark) -> str:
    """The annotation that a mark lies in, in words."""
    found = annotation_at(view, mark.rect)
    if found is None:
        return ""
    author = f" by {found.author}" if found.author else ""
    time = iso_time(found.modified)
    return f"{found.kind}{author}{f', changed {time}' if time else ''}"


def _is_born_digital(view: PageView, marks: Sequence[Mark]) -> bool:
    """Whether the file's own text says the date, so that no pixel has to be read."""
    texts = [own_reading(m).best for m in marks if m.words]
    return view.exact and any(date_similarity(text) >= TOLD for text in texts)


def _typed(
    raster: Raster,
    marks: Sequence[Mark],
    by_hand: Sequence[tuple[Reading, ...]],
    engines: Engines,
) -> list[tuple[Reading, ...]]:
    """Every mark that may be type, read in one call: once, or twice at two sizes where it
    looks like type; and as it was found, if it was.
    """
    looks = [_looks(mark, seen) for mark, seen in zip(marks, by_hand, strict=True)]
    first = [i for i, count in enumerate(looks) if count]
    again = [i for i, count in enumerate(looks) if count > 1]
    crops = {i: crop_of(raster, marks[i].rect) for i in first}
    wanted = [*crops.values(), *(_second(crops[i], marks[i]) for i in again)]
    try:
        read = engines.pages.read(wanted)
    except RecognizerTrouble as trouble:
        engines.report(_unread(trouble, raster))
        return [(own_reading(mark),) if mark.words else () for mark in marks]
    found: list[list[Reading]] = [[] for _ in marks]
    for index, reading in zip([*first, *again], read, strict=True):
        found[index].append(reading)
    return [
        (*readings, own_reading(mark)) if mark.words else tuple(readings)
        for mark, readings in zip(marks, found, strict=True)
    ]


def _looks(mark: Mark, by_hand: tuple[Reading, ...]) -> int:
    """How often tesseract looks at a mark: not at what the file tells; at ink by how surely
    PP-OCR has read it, for what that cannot read is not type (of 42 marks of ink that tesseract
    held for type one was under 0.6, and was none).
    """
    if mark.told:
        return 0
    if mark.kind == "text" or not by_hand:
        return 2
    sure = max((word_score(r) for r in by_hand if r.reader == PP_OCR), default=0.0)
    return sum(sure >= least for least in LEGIBLE)


def _written(page: _Page, marks: Sequence[Mark], engines: Engines) -> list[tuple[Reading, ...]]:
    """What the line networks make of ink, with and without its long tails, and of what only
    may be type; () for type.
    """
    inked = [mark for mark in marks if _is_inked(mark)]
    if not inked:
        return [() for _ in marks]
    cores = [
        core_of(page.raster, page.ink, mark.rect) if mark.kind == "ink" else mark.rect
        for mark in inked
    ]
    shorter = [i for i, m in enumerate(inked) if _height(cores[i]) < SHORTER * m.height]
    rects = [*(mark.rect for mark in inked), *(cores[i] for i in shorter)]
    try:
        read = engines.handwriting.readings([crop_of(page.raster, rect, TIGHT) for rect in rects])
    except RecognizerTrouble as trouble:
        engines.report(_unread(trouble, page.raster))
        return [() for _ in marks]
    best = dict(enumerate(read[: len(inked)]))
    for index, again in zip(shorter, read[len(inked) :], strict=True):
        best[index] = max(best[index], again, key=_date_likelihood)
    found = iter(best[index] for index in range(len(inked)))
    return [next(found) if _is_inked(mark) else () for mark in marks]


def _is_inked(mark: Mark) -> bool:
    """Whether the line networks read it: what is no type, or may be none."""
    return mark.kind != "text" or _may_be_written(mark)


def _may_be_written(mark: Mark) -> bool:
    """Whether what was read on the page as type may be a clear hand."""
    if any(word.source != "page" for word in mark.words):
        return False
    return word_score(own_reading(mark)) < SURELY_TYPE


def _height(rect: Rect) -> float:
    return rect.height


def _date_likelihood(readings: tuple[Reading, ...]) -> float:
    """Of the best date; of none, less than any."""
    dates = dates_among(readings)
    return dates[0].log_likelihood if dates else -math.inf


def _unread(trouble: RecognizerTrouble, raster: Raster) -> Damage:
    effect = f"The signing block could not be read: {trouble}"
    return Damage(stage="read", kind=trouble.kind, page=raster.page, effect=effect)


def _composite(marks: Sequence[Mark], readings: Sequence[tuple[Reading, ...]]) -> Sequence[Mark]:
    """Marks to take apart: all while none is a date; else those at a date that are larger
    than one: a signature hangs on them.
    """
    pairs = list(zip(marks, readings, strict=True))
    dated = [m.rect for m, r in pairs if r and _date_likelihood(r) >= SEEN_DATE]
    if not dated:
        return marks
    large = [m for m in marks if m.height > LARGE_DATE[1] or m.width > LARGE_DATE[0]]
    return [m for m in large if any(m.rect.overlap(date) > AT_DATE for date in dated)]


def _second(crop: Grey, mark: Mark) -> Grey:
    """Another look at a crop: larger; of a strip, which ink may cross, the dark alone."""
    return darkest_of(crop) if mark.kind == "strip" else _enlarged(crop)


def _enlarged(crop: Grey) -> Grey:
    large = cv2.resize(crop, None, fx=SECOND_LOOK, fy=SECOND_LOOK, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.GaussianBlur(large, (0, 0), 0.8), dtype=np.uint8)


def own_reading(mark: Mark) -> Reading:
    """The words by which a mark was found, as a reading."""
    text = " ".join(word.text for word in mark.words)
    score = sum(np.log(min(0.999, max(0.01, word.score))) for word in mark.words)
    source = mark.words[0].source if mark.words else "none"
    return Reading(reader=source, hypotheses=(Hypothesis(text=text, log_likelihood=float(score)),))
