"""Turns raw recognizer scores into probabilities. No other module does this.

The formulas are simple and hand-made. For dates, `calibration.model` corrects the result with
a map fitted on labelled dates. A recognizer's score is an input here and is never shown. The
numbers were set on the tuning part of the development agreements and on synthetic agreements;
docs/confidence.md reports the results on the other agreements.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rapidfuzz import fuzz

from ocr_extract.recognition.names import INK_RECOGNIZERS
from ocr_extract.records import Reading

TEXT_QUALITY = 0.985
"""Probability (0..1) that text which another program recognized is right; the page itself is not
available for a check. Set on the development agreements."""
TYPED_QUALITY = 0.995
"""Highest probability (0..1) that a typed reading is right: two readings agree, and every word has
a high score. Set on the development agreements."""
MIN_QUALITY = 0.02
"""Lowest probability (0..1) that a reading is given. Set on the development agreements."""
INK_DATE_MIDPOINT, INK_DATE_SCALE = -9.0, 2.0
"""Natural log-likelihood of the best date, relative to the best reading and for ten characters, at
which ink is a date with probability 0.5; and the width of the transition. Set on the development
agreements."""
LOST_DATE_MIDPOINT, LOST_DATE_SCALE = -18.0, 3.0
"""Natural log-likelihood in the same units at which the probability that one of the scored dates
is what was written has fallen to half; and the width of the transition. Set on the development
agreements."""
USUAL_DATE_LENGTH = 10
"""Characters of a date in digits, as in 2025-05-27 (chosen)."""
MAX_HANDWRITING_QUALITY = 0.97
"""Highest probability (0..1) that handwriting holds one of the scored dates. Set on the
development agreements."""
AGREEMENT_THRESHOLD = 0.6
"""Agreement of the readings (share 0..1) above which a medium word score lowers the quality only
a little. Set on the development agreements."""
MIN_EXPONENT = -700.0
"""Exponent under which exp overflows, and the logistic function is 0 (defined by IEEE 754)."""


def word_score(reading: Reading) -> float:
    """Geometric mean of a reading's word scores, 0..1; 0 when the reading is empty."""
    if not reading.hypotheses or not reading.best:
        return 0.0
    return math.exp(reading.hypotheses[0].log_likelihood / max(1, len(reading.best.split())))


def print_score(readings: Sequence[Reading]) -> float:
    """How much a mark looks like type, 0..1. It is high when the words have high scores and all
    readings are similar. Readings without a letter or a digit are ignored, and so are the
    recognizers of handwriting.
    """
    scored = [
        (word_score(r), r)
        for r in readings
        if r.reader not in INK_RECOGNIZERS and any(c.isalnum() for c in r.best)
    ]
    total = sum(score for score, _ in scored)
    if total <= 0.0:
        return 0.0
    surest = max(scored, key=lambda item: item[0])[1]
    mean = sum(score * score for score, _ in scored) / total
    similarity = sum(score * _similarity(r.best, surest.best) for score, r in scored)
    return mean * (0.4 + 0.6 * similarity / total)


def agreement(reading: Reading, readings: Sequence[Reading]) -> float:
    """Share (0..1) of the readings of one place that have the same text as `reading`. The reading
    itself counts too. Each reading is weighted by its word score, so that a reading with a low
    score hardly contradicts the others. 0 when all scores are 0.
    """
    weights = [(word_score(r), _letters(r.best)) for r in readings]
    total = sum(weight for weight, _ in weights)
    same = sum(weight for weight, text in weights if text == _letters(reading.best))
    return same / total if total > 0 else 0.0


def reading_quality(reading: Reading, readings: Sequence[Reading]) -> float:
    """Probability (0..1) that every letter of a reading is right, from its word score and from its
    agreement with all readings of the same place.
    """
    score, share = word_score(reading), agreement(reading, readings)
    sure: float = score ** (0.25 if share > AGREEMENT_THRESHOLD else 1.0)
    quality = TYPED_QUALITY * sure * (0.35 + 0.65 * share)
    return min(TYPED_QUALITY, max(MIN_QUALITY, quality))


