"""The paper of the roster that each agreement belongs to. The file's name is used first, and is
checked against the title and the authors on the form. The files whose names match no paper are
matched by their content, all at once, with the papers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ocr_extract.records import Fields, Record
from ocr_extract.signatures.names import names_in, person_similarity
from ocr_extract.volume.roster.assignment import FloatArray, IndexArray, Pairs
from ocr_extract.volume.roster.filenames import KeyIndex, key_index
from ocr_extract.volume.roster.likelihood import WEIGHTS, Likelihood, Weights
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.roster.titles import title_similarity


@dataclass(frozen=True)
class MatchThresholds:
    """When a name or the content says which paper it is."""

    max_conflict_similarity: float = 0.55
    """Highest similarity, 0..1, of the title and of the authors on the form to those of the
    paper in the file's name, at which the content may mean another paper (chosen)."""
    min_content_probability: float = 0.9
    """Lowest probability, 0..1, at which the content alone gives the paper (chosen; measured by
    `bench/papers.py`: no wrong paper from 0.9 on, when the right one is in the roster)."""
    min_candidate_probability: float = 0.05
    """Lowest probability, 0..1, of a paper that is named as a candidate (chosen)."""
    max_candidates: int = 3
    """Most candidates that are named (chosen)."""
    max_pairs: int = 50
    """Most papers that one file is compared with at last, the likeliest ones (chosen)."""


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


