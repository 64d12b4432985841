"""How a title on a form differs from the paper's: not at all, cut off, or in its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from ocr_extract.volume.roster.titles import BEGINNING, fold_title, title_similarity

Difference = Literal["cut off", "reworded", "different"]


@dataclass(frozen=True)
class TitleThresholds:
    """When a title is another one. Similarities and shares are 0..1."""

    same_title: float = 0.7
    """Similarity below which a title that was read surely is a different one. Measured on the
    development roster: the two most similar titles of different papers reach 0.64, and the worst
    title that was read surely reaches 0.9 with its own."""
    same_words: float = 0.9
    """Similarity of the sorted words from which two titles differ in their order alone (chosen).
    Measured on eight rosters: titles of different papers reach 0.8."""
    reworded: float = 0.7
    """Similarity of the sorted words from which a title may be an earlier wording (chosen)."""
    ahead: float = 0.1
    """Distance of a paper's similarity to that of every other paper from which a title names that
    paper and no other (chosen)."""
    fragment: float = 0.9
    """Share of the words read that are words of the paper's title, from which a shorter title is a
    part of it (chosen)."""
    longest: float = 1.5
    """Length of what was read, as a multiple of the roster's longest title, above which it is no
    title but a part of the form (chosen)."""


TITLES = TitleThresholds()
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
"""An addition in brackets at the end of a title, such as "(Extended Abstract)"."""


@dataclass(frozen=True)
class TitleDifference:
    """How a title differs from the paper's, and whether it names this paper and no other."""

    kind: Difference
    names_one: bool


def difference(read: str, title: str, others: Sequence[str]) -> TitleDifference | None:
    """How the title that was read differs from its paper's. None when it does not, when one of them
    is blank, and when what was read is too long for a title. `others` are the titles of the other
    papers of the roster.
    """
    if is_same(read, title) or _is_too_long(read, (title, *others)):
        return None
    if title_similarity(read, title)[1] or _is_fragment(read, title):
        return TitleDifference("cut off", not any(_may_be_part(read, other) for other in others))
    own = _sorted_similarity(read, title)
    best = max((_sorted_similarity(read, other) for other in others), default=0.0)
    if own >= TITLES.reworded and own >= best + TITLES.ahead:
        return TitleDifference("reworded", names_one=True)
    return TitleDifference("different", names_one=False)


def is_same(read: str, title: str) -> bool:
    """Whether two titles are the same but for misread letters, the order of their words, and an
    addition in brackets at the end of one of them. A blank differs from nothing.
    """
    if not fold_title(read) or not fold_title(title):
        return True
    pairs = ((read, title), (_bare(read), _bare(title)))
    alike = (title_similarity(*pair) for pair in pairs)
    if any(not cut and (similarity or 0.0) >= TITLES.same_title for similarity, cut in alike):
        return True
    return _sorted_similarity(read, title) >= TITLES.same_words


def _bare(title: str) -> str:
    """The title without an addition in brackets; the whole title when nothing else is left."""
    return _BRACKETS.sub("", title) or title


def _is_too_long(read: str, titles: Iterable[str]) -> bool:
    return len(read) > TITLES.longest * max(map(len, titles))


def _may_be_part(read: str, title: str) -> bool:
    """Whether a title that is cut off, or a fragment, may also be this one."""
    similarity, _ = title_similarity(read, title)
    return (similarity or 0.0) >= TITLES.same_title or _is_fragment(read, title)


def _is_fragment(read: str, title: str) -> bool:
    """Whether the words read are words of the title, and are far fewer."""
    words, own = fold_title(read).split(), fold_title(title).split()
    if not own or len(" ".join(words)) > BEGINNING.max_share * len(" ".join(own)):
        return False
    return sum(word in own for word in words) >= TITLES.fragment * len(words)


def _sorted_similarity(read: str, title: str) -> float:
    """Similarity of the words of two titles in alphabetical order."""
    return fuzz.token_sort_ratio(fold_title(read), fold_title(title)) / 100
