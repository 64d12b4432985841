"""Is this ink a signature? A logistic model over what can be seen and read of a mark.

models/signature/CARD.md tells what it was learned from and how it fared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ocr_extract.model_files import model_file

MIN = (14.0, 5.0)
"""Width and height in points; of real signatures none is smaller."""
MAX = 12.0
"""Log-odds beyond which no mark is believed."""
MAX_MIXED = -1.0
"""The same for ink that a date is a part of: whatever else it is, a person has to look."""


@dataclass(frozen=True)
class InkEvidence:
    """What is known of a mark. Lengths are points; likenesses and shares are 0..1; places
    are log-odds, see fields.assign.place_score.
    """

    width: float
    height: float
    longest: float
    """Length of the longest stroke that hangs together."""
    winding: float
    per_piece: float
    """Mean length of its pieces."""
    digits: float
    date_like: float
    within_date: float
    """How much a larger mark that holds it reads as a date."""
    holds_date: float
    """How much a smaller mark in it reads as a date."""
    on_date: float
    """How much of the mark, 0..1, lies on a mark that reads as a date and goes beyond it."""
    on_name: float
    """The same of the author's name, where that stands by its own label."""
    name_like: float
    typed: float
    legible: float
    """How surely its letters were read."""
    letters: int
    at_signature: float
    at_date: float
    at_author: float
    on_labels: float
    """Share of the mark that lies on labels."""
    mixed: bool = False
    """Whether it is surely more than a signature, if one at all: a year, or digits beside the
    author's name, are read in it, or the name and a date are all that it is.
    """

    def features(self) -> dict[str, float]:
        """What the model weighs, by name."""
        legible = self.legible * min(1.0, self.letters / 5)
        strange = legible * (1.0 - self.name_like)
        return {
            "small": max(0.0, 1.0 - self.width * self.height / 700),
            "low": max(0.0, 10.0 - self.height) / 5,
            "bare line": max(0.0, 1.4 - self.winding) * min(1.0, self.longest / 40),
            "winding": max(0.0, min(3.0, self.winding) - 1.4),
            "long pieces": min(1.0, self.per_piece / 18),
            "frame": min(1.0, max(0.0, self.per_piece - 70) / 60),
            "large": min(1.0, self.width * self.height / 2500),
            "digits": self.digits,
            "a date": max(0.0, self.date_like - 0.3),
            "within a date": max(0.0, self.within_date - 0.3),
            "holds a date": max(0.0, self.holds_date - 0.3),
            "typed": self.typed,
            "another word": strange,
            "another word in type": strange * self.typed,
            "the name": legible * self.name_like,
            "at the signature": max(-6.0, self.at_signature),
            "nearer to the date": max(0.0, min(4.0, self.at_date - self.at_signature)),
            "nearer to the author": max(0.0, min(4.0, self.at_author - self.at_signature)),
            "the name beside the author": legible
            * self.name_like
            * max(0.0, min(3.0, self.at_author - self.at_signature)),
            "on labels": self.on_labels,
            "on a date": max(0.0, self.on_date - 0.2),
            "on the name": max(0.0, self.on_name - 0.2),
            "a date and the name": self.on_date * self.on_name,
        }


@dataclass(frozen=True)
class PresenceModel:
    """Weights by feature, and where the log-odds begin."""

    weights: Mapping[str, float]
    bias: float

    def log_odds(self, evidence: InkEvidence) -> float:
        """Natural log-odds that the ink is a signature, within -MAX..MAX."""
        if evidence.width < MIN[0] or evidence.height < MIN[1]:
            return -MAX
        features = evidence.features()
        total = self.bias + sum(
            self.weights.get(name, 0.0) * value for name, value in features.items()
        )
        return max(-MAX, min(MAX_MIXED if evidence.mixed else MAX, total))


@lru_cache(maxsize=1)
def presence_model() -> PresenceModel:
    """The shipped model, read on first use."""
    stored = json.loads(model_file("signature", "weights.json").read_text(encoding="utf-8"))
    return PresenceModel(stored["weights"], stored["bias"])
