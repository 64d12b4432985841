"""Which paper a file's name belongs to, in every naming convention found in real volumes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_extract.text import fold
from ocr_extract.volume.roster.roster import NameMap, Paper

_SUFFIXES = re.compile(
    r"[-_ .]*(publication)?[-_ .]*(permission|agreement|license|licence|copyright|signed|form)s?$",
    re.IGNORECASE,
)
"""Words that people append to a key."""
_COPY = re.compile(r"\s*\(\d+\)$|[-_ ]+(copy|kopie|copie|final|v\d|\d)$", re.IGNORECASE)
"""Endings of copies: "(1)", "- copy", "_v2"."""

_DIGITS = re.compile(r"[0-9]+")
"""A number in a file's name."""


@dataclass(frozen=True)
class KeyIndex:
    """The roster's keys: `exact` in composed Unicode form, `plain` as `plain_key` gives them.
    `files` has the papers of whole names, as `folded_name` gives them, and `numbers` those of
    submission numbers.
    """

    exact: Mapping[str, Paper]
    plain: Mapping[str, tuple[Paper, ...]]
    files: Mapping[str, Paper]
    numbers: Mapping[str, Paper]

    def papers_of(self, name: str) -> tuple[Paper, ...]:
        """The papers that a file's name says: none, one, or several whose keys differ only in what
        file systems may not preserve (case, accents). The whole name, or the name without its
        suffix, counts first, if an editor gave it a paper, then a key in the name, then a
        submission number in it.
        """
        for whole in (name, Path(name).stem):
            if mapped := self.files.get(folded_name(whole)):
                return (mapped,)
        stems = _stems(Path(name).stem)
        for stem in stems:
            if paper := self.exact.get(stem):
                return (paper,)
            if papers := self.plain.get(plain_key(stem)):
                return papers
        return self._paper_by_number(stems)

    def _paper_by_number(self, stems: Sequence[str]) -> tuple[Paper, ...]:
        """The paper whose submission number is in the name, when it is the only one there. Copy
        marks, which are numbers too, are left out only when there are several.
        """
        for stem in stems if self.numbers else ():
            numbers = {digits.lstrip("0") or "0" for digits in _DIGITS.findall(stem)}
            mapped = sorted(numbers & self.numbers.keys())
            if len(mapped) == 1:
                return (self.numbers[mapped[0]],)
        return ()


def key_index(papers: Sequence[Paper], names: NameMap | None = None) -> KeyIndex:
    """The index of the keys of these papers, and of what an editor says of names. A key of another
    roster is left out.
    """
    plain: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        if key := plain_key(paper.key):
            plain[key].append(paper)
    exact = {unicodedata.normalize("NFC", paper.key): paper for paper in papers}
    names, by_key = names or NameMap(), {paper.key: paper for paper in papers}
    files = {folded_name(name): by_key[key] for name, key in names.files if key in by_key}
    numbers = {number: by_key[key] for number, key in names.numbers if key in by_key}
    return KeyIndex(exact, {key: tuple(same) for key, same in plain.items()}, files, numbers)


def folded_name(name: str) -> str:
    """A file's name as it is compared with the names that an editor gives: composed, and without
    case.
    """
    return unicodedata.normalize("NFC", name.strip()).casefold()


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
