"""Reads likely dates once more: from changed crops, and doubtful ones from larger crops.

A network may see another digit when strokes are a little thinner, or the line a little wider: an
8 with an open loop is a 0 in one crop and an 8 in three, and the one may be sure. So every likely
date is the mean of its crop and of changed ones. A crop that follows the ink of one mark may also
cut off what belongs to it: the loop of a 9 that touches the signature above it, a tail, a stroke
that was taken for a ruled line. So a date that is not clear is read again from a higher and wider
crop, and from one of the page before ruled lines were removed; and together with ink that stands
between the label and the mark, which may be the first digit. Where another day is read there, it
stands beside the first one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np

from ocr_extract.calibration.confidence import ink_date_score
from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.full_days import full_days
from ocr_extract.dates.grammar import interpret
from ocr_extract.fields.last_digit import with_other_days
from ocr_extract.fields.marks import Mark
from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.imaging.components import crop_of
from ocr_extract.imaging.segmentation import without_tails
from ocr_extract.recognition.base import Engines
from ocr_extract.recognition.date_recognizer import averaged, mixed
from ocr_extract.recognition.names import DATES, dates_among
from ocr_extract.records import Hypothesis, Reading

MAX_CORE_SHARE = 0.8
"""Share (0..1) of a mark's height below which its core, without long tails, is read too
(chosen)."""
MAX_MARKS = 3
"""Marks of a page that are read again, those most like a date first (chosen)."""
MIN_DATE_SCORE = 0.2
"""Probability (0..1) that ink is a date from which it is read again (chosen)."""
CLEAR_MARGIN = 8.0
"""Natural log-likelihood by which the best date is ahead of every other day from which a date is
clear and not read from larger crops (chosen)."""
WIDENING, SLANT = 1.2, 0.15
"""Factor by which the wide crop is wider, and shift of the slanted crop per row in pixels (chosen;
the mean with these crops made 3 of 89 dates of one volume right that the crop alone had wrong)."""
HIGHER, WIDER = 0.35, 3.0
"""Share of a mark's height by which the higher crop reaches above and below it, and points to
its left and right (chosen; the loops that were cut off are a third of a digit's height)."""
MIN_BEFORE, MAX_BEFORE, LABEL_MARGIN = 4.0, 3.0, 1.0
"""Points between the label and a mark from which there is room for a digit; how far apart they are
at most, in heights of the mark; and points behind the label that are left out (chosen)."""
DARK = 128
"""Grey level (0..255) below which a pixel is surely ink (chosen)."""
MIN_FIT = -6.0
"""Natural log-likelihood from which the best date of a larger crop fits well (chosen)."""
CROP_MARGIN = 1.5
"""Points around the mark in its own crop (chosen)."""
Readings = tuple[Reading, ...]


@dataclass(frozen=True)
class SignedPage:
    """The signing page without and with its ruled lines, the mask of its ink, and the rectangles of
    its labels in points.
    """

    clean: Raster
    ruled: Raster
    ink: Grey
    labels: tuple[Rect, ...] = ()


def read_again(
    page: SignedPage, marks: Sequence[Mark], readings: Sequence[Readings], engines: Engines
) -> list[Readings]:
    """The readings of each mark; the dates of likely ones are scored against more crops. Raises
    RecognizerTrouble.
    """
    again = list(readings)
    for index in _likely(marks, readings):
        rect = marks[index].rect
        crop = crop_of(page.clean, core_of(page.clean, page.ink, marks[index]), CROP_MARGIN)
        mean = _averaged(readings[index], crop, engines)
        again[index] = with_other_days(mean, page.ink[page.clean.slices(rect)])
        if not _is_clear(dates_among(again[index])):
            again[index] = _with_alternatives(again[index], _crops(page, rect), engines)
    return again


def core_of(raster: Raster, ink: Grey, mark: Mark) -> Rect:
    """The rectangle of a mark in points; without its long tails where these take much of it, so
    that the digits fill a crop. `ink` is the mask of the whole page.
    """
    if mark.kind != "ink":
        return mark.rect
    core = without_tails(raster, ink, mark.rect)
    return core if core.height < MAX_CORE_SHARE * mark.height else mark.rect


def _averaged(own: Readings, crop: Grey, engines: Engines) -> Readings:
    """The readings of a mark; its dates are the mean of those of its crop and of changed ones."""
    changed = engines.handwriting.readings(changed_crops(crop))
    dates = averaged(dates_among(own), *(dates_among(readings) for readings in changed))
    return tuple(dates if reading.reader == DATES else reading for reading in own)


def changed_crops(crop: Grey) -> tuple[Grey, Grey, Grey]:
    """The crop wider, with thinner strokes, and slanted; shape (height, any width)."""
    height, width = crop.shape
    wide = cv2.resize(crop, None, fx=WIDENING, fy=1.0, interpolation=cv2.INTER_LINEAR)
    thin = cv2.dilate(crop, np.ones((2, 2), np.uint8))
    shift = np.array([[1, SLANT, 0], [0, 1, 0]], np.float32)
    size = (width + round(SLANT * height), height)
    slanted = cv2.warpAffine(crop, shift, size, borderValue=255)
    return np.asarray(wide, np.uint8), np.asarray(thin, np.uint8), np.asarray(slanted, np.uint8)


def _likely(marks: Sequence[Mark], readings: Sequence[Readings]) -> list[int]:
    """Indices of the marks to read again, most like a date first."""
    scored = [
        (ink_date_score(dates[0].log_likelihood, dates[0].text), index)
        for index, own in enumerate(readings)
        if (dates := dates_among(own)) and marks[index].kind != "text"
    ]
    likely = sorted(((-score, index) for score, index in scored if score > MIN_DATE_SCORE))
    return [index for _, index in likely[:MAX_MARKS]]


def _is_clear(dates: tuple[Hypothesis, ...]) -> bool:
    """Whether the best date is far ahead of every other day."""
    best = dates[0]
    near = (d for d in dates if best.log_likelihood - d.log_likelihood < CLEAR_MARGIN)
    return all(_days(best) & _days(date) for date in near)


def _days(date: Hypothesis) -> set[PartialDate]:
    """The days that a date, as it is written, may mean; its meanings when it is no full date."""
    return full_days(date.text) or {meaning.parts for meaning in interpret(date.text)}


def _crops(page: SignedPage, rect: Rect) -> list[Grey]:
    """The mark's own crop, a larger one, if there are ruled lines a larger one with them, and one
    with the ink to the left if there is some.
    """
    more = HIGHER * rect.height
    larger = Rect(rect.x0 - WIDER, rect.y0 - more, rect.x1 + WIDER, rect.y1 + more)
    own, clean_one = crop_of(page.clean, rect, CROP_MARGIN), crop_of(page.clean, larger, 0.0)
    with_lines = crop_of(page.ruled, larger, 0.0)
    same = np.array_equal(clean_one, with_lines)
    crops = [own, clean_one] if same else [own, clean_one, with_lines]
    before = _before(page, rect)
    if before is not None and crop_of(page.clean, before, 0.0).min() < DARK:
        crops.append(crop_of(page.clean, Rect.around((before, rect)), CROP_MARGIN))
    return crops


def _before(page: SignedPage, rect: Rect) -> Rect | None:
    """The area between the label on the mark's line and the mark, as high as the mark; None when
    there is none, or it is too wide.
    """
    middle = (rect.y0 + rect.y1) / 2
    ends = [r.x1 for r in page.labels if r.y0 <= middle <= r.y1 or rect.y0 <= r.y1 <= rect.y1]
    end = max((x for x in ends if x < rect.x0), default=None)
    if end is None or not MIN_BEFORE < rect.x0 - end <= MAX_BEFORE * rect.height:
        return None
    return Rect(end + LABEL_MARGIN, rect.y0, rect.x0 - CROP_MARGIN, rect.y1)


def _with_alternatives(own: Readings, crops: Sequence[Grey], engines: Engines) -> Readings:
    """The readings of a mark; where larger crops show another day, their dates stand beside its
    own ones, and beside what one network alone reads in its own crop, the first of `crops`.
    """
    before = dates_among(own)
    larger = chain.from_iterable(engines.handwriting.alternatives(crops[1:]))
    other = [r.hypotheses for r in larger if _shows_another_day(r.hypotheses, before[0])]
    if not other:
        return own
    ((_, alone),) = engines.handwriting.alternatives(crops[:1])
    dates = mixed(before, alone.hypotheses, *other)
    return tuple(dates if reading.reader == DATES else reading for reading in own)


def _shows_another_day(dates: tuple[Hypothesis, ...], best: Hypothesis) -> bool:
    """Whether the best of the dates fits well and is none of the days of another date."""
    return bool(dates) and dates[0].log_likelihood >= MIN_FIT and not _days(dates[0]) & _days(best)
