"""P(date | evidence) from readings, ways of writing, slips and the volume's context.

P(meant | evidence) is proportional to
P(meant | context) * sum over written of P(written | meant) * P(readings | written).
Readings are pooled linearly (Stone 1961). Recognizers of the same ink are not independent: a
product of their probabilities would count the mistakes that they share twice.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ocr_extract.dates.calendar import PartialDate, Precision, is_possible
from ocr_extract.dates.confusions import likelihoods, score
from ocr_extract.dates.grammar import ORDER_WEIGHTS, Interpretation, interpret
from ocr_extract.dates.normalised import normalise
from ocr_extract.dates.priors import Context
from ocr_extract.dates.slips import NO_SLIP, Slip, slips_behind
from ocr_extract.records import Hypothesis

MAX_CANDIDATES = 10
"""Number of candidates that a record keeps (chosen)."""
MIN_VALUE_PROBABILITY = 0.5
"""Smallest probability of a date that is given as the value, half of it for legible ones; below
it, its month or its year may be given (chosen)."""
MIN_LEGIBLE_LOG_LIKELIHOOD = -12.0
"""Natural log-likelihood, relative to the best free reading, from which ink is legible as a date
(chosen)."""
OTHER_TEXT_WEIGHT, SURE_TEXT_WEIGHT = 0.15, 0.5
"""Weights (0..1) of the log-likelihood of another recognizer's string: at least, and times the
string's quality. Tesseract's reading of handwriting is mostly noise, and its scores say so
(chosen)."""
MIN_OTHER_LOG_LIKELIHOOD = -25.0
"""Smallest natural log-likelihood that another recognizer's string may give a date (chosen)."""
MIN_SLIP_SHARE = 0.02
"""Slips are weighed for a written date only when its probability is at least this share (0..1)
of the likeliest one's (chosen)."""
MIN_MEANING_LOG_WEIGHT = -9.0
"""Natural log-weight at or below which an interpretation of a string is not used: the cost of
three unrelated characters (chosen)."""


@dataclass(frozen=True)
class ReadText:
    """A string that a recognizer read, and the probability (0..1) that it is right."""

    text: str
    quality: float


@dataclass(frozen=True)
class DateCandidate:
    """A date that may have been meant, its probability (0..1), and the reason for people."""

    parts: PartialDate
    probability: float
    reason: str


@dataclass(frozen=True)
class RecoveredDate:
    """The date that was meant, and what else it could be.

    `value` is None when no date is likely enough; `confidence` (0..1) is its probability and
    `precision` its precision. `as_written` stands on the page in the string `text`. `slip` leads
    from it to the value, if any. `candidates` are at most MAX_CANDIDATES, likeliest first.
    `order_open`: day and month may have to be exchanged. `illegible`: no string is a date.
    """

    value: PartialDate | None = None
    as_written: PartialDate | None = None
    confidence: float = 0.0
    candidates: tuple[DateCandidate, ...] = ()
    precision: Precision = "none"
    slip: Slip | None = None
    order_open: bool = False
    illegible: bool = False
    text: str = ""


