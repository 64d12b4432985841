"""Recognizes typed signatures in a handwriting-like font by the font's name."""

from __future__ import annotations

import re

_SCRIPTS = re.compile(
    r"script|hand(?!el)|brush|signature|cursive|calligra|chancery|noteworthy|bradley"
    r"|segoe ?-?print|snell|zapfino|vibes|caveat|kalam|pacifico|allura|sacramento|satisfy"
    r"|mistral|vladimir|dancing|comic|savoye|monotype ?-?corsiva|kunstler|vivaldi",
    re.IGNORECASE,
)
"""Parts of the names of handwriting fonts that PDF viewers, office programs and signing services
offer for a typed signature."""


def is_script(font: str) -> bool:
    """Whether a font's name says that the font looks like handwriting."""
    return _SCRIPTS.search(font) is not None
