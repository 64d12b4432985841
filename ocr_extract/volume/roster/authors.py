"""The authors of all papers, compared at once with the names on a form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from ocr_extract.text import fold_words
from ocr_extract.volume.roster.roster import Paper
from ocr_extract.volume.roster.titles import STROKES

MIN_LETTERS = 4
"""Fewest letters of a name, or of one word of a name, that is compared (chosen)."""
FIRST_AUTHOR_FROM = 0.6
"""Similarity, 0..1, from which a name may be the first author's (chosen)."""
FIRST_AUTHOR_SURE = 0.9
"""Similarity, 0..1, from which it is the first author's (chosen)."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NameFit:
    """How well names fit the authors of each paper; all arrays have the shape (papers,), 0..1.

    `whole` is the similarity of the most similar name to an author, or to the whole list of
    authors. `word` is that of one word of a name to one word of an author's name. `first` says
    whether the most similar author is the first one: 0 when not or when no name is similar.
    """

    whole: FloatArray
    word: FloatArray
    first: FloatArray


@dataclass(frozen=True)
class _Spelling:
    """One way to write an author, the index of the paper, and whether it is the first author."""

    text: str
    paper: int
    first: bool


@dataclass(frozen=True)
class Authors:
    """The authors of these papers in every usual spelling."""

    papers: tuple[Paper, ...]

    def fit(self, names: Sequence[str]) -> NameFit | None:
        """How well names fit each paper; None when no name has enough letters."""
        read = sorted({name for name in map(fold_name, names) if _letters(name) >= MIN_LETTERS})
        if not read:
            return None
        words = sorted({word for name in read for word in name.split() if _is_long(word)})
        spellings, first = self._spellings, self._first
        similarity = _best([spelling.text for spelling in spellings], read)
        papers = self._papers_of_spellings
        whole = self._by_paper(similarity, papers)
        first_whole = self._by_paper(similarity[first], papers[first])
        by_word = _best([word for word, _ in self._words], words)
        word = self._by_paper(by_word, self._papers_of_words)
        return NameFit(whole, word, _first_share(whole, first_whole))

    @cached_property
    def _spellings(self) -> tuple[_Spelling, ...]:
        """The spellings of all authors of all papers."""
        return tuple(
            _Spelling(text, index, is_first)
            for index, paper in enumerate(self.papers)
            for text, is_first in _spellings_of(paper)
        )

    @cached_property
    def _papers_of_spellings(self) -> npt.NDArray[np.intp]:
        """The indices of the papers of the spellings."""
        return np.array([spelling.paper for spelling in self._spellings], np.intp)

    @cached_property
    def _papers_of_words(self) -> npt.NDArray[np.intp]:
        """The indices of the papers of the words."""
        return np.array([paper for _, paper in self._words], np.intp)

    @cached_property
    def _first(self) -> npt.NDArray[np.bool_]:
        """Which spellings are those of first authors."""
        return np.array([spelling.first for spelling in self._spellings], np.bool_)

    @cached_property
    def _words(self) -> tuple[tuple[str, int], ...]:
        """The long words of all authors' names, each with the index of its paper."""
        return tuple(
            (word, index)
            for index, paper in enumerate(self.papers)
            for person in paper.people
            for word in fold_name(person).split()
            if _is_long(word)
        )

    def _by_paper(self, values: FloatArray, papers: npt.NDArray[np.intp]) -> FloatArray:
        """The largest value of each paper; 0 for a paper without one."""
        largest = np.zeros(len(self.papers))
        np.maximum.at(largest, papers, values)
        return largest


@lru_cache(maxsize=20_000)
def fold_name(name: str) -> str:
    """The letters of a name in lower case, without accents, with single spaces."""
    return fold_words(name.translate(STROKES), str.isalpha)


def _spellings_of(paper: Paper) -> Iterator[tuple[str, bool]]:
    """The authors' names in every usual spelling, each with whether it is the first author. The
    last one is the list of all authors, when there are several.
    """
    for number, person in enumerate(paper.people):
        for text in _name_orders(fold_name(person).split()):
            yield text, number == 0
    if len(paper.people) > 1:
        yield fold_name(" ".join(paper.people)), False


def _name_orders(words: Sequence[str]) -> tuple[str, ...]:
    """A name in its order, with the family name first, with initials, and without middle names."""
    if not words:
        return ()
    *given, family = words
    orders = [" ".join(words), " ".join([family, *given])]
    if given:
        initials = " ".join(word[0] for word in given)
        orders += [f"{initials} {family}", f"{given[0]} {family}", f"{family} {given[0]}"]
        orders.append(f"{given[0][0]} {family}")
    return tuple(dict.fromkeys(orders))


def _best(texts: Sequence[str], read: Sequence[str]) -> FloatArray:
    """The similarity, 0..1, of each text to the most similar of the strings that were read: shape
    (texts,).
    """
    if not read or not texts:
        return np.zeros(len(texts))
    best: FloatArray = process.cdist(read, texts, scorer=fuzz.ratio).max(axis=0).astype(np.float64)
    return best / 100


def _first_share(whole: FloatArray, first: FloatArray) -> FloatArray:
    """How surely the most similar author is the first one, 0..1."""
    span = FIRST_AUTHOR_SURE - FIRST_AUTHOR_FROM
    sure = np.clip((whole - FIRST_AUTHOR_FROM) / span, 0.0, 1.0)
    return np.where(first >= whole, sure, 0.0)


def _letters(name: str) -> int:
    """How many letters a folded name has."""
    return len(name.replace(" ", ""))


def _is_long(word: str) -> bool:
    """Whether a word of a name is compared."""
    return len(word) >= MIN_LETTERS
