"""The rows of the report: what it shows of each paper, or without a roster of each agreement.

Every text is cut and made plain here: a row is small however hostile its document is, so that ten
thousand of them fit into memory. The template escapes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os.path import relpath
from pathlib import Path
from urllib.parse import quote

from ocr_extract.records import (
    Box,
    Damage,
    DateResult,
    Evidence,
    FieldResult,
    Flag,
    Record,
    SignatureResult,
)
from ocr_extract.reports.asks import ASKS, asked_of
from ocr_extract.reports.plain import plain
from ocr_extract.volume.roster.status import PaperStatus

MAX_TEXT = 240
"""Largest number of characters of a text of a document in the report (chosen)."""
MAX_LINES = 6
"""Largest number of candidates, and of lines of evidence, of one agreement (chosen)."""
MAX_LINES_OF_ACCEPTED = 2
"""The same of an accepted agreement (chosen: nobody has to look at it)."""
MIN_PROBABILITY = 0.0005
"""Probability (0..1) below which a candidate is not shown (chosen: it would be 0.0 %)."""
DECIDED = "decided by"
"""Beginning of the reason of a value that a person gave (`records.Decision.reason`)."""
MAX_FILES = 10
"""Largest number of files of one paper that are named (chosen)."""
WRITTEN = {"typed": "typed", "hand": "by hand", "blank": "left blank", "unknown": "not known how"}
"""In words, how a date is written."""
SIGNED = {
    "hand": "by hand", "script": "in a script font", "typed": "typed",
    "certificate": "with a certificate", "none": "", "unknown": "",
}  # fmt: skip
"""In words, how a signature was made."""


@dataclass(frozen=True)
class FileLink:
    """A file: its name, and its address relative to the report; "" where there is none."""

    name: str
    href: str = ""


@dataclass(frozen=True)
class FlagLine:
    """A flag in words: its severity, its message, and what to ask; "" for a note."""

    severity: str
    message: str
    ask: str


@dataclass(frozen=True)
class Shown:
    """The agreement whose signing block is drawn: as `crops.Subject`."""

    id: str
    path: str
    record: Record
    place: Box | None = None


@dataclass(frozen=True)
class Details:
    """What a row shows when it is opened. Each value is a line of plain words."""

    date: str
    signature: str
    candidates: tuple[tuple[str, str, str], ...]
    """The value, its probability, and the reason."""
    evidence: tuple[str, ...]
    flags: tuple[FlagLine, ...]
    decisions: tuple[str, ...]
    damage: tuple[str, ...]
    files: tuple[FileLink, ...]
    why: str = ""
    """Why this file counts, where a paper has several."""


@dataclass(frozen=True)
class Row:
    """A paper, or an agreement. `confidence` is the date's, 0..1, None without an agreement.

    `ask` says what to do. `picture` is the number of the record whose signing block is drawn; -1
    for none.
    """

    key: str
    state: str
    title: str = ""
    author: str = ""
    date: str = ""
    confidence: float | None = None
    ask: str = ""
    details: Details | None = None
    picture: int = -1


@dataclass(frozen=True)
class Extract:
    """What of one record the rows need, in a form that is small."""

    verdict: str
    name: str
    key: str | None
    title: str
    author: str
    date: str
    confidence: float
    codes: tuple[str, ...]
    file: FileLink
    details: Details | None
    """None where it was left out."""
    number: int = field(default=-1)
    """The number of the record in the ledger."""


def cut(text: str | None, limit: int = MAX_TEXT) -> str:
    """The text as one line of printable characters, at most `limit` of them."""
    line = plain((text or "")[: limit + 1]).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def link_of(path: str, base: Path) -> FileLink:
    """The file with its address relative to the folder of the report.

    There is no address for a path that cannot be spelled (bytes that are not UTF-8 became a
    backslash) or that has characters that steer a terminal.
    """
    name = cut(Path(path).name)
    if not path.isprintable() or "\\" in path:
        return FileLink(name)
    relative = relpath(path, base.resolve())
    return FileLink(name, quote(relative if relative.startswith("..") else f"./{relative}"))


def extract_of(
    number: int, path: str, record: Record, base: Path, *, detailed: bool = True
) -> Extract:
    """What the rows need of a record. `path` is its absolute path, `base` the report's folder."""
    fields = record.fields
    file = link_of(path, base)
    return Extract(
        record.verdict.value,
        cut(record.document.name),
        record.roster.key if record.roster else None,
        cut(fields.title.value),
        cut(fields.author.value),
        cut(fields.date.value, 10),
        fields.date.confidence,
        tuple(flag.code for flag in record.flags if flag.asks),
        file,
        _details(record, file) if detailed else None,
        number,
    )


