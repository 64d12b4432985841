"""Reads the marks of a signing block with all recognizers.

Text of the file itself is not read again. Ink is read by the line networks. When no ink is a date
yet, marks are divided into segments and the segments are read. What may be type is read by
tesseract too, in the one call for an agreement, see `one_call`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_extract.calibration.confidence import word_score
from ocr_extract.dates.recover import date_similarity
from ocr_extract.fields.marks import MIN_SIGNATURE_SIZE, Mark, marks_in_text, marks_on_page
from ocr_extract.fields.second_look import SignedPage, core_of, read_again
from ocr_extract.fields.segments import segments_of_marks
from ocr_extract.fields.type_crops import NO_CROPS, TypeCrops, crops_of_type, own_reading
from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.imaging.binarize import all_ink, fine_mask, ink_level, ink_mask
from ocr_extract.imaging.components import crop_of
from ocr_extract.imaging.ruled_lines import without_ruled_lines
from ocr_extract.imaging.stroke_features import NO_INK, shape_of
from ocr_extract.pages.page import PageView, annotation_at, place_of
from ocr_extract.recognition.base import Engines, RecognizerTrouble
from ocr_extract.recognition.names import dates_among
from ocr_extract.records import Damage, Reading
from ocr_extract.signatures.ink_hash import hash_of
from ocr_extract.sources.pdf_raster import iso_time

MIN_FULL_DATE_SIMILARITY = 0.99
"""Date similarity (0..1) from which text of the file is a full date (chosen)."""
MIN_SURE_TYPE_SCORE = 0.9
"""Word score (0..1) from which words found on a page are surely type, and not clear handwriting
(chosen)."""
CROP_MARGIN = 1.5
"""Points around a mark in crops for the line networks (chosen). The ink has to fill the crop."""
MAX_SIGNATURES = 4
"""Ink marks of a born-digital page that are read for a name, the largest first (chosen)."""
MIN_PAPER_GREY = 250
"""Grey level (0..255) from which a pixel of a drawn page is paper (chosen)."""
WORD_MARGIN = 4
"""Pixels around a word that its ink may reach (chosen)."""
INK_MARGIN = 14.0
"""Points around ink within which other ink is examined together with it (chosen)."""
SAMPLING_STEP = 3
"""Every third row and column is used for the ink level of a page (chosen)."""
BLOCK_MARGIN = 40.0
"""Points above and below the block in which a stamp may begin or end (chosen)."""
MAX_SINGLE_DATE_SIZE = (105.0, 18.0)
"""Width and height in points above which a mark with a date probably holds something else too
(chosen)."""
MIN_DATE_OVERLAP = 0.5
"""Overlap (0..1) above which a mark lies at a date (chosen)."""
MIN_DATE_LOG_LIKELIHOOD = -3.0
"""Natural log-likelihood of a date, relative to the best reading, from which a mark counts as a
date (chosen). Marks are then not divided to find one."""


@dataclass(frozen=True)
class _CleanPage:
    """A page without ruled lines, its ink mask and the mask of its finest strokes. The masks have
    the shape of the raster's pixels. They are computed once and used for every mark.
    """

    raster: Raster
    ink: Grey
    fine: Grey


@dataclass(frozen=True)
class MarksByNetworks:
    """The marks of a block with the readings of the line networks. `crops` are those of marks that
    may be type, which tesseract has to read too.
    """

    view: PageView
    marks: tuple[Mark, ...] = ()
    readings: tuple[tuple[Reading, ...], ...] = ()
    page: _CleanPage | None = None
    crops: TypeCrops = NO_CROPS

    def read(self, typed: Sequence[Reading] | None) -> tuple[Mark, ...]:
        """The marks with all their readings. `typed` are those of the crops; None when they could
        not be read.
        """
        if self.page is None:
            own = zip(self.marks, self.readings, strict=True)
            return tuple(replace(mark, readings=readings) for mark, readings in own)
        of_type = self.crops.by_mark(self.marks, typed)
        every = zip(self.marks, of_type, self.readings, strict=True)
        return tuple(
            _with_observations(self.view, self.page, mark, (*as_type, *as_ink))
            for mark, as_type, as_ink in every
        )


def marks_by_networks(view: PageView, block: LocatedBlock, engines: Engines) -> MarksByNetworks:
    """All marks of the block, read by the line networks. Damage is reported to `engines`."""
    if view.raster is None:
        marks = marks_in_text(view.lines, block)
        return MarksByNetworks(view, marks, tuple((own_reading(mark),) for mark in marks))
    sealed = [a.rect for a in view.annotations if a.sealed]
    page = _clean_page(view.raster, _ink_region(view, view.raster, block))
    marks = marks_on_page(page.raster, page.ink, view.lines, block, sealed)
    if _is_born_digital(view, marks):
        return MarksByNetworks(
            view, marks, _born_digital_readings(view, page, marks, engines), page
        )
    ink_readings = _ink_readings(page, marks, engines)
    to_split = _marks_to_split(marks, ink_readings) if any(ink_readings) else ()
    segments = segments_of_marks(page.raster, page.ink, to_split, block, marks)
    every = (*marks, *segments)
    readings = [*ink_readings, *_ink_readings(page, segments, engines)]
    return MarksByNetworks(
        view,
        every,
        _read_again(page, view.raster, block, every, readings, engines),
        page,
        crops_of_type(page.raster, marks, ink_readings),
    )


def _read_again(
    page: _CleanPage,
    ruled: Raster,
    block: LocatedBlock,
    marks: Sequence[Mark],
    readings: Sequence[tuple[Reading, ...]],
    engines: Engines,
) -> tuple[tuple[Reading, ...], ...]:
    """The readings; those of likely dates are made again from more crops."""
    labels = tuple(label.rect for label in block.labels.values())
    signed = SignedPage(page.raster, ruled, page.ink, labels)
    try:
        return tuple(read_again(signed, marks, readings, engines))
    except RecognizerTrouble as trouble:
        engines.report(reading_damage(trouble, ruled.page))
        return tuple(readings)


def _ink_region(view: PageView, raster: Raster, block: LocatedBlock) -> Rect:
    """The region where ink may stand, in points: the block, and a margin above and below it. On a
    page whose words come from the file, only the surroundings of ink that is not one of these
    words.
    """
    top, bottom = block.extent
    near_block = Rect(0.0, top - BLOCK_MARGIN, raster.points(raster.width), bottom + BLOCK_MARGIN)
    if not view.exact:
        return near_block
    rows, _ = raster.slices(near_block)
    ink = np.where(raster.pixels[rows] < MIN_PAPER_GREY, np.uint8(255), np.uint8(0))
    for word in view.words:
        x0, y0, x1, y1 = (round(raster.length(v)) for v in word.rect)
        ink[
            max(0, y0 - WORD_MARGIN - rows.start) : max(0, y1 + WORD_MARGIN - rows.start),
            max(0, x0 - WORD_MARGIN) : x1 + WORD_MARGIN,
        ] = 0
    x, y, width, height = cv2.boundingRect(ink)
    left, right = raster.points(x) - INK_MARGIN, raster.points(x + width) + INK_MARGIN
    first = raster.points(rows.start + y)
    return Rect(left, first - INK_MARGIN, right, first + raster.points(height) + INK_MARGIN)


def _clean_page(raster: Raster, region: Rect) -> _CleanPage:
    """The page without ruled lines, with its masks, within a region in points. The masks are empty
    outside the region.
    """
    level = ink_level(raster.pixels, SAMPLING_STEP)
    clean = without_ruled_lines(raster, region, level)
    area = raster.slices(region)
    ink, fine = np.zeros_like(clean.pixels), np.zeros_like(clean.pixels)
    pixels = clean.pixels[area]
    if pixels.size:
        dark = ink_mask(pixels, level)
        fine_strokes = fine_mask(pixels)
        ink[area] = all_ink(dark, fine_strokes)
        fine[area] = np.maximum(dark, fine_strokes)
    return _CleanPage(clean, ink, fine)


def _born_digital_readings(
    view: PageView, page: _CleanPage, marks: Sequence[Mark], engines: Engines
) -> tuple[tuple[Reading, ...], ...]:
    """The readings of the marks of a born-digital block. Type is taken from the file. Only ink of a
    signature's size is read, for its name.
    """
    large = sorted((m for m in marks if _may_be_signature(m)), key=lambda m: (-m.area, m.rect))
    large = large[:MAX_SIGNATURES]
    bare = _without_words(page.raster, [word.rect for word in view.words])
    names = dict(zip(large, _name_readings(bare, large, engines), strict=True))
    return tuple(() if m.words else names.get(m, ()) for m in marks)


def _without_words(raster: Raster, words: Sequence[Rect]) -> Raster:
    """The page with the file's own words painted white: a signature that crosses the date must not
    be read together with it.
    """
    pixels = raster.pixels.copy()
    for rect in words:
        pixels[raster.slices(rect)] = 255
    return raster.with_pixels(pixels)


def _name_readings(
    raster: Raster, marks: Sequence[Mark], engines: Engines
) -> list[tuple[Reading, ...]]:
    """Readings of ink without dates, since the file's text states the date."""
    try:
        return list(
            engines.handwriting.free([crop_of(raster, mark.rect, CROP_MARGIN) for mark in marks])
        )
    except RecognizerTrouble as trouble:
        engines.report(reading_damage(trouble, raster.page))
        return [() for _ in marks]


