"""The paper of the roster that an agreement belongs to. The file's name is used first, and is
checked against the title and the authors on the form. When the name matches no paper, the title and
the authors alone are used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from rapidfuzz import fuzz

from ocr_extract.records import FieldResult, Fields, SignatureResult
from ocr_extract.signatures.names import names_in, person_similarity
from ocr_extract.text import fold, fold_words
from ocr_extract.volume.roster.filenames import KeyIndex, key_index
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.roster.vocabulary import Vocabulary, posterior


@dataclass(frozen=True)
class MatchThresholds:
    """When a name or the content says which paper it is."""

    beginning_threshold: float = 0.85
    """Lowest similarity, 0..1, of what was read to the beginning of the paper's title at which
    the title counts as cut off (chosen)."""
    max_conflict_similarity: float = 0.55
    """Highest similarity, 0..1, of the title and of the authors on the form to those of the
    paper in the file's name, at which the content may mean another paper (chosen)."""
    min_content_probability: float = 0.95
    """Lowest probability, 0..1, at which the content alone gives the paper (chosen)."""
    min_beginning_length: int = 12
    """Fewest characters of a normalized title that are compared with the beginning of a longer
    title (chosen)."""
    max_beginning_share: float = 0.75
    """Largest share of a title's characters, 0..1, that counts as its beginning only (chosen)."""


THRESHOLDS = MatchThresholds()

SAME_AUTHOR_THRESHOLD = 0.8
"""Lowest similarity, 0..1, at which a person on the form is one of the authors (chosen)."""


@dataclass(frozen=True)
class MatchConfidence:
    """Confidence of a match by what it rests on."""

    confidence_by_name: float = 0.97
    confidence_by_name_and_content: float = 0.999
    """Confidence, 0..1, of a match by the file's name alone, and of a match that the content
    confirms (chosen)."""
    max_confidence_by_content: float = 0.98
    """Highest confidence, 0..1, of a match by the content alone (chosen)."""


CONFIDENCE = MatchConfidence()

NAME_PREFIX = "@"
"""Put before each word of a person's name: "young" in a title does not match an author Young."""


@dataclass(frozen=True)
class Match:
    """The paper that an agreement belongs to, or None. `confidence` is 0..1. `conflicting_paper` is
    another paper that the content points to.

    `title` is the similarity of the form's title to the paper's. `author` is the similarity of the
    most similar person on the form to an author. Both are 0..1, or None when there is nothing to
    compare. `cut` says that the form has only the beginning of the title.
    """

    paper: Paper | None = None
    confidence: float = 0.0
    conflicting_paper: Paper | None = None
    title: float | None = None
    author: float | None = None
    cut: bool = False


@dataclass(frozen=True)
class Matcher:
    """Matches agreements with the papers of a roster. The result does not depend on the order of
    files.
    """

    roster: Roster

    @cached_property
    def _keys(self) -> KeyIndex:
        return key_index(self.roster.papers)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(tuple(_words_of_paper(paper) for paper in self.roster.papers))

    def match(self, name: str, fields: Fields) -> Match:
        """The paper of a file with this name and these fields."""
        named = self._keys.papers_of(name)
        by_content = self._by_content(fields)
        if not named:
            return by_content
        own = max((self._fit(paper, fields) for paper in named), key=_fitness)
        if by_content.paper is None or by_content.paper == own.paper:
            return own
        return _with_conflict(own, by_content)

    def _fit(self, paper: Paper, fields: Fields) -> Match:
        """The match with a paper that the file's name gives: how well it agrees with the form."""
        title, cut = title_similarity(fields.title.value or "", paper.title)
        author = author_similarity(fields, paper)
        confirmed = max(title or 0.0, author or 0.0) >= SAME_AUTHOR_THRESHOLD
        confidence = (
            CONFIDENCE.confidence_by_name_and_content
            if confirmed
            else CONFIDENCE.confidence_by_name
        )
        return Match(paper, confidence, title=title, author=author, cut=cut)

    def _by_content(self, fields: Fields) -> Match:
        """The paper whose words are on the form, if its probability is high enough."""
        form_words = _words_of_field(fields.title, "")
        for field in (fields.author, fields.corresponding_author, fields.signature):
            form_words += _words_of_field(field, NAME_PREFIX)
        words, certainties = (
            [word for word, _ in form_words],
            [certainty for _, certainty in form_words],
        )
        probabilities = posterior(self._vocabulary.evidence(words, certainties))
        if not len(probabilities) or probabilities.max() < THRESHOLDS.min_content_probability:
            return Match()
        best = int(np.argmax(probabilities))
        fit = self._fit(self.roster.papers[best], fields)
        return replace(
            fit,
            confidence=round(
                min(CONFIDENCE.max_confidence_by_content, float(probabilities[best])), 4
            ),
        )


