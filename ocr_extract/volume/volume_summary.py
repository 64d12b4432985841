"""The summary of a run: how many documents have which verdict, and the state of every paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from pydantic import TypeAdapter

from ocr_extract.records import Verdict
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.status import VolumeStatus


@dataclass(frozen=True)
class Totals:
    """How many documents there are, how many by verdict, how often each flag was raised that
    somebody has to act on, and how often each note.
    """

    documents: int
    verdicts: Mapping[Verdict, int]
    flags: Mapping[str, int]
    notes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class VolumeSummary:
    """The totals and, with a roster, the state of every paper. `void` says in sentences which
    decisions of people no longer count.
    """

    totals: Totals
    status: VolumeStatus | None = None
    void: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether every document and, with a roster, every paper is accepted."""
        documents = self.totals.verdicts[Verdict.ACCEPTED] == self.totals.documents
        papers = self.status.papers if self.status else ()
        return documents and all(paper.state == "accepted" for paper in papers)

    def to_json(self) -> str:
        """The JSON text that the ledger stores."""
        return _adapter().dump_json(self).decode()

    @classmethod
    def from_json(cls, content: str) -> VolumeSummary:
        """The summary in such a JSON text. Raises ValueError when the text is not a summary."""
        return _adapter().validate_json(content)


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
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
