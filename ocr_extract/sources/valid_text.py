"""Text of a file as valid Unicode, made so where it enters."""

from __future__ import annotations


def valid_text(text: str) -> str:
    """The text with halves of a character joined where both are there; a lone half (a
    surrogate, U+D800 to U+DFFF), which no file or terminal can be sent, becomes U+FFFD.
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
