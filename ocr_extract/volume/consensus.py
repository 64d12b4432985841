"""The consensus pass over all agreements of a volume: each date is decided again with the other
agreements' dates as evidence, each agreement gets its paper, and each paper gets its state.

The result depends neither on the order of the files nor on the number of workers. Records are
streamed. Only the summaries and the date votes of all records are in memory at the same time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TypeVar

from ocr_extract.dates.priors import Context
from ocr_extract.dates.volume_prior import DateVote, volume_prior_of
from ocr_extract.decision.date import vote_of
from ocr_extract.decision.person import (
    decided_vote,
    settled_flags,
    with_decisions,
    with_settled_flags,
    with_values,
)
from ocr_extract.decision.redate import redate
from ocr_extract.decision.severity import as_set
from ocr_extract.records import Decision, Flag, Record
from ocr_extract.settings import Settings
from ocr_extract.volume.decided import NO_DECISIONS, VolumeDecisions, void_flags, with_void
from ocr_extract.volume.duplicates import duplicate_flags, naming_same_ink, with_same_ink
from ocr_extract.volume.record_summary import RecordSummary, summary_of
from ocr_extract.volume.roster.check import with_flags, with_paper
from ocr_extract.volume.roster.matching import Match, Matcher
from ocr_extract.volume.roster.roster import Roster
from ocr_extract.volume.roster.status import PaperStatus, not_counted, status_of
from ocr_extract.volume.volume_summary import VolumeSummary, totals_of

Extracted = Callable[[], Iterable[tuple[Path, Sequence[Record]]]]
"""Gives every file with the records of its extraction pass, in the same order at each call."""
Place = tuple[Path, int]
"""A file, and the index of the agreement in it, from 0."""
T = TypeVar("T")
MAX_IN_MEMORY = 32_000_000
"""Largest size of all records in memory, in bytes; larger sets go to a temporary file (chosen)."""
SIZE_BYTES = 8
"""Size of the length field before each record in the temporary file, in bytes (chosen)."""


@dataclass(frozen=True)
class Resolved:
    """The volume's summary, and the records in the order of their files. `records` can be read once
    only.
    """

    summary: VolumeSummary
    records: Iterator[tuple[Path, int, Record]]


@dataclass(frozen=True)
class _Spooled:
    """What is in memory of all records, in their order: places, summaries, and what was decided."""

    places: list[Place]
    summaries: list[RecordSummary]
    decided: list[tuple[Decision, ...]]

    def with_flags(
        self, added: Sequence[Sequence[Flag]], settings: Settings
    ) -> tuple[_Spooled, list[tuple[Flag, ...]]]:
        """The same with further flags in the summaries, and these flags, with the severities of the
        settings, after the decisions.
        """
        flags = [
            settled_flags(as_set(own, summary.damage, settings), decided)
            for summary, own, decided in zip(self.summaries, added, self.decided, strict=True)
        ]
        changed = [s.with_flags(own) for s, own in zip(self.summaries, flags, strict=True)]
        return replace(self, summaries=changed), flags


@contextmanager
def resolve_volume(
    extracted: Extracted,
    stated: Context,
    settings: Settings,
    roster: Roster | None,
    decisions: VolumeDecisions = NO_DECISIONS,
) -> Iterator[Resolved]:
    """Decide every record again with the evidence of all records and with what people decided.
    `stated` is what the editor or the roster says about the dates. The records can be read only
    inside the context.
    """
    with tempfile.SpooledTemporaryFile(max_size=MAX_IN_MEMORY) as spool:
        spooled = _spool_records(spool, extracted, stated, settings, roster, decisions)
        same_ink = with_same_ink([summary.ink for summary in spooled.summaries])
        void = decisions.void(spooled.places, spooled.summaries)
        spooled, flags = spooled.with_flags(
            _shared_flags(spooled.summaries, same_ink, roster, void), settings
        )
        status = status_of(roster, spooled.summaries, settings) if roster else None
        by_key = {paper.key: paper for paper in status.papers} if status else {}
        spooled, more = spooled.with_flags(
            [not_counted(one, by_key.get(one.key or "")) for one in spooled.summaries], settings
        )
        own = [
            _Own(decided, void.get(i, ()), (*flags[i], *more[i]), _names(spooled, same_ink[i]))
            for i, decided in enumerate(spooled.decided)
        ]
        spool.seek(0)
        records = (
            (*place, _final_record(_read_record(spool), one, by_key, settings))
            for place, one in zip(spooled.places, own, strict=True)
        )
        sentences = tuple(_void_sentences(spooled.summaries, void))
        yield Resolved(VolumeSummary(totals_of(spooled.summaries), status, sentences), records)


@dataclass(frozen=True)
class _Own:
    """What is added to one record at last: what was decided about it, the decisions that no longer
    count, further flags, and the names of the files with the same ink.
    """

    decided: tuple[Decision, ...]
    void: tuple[Decision, ...]
    flags: tuple[Flag, ...]
    same_ink: list[str]


def _names(spooled: _Spooled, indices: Sequence[int]) -> list[str]:
    return [spooled.summaries[i].name for i in indices]


def _shared_flags(
    summaries: Sequence[RecordSummary],
    same_ink: Sequence[Sequence[int]],
    roster: Roster | None,
    void: Mapping[int, Sequence[Decision]],
) -> list[tuple[Flag, ...]]:
    """For each record the flags for what it shares with others, and for void decisions."""
    authors = {paper.key: paper.people for paper in roster.papers} if roster else {}
    shared = duplicate_flags(summaries, same_ink, authors)
    return [(*flags, *void_flags(void.get(i, ()))) for i, flags in enumerate(shared)]


def _void_sentences(
    summaries: Sequence[RecordSummary], void: Mapping[int, Sequence[Decision]]
) -> Iterator[str]:
    """One sentence for each record with decisions that no longer count."""
    for index, decisions in sorted(void.items()):
        for flag in void_flags(decisions):
            yield f"{summaries[index].name}: {flag.message}"


def _nothing_decided(_: object, __: Record) -> tuple[Decision, ...]:
    return ()


def consensus_pass(
    records: Callable[[], Iterable[tuple[T, Record]]],
    stated: Context,
    settings: Settings,
    decided: Callable[[T, Record], Sequence[Decision]] = _nothing_decided,
) -> Iterator[tuple[T, Record]]:
    """Each record, with the key it was given under, and with its date decided again. The evidence
    is the other records' dates and the way they are written; a record's own date is left out.
    `records` must give the same records at each call. `stated` is what the editor or the roster
    says about the dates. `decided` gives what people decided about a record: that stands, and a
    decided date is certain for the others.
    """
    votes = [_vote_of(record, decided(key, record), settings) for key, record in records()]
    volume = volume_prior_of(votes)
    for (key, record), own in zip(records(), votes, strict=True):
        redated = redate(record, replace(stated, others=volume.without(own)), settings)
        yield key, with_decisions(redated, decided(key, record), settings)


def _vote_of(record: Record, decisions: Sequence[Decision], settings: Settings) -> DateVote:
    """The vote of the date that a person set, else of the date that was read."""
    if any(d.field == "date" and d.action == "set" for d in decisions):
        return decided_vote(with_values(record.fields, decisions).date, settings)
    return vote_of(record.fields.date, settings)


def _spool_records(
    spool: IO[bytes],
    extracted: Extracted,
    stated: Context,
    settings: Settings,
    roster: Roster | None,
    decisions: VolumeDecisions,
) -> _Spooled:
    """Write all records to the spool, after the consensus pass and with their papers. Returns what
    stays in memory of them, in the same order.
    """
    papers = _papers_of(extracted, roster, decisions)
    spooled = _Spooled([], [], [])
    passed = consensus_pass(
        lambda: _with_places(extracted()), stated, settings, lambda at, r: decisions.of(r, at[1])
    )
    for place, record in passed:
        own = decisions.of(record, place[1])
        match = next(papers, None)
        matched = with_paper(record, match, roster, settings) if match and roster else record
        matched = with_settled_flags(matched, own)
        _write_record(spool, matched)
        spooled.places.append(place)
        spooled.decided.append(own)
        spooled.summaries.append(summary_of(matched, place[1], len(spooled.summaries)))
    return spooled


def _papers_of(
    extracted: Extracted, roster: Roster | None, decisions: VolumeDecisions
) -> Iterator[Match]:
    """The match of each record with a paper, in the same order; nothing without a roster. A date
    does not matter for it, so it comes before the consensus pass. Papers that people named stay.
    """
    if roster is not None:
        yield from Matcher(roster).matches_around(
            decisions.with_match(record, part) for (_, part), record in _with_places(extracted())
        )


def _with_places(
    extracted: Iterable[tuple[Path, Sequence[Record]]],
) -> Iterator[tuple[Place, Record]]:
    """Each record with its place."""
    for path, records in extracted:
        for part, record in enumerate(records):
            yield (path, part), record


def _final_record(
    record: Record, own: _Own, by_key: Mapping[str, PaperStatus], settings: Settings
) -> Record:
    """The record with its further flags, the files with the same ink, and its paper's state."""
    flagged = with_settled_flags(with_flags(record, own.flags, settings), own.decided)
    record = naming_same_ink(with_void(flagged, own.void), own.same_ink)
    paper = by_key.get(record.roster.key) if record.roster else None
    if record.roster is None or paper is None:
        return record
    match = record.roster.model_copy(update={"state": paper.state})
    return record.model_copy(update={"roster": match})


def _write_record(spool: IO[bytes], record: Record) -> None:
    """Append a record to the spool: its length, then its JSON."""
    line = record.to_json().encode()
    spool.write(len(line).to_bytes(SIZE_BYTES, "big") + line)


def _read_record(spool: IO[bytes]) -> Record:
    """The next record of the spool."""
    length = int.from_bytes(spool.read(SIZE_BYTES), "big")
    return Record.model_validate_json(spool.read(length))
