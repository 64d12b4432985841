"""The roster as a closed vocabulary: the evidence for each paper in words that were read, some of
them badly.

A naive Bayes model over the words of the titles, or over those of the authors' names. A word that
was read is evidence for the papers that have a similar word; the fewer papers have one, the
stronger it is. A word that was read with certainty is evidence against the papers without a similar
word. All is compared with "none of these papers".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

MIN_WORD_SIMILARITY = 0.78
"""Lowest similarity, 0..1, at which a word that was read may be a misreading of a roster's word
(chosen)."""
MIN_WORD_LETTERS = 3
"""Fewest letters of a word in ASCII that is used; other words are always used (chosen)."""
WORD_IN_ENTRY_SHARE = 0.6
"""Assumed share, 0..1, of the words on a form that are in the roster's entry of its paper, as they
were read (chosen)."""


@dataclass(frozen=True)
class WordRates:
    """How often words stand on forms of papers outside of the roster."""

    outside_rate_same: float = 0.003
    outside_rate_similar: float = 0.03
    outside_rate_short: float = 0.08
    """Assumed rates, 0..1, of the word among papers outside the roster: of the same word, of a
    similar word, and of a short word (chosen)."""


RATES = WordRates()

ABSENCE_COST = 1.2
"""Natural log-likelihood that a word read with certainty 1 subtracts from a paper without a similar
word (chosen)."""
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Vocabulary:
    """`bags` has the set of words of each paper."""

    bags: tuple[frozenset[str], ...]

    @cached_property
    def _words(self) -> list[str]:
        """All words of all papers, sorted."""
        return sorted(frozenset().union(*self.bags))

    @cached_property
    def _word_indices(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The indices of the words of all non-empty bags, one bag after the other, and the position
        where each of these bags starts.
        """
        index = {word: i for i, word in enumerate(self._words)}
        filled = [sorted(index[w] for w in bag) for bag in self.bags if bag]
        starts = np.cumsum([0, *(len(bag) for bag in filled)])[:-1]
        return np.array([i for bag in filled for i in bag], np.intp), starts.astype(np.intp)

    def evidence(self, words: Sequence[str], certainties: Sequence[float]) -> FloatArray:
        """Natural log-likelihood ratio of every paper against "none of these papers": shape
        (papers,). `words` are the words that were read, and `certainties` how certainly each was
        read, 0..1. It is 0 for a paper without words, and for all papers when no word can be used.
        """
        total = np.zeros(len(self.bags))
        filled = np.array([bool(bag) for bag in self.bags])
        read = [
            (w, s)
            for w, s in dict(zip(words, certainties, strict=True)).items()
            if _is_long_enough(w)
        ]
        if not read or not filled.any():
            return total
        ratios = process.cdist([w for w, _ in read], self._words, scorer=fuzz.ratio)
        similarity = ratios.astype(np.float64) / 100
        flat, starts = self._word_indices
        best = np.maximum.reduceat(similarity[:, flat], starts, axis=1)
        for (word, certainty), row in zip(read, best, strict=True):
            total[filled] += _word_evidence(word, certainty, row)
        return total


def _is_long_enough(word: str) -> bool:
    """Whether a word is used: a short word only when it is not ASCII."""
    return len(word) >= MIN_WORD_LETTERS or not word.isascii()


def _word_evidence(word: str, certainty: float, row: FloatArray) -> FloatArray:
    """Natural log-likelihood ratio of one word for each paper: shape (papers,). `row` is the
    similarity, 0..1, of the paper's most similar word.
    """
    evidence = np.full(len(row), -ABSENCE_COST * certainty)
    similar = np.flatnonzero(row >= MIN_WORD_SIMILARITY)
    similarity = row[similar]
    # How many of the other papers have a word at least as similar. The sorted row is searched, as
    # comparing each paper with all others takes long for a word that every paper has.
    less_similar = np.searchsorted(np.sort(row), similarity - 1e-9)
    share_of_others = (len(row) - less_similar - 1) / max(1, len(row) - 1)
    evidence[similar] = np.maximum(
        evidence[similar],
        np.log(WORD_IN_ENTRY_SHARE / (share_of_others + _outside_rates(word, similarity))),
    )
    return evidence


def _outside_rates(word: str, similarity: FloatArray) -> FloatArray:
    """The rate of the word among papers outside the roster, for each similarity; the same shape."""
    if len(word) <= MIN_WORD_LETTERS and word.isascii():
        return np.full(len(similarity), RATES.outside_rate_short)
    return np.where(similarity > 1 - 1e-9, RATES.outside_rate_same, RATES.outside_rate_similar)
