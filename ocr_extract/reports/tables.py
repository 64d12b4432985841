"""Writes records as JSON Lines, and as CSV with a row per document, per field and per paper."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from ocr_extract.records import FieldResult, Flag, Record, SignatureResult, record_schema
from ocr_extract.reports.asks import asked_of
from ocr_extract.reports.files import replace_file, replaced
from ocr_extract.volume.roster.status import PaperStatus

DOCUMENT_COLUMNS = (
    "name", "verdict", "flags", "title", "author", "corresponding_author", "signature",
    "signed_by", "date", "date_as_written", "date_text", "date_confidence", "roster_key",
    "paper_state", "kind", "pages", "damage", "path", "sha256", "notes",
)  # fmt: skip
FIELD_COLUMNS = (
    "name", "field", "value", "as_written", "written", "confidence", "candidates", "page",
    "x0", "y0", "x1", "y1", "sha256",
)  # fmt: skip
PAPER_COLUMNS = (
    "key", "state", "verdict", "counts", "others", "why", "title", "first_author", "email",
    "flags", "why_flagged", "ask", "notes",
)  # fmt: skip
EXPORTS = ("records.jsonl", "documents.csv", "fields.csv", "record.schema.json")
"""Files that every export writes."""
PAPERS = "papers.csv"
"""File that an export writes too when there is a roster."""
FIELD_NAMES = ("title", "author", "corresponding_author", "signature", "date")


_FORMULA_CHARACTERS = "=+@\uff1d\uff0b\uff0d\uff20-"
"""Characters that start a formula, in normal and in full width."""
_FORMULA_START = re.compile(rf"[\s\0]*[;,|]?[\s\0]*[{_FORMULA_CHARACTERS}]")
"""Matches a cell that a spreadsheet would take for a formula, also in full-width characters
and after blanks or a separator.
"""
_AFTER_SEPARATOR = re.compile(rf"([;,|\t\r\n]\s*)(?=[{_FORMULA_CHARACTERS}])")
"""Matches a separator inside a cell that is followed by the start of a formula.

A spreadsheet that splits rows at this separator would run the formula.
"""

_PROTECTED = re.compile(rf"([;,|\t\r\n]\s*)'(?=[{_FORMULA_CHARACTERS}])")
"""Matches an apostrophe that protects the start of a formula after a separator."""


def write_results(
    records: Iterable[Record], out: Path, papers: Sequence[PaperStatus] | None = None
) -> tuple[Path, ...]:
    """Write records.jsonl, documents.csv, fields.csv and record.schema.json into a folder.

    papers.csv is written too when `papers` are given. Records are written one by one, so
    they need not fit into memory. Returns the paths. Raises UnsafeOutput when the folder
    cannot be written.
    """
    counting_records = {paper.index for paper in papers or ()}
    flags: dict[int, tuple[Flag, ...]] = {}
    with ExitStack() as open_files:
        lines, documents, fields = (
            open_files.enter_context(replaced(out / name))
            for name in ("records.jsonl", "documents.csv", "fields.csv")
        )
        write_document, write_field = (
            _writer(documents, DOCUMENT_COLUMNS),
            _writer(fields, FIELD_COLUMNS),
        )
        for index, record in enumerate(records):
            lines.write(record.to_json() + "\n")
            write_document(document_row(record))
            for row in field_rows(record):
                write_field(row)
            if index in counting_records and record.flags:
                flags[index] = record.flags
    replace_file(out / "record.schema.json", schema_text())
    if papers is None:
        return tuple(out / name for name in EXPORTS)
    with replaced(out / PAPERS) as file:
        write_paper = _writer(file, PAPER_COLUMNS)
        for paper in papers:
            write_paper(paper_row(paper, flags.get(paper.index, ())))
    return tuple(out / name for name in (*EXPORTS, PAPERS))


def paper_row(paper: PaperStatus, flags: Sequence[Flag]) -> tuple[object, ...]:
    """The row of a paper: its state, title, first author, flags, what to ask, and the notes."""
    asking = [flag for flag in flags if flag.asks]
    codes = [flag.code for flag in asking]
    return (
        *(_joined(getattr(paper, name)) for name in PAPER_COLUMNS[:6]),
        paper.title,
        paper.first_author,
        paper.email,
        " ".join(codes),
        " ".join(flag.message for flag in asking),
        asked_of(paper.state, codes),
        " ".join(flag.message for flag in flags if not flag.asks),
    )


def _joined(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


def schema_text() -> str:
    """The JSON Schema of a record, as text; the same as docs/record.schema.json."""
    return json.dumps(record_schema(), indent=2, sort_keys=True) + "\n"


def _writer(file: TextIO, columns: Sequence[str]) -> Callable[[Sequence[object]], None]:
    """Write the header, and return a function that writes a row of safe cells."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    return lambda row: writer.writerow([safe_cell(value) for value in row])


def safe_cell(value: object) -> object:
    """A cell that is safe to open in a spreadsheet.

    Control characters become U+FFFD. Text that a spreadsheet would run as a formula gets an
    apostrophe before it (CWE-1236), at whichever separator the spreadsheet splits the row.
    """
    if not isinstance(value, str):
        return "" if value is None else value
    safe = _AFTER_SEPARATOR.sub(r"\1'", value)
    if _FORMULA_START.match(value):
        safe = f"'{safe}"
    return "".join(c if c.isprintable() else "\ufffd" for c in safe)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take a cell that is typed like this for a formula."""
    return _FORMULA_START.match(text) is not None


def typed_cell(text: str) -> str:
    """What was typed into a cell: `safe_cell` taken back, as far as a spreadsheet left it."""
    if text.startswith("'") and _FORMULA_START.match(text[1:]):
        text = text[1:]
    return _PROTECTED.sub(r"\1", text)


def document_row(record: Record) -> tuple[object, ...]:
    """The cells of an agreement, in the order of DOCUMENT_COLUMNS."""
    fields, document = record.fields, record.document
    return (
        document.name,
        record.verdict.value,
        " ".join(flag.code for flag in record.flags if flag.asks),
        fields.title.value,
        fields.author.value,
        fields.corresponding_author.value,
        fields.signature.present,
        fields.signature.value,
        fields.date.value,
        fields.date.as_written,
        fields.date.text,
        fields.date.confidence,
        record.roster.key if record.roster else None,
        record.roster.state if record.roster else None,
        document.kind,
        document.pages,
        " ".join(d.kind for d in record.damage),
        document.path,
        document.sha256,
        " ".join(flag.code for flag in record.flags if not flag.asks),
    )


def field_rows(record: Record) -> Iterator[tuple[object, ...]]:
    """The cells of each field of an agreement, in the order of FIELD_COLUMNS."""
    for name in FIELD_NAMES:
        field: FieldResult | SignatureResult = getattr(record.fields, name)
        box = field.place
        candidates = "; ".join(f"{c.value} ({c.probability:.3f})" for c in field.candidates)
        yield (
            record.document.name,
            name,
            field.value,
            field.as_written,
            field.written,
            field.confidence,
            candidates,
            *((box.page, box.x0, box.y0, box.x1, box.y1) if box else (None,) * 5),
            record.document.sha256,
        )