def _may_be_signature(mark: Mark) -> bool:
    """Whether ink has at least a signature's size."""
    return (
        mark.kind == "ink"
        and mark.width > MIN_SIGNATURE_SIZE[0]
        and mark.height > MIN_SIGNATURE_SIZE[1]
    )


def _with_observations(
    view: PageView, page: _CleanPage, mark: Mark, readings: tuple[Reading, ...]
) -> Mark:
    """The mark with its readings and all other observations."""
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
    """The annotation that a mark lies in, as text. "" when it lies in none."""
    annotation = annotation_at(view, mark.rect)
    if annotation is None:
        return ""
    author = f" by {annotation.author}" if annotation.author else ""
    time = iso_time(annotation.modified)
    kind = f"{annotation.kind} without an appearance" if annotation.words else annotation.kind
    return f"{kind}{author}{f', changed {time}' if time else ''}"


def _is_born_digital(view: PageView, marks: Sequence[Mark]) -> bool:
    """Whether the file's own text contains the date. Then no date has to be read from pixels."""
    texts = [own_reading(m).best for m in marks if m.words]
    return view.exact and any(date_similarity(text) >= MIN_FULL_DATE_SIMILARITY for text in texts)


def _ink_readings(
    page: _CleanPage, marks: Sequence[Mark], engines: Engines
) -> list[tuple[Reading, ...]]:
    """Readings of the line networks: of ink, with and without its long tails, and of marks that
    only may be type. () for type.
    """
    ink_marks = [mark for mark in marks if _is_read_as_ink(mark)]
    if not ink_marks:
        return [() for _ in marks]
    cores = [core_of(page.raster, page.ink, mark) for mark in ink_marks]
    with_tails = [i for i, mark in enumerate(ink_marks) if cores[i] != mark.rect]
    rects = [*(mark.rect for mark in ink_marks), *(cores[i] for i in with_tails)]
    try:
        read = engines.handwriting.readings(
            [crop_of(page.raster, rect, CROP_MARGIN) for rect in rects]
        )
    except RecognizerTrouble as trouble:
        engines.report(reading_damage(trouble, page.raster.page))
        return [() for _ in marks]
    best = dict(enumerate(read[: len(ink_marks)]))
    for index, core_readings in zip(with_tails, read[len(ink_marks) :], strict=True):
        best[index] = max(best[index], core_readings, key=_date_likelihood)
    ordered = iter(best[index] for index in range(len(ink_marks)))
    return [next(ordered) if _is_read_as_ink(mark) else () for mark in marks]


