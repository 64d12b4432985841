"""The frozen values of a record, which all parts of the program share.

All of them can be written as JSON. One `Record` is one line of `records.jsonl`, for one
agreement. Names are public and fixed within a schema version; fields may be added. Lengths
are PDF points (1/72 inch), measured from the page's top left corner.
"""

from __future__ import annotations

import os
from enum import StrEnum
from operator import not_
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Written = Literal["typed", "hand", "blank", "unknown"]
Precision = Literal["day", "month", "year", "none"]
Presence = Literal["yes", "no", "cannot tell"]
SignatureKind = Literal["hand", "script", "typed", "certificate", "none", "unknown"]
SignerMatch = Literal["author", "corresponding_author", "both", "neither", "cannot tell"]
DocumentKind = Literal["digital", "scan", "photo", "mixed", "text", "unknown"]
Terms = Literal["unaltered", "altered", "unreadable", "unchecked"]
EvidenceKind = Literal[
    "text", "ocr", "ink", "pdf_text", "hidden_text", "certificate", "volume", "person"
]
Severity = Literal["note", "review", "reject"]
Action = Literal["set", "leave", "ask"]
Stage = Literal["open", "render", "upright", "locate", "read", "recover", "judge"]


class Verdict(StrEnum):
    """The result for an agreement: accepted, for review by a person, or rejected."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"


class Value(BaseModel):
    """Base class of all values of a record. It is frozen and refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(Value):
    """A rectangle on a page, in points from the page's top left corner; pages count from 1."""

    page: int = Field(ge=1)
    x0: float
    y0: float
    x1: float
    y1: float


class Hypothesis(Value):
    """One possible text of a recognizer, with its natural log-likelihood (<= 0)."""

    text: str
    log_likelihood: float = Field(le=0)


class Reading(Value):
    """The result of one recognizer for one place: possible texts, the most likely first. `reader`
    names the recognizer.
    """

    reader: str
    hypotheses: tuple[Hypothesis, ...]

    @property
    def best(self) -> str:
        """The most likely text, or "" when nothing was read."""
        return self.hypotheses[0].text if self.hypotheses else ""


class Evidence(Value):
    """One piece of evidence for a field's value: its kind, source, place and readings."""

    kind: EvidenceKind
    source: str
    place: Box | None = None
    readings: tuple[Reading, ...] = ()


class Candidate(Value):
    """A possible value with its probability (0..1) and, in words, the reason for it."""

    value: str
    probability: float = Field(ge=0, le=1)
    reason: str


class FieldResult(Value):
    """A field of the form. `as_written` is what is on the page, `value` is what the signer most
    probably meant, `confidence` (0..1) the probability that `value` is right.
    """

    value: str | None = None
    as_written: str | None = None
    written: Written = "unknown"
    confidence: float = Field(default=0.0, ge=0, le=1)
    candidates: tuple[Candidate, ...] = ()
    place: Box | None = None
    evidence: tuple[Evidence, ...] = ()


class DateResult(FieldResult):
    """A date. Values are ISO dates (YYYY-MM-DD, YYYY-MM or YYYY); `text` holds the characters as
    they are on the page.
    """

    text: str = ""
    precision: Precision = "none"
    posterior: float = Field(default=0.0, ge=0, le=1)
    """Probability of the value (0..1) before the calibration."""


class SignatureResult(Value):
    """The signature: whether there is one, how it was made, and the name that can be read in it."""

    present: Presence = "cannot tell"
    value: str | None = None
    as_written: str | None = None
    written: SignatureKind = "unknown"
    confidence: float = Field(default=0.0, ge=0, le=1)
    candidates: tuple[Candidate, ...] = ()
    place: Box | None = None
    names: SignerMatch = "cannot tell"
    """Whose name can be read in the signature."""
    ink: str = ""
    """Perceptual hash of the ink (signatures.ink_hash); "" when the signature is not ink."""
    same_ink: tuple[str, ...] = ()
    """Other documents of the volume with exactly the same ink. It is reported, but does not change
    the verdict."""
    evidence: tuple[Evidence, ...] = ()


class Fields(Value):
    """The five fields of an agreement."""

    title: FieldResult = FieldResult()
    author: FieldResult = FieldResult()
    corresponding_author: FieldResult = FieldResult()
    date: DateResult = DateResult()
    signature: SignatureResult = SignatureResult()


