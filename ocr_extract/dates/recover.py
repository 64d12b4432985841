"""P(date | evidence) from readings, ways of writing, slips and the volume's context.

P(meant | evidence) is proportional to
P(meant | context) * sum over written of P(written | meant) * P(readings | written).
Readings are pooled linearly (Stone 1961): readers of the same ink are not independent,
so that multiplying them would double-count their shared mistakes.
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
from ocr_extract.dates.grammar import ORDER_WEIGHTS, Interpretation, interpret, normalise
from ocr_extract.dates.priors import Context
from ocr_extract.dates.slips import NO_SLIP, Slip, slips_behind
from ocr_extract.records import Hypothesis

SHOWN = 10
"""Candidates that are kept in a record."""
DECIDED = 0.5
"""A date less likely than this is not given as the value; its year or month may be."""
LEGIBLE_THRESHOLD = -12.0
"""Log-likelihood, relative to the best reading, from which ink can be read as a date."""
OTHER_READER = 0.15
"""Weight of another reader's string: tesseract on handwriting is mostly noise."""
MIN_OTHER = -25.0
SLIP_THRESHOLD = 0.02
"""Share of the likeliest reading's probability from which slips behind it are weighed."""
MISREAD_FLOOR = -9.0
"""Log-likelihood under which a string does not look like a date at all: three strangers."""


@dataclass(frozen=True)
class ReadText:
    """A string that was read, and how much it is to be believed (0..1)."""

    text: str
    quality: float


@dataclass(frozen=True)
class DateCandidate:
    """A date that may have been meant, with its probability and the reason in words."""

    parts: PartialDate
    probability: float
    reason: str


@dataclass(frozen=True)
class RecoveredDate:
    """What was written, what was meant, and everything else it could be.

    `slip` is set when the value was reached through one, `rivals` when day and month
    can be exchanged, `illegible` when no free reading of the string is a date.
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
class _Belief:
    """Joint log-space sums under construction: meant, and what was written for it."""

    mass: dict[PartialDate, float] = field(default_factory=lambda: defaultdict(float))
    written: dict[PartialDate, dict[PartialDate, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    slips: dict[tuple[PartialDate, PartialDate], Slip] = field(default_factory=dict)

    def add(self, meant: PartialDate, written: PartialDate, weight: float) -> None:
        self.mass[meant] += weight
        self.written[meant][written] += weight


def date_similarity(text: str, languages: tuple[str, ...] = ("en",)) -> float:
    """How much a string reads as a date: 1 a full one, 0.6 a partial one, 0.4 an
    illegible one (digits between separators), 0 nothing of the kind.
    """
    best = _usable(interpret(text, languages))
    if best:
        full = best[0].parts.precision == "day"
        weak = len(best[0].remainder) > 2
        return (1.0 if full else 0.6) * (0.5 if weak else 1.0)
    return 0.4 if _resembles(normalise(text)) else 0.0


def recover_scored(
    scored: Sequence[Hypothesis],
    quality: float,
    context: Context,
    languages: tuple[str, ...] = ("en",),
    texts: Iterable[ReadText] = (),
) -> RecoveredDate:
    """The date behind handwriting that was scored against all dates; `quality` (0..1) is
    the chance that it is any of them, `texts` are other readers' free readings of it.
    """
    likely = with_others(scored, [r.text for r in texts])
    pooled = _pool_scored(likely, context, languages)
    shown = [ReadText(s.text, quality) for s in likely]
    if not pooled:
        return RecoveredDate(illegible=True, text=shown[0].text if shown else "")
    belief = _believe(pooled, context)
    legible = scored[0].log_likelihood >= LEGIBLE_THRESHOLD
    found = _conclude(belief, shown, quality, legible=legible, context=context, languages=languages)
    return replace(found, text=_text_of(found, likely, languages))


def with_others(scored: Sequence[Hypothesis], others: Sequence[str]) -> list[Hypothesis]:
    """Each other reader's string speaks for the dates that it may be a misreading of."""
    total = np.array([s.log_likelihood for s in scored])
    for text in others:
        total = total + OTHER_READER * np.maximum(
            MIN_OTHER, likelihoods(normalise(text), [s.text for s in scored])
        )
    ranked = sorted(zip(total, scored, strict=True), key=lambda item: (-item[0], item[1].text))
    return [s.model_copy(update={"log_likelihood": float(value)}) for value, s in ranked]


