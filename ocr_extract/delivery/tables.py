"""Records as files: JSON Lines, and CSV with a row per document and a row per field.

Files are written whole and then moved into place, so that a reader never sees half.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

from ocr_extract.errors import UnsafeOutput
from ocr_extract.records import FieldResult, Record, SignatureResult, record_schema
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.run import Outcome

DOCUMENT_COLUMNS = (
    "name", "verdict", "flags", "title", "author", "corresponding_author", "signature",
    "signed_by", "date", "date_as_written", "date_text", "date_confidence", "roster_key",
    "paper_state", "kind", "pages", "damage", "path", "sha256",
)  # fmt: skip
FIELD_COLUMNS = (
    "name", "field", "value", "as_written", "written", "confidence", "candidates", "page",
    "x0", "y0", "x1", "y1", "sha256",
)  # fmt: skip
PAPER_COLUMNS = ("key", "state", "verdict", "counts", "others", "why")
STAMP = ".exported.json"
"""Which run of the ledger the files are, and their sizes."""
EXPORTS = ("records.jsonl", "documents.csv", "fields.csv", "record.schema.json")
FIELD_NAMES = ("title", "author", "corresponding_author", "signature", "date")


def write_results(
    records: Iterable[Record], out: Path, papers: Sequence[Mapping[str, Any]] | None = None
) -> tuple[Path, ...]:
    """records.jsonl, documents.csv, fields.csv and record.schema.json in a folder, and
    papers.csv where a roster names papers; records are written as they come.
    """
    with ExitStack() as open_files:
        lines, documents, fields = (
            open_files.enter_context(replaced(out / name))
            for name in ("records.jsonl", "documents.csv", "fields.csv")
        )
        rows, cells = _writer(documents, DOCUMENT_COLUMNS), _writer(fields, FIELD_COLUMNS)
        for record in records:
            lines.write(record.to_json() + "\n")
            rows(_document_row(record))
            for row in _field_rows(record):
                cells(row)
    replace_file(out / "record.schema.json", schema_text())
    if papers is None:
        (out / "papers.csv").unlink(missing_ok=True)
        return tuple(out / name for name in EXPORTS)
    with replaced(out / "papers.csv") as file:
        write = _writer(file, PAPER_COLUMNS)
        for paper in papers:
            write([_joined(paper[column]) for column in PAPER_COLUMNS])
    return tuple(out / name for name in (*EXPORTS, "papers.csv"))


def export(outcome: Outcome, ledger: Ledger, out: Path) -> None:
    """Write a run's results from the ledger, unless they lie there already as they were
    written.
    """
    stamp = out / STAMP
    if _stamped(stamp) == (outcome.source, _sizes(out)):
        return
    stamp.unlink(missing_ok=True)
    answer = outcome.summary["answer"]
    papers = answer["standings"] if answer else None
    write_results(ledger.records_of(outcome.source), out, papers)
    replace_file(stamp, json.dumps({"run": outcome.source, "sizes": _sizes(out)}) + "\n")


def _stamped(stamp: Path) -> tuple[int, dict[str, int]] | None:
    try:
        told = json.loads(stamp.read_text(encoding="utf-8"))
        return int(told["run"]), dict(told["sizes"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _sizes(out: Path) -> dict[str, int]:
    files = (out / name for name in (*EXPORTS, "papers.csv"))
    return {file.name: file.stat().st_size for file in files if file.is_file()}


def _joined(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


def schema_text() -> str:
    """The JSON Schema of a record, as published."""
    return json.dumps(record_schema(), indent=2, sort_keys=True) + "\n"


def replace_file(path: Path, content: str) -> Path:
    """Write a whole file, then move it into its place."""
    with replaced(path) as file:
        file.write(content)
    return path


@contextmanager
def replaced(path: Path) -> Iterator[TextIO]:
    """A file to write that is moved into its place when it is whole; else nothing is left of
    it. Raises UnsafeOutput when there is no room, or it may not be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    except OSError as error:
        advice = "Make room, or give another --out, and run the same command again."
        raise UnsafeOutput(f"Cannot write {path}: {error.strerror}.", advice) from error
    finally:
        part.unlink(missing_ok=True)


def _writer(file: TextIO, columns: Sequence[str]) -> Callable[[Sequence[object]], None]:
    """Writes rows of safe cells, after the header."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    return lambda row: writer.writerow([_cell(value) for value in row])


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
        record.roster.state if record.roster else None,
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