def _is_read_as_ink(mark: Mark) -> bool:
    """Whether the line networks read a mark: it is not type, or not surely type."""
    return mark.kind != "text" or _may_be_written(mark)


def _may_be_written(mark: Mark) -> bool:
    """Whether words that were read on the page as type may be clear handwriting."""
    if any(word.source != "page" for word in mark.words):
        return False
    return word_score(own_reading(mark)) < MIN_SURE_TYPE_SCORE


def _date_likelihood(readings: tuple[Reading, ...]) -> float:
    """Log-likelihood of the best date. Minus infinity when there is no date."""
    dates = dates_among(readings)
    return dates[0].log_likelihood if dates else -math.inf


def reading_damage(trouble: RecognizerTrouble, page: int) -> Damage:
    """The damage of a block, on a page (from 1), that a recognizer could not read."""
    effect = f"The signing block could not be read: {trouble}"
    return Damage(stage="read", kind=trouble.kind, page=page, effect=effect)


def _marks_to_split(
    marks: Sequence[Mark], readings: Sequence[tuple[Reading, ...]]
) -> Sequence[Mark]:
    """Marks to divide into segments. All marks while none is a date. Otherwise the marks at a date
    that are larger than a single date: a signature touches them.
    """
    pairs = list(zip(marks, readings, strict=True))
    date_rects = [m.rect for m, r in pairs if r and _date_likelihood(r) >= MIN_DATE_LOG_LIKELIHOOD]
    if not date_rects:
        return marks
    large = [
        m for m in marks if m.height > MAX_SINGLE_DATE_SIZE[1] or m.width > MAX_SINGLE_DATE_SIZE[0]
    ]
    return [m for m in large if any(m.rect.overlap(date) > MIN_DATE_OVERLAP for date in date_rects)]