def _pool_scored(
    scored: Sequence[Hypothesis], context: Context, languages: tuple[str, ...]
) -> dict[PartialDate, float]:
    """P(written): each string's meanings, weighted by its likelihood."""
    pooled: dict[PartialDate, float] = defaultdict(float)
    top = max((s.log_likelihood for s in scored), default=0.0)
    for one in scored:
        if exact := _meanings(one.text, languages):
            for parts, share in _shares(exact, context).items():
                pooled[parts] += share * math.exp(one.log_likelihood - top)
    total = sum(pooled.values())
    return {parts: mass / total for parts, mass in pooled.items()} if total else {}


def _meanings(text: str, languages: tuple[str, ...]) -> tuple[Interpretation, ...]:
    return _usable(interpret(text, languages))


def _text_of(found: RecoveredDate, scored: Sequence[Hypothesis], languages: tuple[str, ...]) -> str:
    """The likeliest string that says what was written."""
    for one in scored:
        if any(i.parts == found.as_written for i in _meanings(one.text, languages)):
            return one.text
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
    belief = _believe(pooled, context)
    quality = max(r.quality for r in readings)
    return _conclude(
        belief, readings, quality, legible=legible, context=context, languages=languages
    )


def _pool(
    readings: list[ReadText], context: Context, languages: tuple[str, ...]
) -> tuple[dict[PartialDate, float], bool]:
    """P(written): each reading's distribution, weighted by its quality."""
    pooled: dict[PartialDate, float] = defaultdict(float)
    total = sum(r.quality for r in readings)
    legible = False
    for reading in readings:
        exact = _meanings(reading.text, languages)
        legible = legible or bool(exact)
        shares = _shares(exact, context) if exact else _guess(reading.text, context)
        for parts, share in shares.items():
            pooled[parts] += share * reading.quality / total
    return pooled, legible


def _usable(found: tuple[Interpretation, ...]) -> tuple[Interpretation, ...]:
    """Interpretations that explain the string: a lone month or a lone number does not,
    and the fewer parts there are, the less may be left over.
    """
    return tuple(
        i
        for i in found
        if i.log_weight > MISREAD_FLOOR
        and (len(i.order) > 1 or i.order == "Y")
        and len(i.remainder) < len(i.order)
    )


def _shares(found: tuple[Interpretation, ...], context: Context) -> dict[PartialDate, float]:
    """P(written) over what a string can mean; the volume's habits weigh its orders."""
    logs = [_log_weight(one, context) for one in found]
    top = max(logs)
    weights: dict[PartialDate, float] = defaultdict(float)
    for one, log in zip(found, logs, strict=True):
        weights[one.parts] += math.exp(log - top)
    total = sum(weights.values())
    return {parts: weight / total for parts, weight in weights.items()}


def _log_weight(one: Interpretation, context: Context) -> float:
    usual = ORDER_WEIGHTS.get(one.separator, {}).get(one.order)
    gain = context.order_gain(one.separator, one.order, usual) if usual else 0.0
    return one.log_weight + gain


def _guess(text: str, context: Context) -> dict[PartialDate, float]:
    """The channel's distribution for a string that the grammar cannot read."""
    line = normalise(text)
    if not _resembles(line):
        return {}
    scored = score(line, context.years() or _years_in(line))
    if not scored:
        return {}
    top = scored[0].log_likelihood
    weights: dict[PartialDate, float] = defaultdict(float)
    for one in scored:
        weights[one.parts] += math.exp(one.log_likelihood - top)
    total = sum(weights.values())
    return {parts: weight / total for parts, weight in weights.items()}


def _resembles(line: str) -> bool:
    """A short string with a digit, and with a separator or mostly digits."""
    digits = sum(c.isdigit() for c in line)
    separators = len(re.findall(r"[/.\-]", line))
    return 4 <= len(line) <= 24 and digits >= 2 and (separators >= 2 or digits >= 5)


