"""What a person typed, as the value that is stored. Nothing is guessed: what can mean two things is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from ocr_extract.dates.grammar import interpret
from ocr_extract.dates.volume_prior import FIRST, LAST
from ocr_extract.decision.person import FLAGS_OF, TEXT_FIELDS
from ocr_extract.errors import BadDecision
from ocr_extract.flag_codes import CODES
from ocr_extract.records import Action
from ocr_extract.settings import Settings

NOTHING = "none"
"""What is typed for: no such value stands there, or it belongs to no paper."""
MAX_TEXT = 1_000
"""Largest length of a typed value, in characters (chosen)."""
MAX_NOTE = 2_000
"""Largest length of a note, in characters (chosen)."""
MAX_NAME = 100
"""Largest length of a person's name, in characters (chosen)."""
_ISO = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*")
FIELDS = (*FLAGS_OF, *CODES)
"""What can be decided: fields, the paper, and flags by their codes."""


def stored_value(
    field: str, action: Action, text: str | None, settings: Settings, papers: Collection[str]
) -> str | None:
    """The value as it is stored: an ISO day, "yes", "no" or "cannot tell", a paper's key, or text.
    None for "none", and for "leave" and "ask", which have no value. `papers` are the keys of the
    roster. Raises BadDecision when the text is no value of the field.
    """
    if field not in FIELDS:
        raise BadDecision(f"“{one_line(field, MAX_NAME)}” is nothing that can be decided.")
    if action != "set":
        return None
    if field in CODES:
        raise BadDecision(f"The flag {field} has no value.", "Decide “leave” or “ask”.")
    typed = one_line(text or "", MAX_TEXT)
    if not typed:
        raise BadDecision(f"No value is given for {field}.", f"Type it, or “{NOTHING}”.")
    if field == "signature":
        return _presence(typed)
    if typed.casefold() == NOTHING:
        return None
    if field == "date":
        return typed_day(typed, settings).isoformat()
    return typed if field in TEXT_FIELDS else _paper(typed, papers)


def typed_day(text: str, settings: Settings) -> date:
    """The only day that a text can mean. Raises BadDecision when it means none, or several."""
    days = _days(text, settings)
    if len(days) == 1:
        return days[0]
    if not days:
        advice = "Type a whole date, as 2025-05-19, or “none”."
        raise BadDecision(f"“{text}” is no day of the calendar.", advice)
    named = " or ".join(day.isoformat() for day in days[:3])
    raise BadDecision(f"“{text}” may be {named}.", f"Type it as {days[0].isoformat()}.")


def _days(text: str, settings: Settings) -> list[date]:
    """The days that a text can mean, the likeliest first."""
    if match := _ISO.fullmatch(text):
        try:
            days = [date(*map(int, match.groups()))]
        except ValueError:
            days = []
    else:
        meanings = interpret(text, settings.languages)
        whole = (meaning.parts.full() for meaning in meanings if not meaning.remainder)
        days = list(dict.fromkeys(day for day in whole if day is not None))
    return [day for day in days if FIRST <= day <= LAST]


def _presence(typed: str) -> str:
    """Whether it is signed: "yes", "no" or "cannot tell". Raises BadDecision."""
    word = typed.casefold()
    if word not in ("yes", "no", "cannot tell"):
        raise BadDecision(f"“{typed}” does not say whether it is signed.", _PRESENCE_ADVICE)
    return word


_PRESENCE_ADVICE = "Type “yes”, “no” or “cannot tell”."


def _paper(typed: str, papers: Collection[str]) -> str:
    """The paper's key, in any case of letters. Raises BadDecision."""
    if typed in papers:
        return typed
    same = [key for key in papers if key.casefold() == typed.casefold()]
    if len(same) != 1:
        advice = "Type a key of the roster, or “none”."
        raise BadDecision(f"The roster has no paper “{typed}”.", advice)
    return same[0]


def one_line(text: str, limit: int) -> str:
    """The text in one line without control characters. Raises BadDecision when it is longer than
    `limit` characters.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) > limit:
        raise BadDecision(f"A text has {len(line)} characters.", f"Give at most {limit}.")
    return line
