"""Which paper a file's name belongs to, in every naming convention found in real volumes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_extract.text import fold
from ocr_extract.volume.roster.roster import Paper

_SUFFIXES = re.compile(
    r"[-_ .]*(publication)?[-_ .]*(permission|agreement|license|licence|copyright|signed|form)s?$",
    re.IGNORECASE,
)
"""Words that people append to a key."""
_COPY = re.compile(r"\s*\(\d+\)$|[-_ ]+(copy|kopie|copie|final|v\d|\d)$", re.IGNORECASE)
"""Endings of copies: "(1)", "- copy", "_v2"."""


@dataclass(frozen=True)
class KeyIndex:
    """The roster's keys: `exact` in composed Unicode form, `plain` as `plain_key` gives them."""

    exact: Mapping[str, Paper]
    plain: Mapping[str, tuple[Paper, ...]]

    def papers_of(self, name: str) -> tuple[Paper, ...]:
        """The papers whose key is in a file's name: none, one, or several whose keys differ only in
        what file systems may not preserve (case, accents).
        """
        for stem in _stems(Path(name).stem):
            if paper := self.exact.get(stem):
                return (paper,)
            if papers := self.plain.get(plain_key(stem)):
                return papers
        return ()


def key_index(papers: Sequence[Paper]) -> KeyIndex:
    """The index of the keys of these papers."""
    plain: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        if key := plain_key(paper.key):
            plain[key].append(paper)
    exact = {unicodedata.normalize("NFC", paper.key): paper for paper in papers}
    return KeyIndex(exact, {key: tuple(same) for key, same in plain.items()})


def plain_key(stem: str) -> str:
    """A key without case, accents and punctuation. Letters of every script are kept."""
    return "".join(c for c in fold(stem) if c.isalnum())


def is_copy(name: str) -> bool:
    """Whether a file's name says that the file is a copy, like "a (1).pdf"."""
    return _COPY.search(Path(name).stem) is not None


def _stems(stem: str) -> tuple[str, ...]:
    """The name as it is, and with more and more of the usual suffixes and copy marks removed."""
    stems = [unicodedata.normalize("NFC", stem).strip()]
    while True:
        shorter = _SUFFIXES.sub("", _COPY.sub("", stems[-1]))
        if shorter == stems[-1] or not shorter:
            return tuple(dict.fromkeys(stems))
        stems.append(shorter)
