"""What people decided about the agreements of a volume, and which of it no longer counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ocr_extract.decision.person import value_of, with_values
from ocr_extract.records import Decision, Flag, Record, as_text
from ocr_extract.volume.ledger.decisions import StoredDecision
from ocr_extract.volume.plan import identity
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.matching import Match
from ocr_extract.volume.roster.roster import Paper, Roster

OTHER_CONTENT = "the file has another content now"
"""Why a decision is void whose content is gone."""
_Content = tuple[str, int]
"""A content's SHA-256, and the part of the file from 0."""


@dataclass(frozen=True)
class VolumeDecisions:
    """The decisions that stand in the ledger, by content, and the papers of the roster by key (None
    without a roster: decisions about papers then wait for one).
    """

    by_content: Mapping[_Content, tuple[StoredDecision, ...]] = field(default_factory=dict)
    papers: Mapping[str, Paper] | None = None

    def of(self, record: Record, part: int) -> tuple[Decision, ...]:
        """The decisions that count for an agreement, in the order in which they were made."""
        own = self.by_content.get((record.document.sha256 or "", part), ())
        decisions = (stored.decision for stored in own if self._void(stored) == "")
        return tuple(d for d in decisions if d is not None)

    def _void(self, stored: StoredDecision) -> str | None:
        """Why a decision about this content does not count; "" when it does, and None when it waits
        for a roster.
        """
        if stored.field != "paper" or stored.action != "set":
            return ""
        if self.papers is None:
            return None
        known = stored.value is None or stored.value in self.papers
        return "" if known else f"the roster has no paper {stored.value}"

    def with_match(self, record: Record, part: int) -> tuple[Record, Match | None]:
        """The record with the values that people set, and the match with the paper that a person
        named; None when nobody did.
        """
        own = self.of(record, part)
        if not own:
            return record, None
        decided = record.model_copy(update={"fields": with_values(record.fields, own)})
        for decision in own:
            if decision.field == "paper" and decision.action == "set":
                paper = (self.papers or {}).get(decision.value or "")
                return decided, Match(paper, 1.0 if paper else 0.0)
        return decided, None

    def void(
        self, places: Sequence[tuple[Path, int]], summaries: Sequence[RecordSummary]
    ) -> dict[int, tuple[Decision, ...]]:
        """The decisions that no longer count, by the index of the agreement that has the same path,
        or else the same paper. Decisions about files of other volumes are left out.
        """
        if not self.by_content:
            return {}
        present: dict[_Content, int] = {}
        for index, summary in enumerate(summaries):
            present.setdefault((summary.sha256 or "", summary.part), index)
        successor = _Successors(places, summaries)
        void: dict[int, list[Decision]] = {}
        for content, own in self.by_content.items():
            for stored in own:
                why = self._void(stored) if content in present else OTHER_CONTENT
                at = present[content] if content in present else successor.of(stored)
                if why and at is not None and (decision := stored.decision) is not None:
                    again = _content_of(summaries[at])
                    if content == again or not self._decides(again, stored.field):
                        void.setdefault(at, []).append(_as_void(decision, why))
        return {index: tuple(decisions) for index, decisions in void.items()}

    def _decides(self, content: _Content, name: str) -> bool:
        """Whether somebody decided that field of that content."""
        return any(stored.field == name for stored in self.by_content.get(content, ()))


NO_DECISIONS = VolumeDecisions()


def volume_decisions(standing: Iterable[StoredDecision], roster: Roster | None) -> VolumeDecisions:
    """The decisions that stand, for a volume with this roster."""
    by_content: dict[_Content, list[StoredDecision]] = {}
    for stored in standing:
        by_content.setdefault((stored.sha256, stored.part), []).append(stored)
    papers = {paper.key: paper for paper in roster.papers} if roster else None
    return VolumeDecisions({c: tuple(own) for c, own in by_content.items()}, papers)


class _Successors:
    """Finds the agreement that came in place of another one."""

    def __init__(
        self, places: Sequence[tuple[Path, int]], summaries: Sequence[RecordSummary]
    ) -> None:
        self._by_path: dict[tuple[str, int], int] = {}
        self._by_paper: dict[str, int] = {}
        for index, ((path, part), summary) in enumerate(zip(places, summaries, strict=True)):
            self._by_path[as_text(Path(identity(path))), part] = index
            if summary.key is not None:
                self._by_paper.setdefault(summary.key, index)

    def of(self, stored: StoredDecision) -> int | None:
        """The index of the agreement with the same path, or with the same paper; None without."""
        path = stored.path or ""
        for place in ((path, stored.part), (path, 0)):
            if place in self._by_path:
                return self._by_path[place]
        return self._by_paper.get(stored.paper or "")


def _content_of(summary: RecordSummary) -> _Content:
    return summary.sha256 or "", summary.part


def _as_void(decision: Decision, why: str) -> Decision:
    return decision.model_copy(update={"void": why})


def void_flags(decisions: Iterable[Decision]) -> tuple[Flag, ...]:
    """The note about decisions that no longer count."""
    said = [f"{d.field} {d.value or d.action}, {d.reason} ({d.void})" for d in decisions]
    if not said:
        return ()
    message = f"No longer counts: {'; '.join(said)}."
    return (Flag(code="void_decision", message=message, severity="note"),)


def with_void(record: Record, void: Sequence[Decision]) -> Record:
    """The record that also lists the decisions that no longer count."""
    if not void:
        return record
    said = tuple(d.model_copy(update={"before": value_of(record, d.field)}) for d in void)
    return record.model_copy(update={"decisions": (*record.decisions, *said)})