def row_of_paper(paper: PaperStatus, own: Extract | None, others: Sequence[Extract]) -> Row:
    """The row of a paper: `own` is the agreement that counts, `others` its further ones."""
    codes = own.codes if own else ()
    row = Row(
        cut(paper.key, 80),
        paper.state,
        cut(paper.title),
        cut(paper.first_author, 80),
        ask=asked_of(paper.state, codes),
    )
    if own is None:
        return row
    details = own.details
    if details is not None and others:
        files = (own.file, *(other.file for other in others[: MAX_FILES - 1]))
        details = _with_files(details, files, paper.why)
    return _with_agreement(row, own, details)


def row_of_agreement(own: Extract) -> Row:
    """The row of an agreement: of a file that belongs to no paper, or without a roster."""
    ask = asked_of(own.verdict, own.codes)
    row = Row(own.name, own.verdict, own.title, own.author, ask=ask)
    return _with_agreement(row, own, own.details)


def _with_agreement(row: Row, own: Extract, details: Details | None) -> Row:
    return Row(
        row.key, row.state, row.title, row.author, own.date, own.confidence, row.ask, details,
        own.number,
    )  # fmt: skip


def _with_files(details: Details, files: tuple[FileLink, ...], why: str) -> Details:
    return Details(**{**vars(details), "files": files, "why": cut(why)})


def _details(record: Record, file: FileLink) -> Details:
    fields = record.fields
    is_accepted = record.verdict.value == "accepted"
    limit = MAX_LINES_OF_ACCEPTED if is_accepted else MAX_LINES
    return Details(
        _date_line(fields.date),
        _signature_line(fields.signature),
        tuple(
            (cut(c.value, 40), f"{c.probability:.1%}", cut(c.reason, 120))
            for c in fields.date.candidates[:limit]
            if c.probability >= MIN_PROBABILITY or c.reason.startswith(DECIDED)
        ),
        tuple(_evidence_lines(record))[:limit],
        tuple(_flag_line(flag) for flag in record.flags[: 2 * MAX_LINES]),
        tuple(
            cut(f"{d.field.replace('_', ' ')}: {_decided(d.action, d.value)}, {d.reason}")
            for d in record.decisions[:MAX_LINES]
        ),
        tuple(damage_line(damage) for damage in record.damage[:MAX_LINES]),
        (file,),
    )


def _decided(action: str, value: str | None) -> str:
    words = {"leave": "left as it is", "ask": "the author is to be asked"}
    return words.get(action) or value or "nothing stands there"


def damage_line(damage: Damage) -> str:
    """Damage in words."""
    page = f"Page {damage.page}: " if damage.page else ""
    return cut(f"{page}{damage.effect}")


def _date_line(date: DateResult) -> str:
    if date.value is None:
        return "no date" if date.written == "blank" else "no date could be read"
    written = date.as_written if date.as_written and date.as_written != date.value else ""
    note = f" (as written: {cut(written, 60)})" if written else ""
    how = WRITTEN[date.written]
    return f"{cut(date.value, 10)}{note}, {how}, confidence {date.confidence:.1%}"


def _signature_line(signature: SignatureResult) -> str:
    how = SIGNED[signature.written]
    name = f", reads “{cut(signature.value, 80)}”" if signature.value else ""
    return f"{signature.present}{f', {how}' if how else ''}{name}"


def _flag_line(flag: Flag) -> FlagLine:
    return FlagLine(
        flag.severity, cut(flag.message, 400), ASKS.get(flag.code, "") if flag.asks else ""
    )


def _evidence_lines(record: Record) -> Iterator[str]:
    """What was read for the date and the signature, without repetitions."""
    lines: dict[str, None] = {}
    named: tuple[tuple[str, FieldResult | SignatureResult], ...] = (
        ("date", record.fields.date),
        ("signature", record.fields.signature),
    )
    for name, result in named:
        for evidence in result.evidence:
            for line in _lines_of(name, evidence):
                lines.setdefault(line)
    yield from lines


def _lines_of(name: str, evidence: Evidence) -> Iterator[str]:
    for reading in evidence.readings:
        yield f"{name}: {cut(reading.reader, 40)} read “{cut(reading.best, 80)}”"
    if not evidence.readings and evidence.source:
        yield f"{name}: {cut(evidence.source, 160)}"
