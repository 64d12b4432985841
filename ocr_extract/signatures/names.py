"""Whether a string names a person: any order of names, initials, misread letters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from ocr_extract.records import SignerMatch
from ocr_extract.text import fold_words

SAME_PERSON = 0.75
"""Likeness from which a string names the person."""
STRANGER = 0.4
SURE = 0.9
LEGIBLE_LENGTH = 5
WHOLE_LENGTH = 6
WHOLE_SHARE = 92


def name_similarity(text: str, name: str | None) -> float:
    """How much a string looks like a name, 0..1; 0 when there is nothing to compare."""
    plain, wanted = _folded(text), _folded(name or "")
    if len(plain) < 2 or len(wanted) < 2:
        return 0.0
    whole = max(fuzz.ratio(plain, wanted), fuzz.token_sort_ratio(plain, wanted))
    part = max((fuzz.ratio(plain, word) for word in wanted.split() if len(word) > 2), default=0.0)
    return max(whole, 0.9 * part) / 100


def names_in(text: str | None) -> tuple[str, ...]:
    """The people that a field names: "A. Bee, C. Dee and E. Eff" are three."""
    parts = re.split(r"[,;&/]|\band\b|\bet al\b", text or "", flags=re.IGNORECASE)
    return tuple(part.strip() for part in parts if sum(c.isalpha() for c in part) >= 2)


def person_similarity(text: str, field: str | None) -> float:
    """How much a string is one of the people that a field names, 0..1: in any order of
    names, with initials for given names, or by the family name alone.
    """
    people = (*names_in(field), field or "")
    return max((_one_person(text, person) for person in people), default=0.0)


def is_whole_name(text: str, field: str | None) -> bool:
    """Whether a string is a person's name from its first letter to its last."""
    plain = _folded(text)
    wanted = [_folded(person) for person in (*names_in(field), field or "")]
    return any(
        len(name) >= WHOLE_LENGTH and fuzz.ratio(_joined(plain), _joined(name)) >= WHOLE_SHARE
        for name in wanted
    )


def signer_match(
    readings: Sequence[tuple[str, float]], author: str | None, corresponding: str | None
) -> SignerMatch:
    """Whose name is signed, from readings with how sure they are (0..1). "neither" takes
    a sure reading of Latin letters that is nobody's; most signatures cannot be read.
    """
    of_author = _best(readings, author) >= SAME_PERSON
    of_other = _best(readings, corresponding) >= SAME_PERSON
    if of_author and of_other:
        return "both"
    if of_author or of_other:
        return "author" if of_author else "corresponding_author"
    told = [text for text, sure in readings if sure >= SURE and _is_latin(text)]
    named = any(_is_latin(name) for name in (author or "", corresponding or ""))
    strange = (
        told
        and named
        and max(_best([(t, 1.0)], f) for t in told for f in (author, corresponding)) < STRANGER
    )
    return "neither" if strange else "cannot tell"


def _best(readings: Sequence[tuple[str, float]], field: str | None) -> float:
    return max((person_similarity(text, field) for text, _ in readings), default=0.0)


def _one_person(text: str, person: str) -> float:
    plain, wanted = _folded(text), _folded(person)
    with_initials = " ".join([*(w[0] for w in wanted.split()[:-1]), *wanted.split()[-1:]])
    initials = fuzz.token_sort_ratio(plain, with_initials) / 100 if " " in plain else 0.0
    # CJK names are written without spaces, and family names first.
    turned = fuzz.ratio(_joined(plain), _joined(" ".join(reversed(wanted.split())))) / 100
    return max(name_similarity(text, person), initials, turned if len(plain) > 1 else 0.0)


def _is_latin(text: str) -> bool:
    letters = [c for c in _folded(text) if c.isalpha()]
    return len(letters) >= LEGIBLE_LENGTH and all(c.isascii() for c in letters)


def _joined(name: str) -> str:
    return name.replace(" ", "")


def _folded(text: str) -> str:
    """Letters only, without case and accents, in single spaces."""
    return fold_words(text, str.isalpha)