def _years_in(line: str) -> tuple[int, ...]:
    """Years that a string names, with their neighbours, when no volume says more."""
    long = {int(y) for y in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", line)}
    short = {2000 + int(y) for y in re.findall(r"(?<!\d)(\d\d)$", line)}
    named = long or short
    return tuple(sorted({y + step for y in named for step in (-1, 0, 1)}))


def _believe(pooled: dict[PartialDate, float], context: Context) -> _Belief:
    belief = _Belief()
    top = max(pooled.values())
    for written, share in sorted(pooled.items(), key=lambda item: _sort_key(item[0])):
        belief.add(written, written, share * NO_SLIP * context.density(written))
        # A slip of what was hardly read is no proposal.
        if share < SLIP_THRESHOLD * top or not (context.known or not is_possible(written)):
            continue
        for slip in slips_behind(written):
            belief.add(slip.meant, written, share * slip.price * context.density(slip.meant))
            belief.slips[(slip.meant, written)] = slip
    return belief


def _sort_key(parts: PartialDate) -> tuple[int, int, int]:
    return (parts.year or 0, parts.month or 0, parts.day or 0)


def _conclude(
    belief: _Belief,
    readings: list[ReadText],
    quality: float,
    *,
    legible: bool,
    context: Context,
    languages: tuple[str, ...],
) -> RecoveredDate:
    """Normalise, leave room for "something else" (1 - quality), and name the findings."""
    total = sum(belief.mass.values())
    if total <= 0:
        return RecoveredDate(illegible=True, text=readings[0].text.strip())
    ranked = sorted(belief.mass.items(), key=lambda item: (-item[1], _sort_key(item[0])))
    candidates = tuple(
        DateCandidate(
            parts,
            quality * mass / total,
            _reason(belief, parts, context, legible=legible) if place < SHOWN else "",
        )
        for place, (parts, mass) in enumerate(ranked)
    )
    value, confidence = _value(candidates, quality, legible=legible)
    as_written = _likeliest(belief.written[value]) if value in belief.mass else value
    slip = belief.slips.get((value, as_written)) if value and as_written else None
    text = next((r.text for r in readings if _usable(interpret(r.text, languages))), None)
    return RecoveredDate(
        value=value,
        as_written=as_written,
        confidence=confidence,
        candidates=tuple(c for c in candidates[:SHOWN] if c.parts.iso),
        precision=value.precision if value else "none",
        slip=slip,
        order_open=legible and _is_order_open(candidates),
        illegible=not legible,
        text=(text if text is not None else readings[0].text).strip(" :;|"),
    )


def _value(
    candidates: tuple[DateCandidate, ...], quality: float, *, legible: bool
) -> tuple[PartialDate | None, float]:
    """The likeliest date; when no day is likely enough, what is sure of it. A part is read
    right more often than the whole: about as if it were half of the characters.
    """
    top = candidates[0]
    if top.parts.precision != "day" or (legible and top.probability >= DECIDED / 2):
        return (top.parts, top.probability) if top.parts.iso else (None, 0.0)
    if top.probability >= DECIDED:
        return top.parts, top.probability
    for parts, mass in _coarser(candidates):
        sure = mass / math.sqrt(quality)
        if sure >= DECIDED:
            return parts, min(1.0, sure)
    return None, 0.0


def _coarser(
    candidates: tuple[DateCandidate, ...],
) -> Iterator[tuple[PartialDate, float]]:
    """The likeliest month of a year, then the likeliest year, with their mass."""
    for whole in (_month_of, _year_of):
        sums: dict[PartialDate, float] = defaultdict(float)
        for one in candidates:
            sums[whole(one.parts)] += one.probability
        best = max(sums.items(), key=lambda item: (item[1], _sort_key(item[0])))
        yield best[0], min(1.0, best[1])


def _month_of(parts: PartialDate) -> PartialDate:
    return PartialDate(parts.year, parts.month)


def _year_of(parts: PartialDate) -> PartialDate:
    return PartialDate(parts.year)


def _likeliest(sums: dict[PartialDate, float]) -> PartialDate:
    return max(sums.items(), key=lambda item: (item[1], _sort_key(item[0])))[0]


def _reason(belief: _Belief, parts: PartialDate, context: Context, *, legible: bool) -> str:
    written = _likeliest(belief.written[parts])
    if written == parts:
        return "as written" if legible else "resembles what is written"
    slip = belief.slips[(parts, written)]
    return f"{slip.reason} ({context.told})" if context.told else slip.reason


def _is_order_open(candidates: tuple[DateCandidate, ...]) -> bool:
    """Whether a rival with day and month exchanged keeps a tenth of the probability."""
    top = candidates[0]
    swapped = PartialDate(top.parts.year, top.parts.day, top.parts.month)
    return any(
        c.parts == swapped and c.parts != top.parts and c.probability >= 0.1 * top.probability
        for c in candidates
    )
