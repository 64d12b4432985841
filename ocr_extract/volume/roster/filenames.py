"""Which paper a file's name says it belongs to, in every convention seen."""

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
_COPY = re.compile(r"\s*\(\d+\)$|[-_ ]+(copy|kopie|copie|final|v\d|\d)$", re.IGNORECASE)


@dataclass(frozen=True)
class KeyIndex:
    """The roster's keys by their plain forms."""

    exact: Mapping[str, Paper]
    plain: Mapping[str, tuple[Paper, ...]]

    def papers_of(self, name: str) -> tuple[Paper, ...]:
        """The papers whose key a file's name bears: one, none, or several that differ only
        in what file systems do not keep (case, accents).
        """
        for stem in _stems(Path(name).stem):
            if paper := self.exact.get(stem):
                return (paper,)
            if papers := self.plain.get(plain_key(stem)):
                return papers
        return ()


def key_index(papers: Sequence[Paper]) -> KeyIndex:
    """An index of a roster's keys."""
    plain: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        if bare := plain_key(paper.key):
            plain[bare].append(paper)
    exact = {unicodedata.normalize("NFC", paper.key): paper for paper in papers}
    return KeyIndex(exact, {bare: tuple(some) for bare, some in plain.items()})


def plain_key(stem: str) -> str:
    """A key without case, accents and punctuation; letters of every script are kept."""
    return "".join(c for c in fold(stem) if c.isalnum())


def is_copy(name: str) -> bool:
    """Whether a file's name says that it is a copy: "a (1).pdf"."""
    return _COPY.search(Path(name).stem) is not None


def _stems(stem: str) -> tuple[str, ...]:
    """The name as it is, then with ever more of what people append to a key taken off."""
    stems = [unicodedata.normalize("NFC", stem).strip()]
    while True:
        bare = _SUFFIXES.sub("", _COPY.sub("", stems[-1]))
        if bare == stems[-1] or not bare:
            return tuple(dict.fromkeys(stems))
        stems.append(bare)
