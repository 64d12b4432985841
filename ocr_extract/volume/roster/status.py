"""The volume's answer: every paper in exactly one state, and every file without a paper."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ocr_extract.records import Verdict
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.filenames import is_copy
from ocr_extract.volume.roster.roster import Paper, Roster

State = Literal["accepted", "review", "rejected", "missing", "duplicate"]
STATES: tuple[State, ...] = ("accepted", "review", "rejected", "missing", "duplicate")
_STATE_OF: dict[Verdict, State] = {
    Verdict.ACCEPTED: "accepted",
    Verdict.REVIEW: "review",
    Verdict.REJECTED: "rejected",
}
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

    papers: tuple[PaperStatus, ...]
    unmatched_files: tuple[str, ...]

    @property
    def counts(self) -> Mapping[State, int]:
        """How many papers are in each state; they add up to the roster's."""
        found = Counter(paper.state for paper in self.papers)
        return {state: found[state] for state in STATES}


def status_of(roster: Roster, summaries: Sequence[RecordSummary]) -> VolumeStatus:
    """What became of every paper of the roster."""
    by_key: dict[str, list[RecordSummary]] = defaultdict(list)
    for summary in summaries:
        by_key[summary.key or ""].append(summary)
    papers = tuple(_described(paper, by_key.get(paper.key, [])) for paper in roster.papers)
    unmatched = {summary.name for summary in by_key.get("", [])}
    return VolumeStatus(papers, tuple(sorted(unmatched)))


def _described(paper: Paper, summaries: Sequence[RecordSummary]) -> PaperStatus:
    """The paper's status, with what the roster says of it."""
    author = next(iter(paper.people), "")
    status = _status(paper.key, summaries)
    return replace(status, title=paper.title, first_author=author, email=paper.email)


def _status(key: str, summaries: Sequence[RecordSummary]) -> PaperStatus:
    if not summaries:
        return PaperStatus(key, "missing")
    first, *others = sorted(summaries, key=_preference)
    if not others:
        state = _STATE_OF[first.verdict]
        return PaperStatus(key, state, first.name, first.verdict, index=first.index)
    names = tuple(_named(summary) for summary in others)
    why = _why(first, others)
    return PaperStatus(key, "duplicate", _named(first), first.verdict, names, why, first.index)


def _preference(summary: RecordSummary) -> tuple[int, bool, tuple[int, ...], str, int]:
    """Good ones first, then what is no copy by its name, then the latest."""
    late = tuple(-int(part) for part in (summary.date or "0").split("-"))
    return (_RANK[summary.verdict], is_copy(summary.name), late, summary.name, summary.part)


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


def _named(summary: RecordSummary) -> str:
    return f"{summary.name}, part {summary.part + 1}" if summary.part else summary.name
