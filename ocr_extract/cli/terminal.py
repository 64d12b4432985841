"""Results on a terminal: a table of the volume, and the whole story of one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ocr_extract.records import FieldResult, Record, SignatureResult, Verdict
from ocr_extract.reports.plain import counted, plain
from ocr_extract.volume.roster.status import VolumeStatus
from ocr_extract.volume.volume_summary import Totals, VolumeSummary

MAX_NAMED = 20
"""Papers or files that a line names; all of them are in papers.csv."""
STYLES = {Verdict.ACCEPTED: "green", Verdict.REVIEW: "yellow", Verdict.REJECTED: "red"}
NAME_SHARE = 4
"""One column in so many is the most that papers' names take."""
ROOM_FOR_WORDS = 100
"""Columns from which sentences stand beside a paper and not below it."""
WIDEST_NAME = 32
"""Columns that names are filled up to where sentences stand below; longer ones run over."""
INDENT = 4
_Row = tuple[str, Verdict, str, tuple[str, ...]]
"""Name, verdict, date, and what to look at; safe for a terminal."""


def console_of(width: int | None = None, *, soft_wrap: bool = False, **more: Any) -> Console:
    """A console that takes text for text: no markup, no pictures for `:words:`, no colours
    of its own choice.
    """
    return Console(
        width=width, soft_wrap=soft_wrap, markup=False, emoji=False, highlight=False, **more
    )


def print_line(text: str, console: Console, style: str = "") -> None:
    """One line, safe for a terminal."""
    console.print(Text(plain(text), style=style))


def print_volume(records: Iterable[Record], console: Console) -> None:
    """Of each document its paper, what became of it, its date, and in words what a person
    has to look at: beside it, or, where there is little room, below it.
    """
    rows = [_row(record) for record in records]
    if console.width >= ROOM_FOR_WORDS:
        _print_beside(rows, console)
    else:
        _print_below(rows, console)


