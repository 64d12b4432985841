"""Whether a person who is named on a form is one of a paper's authors."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from ocr_extract.signatures.names import person_similarity
from ocr_extract.volume.roster.matching import SAME_AUTHOR_THRESHOLD
from ocr_extract.volume.roster.titles import fold_title

MIN_NAME_LETTERS = 3
"""Fewest letters of a word that can be a family name; a shorter word is compared with the whole
name only (chosen)."""
MIN_PERSON_LETTERS = 4
"""Fewest letters of what can be a stranger's name; less is a shred of ink (chosen)."""
MAX_PERSON_WORDS = 6
"""Most words of a person's name; more are a sentence (chosen)."""


def is_author(person: str, authors: Sequence[str]) -> bool:
    """Whether a person is one of the authors: by the whole name in any order, by a family name, or
    by names and initials that agree.
    """
    best = max((person_similarity(person, author) for author in authors), default=0.0)
    if best >= SAME_AUTHOR_THRESHOLD:
        return True
    words = _words(person)
    return any(
        _has_family_name(words, own) or _agrees(words, own)
        for own in (_words(author) for author in authors)
        if own
    )


def is_stranger(person: str, authors: Sequence[str]) -> bool:
    """Whether a person is surely none of the authors. A shred, a sentence, and a name in a script
    in which no author is written say nothing.
    """
    letters = sum(c.isalpha() for c in person)
    if letters < MIN_PERSON_LETTERS or len(person.split()) > MAX_PERSON_WORDS:
        return False
    comparable = any(_is_latin(author) == _is_latin(person) for author in authors)
    return comparable and not is_author(person, authors)


def _words(name: str) -> list[str]:
    """The words of a name without case, accents and strokes."""
    return fold_title(name).split()


def _is_latin(name: str) -> bool:
    return "".join(_words(name)).isascii()


def _has_family_name(words: Sequence[str], author: Sequence[str]) -> bool:
    """Whether one of the words is the author's family name, the last word of the name."""
    if len(words) == 1 and words[0] == author[-1]:
        return True
    if len(author[-1]) < MIN_NAME_LETTERS:
        return False
    long_words = [word for word in words if len(word) >= MIN_NAME_LETTERS]
    return any(fuzz.ratio(word, author[-1]) >= 100 * SAME_AUTHOR_THRESHOLD for word in long_words)


def _agrees(words: Sequence[str], author: Sequence[str]) -> bool:
    """Whether the two share a whole word, and every other word of the person is a word of the
    author too, or one of the two is the other's initial.
    """
    shared = {word for word in words if word in author and len(word) > 1}
    others = [word for word in words if word not in shared]
    left = [word for word in author if word not in shared]
    return bool(shared and others) and all(
        any(_is_initial(word, own) for own in left) for word in others
    )


def _is_initial(a: str, b: str) -> bool:
    """Whether one of two words is the first letter of the other."""
    return 1 in (len(a), len(b)) and a[0] == b[0]
