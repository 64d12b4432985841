"""The state of every paper of the volume, and the files that belong to no paper."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ocr_extract.records import Flag, Severity, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.filenames import is_copy
from ocr_extract.volume.roster.roster import Paper, Roster

State = Literal["accepted", "review", "rejected", "missing", "duplicate"]
STATES: tuple[State, ...] = ("accepted", "review", "rejected", "missing", "duplicate")
"""All states, in the order in which they are counted."""
_STATE_OF: dict[Verdict, State] = {
    Verdict.ACCEPTED: "accepted",
    Verdict.REVIEW: "review",
    Verdict.REJECTED: "rejected",
}
"""The state of a paper with one file, by the file's verdict."""
_VERDICT_RANK = {Verdict.ACCEPTED: 0, Verdict.REVIEW: 1, Verdict.REJECTED: 2}
"""Which verdict is better when a paper has several files: 0 is the best (chosen)."""


@dataclass(frozen=True)
class PaperStatus:
    """A paper's state. `counts` is the file whose verdict is the paper's verdict, `others` are the
    paper's further files, and `why` says why that file counts.
    """

    key: str
    state: State
    counts: str | None = None
    verdict: Verdict | None = None
    others: tuple[str, ...] = ()
    why: str = ""
    index: int = -1
    """The index, among all documents, of the document that counts; -1 without one."""
    agreeing: tuple[int, ...] = ()
    """The indices of the further files that agree with the one that counts."""
    title: str = ""
    first_author: str = ""
    email: str = ""
    """Of the paper, as in the roster, like `title` and `first_author`; "" when missing."""


@dataclass(frozen=True)
class VolumeStatus:
    """All papers in the order of the roster, and the names of the files that belong to no paper."""

    papers: tuple[PaperStatus, ...]
    unmatched_files: tuple[str, ...]

    @property
    def counts(self) -> Mapping[State, int]:
        """How many papers are in each state. The sum is the number of papers in the roster."""
        papers_by_state = Counter(paper.state for paper in self.papers)
        return {state: papers_by_state[state] for state in STATES}


def status_of(
    roster: Roster, summaries: Sequence[RecordSummary], settings: Settings | None = None
) -> VolumeStatus:
    """The state of every paper of the roster. The settings may say how grave it is that a file does
    not count.
    """
    grave = (settings or Settings()).severity_of("not_counted")
    by_key: dict[str, list[RecordSummary]] = defaultdict(list)
    for summary in summaries:
        by_key[summary.key or ""].append(summary)
    papers = tuple(
        _status_of_paper(paper, by_key.get(paper.key, []), grave) for paper in roster.papers
    )
    unmatched = {summary.name for summary in by_key.get("", [])}
    return VolumeStatus(papers, tuple(sorted(unmatched)))


def _status_of_paper(
    paper: Paper, summaries: Sequence[RecordSummary], grave: Severity | None
) -> PaperStatus:
    """The paper's status, with the data of the paper from the roster."""
    author = next(iter(paper.people), "")
    status = _status_of_files(paper.key, summaries, grave)
    return replace(status, title=paper.title, first_author=author, email=paper.email)


def _status_of_files(
    key: str, summaries: Sequence[RecordSummary], grave: Severity | None
) -> PaperStatus:
    """The status of a paper from its files, without the roster's data. `grave` is the severity that
    the settings give a file that does not count; None leaves it to what the files say.
    """
    if not summaries:
        return PaperStatus(key, "missing")
    first, *others = sorted(summaries, key=_preference)
    if not others:
        state = _STATE_OF[first.verdict]
        return PaperStatus(key, state, first.name, first.verdict, index=first.index)
    agreeing = tuple(other.index for other in others if _agrees(first, other))
    settled = grave == "note" or (grave is None and len(agreeing) == len(others))
    return PaperStatus(
        key,
        _STATE_OF[first.verdict] if settled else "duplicate",
        _display_name(first),
        first.verdict,
        tuple(_display_name(summary) for summary in others),
        _reason(first, others),
        first.index,
        agreeing,
    )


def _agrees(first: RecordSummary, other: RecordSummary) -> bool:
    """Whether nobody need ask which of two files counts: they are the same file; or the first is in
    order, and the other is in order too, or says nothing later than the first. Nor where a person
    looked at the other and left it as it is.
    """
    if "not_counted" in other.left:
        return True
    if first.sha256 and (first.sha256, first.part) == (other.sha256, other.part):
        return True
    if first.verdict is not Verdict.ACCEPTED:
        return False
    return other.verdict is Verdict.ACCEPTED or (other.date or "") <= (first.date or "")


def not_counted(summary: RecordSummary, paper: PaperStatus | None) -> tuple[Flag, ...]:
    """The flag of a file that does not count for its paper: it names the file that counts, and says
    why. It is a note where the two files agree. Empty for every other file.
    """
    if paper is None or not paper.others or paper.index == summary.index:
        return ()
    message = f"For {paper.key} {paper.counts} counts: {paper.why}."
    severity: Severity = "note" if summary.index in paper.agreeing else "review"
    return (Flag(code="not_counted", message=message, severity=severity),)


def _preference(summary: RecordSummary) -> tuple[int, bool, tuple[int, ...], str, int]:
    """Sort key: the file that counts comes first. The better verdict, then files that are not
    copies by their name, then the latest date, then the name.
    """
    newest_first = tuple(-int(part) for part in (summary.date or "0").split("-"))
    return (
        _VERDICT_RANK[summary.verdict],
        is_copy(summary.name),
        newest_first,
        summary.name,
        summary.part,
    )


def _reason(first: RecordSummary, others: Sequence[RecordSummary]) -> str:
    """Why the first file counts and not the others."""
    second = others[0]
    if all(first.sha256 == other.sha256 and first.part == other.part for other in others):
        return "all are the same file"
    if _VERDICT_RANK[first.verdict] < _VERDICT_RANK[second.verdict]:
        return f"it is {first.verdict.value}, the next {second.verdict.value}"
    if is_copy(second.name) and not is_copy(first.name):
        return "the other is a copy by its name"
    if first.date != second.date:
        return f"it is the latest: {first.date}"
    return "the first by name; they say the same"


def _display_name(summary: RecordSummary) -> str:
    """The file's name, with the number of the agreement in the file after the first one."""
    return f"{summary.name}, part {summary.part + 1}" if summary.part else summary.name
