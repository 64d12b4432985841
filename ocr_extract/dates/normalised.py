"""A written date as the grammar reads it: plain signs, single spaces, no time of day."""

from __future__ import annotations

import re
import unicodedata

from ocr_extract.dates.words import is_month

MAX_LENGTH = 120
"""Characters of a string that are read; the line of a date is shorter (chosen)."""
_TIME = re.compile(
    r"(?<![\d.])\d{1,2}[:h]\d{2}(?:[:.]\d{2})?(?:\s*[ap]\.?m\.?)?"
    r"(?:\s*(?:[A-Z]{3,4}|Z|(?:UTC|GMT)?[+-]\d{1,2}[:']?(?:\d{2})?'?))?(?!\w)",
    re.IGNORECASE,
)
_ISO_TIME = re.compile(r"(?<=\d)T(?=\d{1,2}:\d{2})")
_CJK = str.maketrans({"年": "/", "月": "/", "日": " ", "년": "/", "월": "/", "일": " "})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | {"⁄": "/", "∕": "/", "·": "."})
_MARKS = re.compile(r"[*_`#>~]|\$\^?\{?\^?|\}\$?|\$|</?\w+>")
_UNSPACED = re.compile(r"(\d{1,4})([^\W\d_]{3,9})(\d{2,4})?(?![^\W_])")


def normalise(text: str) -> str:
    """The string as the grammar reads it: its first MAX_LENGTH characters in Unicode's NFKC form,
    with plain dashes and single spaces, without Markdown or LaTeX marks and without the time of
    day. CJK words for year, month and day become separators.
    """
    line = unicodedata.normalize("NFKC", text[:MAX_LENGTH]).translate(_CJK).translate(_DASHES)
    line = _ISO_TIME.sub(" ", _MARKS.sub(" ", line))
    line = _UNSPACED.sub(_spaced, _TIME.sub(" ", line))
    line = re.sub(r"\s*([/.\-|\\])\s*", r"\1", line)
    return re.sub(r"\s+", " ", line).strip(" ,;:./-|\\'\"()[]")


def _spaced(match: re.Match[str]) -> str:
    """The match with spaces around its letters ("25JULY2025"), when these are a month."""
    day, word, year = match.groups()
    return f"{day} {word} {year or ''}" if is_month(word) else match[0]
