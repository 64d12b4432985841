"""All agreements of a volume judged together: what they say of one another's dates, which
paper each belongs to, and what became of every paper.

Records are streamed: only briefs and voices of all of them are held at once.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from ocr_extract.dates.priors import Context
from ocr_extract.dates.volume_prior import volume_prior_of
from ocr_extract.decision.date import vote_of
from ocr_extract.records import Flag, Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.duplicates import others_with, with_same_ink
from ocr_extract.volume.roster.check import (
    RecordSummary,
    byte_duplicates,
    flagged,
    flags_among,
    summary_of,
    with_paper,
)
from ocr_extract.volume.roster.matching import Matcher
from ocr_extract.volume.roster.roster import Roster
from ocr_extract.volume.roster.status import PaperStatus, VolumeStatus, answer
from ocr_extract.volume.second_look import look_again

Looks = Callable[[], Iterator[tuple[Path, tuple[Record, ...]]]]
"""Every file with the records of its first look, in the same order whenever it is called."""
HELD = 32_000_000
"""Bytes of judged records that are held in memory before they go to a temporary file."""
_SIZE = 8


@dataclass(frozen=True)
class Totals:
    """How many documents there are, by verdict, and how often each flag was raised."""

    documents: int
    verdicts: Mapping[str, int]
    flags: Mapping[str, int]


@dataclass(frozen=True)
class Summary:
    """What a run says first: the totals, and, with a roster, every paper's state."""

    totals: Totals
    answer: VolumeStatus | None = None

    def to_json(self) -> dict[str, object]:
        """As plain values."""
        return {
            "totals": asdict(self.totals),
            "answer": asdict(self.answer) if self.answer else None,
        }


@dataclass(frozen=True)
class Judged:
    """The summary, and the records in the order of their files (each can be had once)."""

    summary: Summary
    records: Iterator[tuple[Path, int, Record]]


@contextmanager
def resolve_volume(
    looks: Looks, given: Context, settings: Settings, roster: Roster | None
) -> Iterator[Judged]:
    """Everything judged; `given` is what the editor has said of the dates."""
    matcher = Matcher(roster) if roster else None
    with tempfile.SpooledTemporaryFile(max_size=HELD) as spool:
        places: list[tuple[Path, int]] = []
        briefs: list[RecordSummary] = []
        for path, part, record in _again(looks, given, settings):
            known = with_paper(record, matcher) if matcher else record
            _write(spool, known)
            places.append((path, part))
            briefs.append(replace(summary_of(known, part), index=len(briefs)))
        same = others_with([brief.ink for brief in briefs])
        more = _flags_among(briefs, same)
        briefs = [_reflagged(b, extra) for b, extra in zip(briefs, more, strict=True)]
        told = answer(roster, briefs) if roster else None
        states = _states(told)
        for brief in briefs:
            more[brief.index] += _uncounted(brief, states)
        briefs = [_reflagged(b, extra) for b, extra in zip(briefs, more, strict=True)]
        spool.seek(0)
        yield Judged(
            Summary(_totals(briefs), told),
            (
                (*place, _final(_read(spool), extra, [briefs[i].name for i in twins], states))
                for place, extra, twins in zip(places, more, same, strict=True)
            ),
        )


def _again(looks: Looks, given: Context, settings: Settings) -> Iterator[tuple[Path, int, Record]]:
    """The second look at every record, each told what the others say."""
    votes = [vote_of(r.fields.date, settings) for _, found in looks() for r in found]
    volume = volume_prior_of(votes)
    spoken = iter(votes)
    for path, found in looks():
        for part, record in enumerate(found):
            told = replace(given, others=volume.without(next(spoken)))
            yield path, part, look_again(record, told, settings)


def _flags_among(
    briefs: Sequence[RecordSummary], same: Sequence[Sequence[int]]
) -> list[tuple[Flag, ...]]:
    twins = byte_duplicates(briefs)
    return [
        flags_among(brief, twins.get(brief.sha256 or "", ()), [briefs[i] for i in others])
        for brief, others in zip(briefs, same, strict=True)
    ]


def _reflagged(brief: RecordSummary, more: Sequence[Flag]) -> RecordSummary:
    """The brief with the codes of more flags, and the verdict that follows."""
    codes = tuple(dict.fromkeys((*brief.flags, *(flag.code for flag in more))))
    accepted = brief.verdict is Verdict.ACCEPTED
    verdict = Verdict.REVIEW if accepted and codes else brief.verdict
    return replace(brief, flags=codes, verdict=verdict)


def _states(told: VolumeStatus | None) -> dict[str, PaperStatus]:
    return {standing.key: standing for standing in told.standings} if told else {}


def _uncounted(brief: RecordSummary, states: Mapping[str, PaperStatus]) -> tuple[Flag, ...]:
    """Of a further file for a paper: which one counts instead, and why."""
    standing = states.get(brief.key or "")
    if standing is None or standing.state != "duplicate" or standing.index == brief.index:
        return ()
    message = f"For {standing.key} {standing.counts} counts: {standing.why}."
    return (Flag(code="not_counted", message=message),)


def _totals(briefs: Sequence[RecordSummary]) -> Totals:
    verdicts = Counter(brief.verdict.value for brief in briefs)
    flags = Counter(code for brief in briefs for code in brief.flags)
    ranked = sorted(flags.items(), key=lambda item: (-item[1], item[0]))
    return Totals(len(briefs), {v.value: verdicts[v.value] for v in Verdict}, dict(ranked))


def _final(
    record: Record, more: Sequence[Flag], same_ink: Sequence[str], states: Mapping[str, PaperStatus]
) -> Record:
    """A record with all that the others and the roster say of it."""
    record = with_same_ink(flagged(record, more), same_ink)
    standing = states.get(record.roster.key) if record.roster else None
    if record.roster is None or standing is None:
        return record
    match = record.roster.model_copy(update={"state": standing.state})
    return record.model_copy(update={"roster": match})


def _write(spool: IO[bytes], record: Record) -> None:
    line = record.to_json().encode()
    spool.write(len(line).to_bytes(_SIZE, "big") + line)


def _read(spool: IO[bytes]) -> Record:
    size = int.from_bytes(spool.read(_SIZE), "big")
    return Record.model_validate_json(spool.read(size))
