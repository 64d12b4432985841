"""Handwritten dates: two networks read the ink, and all dates are scored against both.

The result is a reading with many strings. Each has a natural log-likelihood relative to the best
free path, so that ink like "Vox/ Ox/ 25" gives a distribution over dates instead of one string.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ocr_extract.geometry import Grey
from ocr_extract.recognition.base import Availability
from ocr_extract.recognition.ctc_network import LineNetwork, as_reading
from ocr_extract.recognition.ctc_output import CtcOutput
from ocr_extract.recognition.date_automaton import written_dates
from ocr_extract.recognition.handwriting import handwriting
from ocr_extract.recognition.names import DATES, HANDWRITING, PP_OCR
from ocr_extract.recognition.pp_ocr import pp_ocr
from ocr_extract.records import Reading

WEIGHTS = {PP_OCR: 1.0, HANDWRITING: 1.0}
"""Weight of each network's log-likelihoods in their sum. Learned on held-out writers
(models/handwriting/weigh.py)."""
MAX_DATES = 100
"""Number of dates in a reading, likeliest first. A record keeps them all for the consensus pass
(chosen)."""
MIN_DIGITS = (1.0, 4.0)
"""Number of digits in a crop, as the sum of their probabilities, from which it is scored as a
date: for PP-OCR and for the project's own network, which also sees some digits in scrawls. One
of the two is enough. Measured: 261 of 261 dates of writers that neither network knows pass, and
no crop that does not pass came near to a date."""


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

    def pooled(self, groups: Sequence[Sequence[Grey]]) -> tuple[Reading, ...]:
        """For each group of crops of the same mark the dates, scored against all its crops: the
        mean of their log-likelihoods. Raises like `read`.
        """
        return tuple(self._of_group(group) for group in groups)

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        """For each crop the free reading of the first network, which knows all letters; raises
        like `read`.
        """
        return tuple((reading,) for reading in self.networks[0].read(crops))

    def _of_group(self, crops: Sequence[Grey]) -> Reading:
        outputs = [network.frames(crops) for network in self.networks]
        weights = [WEIGHTS[network.name] / len(crops) for network in self.networks for _ in crops]
        return self._scored(tuple(output for own in outputs for output in own), weights)

    def _of_crop(self, outputs: tuple[CtcOutput, ...]) -> tuple[Reading, ...]:
        free = [as_reading(n.name, o) for n, o in zip(self.networks, outputs, strict=True)]
        return (*free, self._dates(outputs))

    def _dates(self, outputs: tuple[CtcOutput, ...]) -> Reading:
        """The reading of dates of one crop; without hypotheses when it has too few digits."""
        digits = [float(o.probabilities[:, 1:11].sum()) for o in outputs]
        if all(count < minimum for count, minimum in zip(digits, MIN_DIGITS, strict=True)):
            return Reading(reader=DATES, hypotheses=())
        return self._scored(outputs, [WEIGHTS[network.name] for network in self.networks])

    def _scored(self, outputs: Sequence[CtcOutput], weights: Sequence[float]) -> Reading:
        dates = written_dates(outputs, weights, self.languages)
        return Reading(reader=DATES, hypotheses=dates[:MAX_DATES])
