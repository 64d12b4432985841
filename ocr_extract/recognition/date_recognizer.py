"""Handwritten dates: two networks see the ink, all dates are scored against both.

What comes back is a reading with many strings, each with its log-likelihood relative to
the best free path, so that "Vox/ Ox/ 25" becomes a distribution instead of a string.
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
"""Of each network's log-likelihoods, learned on held-out writers (models/handwriting/weigh.py)."""
MAX_DATES = 100
"""Dates that are kept, likeliest first: a record holds them all for a second look."""
MIN_DIGITS = (1.0, 4.0)
"""Digits that PP-OCR and the own network see, by their probabilities, from either of which on
a crop is scored as a date at all: the latter sees some in scrawls, too. Of 261 dates of
writers whom neither knows all pass; of crops that did not, none came near to a date.
"""


@dataclass(frozen=True)
class DateRecognizer:
    """Reads handwriting; `languages` (ISO 639) are those of month words."""

    languages: tuple[str, ...] = ("en",)
    networks: tuple[LineNetwork, ...] = field(default_factory=lambda: (pp_ocr(), handwriting()))

    def available(self) -> Availability:
        """Whether both networks are there; else the first that is not."""
        found = [network.available() for network in self.networks]
        return next((one for one in found if not one.present), found[0])

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """The dates that may stand in each crop; raises ReaderTrouble or MissingTool."""
        return tuple(readings[-1] for readings in self.readings(crops))

    def readings(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        """Of each crop each network's free reading, and the dates; raises as `read`."""
        seen = [network.frames(crops) for network in self.networks]
        return tuple(self._of_crop(frames) for frames in zip(*seen, strict=True))

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        """Of each crop the free reading of the network that knows every letter; raises as
        `read`.
        """
        return tuple((reading,) for reading in self.networks[0].read(crops))

    def _of_crop(self, frames: tuple[CtcOutput, ...]) -> tuple[Reading, ...]:
        free = [as_reading(n.name, f) for n, f in zip(self.networks, frames, strict=True)]
        return (*free, self._dates(frames))

    def _dates(self, frames: tuple[CtcOutput, ...]) -> Reading:
        digits = [float(f.probabilities[:, 1:11].sum()) for f in frames]
        if all(seen < least for seen, least in zip(digits, MIN_DIGITS, strict=True)):
            return Reading(reader=DATES, hypotheses=())
        weights = [WEIGHTS[network.name] for network in self.networks]
        found = written_dates(frames, weights, self.languages)
        return Reading(reader=DATES, hypotheses=found[:MAX_DATES])
