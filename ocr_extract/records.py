"""What everything speaks: the frozen values that travel between the floors.

All of it is JSON-able, and `Record` is the one line of `records.jsonl` that a
document becomes. Names are public and fixed within a schema version; fields may
be added. Lengths are PDF points (1/72 inch) from the page's top left corner.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = "1"

Written = Literal["typed", "hand", "blank", "unknown"]
Precision = Literal["day", "month", "year", "none"]
Presence = Literal["yes", "no", "cannot tell"]
SignatureKind = Literal["hand", "script", "typed", "certificate", "none", "unknown"]
SignerMatch = Literal["author", "corresponding_author", "both", "neither", "cannot tell"]
DocumentKind = Literal["digital", "scan", "photo", "mixed", "text", "unknown"]
Terms = Literal["unaltered", "altered", "unreadable", "unchecked"]
EvidenceKind = Literal["text", "ocr", "ink", "pdf_text", "hidden_text", "certificate", "volume"]
Stage = Literal["open", "render", "upright", "locate", "read", "recover", "judge"]


class Verdict(StrEnum):
    """What becomes of an agreement."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"


class Value(BaseModel):
    """Base of every record: frozen, and strict about unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(Value):
    """A rectangle on a page, in points from the page's top left; pages count from 1."""

    page: int = Field(ge=1)
    x0: float
    y0: float
    x1: float
    y1: float


class Hypothesis(Value):
    """One string that a reader holds possible, with its natural log-likelihood (<= 0)."""

    text: str
    log_likelihood: float = Field(le=0)


class Reading(Value):
    """What one reader makes of one place: strings with likelihoods, best first."""

    reader: str
    hypotheses: tuple[Hypothesis, ...]

    @property
    def best(self) -> str:
        """The likeliest string, or "" when nothing was read."""
        return self.hypotheses[0].text if self.hypotheses else ""


class Evidence(Value):
    """Something that speaks for a field's value: its kind, source, place and readings."""

    kind: EvidenceKind
    source: str
    place: Box | None = None
    readings: tuple[Reading, ...] = ()


class Candidate(Value):
    """A possible value with its probability and, in words, where it comes from."""

    value: str
    probability: float = Field(ge=0, le=1)
    reason: str


class FieldResult(Value):
    """A field: `as_written` stands on the page, `value` was surely meant."""

    value: str | None = None
    as_written: str | None = None
    written: Written = "unknown"
    confidence: float = Field(default=0.0, ge=0, le=1)
    candidates: tuple[Candidate, ...] = ()
    place: Box | None = None
    evidence: tuple[Evidence, ...] = ()


class DateResult(FieldResult):
    """A date: ISO values (YYYY-MM-DD, YYYY-MM or YYYY) and the characters as they stand."""

    text: str = ""
    precision: Precision = "none"
    posterior: float = Field(default=0.0, ge=0, le=1)
    """Of the value, before calibration made it a confidence."""


class SignatureResult(Value):
    """A signature: whether there is one, how it was made, and its legible part."""

    present: Presence = "cannot tell"
    value: str | None = None
    as_written: str | None = None
    written: SignatureKind = "unknown"
    confidence: float = Field(default=0.0, ge=0, le=1)
    candidates: tuple[Candidate, ...] = ()
    place: Box | None = None
    names: SignerMatch = "cannot tell"
    """Whose name its legible part is."""
    ink: str = ""
    """A perceptual hash of hand-drawn ink (signatures.ink_hash)."""
    same_ink: tuple[str, ...] = ()
    """Other documents of the volume that bear the very same ink; reported, not judged."""
    evidence: tuple[Evidence, ...] = ()


class Fields(Value):
    """The five fields of an agreement."""

    title: FieldResult = FieldResult()
    author: FieldResult = FieldResult()
    corresponding_author: FieldResult = FieldResult()
    date: DateResult = DateResult()
    signature: SignatureResult = SignatureResult()


class Damage(Value):
    """What is wrong with a source, and what that costs the answer."""

    stage: Stage
    kind: str
    page: int | None = None
    effect: str


MACHINE_FAULTS = frozenset(
    "missing unreadable worker_died timeout reader_timeout reader_crashed reader_garbage"
    " tool_killed internal".split()
)
"""Kinds of damage that may be the machine's or the program's and not the file's: such a file
is not rejected, and is read again with `--again`."""


class Flag(Value):
    """A named reason for a person to look."""

    code: str
    field: str | None = None
    message: str


class Document(Value):
    """The source as it came; times are ISO 8601 as the file states them."""

    name: str
    path: str
    sha256: str | None = None
    kind: DocumentKind = "unknown"
    pages: int = 0
    first_page: int | None = None
    last_page: int | None = None
    producer: str | None = None
    encrypted: bool = False
    updates: int = Field(default=0, ge=0, description="times the file was added to")
    created: str | None = None
    modified: str | None = None

    @classmethod
    def at(cls, path: Path) -> Document:
        """The document of a file of which nothing else is known yet."""
        return cls(name=as_text(Path(path.name)), path=as_text(path))


def as_text(path: Path) -> str:
    """A path that can be stored and sent: bytes that are no UTF-8 are shown in hexadecimal."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class FormMatch(Value):
    """Which form this is."""

    name: str
    confidence: float = Field(ge=0, le=1)
    terms: Terms = "unchecked"


class RosterMatch(Value):
    """The roster's paper that this document belongs to."""

    key: str
    state: str
    confidence: float = Field(ge=0, le=1)


class Record(Value):
    """Everything the program says of one document."""

    schema_version: Literal["1"] = Field(default="1", alias="schema")
    document: Document
    form: FormMatch | None = None
    fields: Fields = Fields()
    roster: RosterMatch | None = None
    verdict: Verdict
    flags: tuple[Flag, ...] = ()
    damage: tuple[Damage, ...] = ()
    seconds: float = Field(default=0.0, ge=0)

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True
    )

    def to_json(self) -> str:
        """The record as one line of JSON."""
        return self.model_dump_json(by_alias=True)


def record_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a record, as published in `docs/record.schema.json`."""
    schema = Record.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