def _print_beside(rows: Sequence[_Row], console: Console) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("paper", overflow="fold", max_width=console.width // NAME_SHARE)
    table.add_column("verdict", no_wrap=True)
    table.add_column("date", no_wrap=True)
    table.add_column("look at", overflow="fold")
    for name, verdict, date, sentences in rows:
        table.add_row(
            Text(name), Text(verdict, STYLES[verdict]), Text(date), Text(" ".join(sentences) or "-")
        )
    if rows:
        console.print(table)


def _print_below(rows: Sequence[_Row], console: Console) -> None:
    widest = max((len(row[0]) for row in rows), default=0)
    column = min(widest, WIDEST_NAME)
    for name, verdict, date, sentences in rows:
        line = Text.assemble(
            name.ljust(column), "  ", (verdict.ljust(8), STYLES[verdict]), "  ", date
        )
        console.print(line)
        for sentence in sentences:
            console.print(Padding(Text(sentence), (0, 0, 0, INDENT)))


def _row(record: Record) -> _Row:
    return (
        plain(_paper(record)),
        record.verdict,
        plain(_with_gaps(record.fields.date.value)),
        tuple(plain(flag.message) for flag in record.flags),
    )


def _paper(record: Record) -> str:
    """The paper's key, with the file's name where another file counts; else that name."""
    if record.roster is None:
        return record.document.name
    counts = all(flag.code != "not_counted" for flag in record.flags)
    return record.roster.key if counts else f"{record.roster.key} ({record.document.name})"


def print_summary(summary: VolumeSummary, console: Console) -> None:
    """The volume's answer: every paper's state, by number and, where somebody has to act,
    by name; then the documents' totals.
    """
    if summary.status:
        print_line(papers_line(summary.status), console, "bold")
        for line in paper_lines(summary.status):
            print_line(line, console)
    print_line(totals_line(summary.totals), console, "bold")


def papers_line(status: VolumeStatus) -> str:
    """How many papers are in each state; they add up."""
    count = status.counts
    named = (
        f"{count['accepted']} accepted, {count['review']} to review,"
        f" {count['rejected']} rejected, {count['missing']} missing,"
        f" {count['duplicate']} with several files"
    )
    return f"{counted(len(status.papers), 'paper')}: {named}"


def paper_lines(status: VolumeStatus) -> Iterator[str]:
    """Papers without a file or with several, and files without a paper."""
    yield from _listed("missing", [p.key for p in status.papers if p.state == "missing"])
    several = [paper for paper in status.papers if paper.state == "duplicate"]
    for paper in several[:MAX_NAMED]:
        yield f"several files for {paper.key}: {paper.counts} counts, {paper.why}"
    if len(several) > MAX_NAMED:
        yield f"several files for {len(several) - MAX_NAMED} more: see papers.csv"
    yield from _listed("no paper of the roster", status.unmatched_files)


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    if names:
        yield f"{what}: {', '.join(names[:MAX_NAMED])}{more}"


def totals_line(totals: Totals) -> str:
    """How many agreements have which verdict, and how often each flag was raised."""
    count = totals.verdicts
    named = ", ".join(f"{code} {n}" for code, n in totals.flags.items())
    total = (
        f"{counted(totals.documents, 'agreement')}: {count[Verdict.ACCEPTED]} accepted,"
        f" {count[Verdict.REVIEW]} to review, {count[Verdict.REJECTED]} rejected"
    )
    return f"{total} ({named})" if named else total


def _with_gaps(value: str | None) -> str:
    """A date whose missing parts can be seen: 2025-??-??."""
    return value + "-??" * (2 - value.count("-")) if value else "-"


def print_document(record: Record, console: Console) -> None:
    """What was found in one document, how it was read, and why it was judged so."""
    document = record.document
    print_line(f"{document.name}: {record.verdict.value}", console, "bold")
    form = (
        f"form {record.form.name} ({record.form.confidence:.0%})"
        if record.form
        else "no form known"
    )
    print_line(f"{document.kind}, {counted(document.pages, 'page')}, {form}", console)
    for name in ("title", "author", "corresponding_author", "signature", "date"):
        _print_field(name, getattr(record.fields, name), console)
    for flag in record.flags:
        print_line(f"flag {flag.code}: {flag.message}", console, "yellow")
    for damage in record.damage:
        page = f" page {damage.page}" if damage.page else ""
        print_line(f"damage {damage.stage}/{damage.kind}{page}: {damage.effect}", console)


def _print_field(name: str, field: FieldResult | SignatureResult, console: Console) -> None:
    present = f"{field.present}, " if isinstance(field, SignatureResult) else ""
    how = f"{field.written}, " if field.written != "unknown" else ""
    value = field.value or "-"
    print_line(f"  {name}: {present}{value} ({how}confidence {field.confidence:.3f})", console)
    if field.as_written and field.as_written != field.value:
        print_line(f"    as written: {field.as_written}", console)
    for candidate in field.candidates[:5]:
        said = f"    {candidate.probability:7.3f}  {candidate.value}  {candidate.reason}"
        print_line(said, console)
    for evidence in field.evidence:
        for reading in evidence.readings:
            print_line(f"    read by {reading.reader}: {plain(reading.best)!r}", console)


def print_history(
    entries: Sequence[tuple[str, Record | Mapping[str, Any]]], console: Console
) -> None:
    """Everything that was ever said of a document, oldest first: only what changed."""
    before: dict[str, str] = {}
    for time, entry in entries:
        if not isinstance(entry, Record):
            said = ", ".join(
                f"{k} {v}" for k, v in entry.items() if v not in (None, "") and k != "id"
            )
            print_line(f"{time}  {said}", console)
            continue
        told = _told(entry)
        print_line(f"{time}  {entry.document.name}: {entry.verdict.value}", console, "bold")
        for what, value in told.items():
            if before.get(what) != value:
                print_line(f"    {what}: {value}", console)
        before = told


def _told(record: Record) -> dict[str, str]:
    """What a record says of its fields, a line each."""
    fields = record.fields
    lines = {
        name: f"{field.value or '-'} ({field.confidence:.3f})"
        for name in ("title", "author", "corresponding_author", "date")
        for field in [getattr(fields, name)]
    }
    lines["date as written"] = fields.date.as_written or "-"
    lines["signature"] = f"{fields.signature.present} ({fields.signature.confidence:.3f})"
    lines["paper"] = record.roster.key if record.roster else "-"
    lines["flags"] = " ".join(flag.code for flag in record.flags) or "-"
    return lines
