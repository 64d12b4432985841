"""The volume's answer: every paper in exactly one state, and every file without a paper."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ocr_extract.records import Verdict
from ocr_extract.volume.roster.check import RecordSummary
from ocr_extract.volume.roster.filenames import is_copy
from ocr_extract.volume.roster.roster import Roster

State = Literal["accepted", "review", "rejected", "missing", "duplicate"]
STATES: tuple[State, ...] = ("accepted", "review", "rejected", "missing", "duplicate")
_RANK = {Verdict.ACCEPTED: 0, Verdict.REVIEW: 1, Verdict.REJECTED: 2}


@dataclass(frozen=True)
class PaperStatus:
    """A paper's state; `counts` is the file whose verdict is the paper's, `others` are
    further ones, `why` says in words why that one counts.
    """

    key: str
    state: State
    counts: str | None = None
    verdict: Verdict | None = None
    others: tuple[str, ...] = ()
    why: str = ""
    index: int = -1
    """Place of the one that counts among all documents."""
    title: str = ""
    first_author: str = ""
    email: str = ""
    """Of the paper, as the roster has them; "" where it does not."""


@dataclass(frozen=True)
class VolumeStatus:
    """All papers in the roster's order, and the files that belong to none of them."""

    standings: tuple[PaperStatus, ...]
    strangers: tuple[str, ...]

    @property
    def counts(self) -> Mapping[State, int]:
        """How many papers are in each state; they add up to the roster's."""
        found = Counter(standing.state for standing in self.standings)
        return {state: found[state] for state in STATES}


def answer(roster: Roster, briefs: Sequence[RecordSummary]) -> VolumeStatus:
    """What became of every paper of the roster."""
    by_key: dict[str, list[RecordSummary]] = defaultdict(list)
    for brief in briefs:
        by_key[brief.key or ""].append(brief)
    standings = tuple(
        replace(
            _standing(paper.key, by_key.get(paper.key, [])),
            title=paper.title,
            first_author=next(iter(paper.people), ""),
            email=paper.email,
        )
        for paper in roster.papers
    )
    return VolumeStatus(standings, tuple(sorted({brief.name for brief in by_key.get("", [])})))


def _standing(key: str, briefs: Sequence[RecordSummary]) -> PaperStatus:
    if not briefs:
        return PaperStatus(key, "missing")
    first, *others = sorted(briefs, key=_preference)
    if not others:
        return PaperStatus(key, _state(first.verdict), first.name, first.verdict, index=first.index)
    names = tuple(_named(brief) for brief in others)
    why = _why(first, others)
    return PaperStatus(key, "duplicate", _named(first), first.verdict, names, why, first.index)


def _preference(brief: RecordSummary) -> tuple[int, bool, tuple[int, ...], str, int]:
    """Good ones first, then what is no copy by its name, then the latest."""
    late = tuple(-int(part) for part in (brief.date or "0").split("-"))
    return (_RANK[brief.verdict], is_copy(brief.name), late, brief.name, brief.part)


def _why(first: RecordSummary, others: Sequence[RecordSummary]) -> str:
    second = others[0]
    if all(first.sha256 == other.sha256 and first.part == other.part for other in others):
        return "all are the same file"
    if _RANK[first.verdict] < _RANK[second.verdict]:
        return f"it is {first.verdict.value}, the next {second.verdict.value}"
    if is_copy(second.name) and not is_copy(first.name):
        return "the other is a copy by its name"
    if first.date != second.date:
        return f"it is the latest: {first.date}"
    return "the first by name; they say the same"


def _state(verdict: Verdict) -> State:
    states: dict[Verdict, State] = {
        Verdict.ACCEPTED: "accepted",
        Verdict.REVIEW: "review",
        Verdict.REJECTED: "rejected",
    }
    return states[verdict]


def _named(brief: RecordSummary) -> str:
    return f"{brief.name}, part {brief.part + 1}" if brief.part else brief.name
