"""The small part of each record that the consensus pass holds in memory for all records at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_extract.decision.severity import gravest_of, verdict_of
from ocr_extract.records import Box, Damage, Fields, Flag, Record, Verdict
from ocr_extract.signatures.names import names_in
from ocr_extract.volume.roster.titles import fold_title

MAX_TITLE = 200
"""Number of characters at the start of a title that are compared (chosen)."""

MAX_PEOPLE = 20
"""Number of people of one form that are compared with those of another (chosen)."""


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
    """Codes of the record's flags that somebody has to act on."""
    notes: tuple[str, ...] = ()
    """Codes of its flags that ask nobody anything."""
    people: tuple[str, ...] = ()
    """The people whom the form names as author, corresponding author or signer, without doubles."""
    damage: tuple[Damage, ...] = ()
    """What is wrong with its file."""
    left: tuple[str, ...] = ()
    """What a person decided to leave as it is: fields and flag codes."""
    index: int = 0
    """Its position among all records, from 0."""

    def with_flags(self, more: Sequence[Flag]) -> RecordSummary:
        """The summary with the codes of further flags, and with the verdict that follows."""
        return replace(
            self,
            flags=_codes(self.flags, [flag for flag in more if flag.asks]),
            notes=_codes(self.notes, [flag for flag in more if not flag.asks]),
            verdict=gravest_of(self.verdict, verdict_of(more)),
        )


def _codes(codes: Sequence[str], flags: Sequence[Flag]) -> tuple[str, ...]:
    """The codes and those of further flags, each once."""
    return tuple(dict.fromkeys((*codes, *(flag.code for flag in flags))))


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
        flags=_codes((), [flag for flag in record.flags if flag.asks]),
        notes=_codes((), [flag for flag in record.flags if not flag.asks]),
        people=_people(record.fields),
        damage=record.damage,
        left=tuple(d.field for d in record.decisions if d.action == "leave"),
        index=index,
    )


def _people(fields: Fields) -> tuple[str, ...]:
    """The first MAX_PEOPLE people that the fields name, each once."""
    texts = (fields.author.value, fields.corresponding_author.value, fields.signature.value)
    people = dict.fromkeys(person for text in texts for person in names_in(text))
    return tuple(people)[:MAX_PEOPLE]
