"""Results on a terminal: a table of the volume, and the whole story of one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ocr_extract.records import FieldResult, Record, SignatureResult, Verdict

STYLES = {Verdict.ACCEPTED: "green", Verdict.REVIEW: "yellow", Verdict.REJECTED: "red"}


def print_volume(records: Sequence[Record], console: Console) -> None:
    """One row a document, then the totals."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("document", "verdict", "date", "conf.", "signed", "signer", "look at"):
        table.add_column(column, overflow="fold", no_wrap=column in ("date", "conf."))
    for record in records:
        table.add_row(*_row(record))
    console.print(table)
    console.print(f"[bold]{totals(records)}[/bold]")


def totals(records: Sequence[Record]) -> str:
    """How many agreements have which verdict, and how often each flag was raised."""
    count = Counter(record.verdict for record in records)
    flags = Counter(flag.code for record in records for flag in record.flags)
    named = ", ".join(f"{code} {n}" for code, n in sorted(flags.items(), key=lambda i: (-i[1], i)))
    total = (
        f"{len(records)} agreements: {count[Verdict.ACCEPTED]} accepted,"
        f" {count[Verdict.REVIEW]} to review, {count[Verdict.REJECTED]} rejected"
    )
    return f"{total} ({named})" if named else total


def _row(record: Record) -> tuple[str, ...]:
    date, signature = record.fields.date, record.fields.signature
    style = STYLES[record.verdict]
    shown = escape(_with_gaps(date.value))
    if date.value and date.as_written and date.value != date.as_written:
        shown = f"{shown} (written {escape(date.as_written)})"
    signer = record.fields.corresponding_author.value or record.fields.author.value
    return (
        escape(_printable(record.document.name)),
        f"[{style}]{record.verdict.value}[/{style}]",
        shown,
        f"{date.confidence:.2f}",
        signature.present,
        escape(_printable(signer or "-")[:32]),
        " ".join(flag.code for flag in record.flags),
    )


def _with_gaps(value: str | None) -> str:
    """A date whose missing parts can be seen: 2025-??-??."""
    return value + "-??" * (2 - value.count("-")) if value else "-"


def _printable(text: str) -> str:
    """Without control characters, which a file name can send to a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def print_document(record: Record, console: Console) -> None:
    """What was found in one document, how it was read, and why it was judged so."""
    document = record.document
    head = f"{_printable(document.name)}: {record.verdict.value}"
    console.print(f"[bold]{escape(head)}[/bold]")
    form = f"{record.form.name} ({record.form.confidence:.0%})" if record.form else "not known"
    console.print(escape(f"{document.kind}, {document.pages} pages, form {form}"))
    for name in ("title", "author", "corresponding_author", "signature", "date"):
        _print_field(name, getattr(record.fields, name), console)
    for flag in record.flags:
        console.print(escape(f"flag {flag.code}: {_printable(flag.message)}"), style="yellow")
    for damage in record.damage:
        page = f" page {damage.page}" if damage.page else ""
        console.print(escape(f"damage {damage.stage}/{damage.kind}{page}: {damage.effect}"))


def _print_field(name: str, field: FieldResult | SignatureResult, console: Console) -> None:
    present = f"{field.present}, " if isinstance(field, SignatureResult) else ""
    value = _printable(field.value or "-")
    line = f"  {name}: {present}{value} ({field.written}, confidence {field.confidence:.3f})"
    console.print(escape(line))
    if field.as_written and field.as_written != field.value:
        console.print(escape(f"    as written: {field.as_written}"))
    for candidate in field.candidates[:5]:
        reason = _printable(candidate.reason)
        console.print(escape(f"    {candidate.probability:7.3f}  {candidate.value}  {reason}"))
    for evidence in field.evidence:
        for reading in evidence.readings:
            console.print(escape(f"    read by {reading.reader}: {_printable(reading.best)!r}"))
