"""How sure a value is: the one place where raw scores become probabilities.

A first, honest model, to be replaced by a calibrated one. A reader's score is an input
here and is never shown. The numbers were set on the tuning part of the development
agreements and on synthetic ones; docs/confidence.md says how they fared on the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rapidfuzz import fuzz

from ocr_extract.recognition.names import INK_RECOGNIZERS
from ocr_extract.records import Reading

TEXT_QUALITY = 0.985
"""Text that another program read: right nearly always, and we cannot look."""
TYPED_QUALITY = 0.995
"""Type that two readings agree on and that every word was read surely."""
MIN_QUALITY = 0.02
DATE_AT, DATE_SCALE = -9.0, 2.0
"""Log-likelihood, relative to the best reading, at which ink is as likely a date as not."""
LOST_AT, LOST_SCALE = -18.0, 3.0
"""The same, at which none of the dates is as likely what is written as not."""
USUAL_LENGTH = 10
"""Characters of a date in digits."""
HAND_QUALITY = 0.97
AGREED = 0.6
"""Agreement from which a middling score is forgiven."""


def word_score(reading: Reading) -> float:
    """Geometric mean of a reading's word scores, 0..1."""
    if not reading.hypotheses or not reading.best:
        return 0.0
    return math.exp(reading.hypotheses[0].log_likelihood / max(1, len(reading.best.split())))


def print_score(readings: Sequence[Reading]) -> float:
    """How much a mark looks like type: surely read, and read the same every time, 0..1.
    What holds no letter and no digit is no reading.
    """
    scored = [
        (word_score(r), r)
        for r in readings
        if r.reader not in INK_RECOGNIZERS and any(c.isalnum() for c in r.best)
    ]
    if not scored:
        return 0.0
    surest = max(scored, key=lambda item: item[0])[1]
    mean = sum(score * score for score, _ in scored) / sum(score for score, _ in scored)
    alike = sum(score * _alike(r.best, surest.best) for score, r in scored)
    return mean * (0.4 + 0.6 * alike / sum(score for score, _ in scored))


def agreement(reading: Reading, readings: Sequence[Reading]) -> float:
    """Share of the readings of one place (itself included) that say the same, each by
    its own score: a reading that is not sure of itself does not gainsay the others.
    """
    weights = [(word_score(r), _letters(r.best)) for r in readings]
    total = sum(weight for weight, _ in weights)
    same = sum(weight for weight, text in weights if text == _letters(reading.best))
    return same / total if total > 0 else 0.0


def reading_quality(reading: Reading, readings: Sequence[Reading]) -> float:
    """Probability that a reading is right to the letter, from its score and from how
    many of all readings of the same place say the same.
    """
    score, share = word_score(reading), agreement(reading, readings)
    sure: float = score ** (0.25 if share > AGREED else 1.0)
    quality = TYPED_QUALITY * sure * (0.35 + 0.65 * share)
    return min(TYPED_QUALITY, max(MIN_QUALITY, quality))


def ink_date_score(log_likelihood: float, text: str) -> float:
    """How much ink reads as a date (0..1), from its best date's text and log-likelihood
    relative to the best reading.
    """
    return _sigmoid((_per_line(log_likelihood, text) - DATE_AT) / DATE_SCALE)


def hand_quality(log_likelihood: float, text: str) -> float:
    """Probability that handwriting holds one of the dates it was scored against, once it
    is known to be a date: bad spelling of a month leaves little to choose between.
    """
    return HAND_QUALITY * _sigmoid((_per_line(log_likelihood, text) - LOST_AT) / LOST_SCALE)


def _per_line(log_likelihood: float, text: str) -> float:
    """As if the date had ten characters: a long one has more places to be unlike itself."""
    return log_likelihood * USUAL_LENGTH / max(USUAL_LENGTH, len(text))


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def text_confidence(scores: Sequence[float], located: float) -> float:
    """Probability that a name or a title was read right: the mean word score, and how
    surely its place was found (both 0..1).
    """
    if not scores:
        return 0.0
    return min(0.99, (sum(scores) / len(scores)) * located)


def _alike(a: str, b: str) -> float:
    """Similarity of two readings, 0..1: type is misread by a letter, handwriting by all."""
    return fuzz.ratio(_letters(a), _letters(b)) / 100


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum() or c in "/.-")


def drawn_signature(log_odds: float) -> float:
    """Probability that ink is a signature, from its natural log-odds."""
    return min(SUREST_SIGNATURE, _sigmoid(log_odds + SIGNED_PRIOR))


def typed_signature(name_like: float) -> float:
    """Probability that type on the signature's line is one; likeness to the author 0..1."""
    return 0.9 if name_like > 0.6 else 0.5


SIGNED_PRIOR = 2.7
"""Real forms are signed in 99 of 100, those that the model learned from in 27. Half of that
difference is believed: the unsigned one is the one that a person looks for."""
SUREST_SIGNATURE = 0.99
"""A model of some hundred forms cannot be surer."""


NO_INK = 0.93
"""Probability that a block without any mark of a signature's size is unsigned."""

CERTIFICATES = {"valid": 0.99, "unverified": 0.95, "altered": 0.5, "unreadable": 0.3}
"""Probability that a certificate of each state is the signer's signature."""
CERTIFICATE_DAY = 0.6
"""Probability that a signer dates the form on the certificate's day (73 of 113 files were
last changed on the very day of their date)."""
HIDDEN_TEXT = -2.0
"""Log-likelihood of text that does not show: of 4 real ones 3 were wrong."""
