"""The manifest of a package: what is in it, as JSON for programs and as CSV for people.

The certificate is drawn from the manifest alone, so that a changed certificate can be told.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_extract.received.packages import MANIFEST
from ocr_extract.reports.plain import counted
from ocr_extract.reports.tables import safe_cell

MAX_ROWS = 50_000
"""Agreements, and open papers, in a manifest, at most (chosen: five times the largest volume)."""
JSON_NAME, CSV_NAME, CERTIFICATE_NAME = MANIFEST, "manifest.csv", "certificate.pdf"
"""The package's own files."""
COLUMNS = (
    "path", "key", "title", "state", "date", "signature", "decided_by", "source", "pages", "note",
    "bytes", "sha256", "source_sha256",
)  # fmt: skip
Sha256 = str
"""A SHA-256 in 64 hexadecimal digits."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PackedFile(_Value):
    """An agreement in the package. `path` is its name there, `sha256` the hash of its bytes there
    (there are `bytes` of them); `source` and `source_sha256` are the file's name and hash as it
    came. `date` is an ISO date, `pages` the pages taken from the source. `decided_by` says what
    people decided about it.
    """

    path: str
    key: str
    title: str
    state: str
    date: str | None
    signature: str
    decided_by: tuple[str, ...] = ()
    source: str
    pages: str = ""
    note: str = ""
    bytes: int = Field(ge=0)
    sha256: Sha256
    source_sha256: Sha256


class OpenPaper(_Value):
    """A paper without an agreement in the package: its state in the volume, and what is to do."""

    key: str
    title: str
    state: str
    why: str


class Manifest(_Value):
    """What a package holds, and how that was found out. `run` is the run's number in its ledger,
    `checked` when it ended (UTC, ISO 8601), `program` the version that ran, and `packed_by` the one
    that made the package. `trail` is the head of the ledger's audit trail at that time. `models`
    are the files that the readings depend on, with their hashes. `decisions` counts what each
    person decided about these papers. `forgotten` is how many papers were forgotten since the run
    read the roster: nothing else is known of them.
    """

    format: Literal["ocr-extract package 1"] = "ocr-extract package 1"
    volume: str
    run: int
    checked: str
    program: str
    packed_by: str
    settings: Sha256
    models: Mapping[str, Sha256]
    trail: Sha256
    papers: int
    forgotten: int = Field(default=0, ge=0)
    states: Mapping[str, int]
    decisions: Mapping[str, int]
    files: tuple[PackedFile, ...] = Field(max_length=MAX_ROWS)
    open: tuple[OpenPaper, ...] = Field(max_length=MAX_ROWS)

    @property
    def complete(self) -> bool:
        """Whether every paper of the roster has its agreement in the package."""
        return not (self.open or self.forgotten) and len(self.files) == self.papers

    def to_json(self) -> bytes:
        """The bytes of manifest.json."""
        return (self.model_dump_json(indent=1) + "\n").encode()

    def to_csv(self) -> bytes:
        """The bytes of manifest.csv; its cells are safe to open in a spreadsheet."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for file in self.files:
            cells = file.model_dump() | {"decided_by": "; ".join(file.decided_by)}
            writer.writerow([safe_cell(cells[name]) for name in COLUMNS])
        for paper in self.open:
            cells = {"key": paper.key, "title": paper.title, "state": paper.state}
            cells["note"] = paper.why
            writer.writerow([safe_cell(cells.get(name)) for name in COLUMNS])
        return text.getvalue().encode()


def manifest_of(content: bytes) -> Manifest:
    """The manifest in these bytes. Raises ValueError when they are none."""
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        raise ValueError(f"not a manifest: {counted(error.error_count(), 'error')}") from error


def digest_of(content: bytes) -> Sha256:
    """The SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()
