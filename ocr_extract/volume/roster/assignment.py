"""Files matched with papers, all at once: the probability of each pair, when a paper seldom has two
files and some files belong to no paper.

Every file chooses one paper or none; a further file of a paper costs DUPLICATE_SHARE. The
probabilities are found by passing messages between files and papers (sum-product on the graph of
the pairs). How many files belong to no paper is estimated from all files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Shares:
    """What is assumed of the files before their content is compared."""

    duplicates: float = 0.02
    """Probability, 0..1, of a further file of a paper that has one, as a multiple of the first
    file's (chosen)."""
    strangers: float = 0.1
    """Share, 0..1, of files that belong to no paper of the roster, before any file is compared
    (chosen)."""
    strangers_weight: float = 10.0
    """How many files this share counts for, when it is estimated anew from all files (chosen)."""


SHARES = Shares()


@dataclass(frozen=True)
class Rounds:
    """When the messages and the share of strangers are settled."""

    max_rounds: int = 300
    """Most rounds of messages (chosen; 20 to 60 were counted)."""
    settled: float = 1e-9
    """Largest change of a message of the last round (chosen)."""
    max_estimates: int = 30
    """Most estimates of the share of strangers (chosen)."""
    same_share: float = 1e-4
    """Largest change of the share of strangers by the last estimate (chosen)."""
    max_log: float = 25.0
    """Natural logarithm of the largest odds, so that differences keep their digits (chosen)."""


ROUNDS = Rounds()


@dataclass(frozen=True)
class Pairs:
    """Possible pairs of `file_count` files and the papers of a roster. `files`, `papers` and `logs`
    have the shape (pairs,): the index of the file, that of the paper, and the natural
    log-likelihood ratio of the pair against "none of these papers". `named` has the shape
    (papers,): how many files belong to each paper by their names.
    """

    files: IndexArray
    papers: IndexArray
    logs: FloatArray
    file_count: int
    named: FloatArray

    @property
    def paper_count(self) -> int:
        """How many papers the roster has."""
        return len(self.named)

    def probabilities(self) -> FloatArray:
        """The probability of each pair, 0..1: shape (pairs,). The rest up to 1, over the pairs of a
        file, is the probability that the file belongs to none of these papers.
        """
        share = SHARES.strangers
        found = self._with_strangers(share)
        for _ in range(ROUNDS.max_estimates):
            none = self.file_count - float(found.sum())
            prior = SHARES.strangers_weight
            files = prior + self.file_count + float(self.named.sum())
            before, share = share, (prior * SHARES.strangers + none) / files
            if abs(share - before) <= ROUNDS.same_share:
                break
            found = self._with_strangers(share)
        return found

    def _with_strangers(self, share: float) -> FloatArray:
        """The probabilities, when this share of the files belongs to no paper."""
        share = min(max(share, 1e-6), 1 - 1e-6)
        prior = np.log((1 - share) / share) - np.log(max(1, self.paper_count))
        odds = np.exp(np.minimum(self.logs + prior, ROUNDS.max_log))
        free, wish = np.ones(len(odds)), np.zeros(len(odds))
        for number in range(ROUNDS.max_rounds):
            new_wish = odds / (1 + np.maximum(self._of_files(odds * free) - odds * free, 0.0))
            wish = new_wish if number == 0 else (wish + new_wish) / 2
            before, free = free, self._freedom(wish)
            if not len(odds) or np.abs(free - before).max() < ROUNDS.settled:
                break
        result: FloatArray = odds * free / (1 + self._of_files(odds * free))
        return result

    def _of_files(self, values: FloatArray) -> FloatArray:
        """For each pair, the sum of the values of its file's pairs."""
        sums: FloatArray = np.bincount(self.files, values, self.file_count).astype(np.float64)
        return sums[self.files]

    def _freedom(self, wish: FloatArray) -> FloatArray:
        """For each pair, how free its paper is in view of the other files: from 1 when none wants
        it down to SHARES.duplicates when another one surely has it.
        """
        each = np.log1p(SHARES.duplicates * wish)
        named = self.named * SHARES.duplicates * np.exp(ROUNDS.max_log)
        all_files = np.bincount(self.papers, each, self.paper_count) + np.log1p(named)
        others = np.exp(np.clip(all_files[self.papers] - each, 0.0, 2 * ROUNDS.max_log))
        freedom: FloatArray = others / (1 + (others - 1) / SHARES.duplicates)
        return freedom