@dataclass(frozen=True)
class Match:
    """The paper that an agreement belongs to, or None. `confidence` is 0..1. `conflicting_paper` is
    another paper that the content points to. `candidates` are the likeliest papers when none is
    likely enough, the likeliest first.

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
    candidates: tuple[Paper, ...] = ()
    probabilities: tuple[float, ...] = ()
    """Probability, 0..1, of each candidate."""


_Content = tuple[str, str, int, str]
"""What equal agreements have in common: the hash of the bytes, the path of a file without one, the
first page, and the title."""


@dataclass(frozen=True)
class _Evidence:
    """The papers that a form speaks for: their indices in ascending order, and their natural
    log-likelihood ratios, both with the shape (papers,).
    """

    papers: IndexArray
    logs: FloatArray


@dataclass(frozen=True)
class Matcher:
    """Matches agreements with the papers of a roster. The result depends neither on the order of
    the files nor on that of the papers. `weights` are those of the content.
    """

    roster: Roster
    weights: Weights = WEIGHTS

    def matches(self, records: Iterable[Record]) -> tuple[Match, ...]:
        """The match of each agreement, in the same order. Agreements in files with the same bytes
        have the same match, unless the files' names say otherwise.
        """
        return self.matches_around((record, None) for record in records)

    def matches_around(self, records: Iterable[tuple[Record, Match | None]]) -> tuple[Match, ...]:
        """The match of each agreement, in the same order. Some have one already, that is not
        changed: a person decided it. The others are matched around these.
        """
        found: list[Match | _Content] = []
        evidence: dict[_Content, _Evidence | None] = {}
        for record, decided in records:
            if decided is not None:
                found.append(decided)
                continue
            if named := self._keys.papers_of(record.document.name):
                found.append(self._named(named, record.fields))
                continue
            content = _content_of(record)
            found.append(content)
            if content not in evidence:
                evidence[content] = self._evidence(record.fields)
        by_name = [match for match in found if isinstance(match, Match)]
        by_content = self._by_content(evidence, by_name)
        return tuple(by_content[m] if not isinstance(m, Match) else m for m in found)

    @cached_property
    def _papers(self) -> tuple[Paper, ...]:
        """The papers in the order of their keys."""
        return tuple(sorted(self.roster.papers, key=lambda paper: paper.key))

    @cached_property
    def _keys(self) -> KeyIndex:
        return key_index(self._papers, self.roster.names)

    @cached_property
    def _likelihood(self) -> Likelihood:
        return Likelihood(self._papers, self.weights)

    def _named(self, named: Sequence[Paper], fields: Fields) -> Match:
        """The match of a file whose name says its paper, or papers with similar keys. The paper of
        the content is the conflicting one when the form does not agree with the named paper.
        """
        own = max((_named_match(paper, fields) for paper in named), key=_fitness)
        if max(own.title or 0.0, own.author or 0.0) > THRESHOLDS.max_conflict_similarity:
            return own
        alone: _Content = ("", "", 0, "")
        other = self._by_content({alone: self._evidence(fields)}, ())[alone].paper
        if other is None or other == own.paper:
            return own
        return replace(own, confidence=0.5, conflicting_paper=other)

    def _evidence(self, fields: Fields) -> _Evidence | None:
        """The papers that a form speaks for, the likeliest THRESHOLDS.max_pairs. None when nothing
        on the form can be compared.
        """
        logs = self._likelihood.logs(fields)
        if logs is None:
            return None
        likeliest = np.argsort(-logs, kind="stable")[: THRESHOLDS.max_pairs]
        papers = np.sort(likeliest[logs[likeliest] > 0])
        return _Evidence(papers, logs[papers])

    def _by_content(
        self, evidence: Mapping[_Content, _Evidence | None], by_name: Sequence[Match]
    ) -> dict[_Content, Match]:
        """The match of each content, decided for all of them and the matches by name together."""
        compared = {content: own for content, own in sorted(evidence.items()) if own is not None}
        pairs = self._pairs(list(compared.values()), by_name)
        probabilities = pairs.probabilities()
        ends = np.cumsum([len(own.papers) for own in compared.values()])
        result = dict.fromkeys(evidence, Match())
        for (content, own), end in zip(compared.items(), ends, strict=True):
            result[content] = self._likeliest(own, probabilities[end - len(own.papers) : end])
        return result

    def _pairs(self, evidence: Sequence[_Evidence], by_name: Sequence[Match]) -> Pairs:
        """The pairs that the content speaks for."""
        index = {paper.key: i for i, paper in enumerate(self._papers)}
        sure = [index[m.paper.key] for m in by_name if m.paper and m.conflicting_paper is None]
        return Pairs(
            files=np.repeat(np.arange(len(evidence)), [len(own.papers) for own in evidence]),
            papers=np.concatenate([np.zeros(0, np.intp), *(own.papers for own in evidence)]),
            logs=np.concatenate([np.zeros(0), *(own.logs for own in evidence)]),
            file_count=len(evidence),
            named=np.bincount(np.array(sure, np.intp), minlength=len(index)).astype(np.float64),
        )

    def _likeliest(self, evidence: _Evidence, probabilities: FloatArray) -> Match:
        """The match with the likeliest paper, or with candidates. `probabilities` are those of the
        papers of the evidence, 0..1.
        """
        order = np.argsort(-probabilities, kind="stable")
        likely = [(self._papers[evidence.papers[i]], float(probabilities[i])) for i in order]
        if likely and likely[0][1] >= THRESHOLDS.min_content_probability:
            paper, probability = likely[0]
            return Match(paper, round(min(CONFIDENCE.max_confidence_by_content, probability), 4))
        possible = [pair for pair in likely if pair[1] >= THRESHOLDS.min_candidate_probability]
        named = possible[: THRESHOLDS.max_candidates]
        return Match(
            candidates=tuple(paper for paper, _ in named),
            probabilities=tuple(round(p, 4) for _, p in named),
        )


def with_fit(match: Match, fields: Fields) -> Match:
    """The match, with how well the form agrees with its paper."""
    if match.paper is None:
        return match
    title, cut = title_similarity(fields.title.value or "", match.paper.title)
    return replace(match, title=title, author=author_similarity(fields, match.paper), cut=cut)


def _named_match(paper: Paper, fields: Fields) -> Match:
    """The match with a paper that the file's name gives."""
    match = with_fit(Match(paper, CONFIDENCE.confidence_by_name), fields)
    if max(match.title or 0.0, match.author or 0.0) < SAME_AUTHOR_THRESHOLD:
        return match
    return replace(match, confidence=CONFIDENCE.confidence_by_name_and_content)


def _content_of(record: Record) -> _Content:
    """What the agreement has in common with its copies."""
    document = record.document
    path = "" if document.sha256 else document.path
    return (
        document.sha256 or "", path, document.first_page or 0, record.fields.title.value or "",
    )  # fmt: skip


def _fitness(match: Match) -> tuple[float, str]:
    """Sort key: the sum of the title's and the author's similarity, then the paper's key."""
    return (match.title or 0.0) + (match.author or 0.0), match.paper.key if match.paper else ""


def author_similarity(fields: Fields, paper: Paper) -> float | None:
    """Similarity, 0..1, of the most similar person on the form to an author, in any order of names
    and with initials. None when the form or the roster names nobody.
    """
    texts = [fields.author.value, fields.corresponding_author.value, fields.signature.value]
    people = [person for text in texts for person in (*names_in(text), text or "") if person]
    if not people or not paper.people:
        return None
    return max(person_similarity(person, author) for person in people for author in paper.people)
