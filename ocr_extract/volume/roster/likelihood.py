"""How likely a form is the agreement of each paper: the title, the authors and the signer, in print
and by hand, against "none of these papers".

The natural log-likelihood ratio is a weighted sum of a few measures of similarity. Print that does
not agree speaks against a paper, and handwriting hardly does, as it is read badly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from ocr_extract.records import FieldResult, Fields, SignatureResult
from ocr_extract.signatures.names import names_in
from ocr_extract.volume.roster.authors import Authors
from ocr_extract.volume.roster.roster import Paper
from ocr_extract.volume.roster.titles import beginning_similarity, fold_title
from ocr_extract.volume.roster.vocabulary import Vocabulary

FloatArray = npt.NDArray[np.float64]
Features = Mapping[str, FloatArray]
"""A measure for each paper by the name of its weight: shape (papers,) each."""


@dataclass(frozen=True)
class Weights:
    """The weight of each measure, in nats for one unit of it."""

    base: float = -0.43
    title_print: float = -2.52
    title_print_same: float = 1.67
    title_print_other: float = -20.0
    title_print_words: float = 0.61
    title_hand: float = -2.22
    title_hand_same: float = 4.21
    title_hand_other: float = -2.94
    title_hand_words: float = 0.64
    name_print: float = -1.60
    name_print_words: float = 0.76
    name_hand_same: float = 5.83
    name_hand_long: float = 1.11
    name_hand_words: float = 0.47
    signature_same: float = 6.44
    signature_word: float = 0.56
    first_author: float = 2.50
    """Learned by `bench/papers.py` (logistic regression; what agrees never speaks against a paper)
    from 655 real agreements of eight volumes with the papers of their own and of the other rosters,
    and of their own roster without their paper. But -20 is chosen, on top of what was learned: an
    author may have a paper elsewhere, and only its printed title tells it apart."""


WEIGHTS = Weights()


@dataclass(frozen=True)
class Scales:
    """What the measures are measured from, and by."""

    sure: float = 0.8
    """Lowest confidence, 0..1, of print that can speak against a paper (chosen)."""
    hand_certainty: float = 0.2
    """How much, 0..1, a word by hand that a paper has not speaks against it (chosen)."""
    print_certainty: float = 0.9
    """The same for a word of a printed name (chosen)."""
    same_print: float = 0.5
    same_hand: float = 0.35
    other_print: float = 0.6
    other_hand: float = 0.5
    same_name: float = 0.5
    same_long_name: float = 0.55
    same_word: float = 0.75
    """Similarities, 0..1, from which a printed title, a title by hand, a name by hand and one word
    of a signature speak for a paper; below `other_print` and `other_hand` a title speaks
    against it (chosen)."""
    min_letters: int = 4
    legible_letters: int = 20
    most_letters: int = 60
    """Letters of a title: fewest that are compared; fewest, with which a title by hand has its full
    weight; most that count (chosen)."""
    name_length: int = 15
    most_name_length: int = 40
    """Length of a usual name, and the most that counts of a longer one, in characters (chosen)."""
    least_title_words: float = -5.0
    least_name_words: float = -3.0
    most_title_words: float = 20.0
    most_name_words: float = 12.0
    """Least and most evidence of the words of a title, and of those of names, in nats (chosen)."""


SCALES = Scales()


@dataclass(frozen=True)
class Likelihood:
    """Compares forms with these papers. `weights` are those of the measures."""

    papers: tuple[Paper, ...]
    weights: Weights = WEIGHTS

    def logs(self, fields: Fields) -> FloatArray | None:
        """Natural log-likelihood ratio of each paper against "none of these papers": shape
        (papers,). None when nothing on the form can be compared.
        """
        features = self.features(fields)
        if not features:
            return None
        weights = asdict(self.weights)
        total = np.full(len(self.papers), self.weights.base)
        for name, values in features.items():
            total += weights[name] * values
        return total

    def features(self, fields: Fields) -> Features:
        """The measures of a form; {} when nothing on it can be compared."""
        names = _names_on(fields)
        features: dict[str, FloatArray] = {}
        for part in (
            self._title_features(fields.title),
            self._printed_names(names.printed),
            self._names_by_hand(names.hand),
            self._signature(names.signature),
        ):
            for name, values in part.items():
                features[name] = np.maximum(features[name], values) if name in features else values
        return features

    @cached_property
    def _titles(self) -> tuple[str, ...]:
        """The folded titles."""
        return tuple(fold_title(paper.title) for paper in self.papers)

    @cached_property
    def _title_words(self) -> Vocabulary:
        """The words of the titles."""
        return Vocabulary(tuple(frozenset(title.split()) for title in self._titles))

    @cached_property
    def _name_words(self) -> Vocabulary:
        """The words of the authors' names."""
        people = (" ".join(paper.people) for paper in self.papers)
        return Vocabulary(tuple(frozenset(fold_title(text).split()) for text in people))

    @cached_property
    def _authors(self) -> Authors:
        """The authors in every usual spelling."""
        return Authors(self.papers)

    def _title_features(self, title: FieldResult) -> Features:
        """The measures of a title. By hand they weigh less when there are few letters."""
        read = fold_title(title.value or "")
        letters = len(read.replace(" ", ""))
        if letters < SCALES.min_letters:
            return {}
        same = self._title_similarity(read)
        if _is_sure(title):
            certainty = title.confidence
            return {
                "title_print": np.ones(len(same)),
                "title_print_same": _above(same, SCALES.same_print),
                "title_print_other": _above(-same, -SCALES.other_print),
                "title_print_words": self._title_evidence(read, certainty),
            }
        share = min(1.0, letters / SCALES.legible_letters)
        length = min(letters, SCALES.most_letters) / SCALES.legible_letters
        return {
            "title_hand": np.full(len(same), share),
            "title_hand_same": share * _above(same, SCALES.same_hand),
            "title_hand_other": length * _above(-same, -SCALES.other_hand),
            "title_hand_words": self._title_evidence(read, SCALES.hand_certainty),
        }

    def _title_similarity(self, read: str) -> FloatArray:
        """Similarity, 0..1, of a folded title to each paper's: in its order, in any order of its
        words, or to the beginning of the paper's title.
        """
        in_order = process.cdist([read], self._titles, scorer=fuzz.ratio)[0]
        any_order = process.cdist([read], self._titles, scorer=fuzz.token_sort_ratio)[0]
        beginning = np.array([beginning_similarity(read, title) for title in self._titles])
        whole = np.maximum(in_order, any_order).astype(np.float64) / 100
        similarity: FloatArray = np.maximum(whole, beginning)
        return similarity

    def _title_evidence(self, read: str, certainty: float) -> FloatArray:
        """The evidence of a title's words."""
        evidence = _word_evidence(self._title_words, read.split(), certainty)
        return np.clip(evidence, SCALES.least_title_words, SCALES.most_title_words)

    def _name_evidence(self, names: Sequence[str], certainty: float) -> FloatArray:
        """The evidence of the words of names."""
        words = [word for name in names for word in fold_title(name).split()]
        evidence = _word_evidence(self._name_words, words, certainty)
        return np.clip(evidence, SCALES.least_name_words, SCALES.most_name_words)

    def _printed_names(self, names: Sequence[str]) -> Features:
        """The measures of names in print."""
        fit = self._authors.fit(names)
        if fit is None:
            return {}
        return {
            "name_print": np.ones(len(self.papers)),
            "name_print_words": self._name_evidence(names, SCALES.print_certainty),
            "first_author": fit.first,
        }

    def _names_by_hand(self, names: Sequence[str]) -> Features:
        """The measures of names by hand: long names that agree are better evidence."""
        fit = self._authors.fit(names)
        if fit is None:
            return {}
        longest = min(max(map(len, names)), SCALES.most_name_length) / SCALES.name_length
        return {
            "name_hand_same": _above(fit.whole, SCALES.same_name),
            "name_hand_long": longest * _above(fit.whole, SCALES.same_long_name),
            "name_hand_words": self._name_evidence(names, SCALES.hand_certainty),
            "first_author": fit.first,
        }

    def _signature(self, readings: Sequence[str]) -> Features:
        """The measures of what the recognizers read in the signature: weak evidence."""
        fit = self._authors.fit(readings)
        if fit is None:
            return {}
        return {
            "signature_same": _above(fit.whole, SCALES.same_name),
            "signature_word": _above(fit.word, SCALES.same_word),
            "first_author": fit.first / 2,
        }


