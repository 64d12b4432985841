"""Text that another OCR program made: Markdown marks, LaTeX commands and HTML tags are removed,
lines are kept.
"""

from __future__ import annotations

import re

from ocr_extract.sources.source import Damaged

_LATEX_SUPERSCRIPT = re.compile(r"\$\s*\{?\s*\}?\s*\^\s*\{?\s*\^?\s*\{?([^{}$]*)\}*\s*\$")
_LATEX_COMMAND = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|emph)\s*\{([^{}]*)\}")
_HTML_TAG = re.compile(r"</?(?:sup|sub|b|i|u|em|strong|br|p|div|span)\b[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=\S)(.{1,200}?)(?<=\S)\1(?![\w*])")
_BLANKS = re.compile(r"[^\S\n]+")
MAX_LINE = 4_000
"""Longest line in characters (chosen); the rest of a longer one becomes further lines. The longest
clause of a known form has 900, and time grows with the square of a line's length."""
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")


def decode(content: bytes, max_characters: int) -> str:
    """UTF-8 (with or without a byte order mark), UTF-16 with one, or else Latin-1, which cannot
    fail.

    Raises Damaged when the text is blank or has more than `max_characters` characters.
    """
    text = _decoded(content)
    if len(text) > max_characters:
        raise Damaged("open", "too_large", f"{len(text)} characters of text: not read.")
    if not text.strip():
        raise Damaged("open", "empty", "The text is blank.")
    return text


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def plain_lines(text: str) -> list[str]:
    """The lines without marks of Markdown, LaTeX or HTML; a blank line is "". A line of more than
    MAX_LINE characters becomes several.
    """
    lines = text.replace("\f", "\n").splitlines()
    return [_plain(part) for line in lines for part in _split_line(_BLANKS.sub(" ", line))]


def _split_line(line: str) -> list[str]:
    """A line in pieces of at most MAX_LINE characters; one piece at least."""
    return [line[at : at + MAX_LINE] for at in range(0, max(1, len(line)), MAX_LINE)]


def _plain(line: str) -> str:
    line = _LATEX_SUPERSCRIPT.sub(r"\1", _HEADING.sub("", line))
    line = _LATEX_COMMAND.sub(r"\1", line)
    line = _LINK.sub(r"\1", _HTML_TAG.sub(" ", line))
    for _ in range(2):
        line = _EMPHASIS.sub(r"\2", line)
    return _BLANKS.sub(" ", line).strip()