@dataclass
class _Posterior:
    """Sums of probabilities, not normalised: by the date meant (`mass`), and by the date meant
    and the date written (`written`). `slips` lead from the second to the first.
    """

    mass: dict[PartialDate, float] = field(default_factory=lambda: defaultdict(float))
    written: dict[PartialDate, dict[PartialDate, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    slips: dict[tuple[PartialDate, PartialDate], Slip] = field(default_factory=dict)

    def add(self, meant: PartialDate, written: PartialDate, weight: float) -> None:
        self.mass[meant] += weight
        self.written[meant][written] += weight


def date_similarity(text: str, languages: tuple[str, ...] = ("en",)) -> float:
    """How much a string is like a date: 1 for a full date, 0.6 for a partial one, half of that
    when more than two words or numbers are left over, 0.4 for an illegible date (digits between
    separators), 0 for other strings. `languages` (ISO 639 codes) are those of month words.
    """
    best = _usable(interpret(text, languages))
    if best:
        full = best[0].parts.precision == "day"
        weak = len(best[0].remainder) > 2
        return (1.0 if full else 0.6) * (0.5 if weak else 1.0)
    return 0.4 if _resembles_date(normalise(text)) else 0.0


def recover_scored(
    scored: Sequence[Hypothesis],
    quality: float,
    context: Context,
    languages: tuple[str, ...] = ("en",),
    texts: Iterable[ReadText] = (),
) -> RecoveredDate:
    """The date behind handwriting that was scored against all dates.

    `scored` are the dates as strings with natural log-likelihoods relative to the best free
    reading, likeliest first; `quality` (0..1) is the probability that the ink is one of them;
    `texts` are free readings of the ink by other recognizers.
    """
    hypotheses = _with_other_texts(scored, list(texts))
    pooled = _pool_hypotheses(hypotheses, context, languages)
    readings = [ReadText(h.text, quality) for h in hypotheses]
    if not pooled:
        return RecoveredDate(illegible=True, text=readings[0].text if readings else "")
    posterior = _weigh_slips(pooled, context)
    legible = scored[0].log_likelihood >= MIN_LEGIBLE_LOG_LIKELIHOOD
    result = _conclude(
        posterior, readings, quality, legible=legible, context=context, languages=languages
    )
    return replace(result, text=_text_of(result, hypotheses, languages))


def _with_other_texts(scored: Sequence[Hypothesis], texts: Sequence[ReadText]) -> list[Hypothesis]:
    """The hypotheses, best first, with the other recognizers' texts added as evidence for the
    dates that they may be misreadings of.
    """
    total = np.array([s.log_likelihood for s in scored])
    for read in texts:
        weight = max(OTHER_TEXT_WEIGHT, SURE_TEXT_WEIGHT * read.quality)
        total = total + weight * np.maximum(
            MIN_OTHER_LOG_LIKELIHOOD, likelihoods(normalise(read.text), [s.text for s in scored])
        )
    ranked = sorted(zip(total, scored, strict=True), key=lambda item: (-item[0], item[1].text))
    return [s.model_copy(update={"log_likelihood": float(value)}) for value, s in ranked]


def _pool_hypotheses(
    scored: Sequence[Hypothesis], context: Context, languages: tuple[str, ...]
) -> dict[PartialDate, float]:
    """P(written): the meanings of each string, weighted by its likelihood; {} without any."""
    pooled: dict[PartialDate, float] = defaultdict(float)
    top = max((s.log_likelihood for s in scored), default=0.0)
    for hypothesis in scored:
        if meanings := _meanings(hypothesis.text, languages):
            for parts, share in _shares(meanings, context).items():
                pooled[parts] += share * math.exp(hypothesis.log_likelihood - top)
    total = sum(pooled.values())
    return {parts: mass / total for parts, mass in pooled.items()} if total else {}


def _meanings(text: str, languages: tuple[str, ...]) -> tuple[Interpretation, ...]:
    return _usable(interpret(text, languages))


def _text_of(
    result: RecoveredDate, scored: Sequence[Hypothesis], languages: tuple[str, ...]
) -> str:
    """The likeliest string that means the date as written; the likeliest of all if none does."""
    for hypothesis in scored:
        if any(i.parts == result.as_written for i in _meanings(hypothesis.text, languages)):
            return hypothesis.text
    return scored[0].text


def recover(
    texts: Iterable[ReadText], context: Context, languages: tuple[str, ...] = ("en",)
) -> RecoveredDate:
    """The date behind the readings of one mark; an empty result when there are none."""
    readings = sorted(texts, key=lambda r: (-r.quality, r.text))
    readings = [r for r in readings if r.text.strip()]
    if not readings:
        return RecoveredDate()
    pooled, legible = _pool(readings, context, languages)
    if not pooled:
        return RecoveredDate(illegible=True, text=readings[0].text.strip())
    posterior = _weigh_slips(pooled, context)
    quality = max(r.quality for r in readings)
    return _conclude(
        posterior, readings, quality, legible=legible, context=context, languages=languages
    )


def _pool(
    readings: list[ReadText], context: Context, languages: tuple[str, ...]
) -> tuple[dict[PartialDate, float], bool]:
    """P(written) from all readings, weighted by quality; and whether any reading is a date."""
    pooled: dict[PartialDate, float] = defaultdict(float)
    total = sum(r.quality for r in readings)
    legible = False
    for reading in readings:
        meanings = _meanings(reading.text, languages)
        legible = legible or bool(meanings)
        shares = _shares(meanings, context) if meanings else _misread_shares(reading.text, context)
        for parts, share in shares.items():
            pooled[parts] += share * reading.quality / total
    return pooled, legible


def _usable(meanings: tuple[Interpretation, ...]) -> tuple[Interpretation, ...]:
    """The interpretations that explain their string: more than a month or a day alone, and with
    fewer words and numbers left over than the date has parts.
    """
    return tuple(
        i
        for i in meanings
        if i.log_weight > MIN_MEANING_LOG_WEIGHT
        and (len(i.order) > 1 or i.order == "Y")
        and len(i.remainder) < len(i.order)
    )


def _shares(meanings: tuple[Interpretation, ...], context: Context) -> dict[PartialDate, float]:
    """P(written) over the meanings of a string, by the volume's orders of day and month."""
    logs = [_log_weight(meaning, context) for meaning in meanings]
    top = max(logs)
    weights: dict[PartialDate, float] = defaultdict(float)
    for meaning, log in zip(meanings, logs, strict=True):
        weights[meaning.parts] += math.exp(log - top)
    total = sum(weights.values())
    return {parts: weight / total for parts, weight in weights.items()}


def _log_weight(meaning: Interpretation, context: Context) -> float:
    """Natural log-weight of a meaning in this volume."""
    usual = ORDER_WEIGHTS.get(meaning.separator, {}).get(meaning.order)
    gain = context.order_gain(meaning.separator, meaning.order, usual) if usual else 0.0
    return meaning.log_weight + gain


def _misread_shares(text: str, context: Context) -> dict[PartialDate, float]:
    """P(written) by the noisy channel of `confusions`; {} for a string unlike a date."""
    line = normalise(text)
    if not _resembles_date(line):
        return {}
    scored = score(line, context.years() or _years_in(line))
    if not scored:
        return {}
    top = scored[0].log_likelihood
    weights: dict[PartialDate, float] = defaultdict(float)
    for scored_date in scored:
        weights[scored_date.parts] += math.exp(scored_date.log_likelihood - top)
    total = sum(weights.values())
    return {parts: weight / total for parts, weight in weights.items()}


def _resembles_date(line: str) -> bool:
    """Whether a string of 4 to 24 characters has 2 digits with 2 separators, or 5 digits."""
    digits = sum(c.isdigit() for c in line)
    separators = len(re.findall(r"[/.\-]", line))
    return 4 <= len(line) <= 24 and digits >= 2 and (separators >= 2 or digits >= 5)


def _years_in(line: str) -> tuple[int, ...]:
    """The years that a string names, each with the year before and the year after it."""
    long = {int(y) for y in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", line)}
    short = {2000 + int(y) for y in re.findall(r"(?<!\d)(\d\d)$", line)}
    named = long or short
    return tuple(sorted({y + step for y in named for step in (-1, 0, 1)}))


def _weigh_slips(pooled: dict[PartialDate, float], context: Context) -> _Posterior:
    """The posterior of the dates meant, from P(written), the slips and the context."""
    posterior = _Posterior()
    top = max(pooled.values())
    for written, share in sorted(pooled.items(), key=lambda item: _sort_key(item[0])):
        posterior.add(written, written, share * NO_SLIP * context.density(written))
        # No slips for an unlikely reading, nor for a possible date when nothing is known.
        if share < MIN_SLIP_SHARE * top or not (context.known or not is_possible(written)):
            continue
        for slip in slips_behind(written):
            posterior.add(slip.meant, written, share * slip.price * context.density(slip.meant))
            posterior.slips[(slip.meant, written)] = slip
    return posterior


def _sort_key(parts: PartialDate) -> tuple[int, int, int]:
    return (parts.year or 0, parts.month or 0, parts.day or 0)


def _conclude(
    posterior: _Posterior,
    readings: list[ReadText],
    quality: float,
    *,
    legible: bool,
    context: Context,
    languages: tuple[str, ...],
) -> RecoveredDate:
    """The result. Candidates share the probability `quality` (0..1); the rest is "none of them"."""
    total = sum(posterior.mass.values())
    if total <= 0:
        return RecoveredDate(illegible=True, text=readings[0].text.strip())
    ranked = sorted(posterior.mass.items(), key=lambda item: (-item[1], _sort_key(item[0])))
    candidates = tuple(
        DateCandidate(
            parts,
            quality * mass / total,
            _reason(posterior, parts, context, legible=legible) if rank < MAX_CANDIDATES else "",
        )
        for rank, (parts, mass) in enumerate(ranked)
    )
    value, confidence = _value_of(candidates, quality, legible=legible)
    as_written = _likeliest(posterior.written[value]) if value in posterior.mass else value
    slip = posterior.slips.get((value, as_written)) if value and as_written else None
    text = next((r.text for r in readings if _usable(interpret(r.text, languages))), None)
    return RecoveredDate(
        value=value,
        as_written=as_written,
        confidence=confidence,
        candidates=tuple(c for c in candidates[:MAX_CANDIDATES] if c.parts.iso),
        precision=value.precision if value else "none",
        slip=slip,
        order_open=legible and _is_order_open(candidates),
        illegible=not legible,
        text=(text if text is not None else readings[0].text).strip(" :;|"),
    )


def _value_of(
    candidates: tuple[DateCandidate, ...], quality: float, *, legible: bool
) -> tuple[PartialDate | None, float]:
    """The value with its probability: the likeliest date if it is partial or likely enough, else
    the likeliest month or year, else (None, 0.0). A part is read right more often than the whole,
    about as often as half of the characters: hence the square root of the quality.
    """
    top = candidates[0]
    if top.parts.precision != "day" or (legible and top.probability >= MIN_VALUE_PROBABILITY / 2):
        return (top.parts, top.probability) if top.parts.iso else (None, 0.0)
    if top.probability >= MIN_VALUE_PROBABILITY:
        return top.parts, top.probability
    for parts, mass in _months_and_years(candidates):
        probability = mass / math.sqrt(quality)
        if probability >= MIN_VALUE_PROBABILITY:
            return parts, min(1.0, probability)
    return None, 0.0


def _months_and_years(
    candidates: tuple[DateCandidate, ...],
) -> Iterator[tuple[PartialDate, float]]:
    """The likeliest month, then the likeliest year, each with its probability (0..1)."""
    for whole in (_month_of, _year_of):
        sums: dict[PartialDate, float] = defaultdict(float)
        for candidate in candidates:
            sums[whole(candidate.parts)] += candidate.probability
        best = max(sums.items(), key=lambda item: (item[1], _sort_key(item[0])))
        yield best[0], min(1.0, best[1])


def _month_of(parts: PartialDate) -> PartialDate:
    return PartialDate(parts.year, parts.month)


def _year_of(parts: PartialDate) -> PartialDate:
    return PartialDate(parts.year)


def _likeliest(sums: dict[PartialDate, float]) -> PartialDate:
    return max(sums.items(), key=lambda item: (item[1], _sort_key(item[0])))[0]


def _reason(posterior: _Posterior, parts: PartialDate, context: Context, *, legible: bool) -> str:
    """Why a date is a candidate, in words."""
    written = _likeliest(posterior.written[parts])
    if written == parts:
        return "as written" if legible else "resembles what is written"
    slip = posterior.slips[(parts, written)]
    return f"{slip.reason} ({context.reason})" if context.reason else slip.reason


def _is_order_open(candidates: tuple[DateCandidate, ...]) -> bool:
    """Whether the top date with day and month exchanged is at least a tenth as likely."""
    top = candidates[0]
    swapped = PartialDate(top.parts.year, top.parts.day, top.parts.month)
    return any(
        c.parts == swapped and c.parts != top.parts and c.probability >= 0.1 * top.probability
        for c in candidates
    )
