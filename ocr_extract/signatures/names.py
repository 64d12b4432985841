"""Whether a string names a person: any order of names, initials, misread letters."""

from __future__ import annotations

import unicodedata

from rapidfuzz import fuzz


def name_likeness(text: str, name: str | None) -> float:
    """How much a string looks like a name, 0..1; 0 when there is nothing to compare."""
    plain, wanted = _folded(text), _folded(name or "")
    if len(plain) < 2 or len(wanted) < 2:
        return 0.0
    whole = max(fuzz.ratio(plain, wanted), fuzz.token_sort_ratio(plain, wanted))
    part = max((fuzz.ratio(plain, word) for word in wanted.split() if len(word) > 2), default=0.0)
    return max(whole, 0.9 * part) / 100


def _folded(text: str) -> str:
    """Lower case without accents; letters and single spaces only."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalpha() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())
