"""Text of documents, made safe for a terminal: everything that is printed goes through here."""

from __future__ import annotations

import re
import unicodedata

_SECRETS = (
    re.compile(r"(//[^\s/:@]*):(?!PASSWORD@)\S*@"),
    re.compile(r"\b(\w[\w+.-]*:[^\s/:@\"]+):\S*@"),
    re.compile(r"(?i)\b(pass(?:word|wd|file)?|pwd)=[^\s&'\";]*"),
)
_HIDDEN = (r"\1:***@", r"\1:***@", r"\1=***")
"""The password of a URL, of one whose slashes are missing, and of a URL's query."""


def plain(text: str) -> str:
    """One line that only prints: control characters, escapes, and characters that turn the
    direction of writing (U+202A to U+202E, U+2066 to U+2069) become "?", blanks of any kind
    " ".
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else "?"


def plain_lines(text: str) -> str:
    """`plain`, line by line: of a traceback."""
    return "\n".join(plain(line) for line in text.split("\n"))


def without_secrets(text: str) -> str:
    """Without the passwords of URLs: a ledger's stands on the command line, and a message
    may repeat it.
    """
    for pattern, hidden in zip(_SECRETS, _HIDDEN, strict=True):
        text = pattern.sub(hidden, text)
    return text


def counted(count: int, one: str, several: str | None = None) -> str:
    """A number with its word: "1 file", "2 files"."""
    return f"{count} {one if count == 1 else several or one + 's'}"