@dataclass(frozen=True)
class _Names:
    """The names on a form: in print, by hand, and as the recognizers read the signature."""

    printed: tuple[str, ...]
    hand: tuple[str, ...]
    signature: tuple[str, ...]


def _is_sure(field: FieldResult) -> bool:
    """Whether a field is print that was read with certainty."""
    return field.confidence >= SCALES.sure and field.written not in ("hand", "certificate")


def _names_on(fields: Fields) -> _Names:
    """The names on a form. A signature that is typed, or a certificate's, is print."""
    named = [field for field in (fields.author, fields.corresponding_author) if field.value]
    printed = [name for field in named if _is_sure(field) for name in _people(field)]
    hand = [name for field in named if not _is_sure(field) for name in _people(field)]
    signature = list(_readings(fields.signature))
    if value := fields.signature.value:
        (printed if _is_print(fields.signature) else signature).append(value)
    return _Names(tuple(printed), tuple(hand), tuple(signature))


def _people(field: FieldResult) -> tuple[str, ...]:
    """The people that a field names, and the whole field: people may be written without commas."""
    return (*names_in(field.value), field.value or "")


def _is_print(signature: SignatureResult) -> bool:
    """Whether the signature's name is print that was read with certainty."""
    is_typed = signature.written in ("typed", "script", "certificate")
    return is_typed and signature.confidence >= SCALES.sure


def _readings(signature: SignatureResult) -> Iterator[str]:
    """All that the recognizers read in the signature."""
    for evidence in signature.evidence:
        for reading in evidence.readings:
            yield from (hypothesis.text for hypothesis in reading.hypotheses)


def _word_evidence(vocabulary: Vocabulary, words: Sequence[str], certainty: float) -> FloatArray:
    """The evidence of words that were all read with the same certainty."""
    return vocabulary.evidence(words, [certainty] * len(words))


def _above(values: FloatArray, least: float) -> FloatArray:
    """How far values are above a limit; 0 below it."""
    return np.maximum(values - least, 0.0)
