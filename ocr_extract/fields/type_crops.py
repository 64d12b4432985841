"""The crops that tesseract reads: of type, and of ink that may be type, at one or two sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr_extract.calibration.confidence import word_score
from ocr_extract.fields.marks import Mark
from ocr_extract.geometry import Grey, Raster
from ocr_extract.imaging.components import crop_of, darkest_of
from ocr_extract.recognition.names import PP_OCR
from ocr_extract.records import Hypothesis, Reading

TYPE_READING_THRESHOLDS = (0.6, 0.85)
"""PP-OCR's word scores (0..1) from which tesseract reads ink once, and from which it reads it
twice (chosen; counted: of 42 marks of ink that tesseract took for type, one was below 0.6, and
it was not type)."""
ENLARGEMENT = 1.6
"""Factor by which the second crop of each mark is enlarged (chosen). Small type is then read
better, and two readings that agree are worth more than one."""


@dataclass(frozen=True)
class TypeCrops:
    """Crops of marks that may be type; `indices` are those of their marks."""

    crops: tuple[Grey, ...]
    indices: tuple[int, ...]

    def by_mark(
        self, marks: Sequence[Mark], typed: Sequence[Reading] | None
    ) -> list[tuple[Reading, ...]]:
        """The readings of each mark as type. `typed` are those of the crops; None when they could
        not be read. The words of the mark itself are the last reading.
        """
        by_mark: list[list[Reading]] = [[] for _ in marks]
        for index, reading in zip(self.indices, typed or (), strict=typed is not None):
            by_mark[index].append(reading)
        return [
            (*readings, own_reading(mark)) if mark.words else tuple(readings)
            for mark, readings in zip(marks, by_mark, strict=True)
        ]


NO_CROPS = TypeCrops((), ())


def crops_of_type(
    raster: Raster, marks: Sequence[Mark], ink_readings: Sequence[tuple[Reading, ...]]
) -> TypeCrops:
    """The crops of every mark that may be type: one, or two when it looks like type."""
    counts = [
        _reading_count(mark, readings) for mark, readings in zip(marks, ink_readings, strict=True)
    ]
    once = [i for i, count in enumerate(counts) if count]
    twice = [i for i, count in enumerate(counts) if count > 1]
    crops = {i: crop_of(raster, marks[i].rect) for i in once}
    again = (_second_crop(crops[i], marks[i]) for i in twice)
    return TypeCrops((*crops.values(), *again), (*once, *twice))


def _reading_count(mark: Mark, ink_readings: tuple[Reading, ...]) -> int:
    """How often (0..2) tesseract reads a mark. Words of the file are not read. Ink is read
    according to PP-OCR's score: what PP-OCR cannot read is not type.
    """
    if mark.born_digital:
        return 0
    if mark.kind == "text" or not ink_readings:
        return 2
    score = max((word_score(r) for r in ink_readings if r.reader == PP_OCR), default=0.0)
    return sum(score >= threshold for threshold in TYPE_READING_THRESHOLDS)


def _second_crop(crop: Grey, mark: Mark) -> Grey:
    """The second crop of a mark: enlarged. Of a label strip, which ink may cross, only the darkest
    pixels.
    """
    return darkest_of(crop) if mark.kind == "strip" else _enlarged(crop)


def _enlarged(crop: Grey) -> Grey:
    """The crop, enlarged and slightly blurred."""
    large = cv2.resize(crop, None, fx=ENLARGEMENT, fy=ENLARGEMENT, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.GaussianBlur(large, (0, 0), 0.8), dtype=np.uint8)


def own_reading(mark: Mark) -> Reading:
    """The words with which a mark was found, as a reading. Its log-likelihood is the sum of the
    words' log-scores; each score is limited to 0.01..0.999.
    """
    text = " ".join(word.text for word in mark.words)
    score = sum(np.log(min(0.999, max(0.01, word.score))) for word in mark.words)
    source = mark.words[0].source if mark.words else "none"
    return Reading(reader=source, hypotheses=(Hypothesis(text=text, log_likelihood=float(score)),))
