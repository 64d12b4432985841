"""Makes text of documents safe for a terminal. All printed text passes through this module."""

from __future__ import annotations

import re
import unicodedata

_SECRETS = (
    re.compile(r"(//[^\s/:@]*):(?!PASSWORD@)\S*@"),
    re.compile(r"\b(\w[\w+.-]*:[^\s/:@\"]+):\S*@"),
    re.compile(r"(?i)\b(pass(?:word|wd|file)?|pwd)=[^\s&'\";]*"),
)
"""Patterns of passwords: in a URL, in a URL without slashes, and in a URL's query."""
_REPLACEMENTS = (r"\1:***@", r"\1:***@", r"\1=***")
"""The replacement for each pattern of _SECRETS, in the same order."""


def plain(text: str) -> str:
    """The text as one line of printable characters, of the same length.

    Control characters, escapes, and characters that change the writing direction (U+202A to
    U+202E, U+2066 to U+2069) become "?". Every kind of space becomes " ".
    """
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else "?"


def plain_lines(text: str) -> str:
    """`plain` for each line of a text, such as a traceback."""
    return "\n".join(plain(line) for line in text.split("\n"))


def without_secrets(text: str) -> str:
    """The text with the passwords of URLs replaced by "***".

    The ledger's URL on the command line may hold a password, and messages may repeat it.
    """
    for pattern, replacement in zip(_SECRETS, _REPLACEMENTS, strict=True):
        text = pattern.sub(replacement, text)
    return text


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: "1 file", "2 files". `plural` is needed only when it is irregular."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"
