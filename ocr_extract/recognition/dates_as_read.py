"""Dates in the very layout that a network read, for ways of writing that date_automaton lacks.

People write dates in many more ways than an automaton can list: "160824", "20/12-23",
"2024-JUL-23". If the free reading of one network is a date, its layout is tried: the reading, and
the reading with each digit and the month word exchanged for the others. All these strings are
scored against the CTC output of all networks, so that a misread digit has its alternatives.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from ocr_extract.dates.grammar import interpret
from ocr_extract.dates.words import ENGLISH, is_month
from ocr_extract.recognition.ctc_lattice import FULL_YEARS, MIN_LOG_LIKELIHOOD, DateLattice
from ocr_extract.recognition.ctc_output import OTHER, Array, column_of

MAX_LENGTH = 28
"""Characters of a free reading whose layout is tried, at most; a date is not longer (chosen)."""
LAYOUT_LOG_WEIGHT = -2.3
"""Natural log-weight of a layout that the automaton does not know, beside 0 for those that it
knows: a tenth (chosen; of 378 real dates by hand about six have such a layout)."""
_YEARS = frozenset(map(int, FULL_YEARS))
_DIGITS = "0123456789"
_WORD = re.compile(r"[^\W\d_]{3,9}")
_MONTHS = tuple(name[:3] for name in ENGLISH)
Scored = tuple[float, str]
"""A natural log-likelihood, and a date as it is written."""


def dates_as_read(
    lattices: Sequence[DateLattice],
    weights: tuple[Sequence[float], Sequence[float]],
    texts: Sequence[str],
    languages: tuple[str, ...],
) -> list[Scored]:
    """Strings in the layouts of the networks' free readings `texts`, with their pooled natural
    log-likelihoods; [] when no reading is a full date. `weights` are those of strings without and
    with a month word, as for `date_automaton.written_dates`.
    """
    strings = sorted({v for text in texts for v in _variants(text.lower().strip(" .,"), languages)})
    if not strings:
        return []
    return [(_pooled(lattices, weights[_WORD.search(s) is not None], s), s) for s in strings]


def _pooled(lattices: Sequence[DateLattice], weights: Sequence[float], text: str) -> float:
    """The natural log-likelihood of a string, by all networks together."""
    floor = math.exp(MIN_LOG_LIKELIHOOD)
    scores = (max(floor, _score(lattice, text)) for lattice in lattices)
    return LAYOUT_LOG_WEIGHT + sum(
        weight * math.log(score) for weight, score in zip(weights, scores, strict=True)
    )


def _variants(text: str, languages: tuple[str, ...]) -> Iterator[str]:
    """The text and its variants that are full dates and nothing else; none if the text is not."""
    if len(text) > MAX_LENGTH or not _is_full_date(text, languages):
        return
    yield text
    for at, character in enumerate(text):
        if character in _DIGITS:
            others = (text[:at] + digit + text[at + 1 :] for digit in _DIGITS)
            yield from (other for other in others if _is_full_date(other, languages))
    for match in _WORD.finditer(text):
        if is_month(match[0]):
            yield from (text[: match.start()] + m + text[match.end() :] for m in _MONTHS)


def _is_full_date(text: str, languages: tuple[str, ...]) -> bool:
    meanings = interpret(text, languages)
    return any(
        meaning.parts.precision == "day" and not meaning.remainder and meaning.parts.year in _YEARS
        for meaning in meanings
    )


def _score(lattice: DateLattice, text: str) -> float:
    """Likelihood of a string, with or without its spaces, relative to the best free path."""
    before: Array = lattice.start[None, :]
    previous = ""
    for symbol in text:
        if symbol == " ":
            before = before @ lattice.space
        elif column_of(symbol) != OTHER:
            before = before @ (
                lattice.repeated(symbol) if symbol == previous else lattice.character(symbol)
            )
        previous = symbol
    return float((before @ lattice.end)[0])
