"""Checks whether the printed clauses are the form's own, by fingerprints of short word runs.

The text of a form belongs to its publisher and is not stored here. The program stores a hash of
every run of four words of every clause (shingles; Broder 1997). A changed word breaks four
fingerprints of its clause. Among the first or last three words of a clause, or beside a word with
a ligature, it breaks fewer, and such a single word is not reported. Unchanged clauses break none.
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

WORDS_PER_FINGERPRINT = 4
"""Words that one fingerprint covers (chosen)."""
MIN_BROKEN_FINGERPRINTS = WORDS_PER_FINGERPRINT
"""Missing fingerprints from which a clause is altered: one changed word breaks as many
fingerprints as one fingerprint has words."""
LIGATURES = ("ff", "fi", "fl")
"""Letter pairs that many fonts print as one character."""
MIN_VARIANT_SHARE = 0.5
"""Smallest share (0..1) of a variant's fingerprints that a document must contain to be compared
with that variant (chosen)."""
Clauses = Mapping[str, Sequence[str]]
"""Fingerprints by clause number."""
State = Literal["unaltered", "altered", "unreadable"]
"""`unreadable`: the words do not prove either of the other two."""


@dataclass(frozen=True)
class ClauseComparison:
    """The state of the printed clauses, and the numbers of the altered ones."""

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

    `exact`: the words are the file's own text. OCR misreads some words. So OCR words can prove that
    clauses are unaltered, but not that they are altered. `seen`: pairs of (variant, clause) whose
    print was already compared in pixels; these clauses count as present.

    Returns None when the form has no fingerprints.
    """
    variants = _variants().get(form)
    if not variants:
        return None
    present = set(fingerprints([w.text for w in words]))
    for variant, name in seen:
        present.update(variants.get(variant, {}).get(name, ()))
    best = max(variants.values(), key=lambda clauses: _share_present(clauses, present))
    broken = tuple(name for name, runs in best.items() if _is_broken(runs, present))
    if not broken:
        return ClauseComparison("unaltered")
    if not exact or _share_present(best, present) < MIN_VARIANT_SHARE:
        return ClauseComparison("unreadable")
    return ClauseComparison("altered", broken)


def fingerprints(texts: Sequence[str]) -> list[str]:
    """The hashes of all runs of four words, as hexadecimal strings. A word that is hyphenated at
    the end of a line is joined first.

    Runs with a ligature (ff, fi, fl) are left out: printing to a new PDF often loses the letters
    after one, and "e orts" is not an altered clause.
    """
    keys = [key for text in _joined(texts) if (key := letters_and_digits(text))]
    return [
        hashlib.blake2b(
            " ".join(keys[i : i + WORDS_PER_FINGERPRINT]).encode(), digest_size=5
        ).hexdigest()
        for i in range(len(keys) - WORDS_PER_FINGERPRINT + 1)
        if not any(
            pair in word for word in keys[i : i + WORDS_PER_FINGERPRINT] for pair in LIGATURES
        )
    ]


def _joined(texts: Sequence[str]) -> list[str]:
    """The words, with the two halves of a hyphenated word joined."""
    joined: list[str] = []
    for text in texts:
        if joined and joined[-1].endswith(("-", "\u00ad")) and len(joined[-1]) > 1:
            joined[-1] = joined[-1][:-1] + text
        else:
            joined.append(text)
    return joined


def _share_present(clauses: Clauses, present: set[str]) -> float:
    """Share (0..1) of a variant's fingerprints that are present."""
    stored = [fingerprint for clause in clauses.values() for fingerprint in clause]
    return sum(fingerprint in present for fingerprint in stored) / max(1, len(stored))


def _is_broken(stored: Sequence[str], present: set[str]) -> bool:
    """Whether at least one whole word changed. One missing fingerprint is not enough: a page number
    or line number inside the text breaks one.
    """
    return sum(fingerprint not in present for fingerprint in stored) >= MIN_BROKEN_FINGERPRINTS


@cache
def _variants() -> dict[str, dict[str, dict[str, list[str]]]]:
    """Stored fingerprints by form name, variant and clause number."""
    text = resources.files(__package__).joinpath("terms.json").read_text(encoding="utf-8")
    variants: dict[str, dict[str, dict[str, list[str]]]] = json.loads(text)
    return variants
