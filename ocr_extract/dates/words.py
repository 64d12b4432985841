"""Month words: English from a table, other languages from dateparser.

Only the tables of month words of dateparser (BSD-3) are used, for languages that the caller
names. Its parser is not used: it chooses the order of day and month by itself
(scrapinghub/dateparser#804), fills in a missing day, reads the clock, and takes the French
article "une" for January. It also needs 0.2 seconds to compile its patterns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from dateparser.languages.loader import LocaleDataLoader
from rapidfuzz.distance import OSA

from ocr_extract.dates.look_alikes import LETTER_OF_DIGIT
from ocr_extract.text import fold

ENGLISH = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
ABBREVIATIONS = {name[:3]: index for index, name in enumerate(ENGLISH, 1)} | {"sept": 9}
ROMAN = {
    numeral: index
    for index, numeral in enumerate(
        ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"), 1
    )
}
EDIT_COST = 2.0
"""Natural log-likelihood lost per misread letter of a month word, >= 0 (chosen)."""


@dataclass(frozen=True)
class MonthWord:
    """The month that a word names."""

    month: int
    """1..12."""
    cost: float
    """Natural log-likelihood lost to misread letters or to a Roman numeral, >= 0."""


def month_of(word: str, languages: tuple[str, ...]) -> MonthWord | None:
    """The month that a word names in English or in one of the languages (ISO 639 codes).
    Misread letters of English months are allowed at a cost. None when it names no month.
    """
    plain = word.strip(".").lower()
    exact = _english(plain)
    if exact is not None:
        return MonthWord(exact, 0.0)
    if word in ROMAN:
        return MonthWord(ROMAN[word], 1.0)
    repaired = plain.translate(LETTER_OF_DIGIT)
    if repaired != plain and (exact := _english(repaired)) is not None:
        return MonthWord(exact, EDIT_COST)
    foreign = _foreign(plain, languages)
    return MonthWord(foreign, 0.0) if foreign is not None else _nearest(repaired)


def is_month(word: str) -> bool:
    """Whether a word is exactly an English month, in full or abbreviated, in any case."""
    return _english(word.lower()) is not None


def _english(word: str) -> int | None:
    """The month (1..12) of an English month word in lower case, or None."""
    if word in ENGLISH:
        return ENGLISH.index(word) + 1
    return ABBREVIATIONS.get(word)


def _nearest(word: str) -> MonthWord | None:
    """The English month nearest to the word: within 2 edits, within 1 for words under six
    letters, within 0 for words under four. None when there is none or two are equally near.
    """
    allowed = 0 if len(word) < 4 else 1 if len(word) < 6 else 2
    distances = sorted((OSA.distance(word, name), name) for name in ENGLISH)
    (best, name), (second, _) = distances[0], distances[1]
    if best > allowed or best == second:
        return None
    return MonthWord(ENGLISH.index(name) + 1, EDIT_COST * best)


@lru_cache(maxsize=8)
def foreign_months(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Month words of dateparser in the languages (ISO 639) other than English: lower case,
    without accents, 3 to 12 letters long.
    """
    others = tuple(language for language in languages if language != "en")
    return tuple(word for word in _months_of(others) if word.isalpha() and 3 <= len(word) <= 12)


@lru_cache(maxsize=8)
def _months_of(languages: tuple[str, ...]) -> dict[str, int]:
    """The month (1..12) of each month word in dateparser's tables of the languages; words are
    in lower case, without accents. A word of two languages has its meaning in the first one.
    """
    loader = LocaleDataLoader()
    months: dict[str, int] = {}
    for language in languages:
        words = loader.get_locale(language).info
        for month, name in enumerate(ENGLISH, 1):
            for word in words.get(name, ()):
                months.setdefault(fold(word.strip(".")), month)
    return months


def _foreign(word: str, languages: tuple[str, ...]) -> int | None:
    """The month (1..12) of a month word of 3 to 15 letters in the languages, or None."""
    if not re.fullmatch(r"[^\W\d_]{3,15}", word):
        return None
    return _months_of(languages).get(fold(word))
