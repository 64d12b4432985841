"""Made records of a volume's dates, as after the extraction pass, with planted slips."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, product

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.priors import Context
from ocr_extract.decision.date import date_result, recovered, stamps_of
from ocr_extract.decision.flags import redated_flags
from ocr_extract.decision.severity import verdict_of
from ocr_extract.records import (
    Box,
    Document,
    Evidence,
    Fields,
    Hypothesis,
    Reading,
    Record,
    SignatureResult,
    Verdict,
)
from ocr_extract.settings import Settings

START, END = date(2025, 8, 11), date(2025, 8, 14)
"""First and last day of the conference."""
SLIP_RATE = 0.02
"""Share (0..1) of agreements with a planted slip (chosen)."""
KINDS = ("born_digital", "typed", "hand")
SHARES = (0.62, 0.13, 0.25)
"""Shares (0..1) of born-digital text, type on scans, and handwriting, as counted on real
agreements."""
BOX = Box(page=2, x0=210, y0=430, x1=270, y1=442)
SETTINGS = Settings()
PLANTED = (
    "last year", "next year", "ten years", "a century", "digit", "transposed", "lost",
    "doubled", "month", "impossible day", "swapped",
)  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """The date that the signer meant, the text as written, and the planted slip ("" for none)."""

    meant: date
    text: str
    slip: str
    ambiguous: bool
    """Whether day and month of the written date can be exchanged."""
    hidden: bool = False
    """Whether the slip leads to another usual day of the volume. Such a slip cannot be found
    without a time stamp."""


@dataclass(frozen=True)
class DateFormat:
    """How a signer writes dates: the order, the separator, whether the year has two digits, and
    whether day and month have leading zeros.
    """

    order: str
    separator: str
    short: bool
    padded: bool


def simulated(count: int, seed: int, context: Context) -> tuple[list[Record], list[Truth]]:
    """The records of a volume after the extraction pass, and their truth."""
    rng = random.Random(seed)
    truths = [_truth(rng) for _ in range(count)]
    return [_record(rng, i, t, context) for i, t in enumerate(truths)], truths


def _truth(rng: random.Random) -> Truth:
    meant = _meant(rng)
    date_format = _date_format(rng)
    slip = rng.choice(PLANTED) if rng.random() < SLIP_RATE else ""
    year, month, day = f"{meant.year}", meant.month, meant.day
    if slip:
        slipped = _slipped(rng, meant, slip)
        if slipped is None:
            slip = ""
        else:
            year, month, day = slipped
    short = date_format.short and not slip
    text = _written(date_format, year[2:] if short else year, month, day)
    ambiguous = day <= 12 and day != month and date_format.order in ("DMY", "MDY")
    return Truth(meant, text, slip, ambiguous, bool(slip) and _is_usual(year, month, day))


def _is_usual(year: str, month: int, day: int) -> bool:
    """Whether a written date is one of the days on which the volume's agreements are usually
    signed.
    """
    parts = PartialDate(int(year), month, day)
    full = parts.full()
    return full is not None and START - timedelta(60) <= full <= START + timedelta(20)


def _meant(rng: random.Random) -> date:
    """A day of signing: mostly in the two months before the conference; one in two hundred is
    months late.
    """
    if rng.random() < 0.005:
        return END + timedelta(rng.randint(60, 240))
    return START - timedelta(round(rng.triangular(-20, 60, 18)))


def _date_format(rng: random.Random) -> DateFormat:
    separator = rng.choices(("/", ".", "-", " "), (0.55, 0.25, 0.12, 0.08))[0]
    chances = {"/": (0.7, 0.18, 0.12), ".": (0.1, 0.72, 0.18), "-": (0.1, 0.3, 0.6), " ": (0, 0, 1)}
    order = rng.choices(("MDY", "DMY", "YMD"), chances[separator])[0]
    return DateFormat(order, separator, order != "YMD" and rng.random() < 0.08, rng.random() < 0.6)


def _written(date_format: DateFormat, year: str, month: int, day: int) -> str:
    if date_format.separator == " ":
        return f"{date(2000, month, 1):%B} {day}, {year}"
    wide = 2 if date_format.padded else 1
    parts = {"Y": year, "M": f"{month:0{wide}d}", "D": f"{day:0{wide}d}"}
    return date_format.separator.join(parts[p] for p in date_format.order)


def _slipped(rng: random.Random, meant: date, slip: str) -> tuple[str, int, int] | None:
    """Year, month and day after the slip; None when the slip would not change the date."""
    year = f"{meant.year}"
    offsets = {"last year": -1, "next year": 1, "ten years": rng.choice((-10, 10)),
               "a century": rng.choice((-100, 100))}  # fmt: skip
    if slip in offsets:
        return f"{meant.year + offsets[slip]}", meant.month, meant.day
    place = rng.randrange(1, 4)
    years = {
        "digit": year[:place] + rng.choice("0123456789") + year[place + 1 :],
        "transposed": year[:2] + year[3] + year[2],
        "lost": year[:place] + year[place + 1 :],
        "doubled": year[:place] + year[place] + year[place:],
    }
    if slip in years:
        return (years[slip], meant.month, meant.day) if years[slip] != year else None
    if slip == "month":
        return year, max(1, min(12, meant.month + rng.choice((-1, 1)))), min(meant.day, 28)
    if slip == "impossible day":
        return (year, meant.month, 31) if meant.month in (4, 6, 9, 11) else None
    swapped = meant.day <= 12 and meant.day != meant.month
    return (year, meant.day, meant.month) if swapped else None


def _record(rng: random.Random, index: int, truth: Truth, context: Context) -> Record:
    kind = rng.choices(KINDS, SHARES)[0]
    readings = tuple(_readings(rng, truth.text, kind))
    written = "hand" if kind == "hand" else "typed"
    document = Document(
        name=f"paper{index:05d}.pdf", path=f"paper{index:05d}.pdf", kind="digital",
        modified=_stamp(rng, truth.meant),
    )  # fmt: skip
    own = Context(context.year, context.start, context.end, context.origin,
                  stamps=stamps_of(document))  # fmt: skip
    dated = recovered(readings, typed=kind != "hand", placed=True, context=own, settings=SETTINGS)
    shown = Evidence(kind="pdf_text" if kind == "born_digital" else "ocr", source="x", place=BOX,
                     readings=readings)  # fmt: skip
    result = date_result(dated, written, BOX, (shown,), SETTINGS)
    record = Record(
        document=document,
        fields=Fields(date=result, signature=SignatureResult(present="yes", written="hand")),
        verdict=Verdict.REVIEW,
    )
    flags = redated_flags(record, dated, result, own, SETTINGS)
    return record.model_copy(update={"flags": flags, "verdict": verdict_of(flags)})


def _stamp(rng: random.Random, meant: date) -> str | None:
    """A time stamp: about a third of the files have one, and about one in twenty of these is
    misleading.
    """
    if rng.random() > 0.35:
        return None
    if rng.random() < 0.06:
        return rng.choice(("2017-06-01T10:00:00", "2025-08-20T10:00:00"))
    away = rng.choices((0, 1, -1, 5), (0.65, 0.16, 0.13, 0.06))[0]
    return f"{meant + timedelta(away)}T12:00:00"


def _readings(rng: random.Random, text: str, kind: str) -> Iterator[Reading]:
    if kind == "born_digital":
        yield Reading(reader="pdf", hypotheses=(Hypothesis(text=text, log_likelihood=-0.001),))
    elif kind == "typed":
        for _ in range(2):
            score = min(0.97, rng.betavariate(14, 1.2))
            read = text if rng.random() < 0.6 + 0.4 * score else _misread(rng, text)
            logs = len(read.split()) * math.log(score)
            yield Reading(
                reader="tesseract", hypotheses=(Hypothesis(text=read, log_likelihood=logs),)
            )
    else:
        yield Reading(reader="dates", hypotheses=tuple(_by_hand(rng, text)))


def _misread(rng: random.Random, text: str) -> str:
    places = [i for i, c in enumerate(text) if c.isdigit()]
    at = rng.choice(places)
    return text[:at] + rng.choice("0123456789") + text[at + 1 :]


def _by_hand(rng: random.Random, text: str) -> Iterator[Hypothesis]:
    """The 100 most likely strings, which differ in digits, with their log-likelihoods. The
    probabilities of a digit are drawn so that they are calibrated: of the digits that get
    probability p, the share p is right.
    """
    legible = rng.random() < 0.85
    places: list[list[tuple[str, float]]] = []
    for character in text:
        if not character.isdigit():
            places.append([(character, 0.0)])
            continue
        first = rng.betavariate(30, 0.7) if legible else rng.betavariate(4, 1.5)
        others = rng.sample([d for d in "0123456789" if d != character], 3)
        # The written digit is the first choice with exactly the probability `first`.
        ranked = (
            [character, *others] if rng.random() < first else [others[0], character, *others[1:]]
        )
        rest = 1.0 - first
        shares = (first, 0.7 * rest, 0.2 * rest, 0.1 * rest)
        places.append([(d, math.log(max(1e-9, p))) for d, p in zip(ranked, shares, strict=True)])
    top = sum(max(p for _, p in place) for place in places)
    strings = sorted(_strings(places), key=lambda s: (-s[1], s[0]))[:100]
    for string, log in strings:
        yield Hypothesis(text=string, log_likelihood=min(0.0, log - top))


def _strings(places: Sequence[list[tuple[str, float]]]) -> Iterator[tuple[str, float]]:
    """The more likely strings with their log-likelihoods: the first two choices of each digit, and
    all choices of the four least certain digits.
    """
    unsure = sorted((i for i, p in enumerate(places) if len(p) > 1), key=lambda i: places[i][0][1])
    open_places = set(unsure[:4])
    choices = [
        place if i in open_places else place[:2] if len(place) > 1 else place
        for i, place in enumerate(places)
    ]
    choices = [sorted(place, key=lambda c: -c[1]) for place in choices]
    for combination in islice(product(*choices), 60_000):
        yield "".join(c for c, _ in combination), sum(p for _, p in combination)
