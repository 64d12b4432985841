"""Results on a terminal: a table of the volume, and the whole story of one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ocr_extract.records import FieldResult, Record, SignatureResult, Verdict

MOST_NAMED = 20
"""Papers or files that a line names; all of them are in papers.csv."""
STYLES = {Verdict.ACCEPTED: "green", Verdict.REVIEW: "yellow", Verdict.REJECTED: "red"}


def print_volume(records: Iterable[Record], console: Console) -> None:
    """One row a document."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("document", "verdict", "date", "conf.", "signed", "signer", "look at"):
        table.add_column(column, overflow="fold", no_wrap=column in ("date", "conf."))
    for record in records:
        table.add_row(*_row(record))
    if table.row_count:
        console.print(table)


def print_summary(summary: Mapping[str, Any], console: Console) -> None:
    """The volume's answer: every paper's state, by number and, where somebody has to act,
    by name; then the documents' totals.
    """
    if answer := summary["answer"]:
        console.print(f"[bold]{papers_line(answer)}[/bold]", highlight=False)
        for line in paper_lines(answer):
            console.print(escape(line), highlight=False)
    console.print(f"[bold]{totals_line(summary['totals'])}[/bold]", highlight=False)


def papers_line(answer: Mapping[str, Any]) -> str:
    """How many papers are in each state; they add up."""
    states = Counter(standing["state"] for standing in answer["standings"])
    named = (
        f"{states['accepted']} accepted, {states['review']} to review,"
        f" {states['rejected']} rejected, {states['missing']} missing,"
        f" {states['duplicate']} with several files"
    )
    return f"{sum(states.values())} papers: {named}"


def paper_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """Papers without a file or with several, and files without a paper."""
    standings = answer["standings"]
    missing = [s["key"] for s in standings if s["state"] == "missing"]
    yield from _listed("missing", missing)
    for standing in [s for s in standings if s["state"] == "duplicate"][:MOST_NAMED]:
        counts, why = _printable(standing["counts"]), _printable(standing["why"])
        yield f"several files for {standing['key']}: {counts} counts, {why}"
    yield from _listed("no paper of the roster", [_printable(n) for n in answer["strangers"]])


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    if names:
        yield f"{what}: {', '.join(names[:MOST_NAMED])}{more}"


def totals_line(totals: Mapping[str, Any]) -> str:
    """How many agreements have which verdict, and how often each flag was raised."""
    count = totals["verdicts"]
    named = ", ".join(f"{code} {n}" for code, n in totals["flags"].items())
    total = (
        f"{totals['documents']} agreements: {count['accepted']} accepted,"
        f" {count['review']} to review, {count['rejected']} rejected"
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
            console.print(escape(_printable(f"{time}  {said}")), highlight=False)
            continue
        told = _told(entry)
        name = f"{_printable(entry.document.name)}: {entry.verdict.value}"
        console.print(f"[bold]{escape(f'{time}  {name}')}[/bold]", highlight=False)
        for what, value in told.items():
            if before.get(what) != value:
                console.print(escape(_printable(f"    {what}: {value}")), highlight=False)
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
