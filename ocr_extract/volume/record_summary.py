"""The small part of each record that the consensus pass holds in memory for all records at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_extract.records import Box, Flag, Record, Verdict
from ocr_extract.volume.roster.titles import fold_title

MAX_TITLE = 200
"""Number of characters at the start of a title that are compared (chosen)."""


@dataclass(frozen=True)
class RecordSummary:
    """What is compared with other documents. It is small: all summaries are in memory at once."""

    name: str
    """The file's name."""
    part: int
    """The index of the agreement in its file, from 0."""
    sha256: str | None
    key: str | None
    """The paper's key; None without a paper."""
    verdict: Verdict
    date: str | None
    """The date's value (YYYY-MM-DD, YYYY-MM or YYYY); None without one."""
    ink: str
    """Hash of the signature's ink; "" without one."""
    title: str
    """The normalized title, at most MAX_TITLE characters."""
    date_text: str
    """The characters of the date as they are on the page."""
    places: tuple[Box | None, Box | None]
    """The box of the signature and that of the date; None when missing."""
    flags: tuple[str, ...] = ()
    """Codes of the record's flags."""
    index: int = 0
    """Its position among all records, from 0."""

    def with_flags(self, more: Sequence[Flag]) -> RecordSummary:
        """The summary with the codes of further flags. An accepted record with a flag becomes a
        record for review.
        """
        codes = tuple(dict.fromkeys((*self.flags, *(flag.code for flag in more))))
        accepted = self.verdict is Verdict.ACCEPTED
        return replace(
            self, flags=codes, verdict=Verdict.REVIEW if accepted and codes else self.verdict
        )


def summary_of(record: Record, part: int = 0, index: int = 0) -> RecordSummary:
    """The summary of a record. `part` is its index in its file, `index` its index among all
    records.
    """
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