class Damage(Value):
    """What is wrong with a source, and its effect on the record."""

    stage: Stage
    kind: str
    page: int | None = None
    effect: str
    harmless: bool = False
    """Whether two programs draw the same page in spite of it."""


MACHINE_FAULTS = frozenset(
    "missing unreadable worker_died timeout reader_timeout reader_crashed reader_garbage"
    " tool_killed internal".split()
)
"""Kinds of damage that the machine or the program may have caused, not the file. Such a file is not
rejected, and `--again` reads it again."""


class Flag(Value):
    """Something worth knowing about the document, by its code. A "note" asks nobody anything, with
    a "review" a person should look, and with a "reject" there is no agreement to look at.
    """

    code: str
    field: str | None = None
    message: str
    severity: Severity = "review"
    candidates: tuple[Candidate, ...] = Field(default=(), exclude_if=not_)
    """Papers of the roster that it may be, by their keys; left out of the JSON when empty."""

    @property
    def asks(self) -> bool:
        """Whether somebody has to act: it is more than a note."""
        return self.severity != "note"


class Received(Value):
    """How a file arrived that was unpacked: the container's name (an archive, a mail or a mailbox),
    its whole name inside, and what its mail says. `sent` is an ISO 8601 time.
    """

    container: str
    name: str
    sender: str | None = None
    sent: str | None = None
    subject: str | None = None
    message_id: str | None = None


class Document(Value):
    """The source file as it was received. Times are ISO 8601, as the file states them."""

    name: str
    path: str
    sha256: str | None = None
    kind: DocumentKind = "unknown"
    pages: int = 0
    first_page: int | None = None
    last_page: int | None = None
    producer: str | None = None
    encrypted: bool = False
    updates: int = Field(default=0, ge=0, description="number of updates appended to the file")
    created: str | None = None
    modified: str | None = None
    received: Received | None = Field(default=None, exclude_if=not_)
    """How it arrived, when it was unpacked from an archive or a mail; else left out of the JSON."""

    @classmethod
    def at(cls, path: Path) -> Document:
        """The document of a file that has not been opened yet: only its name and path are known."""
        return cls(name=as_text(Path(path.name)), path=as_text(path))


def as_text(path: Path) -> str:
    """A path as text that can be stored and sent. Bytes that are not UTF-8 become hexadecimal."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class FormMatch(Value):
    """The form that was recognized. `confidence` (0..1) is its probability; `terms` says whether
    the printed clauses are unaltered.
    """

    name: str
    confidence: float = Field(ge=0, le=1)
    terms: Terms = "unchecked"


class RosterMatch(Value):
    """The paper of the roster that this document belongs to; `confidence` is 0..1."""

    key: str
    state: str
    confidence: float = Field(ge=0, le=1)


class Decision(Value):
    """What a person decided about an agreement. `field` is the field, "paper", or a flag's code.
    `action`: "set" gives the field a value, "leave" says that it is in order as it is, and "ask"
    that the author has to be asked. `before` is what the program says without the decision. `made`
    is a time in ISO 8601. `void` says why the decision does not count, "" when it does.
    """

    field: str
    action: Action
    value: str | None = None
    before: str | None = None
    person: str
    made: str
    note: str = ""
    void: str = ""

    @property
    def reason(self) -> str:
        """Who decided it, when, and why: "decided by NAME on DAY: note"."""
        note = f": {self.note}" if self.note else ""
        return f"decided by {self.person} on {self.made[:10]}{note}"


class Record(Value):
    """The complete result for one agreement. `seconds` is the processing time."""

    schema_version: Literal["1"] = Field(default="1", alias="schema")
    document: Document
    form: FormMatch | None = None
    fields: Fields = Fields()
    roster: RosterMatch | None = None
    verdict: Verdict
    flags: tuple[Flag, ...] = ()
    damage: tuple[Damage, ...] = ()
    seconds: float = Field(default=0.0, ge=0)
    decisions: tuple[Decision, ...] = Field(default=(), exclude_if=not_)
    """What people decided about it; left out of the JSON when nobody did."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True
    )

    def to_json(self) -> str:
        """The record as one line of JSON. Raises an error when a text of it cannot be encoded."""
        return self.model_dump_json(by_alias=True)


def record_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a record, as published in `docs/record.schema.json`."""
    schema = Record.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
