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
from ocr_extract.dates.volume_prior import volume_prior_of
from ocr_extract.decision.date import vote_of
from ocr_extract.decision.redate import redate
from ocr_extract.decision.severity import as_set
from ocr_extract.records import Flag, Record
from ocr_extract.settings import Settings
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


@contextmanager
def resolve_volume(
    extracted: Extracted, stated: Context, settings: Settings, roster: Roster | None
) -> Iterator[Resolved]:
    """Decide every record again with the evidence of all records. `stated` is what the editor or
    the roster says about the dates. The records can be read only inside the context.
    """
    with tempfile.SpooledTemporaryFile(max_size=MAX_IN_MEMORY) as spool:
        places, summaries = _spool_records(spool, extracted, stated, settings, roster)
        same_ink = with_same_ink([summary.ink for summary in summaries])
        authors = {paper.key: paper.people for paper in roster.papers} if roster else {}
        duplicates = duplicate_flags(summaries, same_ink, authors)
        summaries, flags = _with_flags(summaries, duplicates, settings)
        status = status_of(roster, summaries, settings) if roster else None
        by_key = {paper.key: paper for paper in status.papers} if status else {}
        uncounted = [not_counted(summary, by_key.get(summary.key or "")) for summary in summaries]
        summaries, more = _with_flags(summaries, uncounted, settings)
        further = [(*own, *last) for own, last in zip(flags, more, strict=True)]
        names = [[summaries[i].name for i in others] for others in same_ink]
        spool.seek(0)
        records = (
            (*place, _final_record(_read_record(spool), own, same_ink_names, by_key, settings))
            for place, own, same_ink_names in zip(places, further, names, strict=True)
        )
        yield Resolved(VolumeSummary(totals_of(summaries), status), records)


def consensus_pass(
    records: Callable[[], Iterable[tuple[T, Record]]], stated: Context, settings: Settings
) -> Iterator[tuple[T, Record]]:
    """Each record, with the key it was given under, and with its date decided again. The evidence
    is the other records' dates and the way they are written; a record's own date is left out.
    `records` must give the same records at each call. `stated` is what the editor or the roster
    says about the dates.
    """
    votes = [vote_of(record.fields.date, settings) for _, record in records()]
    volume = volume_prior_of(votes)
    for (name, record), own in zip(records(), votes, strict=True):
        yield name, redate(record, replace(stated, others=volume.without(own)), settings)


def _spool_records(
    spool: IO[bytes],
    extracted: Extracted,
    stated: Context,
    settings: Settings,
    roster: Roster | None,
) -> tuple[list[Place], list[RecordSummary]]:
    """Write all records to the spool, after the consensus pass and with their papers. Returns their
    places and their summaries, in the same order.
    """
    papers = _papers_of(extracted, roster)
    places: list[Place] = []
    summaries: list[RecordSummary] = []
    for place, record in consensus_pass(lambda: _with_places(extracted()), stated, settings):
        match = next(papers, None)
        matched = with_paper(record, match, roster, settings) if match and roster else record
        _write_record(spool, matched)
        places.append(place)
        summaries.append(summary_of(matched, place[1], len(summaries)))
    return places, summaries


def _papers_of(extracted: Extracted, roster: Roster | None) -> Iterator[Match]:
    """The match of each record with a paper, in the same order; nothing without a roster. A date
    does not matter for it, so it comes before the consensus pass.
    """
    if roster is not None:
        yield from Matcher(roster).matches(record for _, record in _with_places(extracted()))


def _with_places(
    extracted: Iterable[tuple[Path, Sequence[Record]]],
) -> Iterator[tuple[Place, Record]]:
    """Each record with its place."""
    for path, records in extracted:
        for part, record in enumerate(records):
            yield (path, part), record


def _with_flags(
    summaries: Sequence[RecordSummary], added: Sequence[Sequence[Flag]], settings: Settings
) -> tuple[list[RecordSummary], list[tuple[Flag, ...]]]:
    """The summaries with further flags, and these flags with the severities of the settings."""
    flags = [
        as_set(own, summary.damage, settings) for summary, own in zip(summaries, added, strict=True)
    ]
    changed = [summary.with_flags(own) for summary, own in zip(summaries, flags, strict=True)]
    return changed, flags


def _final_record(
    record: Record,
    flags: Sequence[Flag],
    same_ink: Sequence[str],
    by_key: Mapping[str, PaperStatus],
    settings: Settings,
) -> Record:
    """The record with its further flags, the files with the same ink, and its paper's state."""
    record = naming_same_ink(with_flags(record, flags, settings), same_ink)
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
