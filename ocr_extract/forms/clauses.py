"""Whether the printed terms are the form's own: fingerprints of word runs, not the words.

The terms of a form belong to its publisher and are not kept here. What is kept is the
hash of every run of four words of every clause (shingles; Broder 1997). A changed word
breaks four of them, and names the clause; unchanged terms break none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from ocr_extract.forms.phrases import letters_and_digits
from ocr_extract.text import Word

RUN = 4
"""Words a fingerprint covers."""
BROKEN_BY_ONE_WORD = RUN
LIGATURES = ("ff", "fi", "fl")
MOSTLY = 0.5
"""Share of a variant's runs from which it is the one that the document is made from."""
Clauses = Mapping[str, Sequence[str]]
State = Literal["unaltered", "altered", "unreadable"]


@dataclass(frozen=True)
class ClauseComparison:
    """The terms' state, and the numbers of the clauses that are not as printed."""

    state: State
    clauses: tuple[str, ...] = ()


def compare_clauses(
    words: Sequence[Word],
    form: str,
    *,
    exact: bool,
    seen: Set[tuple[str, str]] = frozenset(),
) -> ClauseComparison | None:
    """Compare a document's words, in reading order, with the fingerprints of its form.

    `exact`: the words are the file's own text. Words that OCR read are misread here and
    there, so that they can prove terms unaltered and never altered. `seen`: variants and
    their clauses whose print was compared in pixels. None: the form has no fingerprints.
    """
    variants = _variants().get(form)
    if not variants:
        return None
    found = set(fingerprints([w.text for w in words]))
    for variant, name in seen:
        found.update(variants.get(variant, {}).get(name, ()))
    best = max(variants.values(), key=lambda clauses: _kept(clauses, found))
    broken = tuple(name for name, runs in best.items() if _is_broken(runs, found))
    if not broken:
        return ClauseComparison("unaltered")
    if not exact or _kept(best, found) < MOSTLY:
        return ClauseComparison("unreadable")
    return ClauseComparison("altered", broken)


def fingerprints(texts: Sequence[str]) -> list[str]:
    """The hashes of all runs of words; a word cut by a hyphen at a line's end is joined.

    Runs with a ligature (ff, fi, fl) are left out: printing to a new PDF often loses
    the letters behind one, and "e orts" is no altered term.
    """
    plain = [key for text in _joined(texts) if (key := letters_and_digits(text))]
    return [
        hashlib.blake2b(" ".join(plain[i : i + RUN]).encode(), digest_size=5).hexdigest()
        for i in range(len(plain) - RUN + 1)
        if not any(pair in word for word in plain[i : i + RUN] for pair in LIGATURES)
    ]


def _joined(texts: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for text in texts:
        if joined and joined[-1].endswith(("-", "\u00ad")) and len(joined[-1]) > 1:
            joined[-1] = joined[-1][:-1] + text
        else:
            joined.append(text)
    return joined


def _kept(clauses: Clauses, found: set[str]) -> float:
    runs = [run for clause in clauses.values() for run in clause]
    return sum(run in found for run in runs) / max(1, len(runs))


def _is_broken(runs: Sequence[str], found: set[str]) -> bool:
    """A whole word at least: one run alone breaks where a page or a line number is cut in."""
    return sum(run not in found for run in runs) >= BROKEN_BY_ONE_WORD


@cache
def _variants() -> dict[str, dict[str, dict[str, list[str]]]]:
    text = resources.files(__package__).joinpath("terms.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, dict[str, list[str]]]] = json.loads(text)
    return loaded
