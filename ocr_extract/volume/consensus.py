"""The consensus pass: all agreements of a volume together. What they say of one another's
dates, which paper each belongs to, and what became of every paper.

The result depends neither on the order of the files nor on the number of workers. Records are
streamed: only summaries and votes of all of them are held at once.
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
from ocr_extract.records import Flag, Record
from ocr_extract.settings import Settings
from ocr_extract.volume.duplicates import duplicate_flags, naming_same_ink, with_same_ink
from ocr_extract.volume.record_summary import RecordSummary, summary_of
from ocr_extract.volume.roster.check import with_flags, with_paper
from ocr_extract.volume.roster.matching import Matcher
from ocr_extract.volume.roster.roster import Roster
from ocr_extract.volume.roster.status import PaperStatus, status_of
from ocr_extract.volume.volume_summary import VolumeSummary, totals_of

Extracted = Callable[[], Iterable[tuple[Path, Sequence[Record]]]]
"""Every file with the records of its extraction pass, in the same order whenever it is called."""
Place = tuple[Path, int]
"""A file, and which agreement of it."""
T = TypeVar("T")
MAX_HELD = 32_000_000
"""Bytes of records that are held in memory before they go to a temporary file (chosen)."""
SIZE_BYTES = 8
"""Bytes before each record of that file which say how long it is."""


@dataclass(frozen=True)
class Resolved:
    """The summary, and the records in the order of their files (each can be had once)."""

    summary: VolumeSummary
    records: Iterator[tuple[Path, int, Record]]


@contextmanager
def resolve_volume(
    extracted: Extracted, stated: Context, settings: Settings, roster: Roster | None
) -> Iterator[Resolved]:
    """Every record decided in the light of all; `stated` is what the editor said of the dates."""
    with tempfile.SpooledTemporaryFile(max_size=MAX_HELD) as spool:
        places, summaries = _spooled(spool, extracted, stated, settings, roster)
        same_ink = with_same_ink([summary.ink for summary in summaries])
        flags = duplicate_flags(summaries, same_ink)
        summaries = [s.with_flags(more) for s, more in zip(summaries, flags, strict=True)]
        status = status_of(roster, summaries) if roster else None
        by_key = {paper.key: paper for paper in status.papers} if status else {}
        for summary in summaries:
            flags[summary.index] += _not_counted(summary, by_key)
        summaries = [s.with_flags(more) for s, more in zip(summaries, flags, strict=True)]
        names = [[summaries[i].name for i in others] for others in same_ink]
        spool.seek(0)
        records = (
            (*place, _final(_read(spool), more, same, by_key))
            for place, more, same in zip(places, flags, names, strict=True)
        )
        yield Resolved(VolumeSummary(totals_of(summaries), status), records)


def consensus_pass(
    records: Callable[[], Iterable[tuple[T, Record]]], stated: Context, settings: Settings
) -> Iterator[tuple[T, Record]]:
    """Each record, under whatever names it, with its date decided again, in the light of the
    others' dates and of how they are written; `records` gives the same ones whenever it is
    called.
    """
    votes = [vote_of(record.fields.date, settings) for _, record in records()]
    volume = volume_prior_of(votes)
    for (name, record), own in zip(records(), votes, strict=True):
        yield name, redate(record, replace(stated, others=volume.without(own)), settings)


def _spooled(
    spool: IO[bytes],
    extracted: Extracted,
    stated: Context,
    settings: Settings,
    roster: Roster | None,
) -> tuple[list[Place], list[RecordSummary]]:
    """After the consensus pass, with their papers: all records in the spool, their summaries
    in memory.
    """
    matcher = Matcher(roster) if roster else None
    places: list[Place] = []
    summaries: list[RecordSummary] = []
    for place, record in consensus_pass(lambda: _placed(extracted()), stated, settings):
        matched = with_paper(record, matcher) if matcher else record
        _write(spool, matched)
        places.append(place)
        summaries.append(summary_of(matched, place[1], len(summaries)))
    return places, summaries


def _placed(extracted: Iterable[tuple[Path, Sequence[Record]]]) -> Iterator[tuple[Place, Record]]:
    for path, records in extracted:
        for part, record in enumerate(records):
            yield (path, part), record


def _not_counted(summary: RecordSummary, by_key: Mapping[str, PaperStatus]) -> tuple[Flag, ...]:
    """Of a further file for a paper: which one counts instead, and why."""
    paper = by_key.get(summary.key or "")
    if paper is None or paper.state != "duplicate" or paper.index == summary.index:
        return ()
    message = f"For {paper.key} {paper.counts} counts: {paper.why}."
    return (Flag(code="not_counted", message=message),)


def _final(
    record: Record,
    more: Sequence[Flag],
    same_ink: Sequence[str],
    by_key: Mapping[str, PaperStatus],
) -> Record:
    """A record with all that the others and the roster say of it."""
    record = naming_same_ink(with_flags(record, more), same_ink)
    paper = by_key.get(record.roster.key) if record.roster else None
    if record.roster is None or paper is None:
        return record
    match = record.roster.model_copy(update={"state": paper.state})
    return record.model_copy(update={"roster": match})


def _write(spool: IO[bytes], record: Record) -> None:
    line = record.to_json().encode()
    spool.write(len(line).to_bytes(SIZE_BYTES, "big") + line)


def _read(spool: IO[bytes]) -> Record:
    size = int.from_bytes(spool.read(SIZE_BYTES), "big")
    return Record.model_validate_json(spool.read(size))