def ink_date_score(log_likelihood: float, text: str) -> float:
    """Probability (0..1) that ink is a date. `text` is its best date; `log_likelihood` is the
    natural log-likelihood of that date relative to the best reading (<= 0).
    """
    return _sigmoid((_for_usual_length(log_likelihood, text) - INK_DATE_MIDPOINT) / INK_DATE_SCALE)


def hand_quality(log_likelihood: float, text: str) -> float:
    """Probability (0..1) that one of the scored dates is what was written, for handwriting that is
    already known to be a date. Arguments as for `ink_date_score`. A badly written month lowers
    the log-likelihood of all dates by about the same amount, so the limit is lower here.
    """
    return MAX_HANDWRITING_QUALITY * _sigmoid(
        (_for_usual_length(log_likelihood, text) - LOST_DATE_MIDPOINT) / LOST_DATE_SCALE
    )


def _for_usual_length(log_likelihood: float, text: str) -> float:
    """The log-likelihood scaled down to ten characters: a longer date has more characters that
    may differ. Shorter dates keep theirs.
    """
    return log_likelihood * USUAL_DATE_LENGTH / max(USUAL_DATE_LENGTH, len(text))


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > MIN_EXPONENT else 0.0


def text_confidence(scores: Sequence[float], located: float) -> float:
    """Probability (0..0.99) that a name or a title was read right: the mean word score times the
    probability that its place was found (both 0..1). 0 without any word.
    """
    if not scores:
        return 0.0
    return min(0.99, (sum(scores) / len(scores)) * located)


def _similarity(a: str, b: str) -> float:
    """Similarity of two readings, 0..1. Misread type differs in a letter; handwriting that is read
    as type differs in almost all letters.
    """
    return fuzz.ratio(_letters(a), _letters(b)) / 100


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum() or c in "/.-")


def drawn_signature(log_odds: float) -> float:
    """Probability (0..0.99) that ink is a signature, from the natural log-odds of the model."""
    return min(MAX_SIGNATURE_CONFIDENCE, _sigmoid(log_odds + SIGNED_PRIOR))


def typed_signature(name_like: float) -> float:
    """Probability that type on the signature's line is a signature. `name_like` is its similarity
    to the author's name, 0..1.
    """
    return 0.9 if name_like > 0.6 else 0.5


SIGNED_PRIOR = 2.7
"""Natural log-odds added to those of the signature model. 99 of 100 real forms are signed, but
only 27 of 100 of those that the model learned from. Half of that difference is added (chosen),
because a person looks for the unsigned form."""
NAMED_INK = 1.5
"""Natural log-odds of a signature where the signer's name is read in the ink of the mark (chosen).
Counted: it is read in 222 of 616 drawn signatures, and on 1 of 500 unsigned forms in the ink that
is most like one, together with the end of a label."""
MAX_SIGNATURE_CONFIDENCE = 0.99
"""Highest probability (0..1) of a drawn signature: a model learned from some hundred forms cannot
support more (chosen)."""
NO_MARK_CONFIDENCE = 0.93
"""Probability (0..1) that a field is empty when no mark was found for it: no date or no
corresponding author. Set on the development agreements."""
NO_SIGNATURE_CONFIDENCE = 0.5
"""Probability (0..1) that a form is unsigned when no ink was found that may be a signature.
Counted: the program said so of 1 of 656 signed agreements, and of nearly all unsigned made forms;
2 of 1,076 real agreements are unsigned."""
CERTIFICATES = {"valid": 0.99, "unverified": 0.95, "altered": 0.5, "unreadable": 0.3}
"""Probability (0..1) that a certificate of each state is the signer's signature (chosen)."""
CERTIFICATE_DAY = {"valid": 0.998, "unverified": 0.998, "altered": 0.5, "unreadable": 0.5}
"""Probability (0..1), by the state of the certificate, that its day is the form's date where no
other date stands on the form (chosen; counted: it was on 4 of 4 real forms)."""
HIDDEN_TEXT = -2.0
"""Natural log-likelihood of text that does not show on the page (chosen): of 4 real files with
such text, 3 had a wrong date in it."""
