"""Find a printed phrase among words that OCR may have misread, also over a line's end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from ocr_extract.text import Line, Word, fold

MIN_LIKE = 78.0
"""Similarity (rapidfuzz ratio, 0..100) of a misread phrase; "Pate" is 75 from "Date"."""
MIN_LIKE_SHORT = 74.0
NOT_NEARLY = 20.0
"""Similarity that the best run of a page's letters lacks where no phrase needs to be sought."""
SHORT = 6
"""Letters up to which a phrase is short."""

LABEL = re.compile(r"(corresponding|author|signed|signature|date)\s?[:;]", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A phrase found: words start..end (end not in) of the flat word list, and 0..1."""

    start: int
    end: int
    similarity: float


def flat(lines: Sequence[Line]) -> tuple[Word, ...]:
    """All words in reading order."""
    return tuple(word for line in lines for word in line.words)


@lru_cache(maxsize=16_384)
def letters_and_digits(text: str) -> str:
    """Only a to z and digits, without case, accents and ligatures."""
    return re.sub(r"[^a-z0-9]+", "", fold(text))


def find_phrase(words: Sequence[Word], phrase: str, since: int = 0) -> Found | None:
    """The best place of a phrase from word `since` on, or None."""
    found = find_phrases(words, phrase, since)
    return max(found, key=lambda f: (f.similarity, -f.start)) if found else None


def find_phrases(words: Sequence[Word], phrase: str, since: int = 0) -> list[Found]:
    """Every place of a phrase, one per starting word, in reading order."""
    wanted = letters_and_digits(phrase)
    least = MIN_LIKE_SHORT if len(wanted) <= SHORT else MIN_LIKE
    size = len(phrase.split())
    keys = [letters_and_digits(word.text) for word in words]
    if any(word.source != "page" for word in words):
        exact = _exact(keys, wanted, size, since)
        if exact:
            return exact
    if not fuzz.partial_ratio(wanted, "".join(keys[since:]), score_cutoff=least - NOT_NEARLY):
        return []
    found = []
    for start in range(since, len(words)):
        if not keys[start]:
            continue
        best = _best_from(keys, start, size, wanted, least)
        if best is not None:
            found.append(best)
    return _without_shadows(found)


def _exact(keys: Sequence[str], wanted: str, size: int, since: int) -> list[Found]:
    """Places where words that are known are the phrase to the letter: then no misread one
    has to be searched, which takes a hundred times longer.
    """
    found = []
    for start in range(since, len(keys)):
        if not keys[start] or not wanted.startswith(keys[start]):
            continue
        for end in range(start + 1, min(start + size + 3, len(keys) + 1)):
            if keys[end - 1] and "".join(keys[start:end]) == wanted:
                found.append(Found(start, end, 1.0))
                break
    return found


def _best_from(
    keys: Sequence[str], start: int, size: int, wanted: str, least: float
) -> Found | None:
    best: Found | None = None
    for length in range(max(1, size - 1), size + 3):
        end = start + length
        if end > len(keys):
            break
        if not keys[end - 1]:
            continue
        ratio = fuzz.ratio("".join(keys[start:end]), wanted, score_cutoff=least)
        if ratio and (best is None or ratio / 100 > best.similarity):
            best = Found(start, end, ratio / 100)
    return best


def _without_shadows(found: list[Found]) -> list[Found]:
    """Of places that overlap, the most similar one."""
    kept: list[Found] = []
    taken: set[int] = set()
    for one in sorted(found, key=lambda f: (-f.similarity, f.start)):
        if taken.isdisjoint(range(one.start, one.end)):
            kept.append(one)
            taken.update(range(one.start, one.end))
    return sorted(kept, key=lambda f: f.start)


def holds_label(text: str) -> bool:
    """Whether a label of the form is read in a mark that was not seen to be one, as on dim
    photographs.
    """
    return LABEL.search(text) is not None
