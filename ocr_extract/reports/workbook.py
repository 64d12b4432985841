"""Writes `volume.xlsx`: the tables as sheets of one workbook.

Text is always written as text: no cell becomes a formula, a link or a number because of what stands
in it. Rows are written one by one, so that a volume of any size fits into memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ocr_extract.records import Flag, Record
from ocr_extract.reports.files import replace_file
from ocr_extract.reports.tables import (
    DOCUMENT_COLUMNS,
    FIELD_COLUMNS,
    PAPER_COLUMNS,
    document_row,
    field_rows,
    is_formula,
    paper_row,
)
from ocr_extract.volume.answer import Outcome
from ocr_extract.volume.ledger import Ledger

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

WORKBOOK = "volume.xlsx"
"""Name of the workbook in the output folder."""
MAX_CELL = 32_767
"""Largest number of characters of a cell (defined by the format)."""
MAX_ROWS = 1_048_576
"""Largest number of rows of a sheet, with its header (defined by the format)."""
MAX_LINKS = 60_000
"""Largest number of links of a sheet (chosen; the format ends at 65,530)."""
MAX_HREF = 2_000
"""Largest number of characters of a link (chosen; the format ends at 2,079)."""
DECISION_COLUMNS = (
    "name", "paper", "field", "action", "value", "before", "person", "made", "note", "void",
    "sha256",
)  # fmt: skip
UNMATCHED_COLUMNS = ("name", "verdict", "flags", "why_flagged", "title", "author", "date", "sha256")
WIDTHS = {
    "title": 44, "why_flagged": 60, "ask": 44, "why": 30, "notes": 24, "flags": 24, "value": 36,
    "candidates": 40, "name": 32, "key": 22, "path": 40, "sha256": 14, "author": 26, "counts": 32,
    "others": 32, "first_author": 24, "email": 24, "note": 30, "made": 24,
}  # fmt: skip
"""Width of a column in characters, by its name (chosen)."""
USUAL_WIDTH = 14
"""Width of every other column in characters (chosen)."""
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Characters that XML cannot have, and those that steer a terminal or the direction of text."""


class _Sheet:
    """A sheet that is written row by row, with a header that stays in sight."""

    def __init__(self, book: _Book, name: str, columns: Sequence[str]) -> None:
        self._book, self._columns = book, columns
        self._sheet: Worksheet = book.workbook.add_worksheet(name)
        self._sheet.freeze_panes(1, 1)
        for index, column in enumerate(columns):
            self._sheet.set_column(index, index, WIDTHS.get(column, USUAL_WIDTH))
            self._sheet.write_string(0, index, column, book.bold)
        self.rows = self.links = 0

    def add(self, cells: Iterable[object], links: dict[int, str] | None = None) -> None:
        """Add a row; `links` are the addresses of cells, by their index."""
        self.rows += 1
        if self.rows >= MAX_ROWS:
            return
        for index, cell in enumerate(cells):
            self._write(self.rows, index, cell, (links or {}).get(index, ""))

    def end(self) -> str:
        """Close the sheet. Returns a sentence about rows that did not fit; "" when all did."""
        last = min(self.rows, MAX_ROWS - 1)
        self._sheet.autofilter(0, 0, last, len(self._columns) - 1)
        left = self.rows - last
        return f"{left} rows do not fit into {self._sheet.get_name()}." if left else ""

    def _write(self, row: int, index: int, cell: object, href: str) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, bool | int | float):
            self._sheet.write_number(row, index, cell)
            return
        text = cell_text(str(cell))
        style = self._book.quoted if is_formula(text) else None
        if href and len(href) <= MAX_HREF and self.links < MAX_LINKS:
            self.links += 1
            self._sheet.write_url(row, index, href, style, text)
            return
        self._sheet.write_string(row, index, text, style)


class _Book:
    """The workbook with its styles."""

    def __init__(self, path: Path, made: str) -> None:
        import xlsxwriter  # noqa: PLC0415

        options = {**OPTIONS, "tmpdir": str(path.parent)}
        self.workbook: xlsxwriter.Workbook = xlsxwriter.Workbook(str(path), options)
        self.bold: Format = self.workbook.add_format({"bold": True})
        self.quoted: Format = self.workbook.add_format({"quote_prefix": True})
        created = datetime.fromisoformat(made) if made else datetime(2000, 1, 1)
        self.workbook.set_properties(
            {"title": "Agreements of the volume", "created": created.replace(tzinfo=None)}
        )


OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""How XlsxWriter writes: row by row, and text as text."""


def cell_text(text: str) -> str:
    """The text as a cell can hold it: forbidden characters are U+FFFD, and its end is cut off."""
    safe = _ILLEGAL.sub("\ufffd", text)
    return safe if len(safe) <= MAX_CELL else safe[: MAX_CELL - 1] + "…"


def write_workbook(outcome: Outcome, ledger: Ledger, folder: Path, base: Path) -> Path:
    """Write the workbook into `folder`; its links are relative to `base`. Raises UnsafeOutput."""
    path = folder / WORKBOOK
    # The name is taken safely first: only its owner may read the file, from its first byte on.
    replace_file(path, b"")
    book = _Book(path, ledger.times_of(outcome.source)[0])
    notes = [note for note in _write_sheets(book, outcome, ledger, base.resolve()) if note]
    if notes:
        sheet = _Sheet(book, "left out", ("what",))
        for note in notes:
            sheet.add((note,))
    _close(book)
    return path


def _write_sheets(book: _Book, outcome: Outcome, ledger: Ledger, base: Path) -> Iterator[str]:
    """Write all sheets. XlsxWriter in constant memory takes sheets in any order of their rows."""
    status = outcome.summary.status
    papers = _Sheet(book, "papers", PAPER_COLUMNS) if status else None
    agreements = _Sheet(book, "agreements", DOCUMENT_COLUMNS)
    fields = _Sheet(book, "fields", FIELD_COLUMNS)
    unmatched = _Sheet(book, "unmatched files", UNMATCHED_COLUMNS)
    decisions = _Sheet(book, "decisions", DECISION_COLUMNS)
    counting = {paper.index for paper in status.papers} if status else set()
    flags: dict[int, tuple[Flag, ...]] = {}
    links: dict[int, str] = {}
    for index, (_, path, _, record) in enumerate(ledger.numbered_records(outcome.source)):
        href = _href(path, base)
        agreements.add(document_row(record), {0: href, DOCUMENT_COLUMNS.index("path"): href})
        for row in field_rows(record):
            fields.add(row)
        for row in _decision_rows(record):
            decisions.add(row)
        if status and record.roster is None:
            unmatched.add(_unmatched_row(record), {0: href})
        if index in counting:
            flags[index], links[index] = record.flags, href
    if papers is not None and status is not None:
        for paper in status.papers:
            href = links.get(paper.index, "")
            papers.add(paper_row(paper, flags.get(paper.index, ())), {COUNTS: href})
        yield papers.end()
    for sheet in (agreements, fields, unmatched, decisions):
        yield sheet.end()


def _close(book: _Book) -> None:
    """Write the file. Raises OSError, such as on a full disk."""
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415

    try:
        book.workbook.close()
    except FileCreateError as error:
        cause = error.args[0] if error.args else error
        raise (cause if isinstance(cause, OSError) else OSError(str(cause))) from error


COUNTS = PAPER_COLUMNS.index("counts")
"""The column of a paper's file (counted from 0)."""


def _href(path: str, base: Path) -> str:
    """The address of a file as a relative link; "" where it cannot be spelled."""
    if not path.isprintable() or "\\" in path:
        return ""
    return f"external:{quote(relpath(path, base))}"


def _unmatched_row(record: Record) -> tuple[object, ...]:
    asking = [flag for flag in record.flags if flag.asks]
    fields = record.fields
    return (
        record.document.name, record.verdict.value, " ".join(flag.code for flag in asking),
        " ".join(flag.message for flag in asking), fields.title.value, fields.author.value,
        fields.date.value, record.document.sha256,
    )  # fmt: skip


def _decision_rows(record: Record) -> Iterator[tuple[Any, ...]]:
    paper = record.roster.key if record.roster else None
    for d in record.decisions:
        yield (
            record.document.name, paper, d.field, d.action, d.value, d.before, d.person, d.made,
            d.note, d.void, record.document.sha256,
        )  # fmt: skip