def _words_of_paper(paper: Paper) -> frozenset[str]:
    """The words of the paper's title, and those of its authors with NAME_PREFIX."""
    names = (NAME_PREFIX + word for person in paper.people for word in fold_title(person).split())
    return frozenset((*fold_title(paper.title).split(), *names))


def _fitness(match: Match) -> tuple[float, str]:
    """Sort key: the sum of the title's and the author's similarity, then the paper's key."""
    return (match.title or 0.0) + (match.author or 0.0), match.paper.key if match.paper else ""


def _words_of_field(field: FieldResult | SignatureResult, kind: str) -> list[tuple[str, float]]:
    """The words of a field, each with the field's confidence, 0..1. `kind` is put before each word:
    NAME_PREFIX for names.
    """
    return [(kind + word, field.confidence) for word in fold_title(field.value or "").split()]


def _with_conflict(own: Match, other: Match) -> Match:
    """The match by the file's name. The paper of the content becomes the conflicting paper when the
    form does not agree with the named paper.
    """
    if max(own.title or 0.0, own.author or 0.0) > THRESHOLDS.max_conflict_similarity:
        return own
    return replace(own, confidence=0.5, conflicting_paper=other.paper)


def title_similarity(read: str, title: str) -> tuple[float | None, bool]:
    """Similarity of a title that was read to a paper's title, 0..1, and whether it is only the
    beginning of the paper's title. The similarity is None when one of them is blank.
    """
    read_title, paper_title = fold_title(read), fold_title(title)
    if not read_title or not paper_title:
        return None, False
    whole = fuzz.ratio(read_title, paper_title) / 100
    beginning = _beginning_similarity(read_title, paper_title)
    return (
        (beginning, True)
        if beginning > whole and beginning >= THRESHOLDS.beginning_threshold
        else (whole, False)
    )


def _beginning_similarity(read_title: str, paper_title: str) -> float:
    """Similarity of a title to the beginning of a longer one, 0..1; 0 when it is too short, or too
    long to be a beginning.
    """
    if len(read_title) < THRESHOLDS.min_beginning_length or len(
        read_title
    ) > THRESHOLDS.max_beginning_share * len(paper_title):
        return 0.0
    return fuzz.ratio(read_title, paper_title[: len(read_title)]) / 100


def author_similarity(fields: Fields, paper: Paper) -> float | None:
    """Similarity, 0..1, of the most similar person on the form to an author, in any order of names
    and with initials. None when the form or the roster names nobody.
    """
    texts = [fields.author.value, fields.corresponding_author.value, fields.signature.value]
    people = [person for text in texts for person in (*names_in(text), text or "") if person]
    if not people or not paper.people:
        return None
    return max(person_similarity(person, author) for person in people for author in paper.people)


@lru_cache(maxsize=20_000)
def fold_title(title: str) -> str:
    """A title in lower case and single spaces, without accents, LaTeX commands, punctuation."""
    plain = fold(re.sub(r"\\[a-zA-Z]+", " ", title))
    return fold_words(plain.replace("'", ""))
