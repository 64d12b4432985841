"""The full dates that a text may mean."""

from __future__ import annotations

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret


def full_days(text: str, languages: tuple[str, ...] = ("en",)) -> set[PartialDate]:
    """The days that a text may mean, with year, month and day; empty when it is no full date.
    "May 10, 2024" may mean other things with a small weight, such as a day in May of any year:
    these are left out, or two days of one month would be the same. `languages` (ISO 639 codes) are
    those of month words.
    """
    meanings = interpret(text, languages)
    return {meaning.parts for meaning in meanings if meaning.parts.precision == "day"}
