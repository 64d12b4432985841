"""The summary of a run: how many documents have which verdict, and the state of every paper."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from pydantic import TypeAdapter

from ocr_extract.records import Verdict
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.status import PaperStatus, VolumeStatus


@dataclass(frozen=True)
class Totals:
    """How many documents there are, how many by verdict, how often each flag was raised that
    somebody has to act on, and how often each note.
    """

    documents: int
    verdicts: Mapping[Verdict, int]
    flags: Mapping[str, int]
    notes: Mapping[str, int] = field(default_factory=dict)

    def without(self, part: Totals) -> Totals:
        """The totals without those of a part of the documents."""
        return Totals(
            self.documents - part.documents,
            {verdict: count - part.verdicts[verdict] for verdict, count in self.verdicts.items()},
            _less(self.flags, part.flags),
            _less(self.notes, part.notes),
        )


@dataclass(frozen=True)
class VolumeSummary:
    """The totals and, with a roster, the state of every paper. `void` says in sentences which
    decisions of people no longer count. `forgotten` is how many papers of the roster were forgotten
    since the run read it: what they lack is not known.
    """

    totals: Totals
    status: VolumeStatus | None = None
    void: tuple[str, ...] = ()
    forgotten: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether every document and, with a roster, every paper is accepted, and none was
        forgotten.
        """
        documents = self.totals.verdicts[Verdict.ACCEPTED] == self.totals.documents
        papers = self.status.papers if self.status else ()
        accepted = all(paper.state == "accepted" for paper in papers)
        return documents and accepted and not self.forgotten

    @property
    def forgotten_sentence(self) -> str:
        """What to do about the papers that were forgotten; "" when none was."""
        return forgotten_sentence(self.forgotten)

    def without(self, removed: Iterable[RecordSummary], keys: Collection[str]) -> VolumeSummary:
        """The summary without documents that were forgotten, each with its index among all
        documents, and without the papers of these keys.
        """
        documents = list(removed)
        totals = self.totals.without(totals_of(documents))
        if self.status is None:
            return replace(self, totals=totals)
        gone = sorted(document.index for document in documents)
        others = [paper for paper in self.status.papers if paper.key not in keys]
        status = replace(self.status, papers=tuple(_moved(paper, gone) for paper in others))
        forgotten = self.forgotten + len(self.status.papers) - len(others)
        return replace(self, totals=totals, status=status, forgotten=forgotten)

    def to_json(self) -> str:
        """The JSON text that the ledger stores."""
        return _adapter().dump_json(self).decode()

    @classmethod
    def from_json(cls, content: str) -> VolumeSummary:
        """The summary in such a JSON text. Raises ValueError when the text is not a summary."""
        return _adapter().validate_json(content)


def forgotten_sentence(count: int) -> str:
    """What to do about so many papers that were forgotten; "" for none."""
    were = "1 paper was" if count == 1 else f"{count} papers were"
    return f"{were} forgotten: run `ocr-extract run` again over the roster." if count else ""


def _moved(paper: PaperStatus, gone: Sequence[int]) -> PaperStatus:
    """A paper whose documents have moved up, after those at these positions are gone."""

    def moved(index: int) -> int:
        return -1 if index in gone else index - bisect_left(gone, index)

    agreeing = tuple(moved(index) for index in paper.agreeing if index not in gone)
    return replace(paper, index=moved(paper.index), agreeing=agreeing)


@cache
def _adapter() -> TypeAdapter[VolumeSummary]:
    return TypeAdapter(VolumeSummary)


def totals_of(summaries: Iterable[RecordSummary]) -> Totals:
    """The totals of all records. Flags are sorted by how often they were raised, then by name."""
    records = list(summaries)
    verdicts = Counter(summary.verdict for summary in records)
    return Totals(
        len(records),
        {verdict: verdicts[verdict] for verdict in Verdict},
        _ranked(summary.flags for summary in records),
        _ranked(summary.notes for summary in records),
    )


def _ranked(codes: Iterable[Sequence[str]]) -> dict[str, int]:
    """How often each code stands there, the most frequent first, then by name."""
    counts = Counter(code for own in codes for code in own)
    return _by_count(counts)


def _less(counts: Mapping[str, int], part: Mapping[str, int]) -> dict[str, int]:
    """The counts of codes without those of a part; the most frequent code is still first."""
    left = {code: count - part.get(code, 0) for code, count in counts.items()}
    return _by_count({code: count for code, count in left.items() if count > 0})


def _by_count(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts, the highest first, then by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
