"""Finds a printed phrase among words that OCR may have misread. A phrase may run over the end of a
line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from ocr_extract.text import Line, Word, fold

MIN_SIMILARITY = 78.0
"""Smallest similarity (rapidfuzz ratio, 0..100) at which a misread phrase counts as found
(chosen)."""
MIN_SHORT_SIMILARITY = 74.0
"""The same for a short phrase (chosen). "Pate" has similarity 75 to "Date"."""
PREFILTER_MARGIN = 20.0
"""Similarity (0..100) below the minimum at which the search for a phrase is skipped: no part of
the page's text comes nearer than the minimum minus this (chosen)."""
MAX_SHORT_LETTERS = 6
"""Letters and digits that a short phrase has at most (chosen)."""

LABEL = re.compile(r"(corresponding|author|signed|signature|date)\s?[:;]", re.IGNORECASE)
"""A printed label of the signing block, with its colon."""


@dataclass(frozen=True)
class Found:
    """The place of a phrase: words `start` to `end` (without `end`) of the flat word list.
    `similarity` is 0..1.
    """

    start: int
    end: int
    similarity: float


def flat(lines: Sequence[Line]) -> tuple[Word, ...]:
    """All words of the lines, in reading order."""
    return tuple(word for line in lines for word in line.words)


@lru_cache(maxsize=16_384)
def letters_and_digits(text: str) -> str:
    """Only a to z and digits: lower case, without accents, ligatures resolved."""
    return re.sub(r"[^a-z0-9]+", "", fold(text))


def find_phrase(words: Sequence[Word], phrase: str, first_word: int = 0) -> Found | None:
    """The best place of a phrase, from word `first_word` on. None when it is not found."""
    places = find_phrases(words, phrase, first_word)
    return max(places, key=lambda f: (f.similarity, -f.start)) if places else None


def find_phrases(words: Sequence[Word], phrase: str, first_word: int = 0) -> list[Found]:
    """Every place of a phrase, at most one per starting word, in reading order. Words before word
    `first_word` are not searched.
    """
    letters = letters_and_digits(phrase)
    min_similarity = MIN_SHORT_SIMILARITY if len(letters) <= MAX_SHORT_LETTERS else MIN_SIMILARITY
    word_count = len(phrase.split())
    keys = [letters_and_digits(word.text) for word in words]
    if any(word.source != "page" for word in words):
        exact_places = _exact_matches(keys, letters, word_count, first_word)
        if exact_places:
            return exact_places
    if not fuzz.partial_ratio(
        letters, "".join(keys[first_word:]), score_cutoff=min_similarity - PREFILTER_MARGIN
    ):
        return []
    places = []
    for start in range(first_word, len(words)):
        if not keys[start]:
            continue
        place = _best_match_from(keys, start, word_count, letters, min_similarity)
        if place is not None:
            places.append(place)
    return _without_overlaps(places)


def _exact_matches(
    keys: Sequence[str], letters: str, word_count: int, first_word: int
) -> list[Found]:
    """Places where the words are the phrase letter by letter. When there is one, no misread phrase
    has to be searched: that search takes a hundred times longer.
    """
    places = []
    for start in range(first_word, len(keys)):
        if not keys[start] or not letters.startswith(keys[start]):
            continue
        for end in range(start + 1, min(start + word_count + 3, len(keys) + 1)):
            if keys[end - 1] and "".join(keys[start:end]) == letters:
                places.append(Found(start, end, 1.0))
                break
    return places


def _best_match_from(
    keys: Sequence[str], start: int, word_count: int, letters: str, min_similarity: float
) -> Found | None:
    """The most similar place that begins at word `start`. None when no place is similar enough."""
    best: Found | None = None
    for length in range(max(1, word_count - 1), word_count + 3):
        end = start + length
        if end > len(keys):
            break
        if not keys[end - 1]:
            continue
        ratio = fuzz.ratio("".join(keys[start:end]), letters, score_cutoff=min_similarity)
        if ratio and (best is None or ratio / 100 > best.similarity):
            best = Found(start, end, ratio / 100)
    return best


def _without_overlaps(places: list[Found]) -> list[Found]:
    """The most similar one of each group of overlapping places, in reading order."""
    chosen: list[Found] = []
    taken: set[int] = set()
    for place in sorted(places, key=lambda f: (-f.similarity, f.start)):
        if taken.isdisjoint(range(place.start, place.end)):
            chosen.append(place)
            taken.update(range(place.start, place.end))
    return sorted(chosen, key=lambda f: f.start)


def holds_label(text: str) -> bool:
    """Whether a text contains a printed label. On dim photographs a label may be read inside a
    mark, because it was not recognized as a label.
    """
    return LABEL.search(text) is not None
