"""The roster as a closed vocabulary: which paper do words that were read, however badly,
come from?

A naive Bayes model over the words of titles and the names of authors: a word that was read
speaks for the papers that have one like it, the more the fewer they are; a word that was
surely read speaks against those that have none. "None of them" is a paper, too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

LIKE = 0.78
"""Likeness (0..1) from which a word may be another one, badly read."""
SHORTEST_WORD = 3
KEPT = 0.6
"""Share of the words on a form that are in its paper's entry, as they were read."""
CHANCE_SAME, CHANCE_LIKE, CHANCE_SHORT = 0.003, 0.03, 0.08
"""Share of papers nobody knows of that would have such a word: the same one, one that is
like it, a short one."""
AGAINST = 1.2
"""Natural log-likelihood that a word read with full certainty costs a paper without it."""
MIN_EVIDENCE = 7.5
"""Natural log-likelihood ratio that a match needs: two rare words, or a name and one."""
STRANGERS = 0.1
"""Share of files of unknown name that belong to no paper of the roster."""
Likeness = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Vocabulary:
    """The words of every paper, one bag a paper."""

    bags: tuple[frozenset[str], ...]

    @cached_property
    def _words(self) -> list[str]:
        return sorted(frozenset().union(*self.bags))

    @cached_property
    def _places(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Indices of words, bag after bag, and where each bag that has any begins."""
        index = {word: i for i, word in enumerate(self._words)}
        filled = [sorted(index[w] for w in bag) for bag in self.bags if bag]
        starts = np.cumsum([0, *(len(bag) for bag in filled)])[:-1]
        return np.array([i for bag in filled for i in bag], np.intp), starts.astype(np.intp)

    def evidence(self, words: Sequence[str], sure: Sequence[float]) -> Likeness:
        """Log-likelihood ratio of every paper against none of them, from words that were
        read and how surely each was (0..1): shape (papers,).
        """
        total = np.zeros(len(self.bags))
        filled = np.array([bool(bag) for bag in self.bags])
        read = [(w, s) for w, s in dict(zip(words, sure, strict=True)).items() if _counts(w)]
        if not read or not filled.any():
            return total
        ratios = process.cdist([w for w, _ in read], self._words, scorer=fuzz.ratio)
        likeness = ratios.astype(np.float64) / 100
        flat, starts = self._places
        best = np.maximum.reduceat(likeness[:, flat], starts, axis=1)
        for (word, certainty), row in zip(read, best, strict=True):
            total[filled] += _of_word(word, certainty, row)
        return total


def _counts(word: str) -> bool:
    return len(word) >= SHORTEST_WORD or not word.isascii()


def _of_word(word: str, certainty: float, row: Likeness) -> Likeness:
    """What one word says of each paper, by how like the paper's likeliest word is."""
    said = np.full(len(row), -AGAINST * certainty)
    near = np.flatnonzero(row >= LIKE)
    likeness = row[near]
    # How many have one as like: of a word that every paper has, not each against all others.
    below = np.searchsorted(np.sort(row), likeness - 1e-9)
    have = (len(row) - below - 1) / max(1, len(row) - 1)
    said[near] = np.maximum(said[near], np.log(KEPT / (have + _chances(word, likeness))))
    return said


def _chances(word: str, likeness: Likeness) -> Likeness:
    if len(word) <= SHORTEST_WORD and word.isascii():
        return np.full(len(likeness), CHANCE_SHORT)
    return np.where(likeness > 1 - 1e-9, CHANCE_SAME, CHANCE_LIKE)


def posterior(evidence: Likeness) -> Likeness:
    """Probability of each paper; what is missing from 1 is none of them."""
    if not len(evidence):
        return evidence
    logs = evidence + math.log((1 - STRANGERS) / len(evidence))
    top = max(float(logs.max()), math.log(STRANGERS))
    weights = np.exp(logs - top)
    shares: Likeness = weights / (weights.sum() + math.exp(math.log(STRANGERS) - top))
    return np.where(evidence >= MIN_EVIDENCE, shares, np.minimum(shares, 0.5))
