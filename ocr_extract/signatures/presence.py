"""A logistic model of whether ink is a signature, from what is seen and read of a mark.

`models/signature/CARD.md` describes the data that it was learned from and its measured quality.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ocr_extract.model_files import model_file

MIN_SIGNATURE_SIZE = (14.0, 5.0)
"""Smallest width and height of a signature, in points (chosen: no real signature is smaller)."""
MAX_LOG_ODDS = 12.0
"""Largest natural log-odds, positive or negative, that the model returns (chosen)."""
MAX_MIXED_LOG_ODDS = -1.0
"""Largest natural log-odds for ink that includes a date or other text (chosen): a person has to
check it."""


@dataclass(frozen=True)
class InkEvidence:
    """What is known of a mark. Lengths are in points. Similarities and shares are 0..1. The
    `at_...` values are log-odds of a place, see `fields.assign.place_score`.
    """

    width: float
    height: float
    longest: float
    """Length of the longest connected stroke."""
    winding: float
    """Length of the longest stroke over half the outline of its convex hull: 1 for a line, more
    for a scrawl."""
    per_piece: float
    """Mean length of its pieces."""
    digits: float
    """Share of digits in its reading, times the score of that reading."""
    date_like: float
    """How much the mark reads as a date."""
    within_date: float
    """How much a larger mark around it reads as a date."""
    holds_date: float
    """How much a smaller mark inside it reads as a date."""
    on_date: float
    """Share of the mark that lies on a date's mark and is not part of it, times how much that
    mark reads as a date."""
    on_name: float
    """The same for the author's name, when the name stands beside its own label."""
    name_like: float
    """Similarity of its reading to the author's name."""
    typed: float
    """Print score: how much it reads as type."""
    legible: float
    """Score of the reading of its letters."""
    letters: int
    """Letters and digits in that reading."""
    at_signature: float
    at_date: float
    at_author: float
    on_labels: float
    """Share of the mark that lies on labels."""
    mixed: bool = False
    """Whether the mark is surely more than a signature. This is so when a label, a year, or
    digits beside the author's name are read in it, when it is a month, or when the name and a
    date explain all of it."""

    def features(self) -> dict[str, float]:
        """The model's input values, by feature name."""
        legible = self.legible * min(1.0, self.letters / 5)
        other_word = legible * (1.0 - self.name_like)
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
            "another word": other_word,
            "another word in type": other_word * self.typed,
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
    """Weights by feature name, and the bias of the log-odds."""

    weights: Mapping[str, float]
    bias: float

    def log_odds(self, evidence: InkEvidence) -> float:
        """Natural log-odds that the ink is a signature, within -12..12, and at most -1 for `mixed`
        ink. Ink smaller than `MIN_SIGNATURE_SIZE` gets -12.
        """
        if evidence.width < MIN_SIGNATURE_SIZE[0] or evidence.height < MIN_SIGNATURE_SIZE[1]:
            return -MAX_LOG_ODDS
        features = evidence.features()
        total = self.bias + sum(
            self.weights.get(name, 0.0) * value for name, value in features.items()
        )
        return max(
            -MAX_LOG_ODDS, min(MAX_MIXED_LOG_ODDS if evidence.mixed else MAX_LOG_ODDS, total)
        )


@lru_cache(maxsize=1)
def presence_model() -> PresenceModel:
    """The shipped model. It is read from its file on first use."""
    weights_file = json.loads(model_file("signature", "weights.json").read_text(encoding="utf-8"))
    return PresenceModel(weights_file["weights"], weights_file["bias"])
