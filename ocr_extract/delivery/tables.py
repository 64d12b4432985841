"""Records as files: JSON Lines, and CSV with a row per document and a row per field.

Files are written whole and then moved into place, so that a reader never sees half.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ocr_extract.records import FieldResult, Record, SignatureResult, record_schema

DOCUMENT_COLUMNS = (
    "name", "verdict", "flags", "title", "author", "corresponding_author", "signature",
    "signed_by", "date", "date_as_written", "date_text", "date_confidence", "roster_key",
    "kind", "pages", "damage", "path", "sha256",
)  # fmt: skip
FIELD_COLUMNS = (
    "name", "field", "value", "as_written", "written", "confidence", "candidates", "page",
    "x0", "y0", "x1", "y1", "sha256",
)  # fmt: skip
FIELD_NAMES = ("title", "author", "corresponding_author", "signature", "date")


def write_results(records: Sequence[Record], out: Path) -> tuple[Path, ...]:
    """records.jsonl, documents.csv, fields.csv and record.schema.json in a folder."""
    contents = {
        "records.jsonl": "".join(record.to_json() + "\n" for record in records),
        "documents.csv": _csv(DOCUMENT_COLUMNS, (_document_row(r) for r in records)),
        "fields.csv": _csv(FIELD_COLUMNS, (row for r in records for row in _field_rows(r))),
        "record.schema.json": schema_text(),
    }
    return tuple(replace_file(out / name, content) for name, content in contents.items())


def schema_text() -> str:
    """The JSON Schema of a record, as published."""
    return json.dumps(record_schema(), indent=2, sort_keys=True) + "\n"


def replace_file(path: Path, content: str) -> Path:
    """Write a whole file, then move it into its place."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(content, encoding="utf-8", newline="")
    part.replace(path)
    return path


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def _cell(value: object) -> object:
    """Text without control characters; what a spreadsheet would run as a formula gets an
    apostrophe (CWE-1236).
    """
    if not isinstance(value, str):
        return "" if value is None else value
    shown = "".join(c if c.isprintable() else "\ufffd" for c in value)
    return f"'{shown}" if shown[:1] in ("=", "+", "-", "@") else shown


def _document_row(record: Record) -> tuple[object, ...]:
    fields, document = record.fields, record.document
    return (
        document.name,
        record.verdict.value,
        " ".join(flag.code for flag in record.flags),
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
        document.kind,
        document.pages,
        " ".join(d.kind for d in record.damage),
        document.path,
        document.sha256,
    )


def _field_rows(record: Record) -> Iterator[tuple[object, ...]]:
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
