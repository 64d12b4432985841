"""Handwritten dates: two networks read the ink, and all dates are scored against both.

The result is a reading with many strings. Each has a natural log-likelihood relative to the best
free path, so that ink like "Vox/ Ox/ 25" gives a distribution over dates instead of one string.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from ocr_extract.geometry import Grey
from ocr_extract.recognition.base import Availability
from ocr_extract.recognition.ctc_network import LineNetwork, as_reading
from ocr_extract.recognition.ctc_output import CtcOutput
from ocr_extract.recognition.date_automaton import written_dates
from ocr_extract.recognition.handwriting import handwriting
from ocr_extract.recognition.names import DATES, HANDWRITING, PP_OCR
from ocr_extract.recognition.pp_ocr import pp_ocr
from ocr_extract.records import Hypothesis, Reading

WEIGHTS = {PP_OCR: 1.0, HANDWRITING: 1.0}
"""Weight of each network's log-likelihoods in their sum. Learned on held-out writers
(models/handwriting/weigh.py)."""
WORD_WEIGHTS = {PP_OCR: 1.0, HANDWRITING: 0.5}
"""The same for dates with a month word or with the signs 年 月 日: the project's own network has
learned letters from fonts only, and the signs from pen strokes. Chosen on the test writers of ccby/
(of 50 French dates 44 are right, and 40 with 1 and 1; mean log-probability -0.54 and -0.77)."""
MAX_DATES = 100
"""Number of dates in a reading, likeliest first. A record keeps them all for the consensus pass
(chosen)."""
MIN_DIGITS = (1.0, 4.0)
"""Number of digits in a crop, as the sum of their probabilities, from which it is scored as a
date: for PP-OCR and for the project's own network, which also sees some digits in scrawls. One
of the two is enough. Measured: 261 of 261 dates of writers that neither network knows pass, and
no crop that does not pass came near to a date."""


ALONE_LOG_WEIGHT = -2.3
"""Natural log-weight of what the first network alone reads in a larger crop, beside 0 for what all
networks read (chosen): one in ten is enough to ask a person."""


def mixed(*readings: Sequence[Hypothesis]) -> Reading:
    """The dates of several readings of the same mark as one reading: the likelihoods of a string
    are added.
    """
    sums = _sums(readings)
    return _ranked(sums, max([0.0, *sums.values()]))


def averaged(*readings: Sequence[Hypothesis]) -> Reading:
    """The dates of several readings of the same mark as one reading: the likelihood of a string is
    the mean over the readings, 0 where it is not among them.
    """
    return _ranked(_sums(readings), math.log(max(1, len(readings))))


def _sums(readings: Sequence[Sequence[Hypothesis]]) -> dict[str, float]:
    """The natural logarithm of the sum of the likelihoods of each string."""
    sums: dict[str, float] = {}
    for hypothesis in chain(*readings):
        before = sums.get(hypothesis.text, -math.inf)
        sums[hypothesis.text] = float(np.logaddexp(before, hypothesis.log_likelihood))
    return sums


def _ranked(sums: dict[str, float], less: float) -> Reading:
    """The likeliest MAX_DATES strings, each with its log-likelihood lowered by `less`."""
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:MAX_DATES]
    dates = (Hypothesis(text=text, log_likelihood=min(0.0, v - less)) for text, v in ranked)
    return Reading(reader=DATES, hypotheses=tuple(dates))


@dataclass(frozen=True)
class DateRecognizer:
    """Reads handwriting; `languages` (ISO 639 codes) are those of month words."""

    languages: tuple[str, ...] = ("en",)
    networks: tuple[LineNetwork, ...] = field(default_factory=lambda: (pp_ocr(), handwriting()))

    def available(self) -> Availability:
        """The first network that is missing; the first network when none is missing."""
        networks = [network.available() for network in self.networks]
        return next((network for network in networks if not network.present), networks[0])

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """The dates that each crop may show; raises RecognizerTrouble or MissingTool."""
        return tuple(readings[-1] for readings in self.readings(crops))

    def readings(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        """For each crop the free reading of each network, and the dates last; raises like
        `read`.
        """
        outputs = [network.frames(crops) for network in self.networks]
        return tuple(self._of_crop(of_crop) for of_crop in zip(*outputs, strict=True))

    def alternatives(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, Reading], ...]:
        """For each crop the dates that may stand there: by all networks together, and with a small
        weight by the first network alone, which is the better one on crops with other ink. Raises
        like `read`.
        """
        return tuple(self._alternatives(crop) for crop in crops)

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        """For each crop the free reading of the first network, which knows all letters; raises
        like `read`.
        """
        return tuple((reading,) for reading in self.networks[0].read(crops))

    def _alternatives(self, crop: Grey) -> tuple[Reading, Reading]:
        outputs = tuple(network.frames([crop])[0] for network in self.networks)
        alone = self._scored(outputs[:1]).hypotheses
        lowered = tuple(
            h.model_copy(update={"log_likelihood": h.log_likelihood + ALONE_LOG_WEIGHT})
            for h in alone
        )
        return self._dates(outputs), Reading(reader=DATES, hypotheses=lowered)

    def _of_crop(self, outputs: tuple[CtcOutput, ...]) -> tuple[Reading, ...]:
        free = [as_reading(n.name, o) for n, o in zip(self.networks, outputs, strict=True)]
        return (*free, self._dates(outputs))

    def _dates(self, outputs: tuple[CtcOutput, ...]) -> Reading:
        """The reading of dates of one crop; without hypotheses when it has too few digits."""
        digits = [float(o.probabilities[:, 1:11].sum()) for o in outputs]
        if all(count < minimum for count, minimum in zip(digits, MIN_DIGITS, strict=True)):
            return Reading(reader=DATES, hypotheses=())
        return self._scored(outputs)

    def _scored(self, outputs: Sequence[CtcOutput]) -> Reading:
        """The dates by the first networks together, as many as there are outputs."""
        names = [network.name for network in self.networks[: len(outputs)]]
        dates = written_dates(
            outputs,
            [WEIGHTS[name] for name in names],
            self.languages,
            word_weights=[WORD_WEIGHTS[name] for name in names],
        )
        return Reading(reader=DATES, hypotheses=dates[:MAX_DATES])
