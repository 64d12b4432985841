"""Compares strings with people's names: in any order of names, with initials, with
misread letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from ocr_extract.records import SignerMatch
from ocr_extract.text import fold_words


@dataclass(frozen=True)
class NameThresholds:
    """When a string names a person."""

    min_person_similarity: float = 0.75
    """Similarity (0..1) from which a string names the person (chosen)."""
    max_other_person_similarity: float = 0.4
    """Similarity (0..1) below which a string surely does not name the person (chosen)."""
    min_sure_score: float = 0.9
    """Score (0..1) from which a reading is sure enough to say that the signer is someone else
    (chosen)."""
    min_legible_letters: int = 5
    """Letters that such a reading needs at least (chosen)."""
    min_part_letters: int = 3
    """Letters that each word of a part of a name needs, see `person_similarity` (chosen)."""
    part_similarity: float = 0.9
    """Similarity (0..1) of two or more whole words of a name to that name (chosen)."""
    min_whole_name_length: int = 6
    """Characters that a whole name needs at least, spaces included (chosen)."""
    min_whole_name_similarity: int = 92
    """Similarity (rapidfuzz ratio, 0..100) from which a string is the whole name (chosen)."""


NAMES = NameThresholds()


def name_similarity(text: str, name: str | None) -> float:
    """Similarity of a string to a name, 0..1. 0 when one of them has fewer than two letters. A
    string that is only one word of the name gets at most 0.9.
    """
    letters, name_letters = _plain_letters(text), _plain_letters(name or "")
    if len(letters) < 2 or len(name_letters) < 2:
        return 0.0
    whole = max(fuzz.ratio(letters, name_letters), fuzz.token_sort_ratio(letters, name_letters))
    part = max(
        (fuzz.ratio(letters, word) for word in name_letters.split() if len(word) > 2), default=0.0
    )
    return max(whole, 0.9 * part) / 100


def names_in(text: str | None) -> tuple[str, ...]:
    """The people that a field names: "A. Bee, C. Dee and E. Eff" are three. () for None."""
    parts = re.split(r"[,;&/]|\band\b|\bet al\b", text or "", flags=re.IGNORECASE)
    return tuple(part.strip() for part in parts if sum(c.isalpha() for c in part) >= 2)


def person_similarity(text: str, field: str | None) -> float:
    """Similarity (0..1) of a string to the most similar person that a field names. Names may stand
    in any order, given names may be initials or left out, and the family name alone is enough.
    """
    people = (*names_in(field), field or "")
    return max((_similarity_to_person(text, person) for person in people), default=0.0)


def is_whole_name(text: str, field: str | None) -> bool:
    """Whether a string is a person's name from its first letter to its last."""
    letters = _plain_letters(text)
    names = [_plain_letters(person) for person in (*names_in(field), field or "")]
    return any(
        len(name) >= NAMES.min_whole_name_length
        and fuzz.ratio(_without_spaces(letters), _without_spaces(name))
        >= NAMES.min_whole_name_similarity
        for name in names
    )


def signer_match(
    readings: Sequence[tuple[str, float]], author: str | None, corresponding: str | None
) -> SignerMatch:
    """Whose name the signature shows. `readings` are texts with their scores (0..1).

    "neither" needs a sure reading in Latin letters that is similar to no name on the form. Most
    signatures cannot be read: the result is then "cannot tell".
    """
    is_author = _best_similarity(readings, author) >= NAMES.min_person_similarity
    is_corresponding = _best_similarity(readings, corresponding) >= NAMES.min_person_similarity
    if is_author and is_corresponding:
        return "both"
    if is_author or is_corresponding:
        return "author" if is_author else "corresponding_author"
    sure_texts = [
        text for text, score in readings if score >= NAMES.min_sure_score and _is_latin(text)
    ]
    has_latin_name = any(_is_latin(name) for name in (author or "", corresponding or ""))
    is_other_person = (
        sure_texts
        and has_latin_name
        and max(
            _best_similarity([(t, 1.0)], f) for t in sure_texts for f in (author, corresponding)
        )
        < NAMES.max_other_person_similarity
    )
    return "neither" if is_other_person else "cannot tell"


def _best_similarity(readings: Sequence[tuple[str, float]], field: str | None) -> float:
    """Highest similarity (0..1) of any reading to a person of the field."""
    return max((person_similarity(text, field) for text, _ in readings), default=0.0)


def _similarity_to_person(text: str, person: str) -> float:
    """Similarity (0..1) of a string to one person's name, also with initials and in
    reversed order.
    """
    letters, name_letters = _plain_letters(text), _plain_letters(person)
    with_initials = " ".join(
        [*(w[0] for w in name_letters.split()[:-1]), *name_letters.split()[-1:]]
    )
    initials = fuzz.token_sort_ratio(letters, with_initials) / 100 if " " in letters else 0.0
    # CJK names are written without spaces, and family names first.
    reversed_name = (
        fuzz.ratio(
            _without_spaces(letters), _without_spaces(" ".join(reversed(name_letters.split())))
        )
        / 100
    )
    part = NAMES.part_similarity if _is_part_of_name(letters, name_letters) else 0.0
    return max(
        name_similarity(text, person), initials, part, reversed_name if len(letters) > 1 else 0.0
    )


def _is_part_of_name(letters: str, name_letters: str) -> bool:
    """Whether a string is two or more whole words of a name, in any order. A middle name may be
    left out, and the field may have more words than the name.
    """
    words = letters.split()
    legible = len(words) > 1 and all(len(word) >= NAMES.min_part_letters for word in words)
    return legible and set(words) <= set(name_letters.split())


def _is_latin(text: str) -> bool:
    """Whether a text has enough letters to be legible, all of them from a to z."""
    letters = [c for c in _plain_letters(text) if c.isalpha()]
    return len(letters) >= NAMES.min_legible_letters and all(c.isascii() for c in letters)


def _without_spaces(name: str) -> str:
    return name.replace(" ", "")


def _plain_letters(text: str) -> str:
    """The letters only, without case and accents, with single spaces."""
    return fold_words(text, str.isalpha)
