"""What of each record the consensus pass holds of all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_extract.records import Box, Flag, Record, Verdict
from ocr_extract.volume.roster.matching import fold_title

MAX_TITLE = 200
"""Characters of a title that are compared (chosen)."""


@dataclass(frozen=True)
class RecordSummary:
    """What the other documents have to know of a record: small, for all are held at once."""

    name: str
    part: int
    """Which agreement of its file, from 0."""
    sha256: str | None
    key: str | None
    """Of its paper."""
    verdict: Verdict
    date: str | None
    ink: str
    title: str
    date_text: str
    places: tuple[Box | None, Box | None]
    """Of the signature and of the date."""
    flags: tuple[str, ...] = ()
    index: int = 0
    """Its place among all records."""

    def with_flags(self, more: Sequence[Flag]) -> RecordSummary:
        """With the codes of more flags, and the verdict that follows."""
        codes = tuple(dict.fromkeys((*self.flags, *(flag.code for flag in more))))
        accepted = self.verdict is Verdict.ACCEPTED
        return replace(
            self, flags=codes, verdict=Verdict.REVIEW if accepted and codes else self.verdict
        )


def summary_of(record: Record, part: int = 0, index: int = 0) -> RecordSummary:
    """The summary of a record; `part` counts the agreements of one file, `index` all records."""
    fields = record.fields
    return RecordSummary(
        name=record.document.name,
        part=part,
        sha256=record.document.sha256,
        key=record.roster.key if record.roster else None,
        verdict=record.verdict,
        date=fields.date.value,
        ink=fields.signature.ink,
        title=fold_title(fields.title.value or "")[:MAX_TITLE],
        date_text=fields.date.text,
        places=(fields.signature.place, fields.date.place),
        flags=tuple(flag.code for flag in record.flags),
        index=index,
    )
