"""Which paper of the roster an agreement belongs to: by its file's name, checked by what
the form says of title and authors; by content alone where the name says nothing.
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

SAME_TITLE = 0.85
"""Likeness of titles (0..1) from which they are one, however badly it was read."""
OTHER_TITLE = 0.55
"""Likeness of the paper's own title and authors up to which another paper may be meant."""
SAME_AUTHOR = 0.8
"""Likeness (0..1) from which a person on the form is one of the authors."""
TOLD = 0.95
"""Probability from which the content tells a paper."""
SHORTEST = 12
"""Letters from which the beginning of a title stands for it."""
CUT_OFF = 0.75
"""Share of a title under which its beginning is cut off."""
BY_NAME, BY_BOTH = 0.97, 0.999
"""Confidence of a match by a file's name alone, and of one that the content bears out."""
MAX_BY_CONTENT = 0.98
NAME = "@"
"""Marks words of names: a title's "Young" is nobody."""


@dataclass(frozen=True)
class Match:
    """The paper that an agreement belongs to, or None; `rival` is another one that its
    content names. `title` is how like the form's title is to the paper's, `author` the
    same of the likeliest person (0..1, None where the form says nothing), `cut` whether
    only the title's beginning stands there.
    """

    paper: Paper | None = None
    confidence: float = 0.0
    conflicting_paper: Paper | None = None
    title: float | None = None
    author: float | None = None
    cut: bool = False


@dataclass(frozen=True)
class Matcher:
    """Matches agreements with a roster's papers; the same result in any order of files."""

    roster: Roster

    @cached_property
    def _keys(self) -> KeyIndex:
        return key_index(self.roster.papers)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(tuple(_bag(paper) for paper in self.roster.papers))

    def match(self, name: str, fields: Fields) -> Match:
        """The paper of a file with that name and those fields."""
        named = self._keys.papers_of(name)
        by_content = self._by_content(fields)
        if not named:
            return by_content
        own = max((self._fit(paper, fields) for paper in named), key=_fitness)
        if by_content.paper is None or by_content.paper == own.paper:
            return own
        return _with_conflict(own, by_content)

    def _fit(self, paper: Paper, fields: Fields) -> Match:
        """How well a paper that the name says fits what the form says."""
        like, cut = title_similarity(fields.title.value or "", paper.title)
        author = author_similarity(fields, paper)
        borne_out = max(like or 0.0, author or 0.0) >= SAME_AUTHOR
        sure = BY_BOTH if borne_out else BY_NAME
        return Match(paper, sure, title=like, author=author, cut=cut)

    def _by_content(self, fields: Fields) -> Match:
        """The paper whose words are on the form, if it is likely enough."""
        said = _words_of(fields.title, "")
        for field in (fields.author, fields.corresponding_author, fields.signature):
            said += _words_of(field, NAME)
        words, sure = [w for w, _ in said], [s for _, s in said]
        shares = posterior(self._vocabulary.evidence(words, sure))
        if not len(shares) or shares.max() < TOLD:
            return Match()
        best = int(np.argmax(shares))
        fit = self._fit(self.roster.papers[best], fields)
        return replace(fit, confidence=round(min(MAX_BY_CONTENT, float(shares[best])), 4))


def _bag(paper: Paper) -> frozenset[str]:
    names = (NAME + word for person in paper.people for word in fold_title(person).split())
    return frozenset((*fold_title(paper.title).split(), *names))


def _fitness(match: Match) -> tuple[float, str]:
    return (match.title or 0.0) + (match.author or 0.0), match.paper.key if match.paper else ""


def _words_of(field: FieldResult | SignatureResult, kind: str) -> list[tuple[str, float]]:
    """The words of a field, and how surely they were read; names are words of their own."""
    return [(kind + word, field.confidence) for word in fold_title(field.value or "").split()]


def _with_conflict(own: Match, other: Match) -> Match:
    """The name's paper; the content's is a rival where it is clearly another one."""
    if max(own.title or 0.0, own.author or 0.0) > OTHER_TITLE:
        return own
    return replace(own, confidence=0.5, conflicting_paper=other.paper)


def title_similarity(read: str, title: str) -> tuple[float | None, bool]:
    """How like two titles are (0..1), and whether the first is only the other's beginning;
    None where one of them is blank.
    """
    ours, theirs = fold_title(read), fold_title(title)
    if not ours or not theirs:
        return None, False
    whole = fuzz.ratio(ours, theirs) / 100
    begun = _begun(ours, theirs)
    return (begun, True) if begun > whole and begun >= SAME_TITLE else (whole, False)


def _begun(ours: str, theirs: str) -> float:
    """How like a title is to the beginning of a longer one, 0..1."""
    if len(ours) < SHORTEST or len(ours) > CUT_OFF * len(theirs):
        return 0.0
    return fuzz.ratio(ours, theirs[: len(ours)]) / 100


def author_similarity(fields: Fields, paper: Paper) -> float | None:
    """How like the likeliest person on the form is to one of the authors, in any order of
    names and with initials; None where either names nobody.
    """
    named = [fields.author.value, fields.corresponding_author.value, fields.signature.value]
    people = [person for text in named for person in (*names_in(text), text or "") if person]
    if not people or not paper.people:
        return None
    return max(person_similarity(person, author) for person in people for author in paper.people)


@lru_cache(maxsize=20_000)
def fold_title(title: str) -> str:
    """Lower case, without accents, LaTeX commands and punctuation, in single spaces."""
    plain = fold(re.sub(r"\\[a-zA-Z]+", " ", title))
    return fold_words(plain.replace("'", ""))
