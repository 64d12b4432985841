"""Reads doubtful dates once more, from more crops of the same ink.

A crop that follows the ink of one mark may cut off what belongs to it: the loop of a 9 that touches
the signature above it, a tail, a stroke that was taken for a ruled line. So a date that is not
clear is read again from a higher and wider crop, and from one of the page before ruled lines were
removed. What is read there stands beside what was read before, with a likelihood of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr_extract.calibration.confidence import ink_date_score
from ocr_extract.dates.grammar import interpret
from ocr_extract.fields.marks import Mark
from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.imaging.components import crop_of
from ocr_extract.recognition.base import Engines
from ocr_extract.recognition.date_recognizer import mixed
from ocr_extract.recognition.names import DATES, dates_among
from ocr_extract.records import Hypothesis, Reading

MAX_MARKS = 3
"""Marks of a page that are read again, those most like a date first (chosen)."""
MIN_DATE_SCORE = 0.2
"""Probability (0..1) that ink is a date from which it is read again (chosen)."""
CLEAR_MARGIN = 8.0
"""Natural log-likelihood by which the best date is ahead of every other day from which a date is
clear and not read again (chosen)."""
HIGHER, WIDER = 0.35, 3.0
"""Share of a mark's height by which the higher crop reaches above and below it, and points to
its left and right (chosen; the loops that were cut off are a third of a digit's height)."""
Readings = tuple[Reading, ...]


def read_again(
    clean: Raster,
    page: Raster,
    marks: Sequence[Mark],
    readings: Sequence[Readings],
    engines: Engines,
) -> list[Readings]:
    """The readings of each mark; the dates of doubtful ones are scored against more crops. `clean`
    is the page without ruled lines, `page` the page with them. Raises RecognizerTrouble.
    """
    doubtful = _doubtful(marks, readings)
    if not doubtful:
        return list(readings)
    crops = [(index, crop) for index in doubtful for crop in _crops(clean, page, marks[index].rect)]
    read = engines.handwriting.alternatives([crop for _, crop in crops])
    again = list(readings)
    for (index, _), alternatives in zip(crops, read, strict=True):
        again[index] = _with_alternatives(again[index], alternatives)
    return again


def _doubtful(marks: Sequence[Mark], readings: Sequence[Readings]) -> list[int]:
    """Indices of the marks to read again, most like a date first."""
    scored = [
        (ink_date_score(dates[0].log_likelihood, dates[0].text), index)
        for index, own in enumerate(readings)
        if (dates := dates_among(own)) and marks[index].kind != "text"
    ]
    likely = sorted(((-score, index) for score, index in scored if score > MIN_DATE_SCORE))
    return [i for _, i in likely[:MAX_MARKS] if not _is_clear(dates_among(readings[i]))]


def _is_clear(dates: tuple[Hypothesis, ...]) -> bool:
    """Whether the best date is far ahead of every other day."""
    best = dates[0]
    days = {meaning.parts for meaning in interpret(best.text)}
    near = (d for d in dates if best.log_likelihood - d.log_likelihood < CLEAR_MARGIN)
    return all(days & {meaning.parts for meaning in interpret(d.text)} for d in near)


def _crops(clean: Raster, page: Raster, rect: Rect) -> list[Grey]:
    """A larger crop of the mark; and one of the page with its ruled lines, if there are any."""
    more = HIGHER * rect.height
    larger = Rect(rect.x0 - WIDER, rect.y0 - more, rect.x1 + WIDER, rect.y1 + more)
    crops = [crop_of(clean, larger, 0.0), crop_of(page, larger, 0.0)]
    return crops[:1] if np.array_equal(crops[0], crops[1]) else crops


def _with_alternatives(readings: Readings, alternatives: Reading) -> Readings:
    """The readings; the dates are those of before and the alternatives together."""
    dates = mixed(dates_among(readings), alternatives.hypotheses)
    return tuple(dates if reading.reader == DATES else reading for reading in readings)
