"""Text of a file as valid Unicode, from the moment it is read."""

from __future__ import annotations


def valid_text(text: str) -> str:
    """The text without surrogates (U+D800 to U+DFFF), the halves of characters. Two halves that
    make a character are joined. A lone half, which no file or terminal accepts, becomes U+FFFD.
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
