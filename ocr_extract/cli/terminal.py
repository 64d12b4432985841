"""Prints results on a terminal: a table of the volume, and all details of one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ocr_extract.cli.called import as_called
from ocr_extract.records import FieldResult, Flag, Record, SignatureResult, Verdict
from ocr_extract.reports.plain import counted, plain
from ocr_extract.volume.roster.status import VolumeStatus
from ocr_extract.volume.volume_summary import Totals, VolumeSummary

MAX_NAMED = 20
"""Largest number of papers or files that one line names (chosen); papers.csv has all."""
STYLES = {Verdict.ACCEPTED: "green", Verdict.REVIEW: "yellow", Verdict.REJECTED: "red"}
NAME_WIDTH_DIVISOR = 4
"""Divisor: the names of papers take at most 1/4 of the terminal's width (chosen)."""
MIN_WIDTH_BESIDE = 100
"""Smallest width of the terminal, in characters, at which sentences stand beside the paper
and not below it (chosen).
"""
MAX_NAME_WIDTH = 32
"""Largest width of the column of names, in characters, when sentences stand below (chosen).
A longer name is printed whole.
"""
INDENT = 4
"""Indentation of a sentence below its paper, in characters (chosen)."""
UNPRINTED_COLUMNS = ("shown", "message", "seen")
"""Columns of decisions that the history leaves out: they serve the program."""
_Row = tuple[str, Verdict, str, tuple[str, ...]]
"""Name, verdict, date, and the messages of the flags; all safe for a terminal."""


def console_of(width: int | None = None, *, soft_wrap: bool = False, **more: Any) -> Console:
    """A console that prints text unchanged: no markup, no emoji for `:words:`, no highlighting.

    `width` is in characters; None takes the terminal's own.
    """
    return Console(
        width=width, soft_wrap=soft_wrap, markup=False, emoji=False, highlight=False, **more
    )


def print_unwrapped(text: str) -> None:
    """Print one line that is not wrapped, safe for a terminal: paths and commands stay whole."""
    print_line(text, console_of(soft_wrap=True))


def print_line(text: str, console: Console, style: str = "") -> None:
    """Print one line, safe for a terminal."""
    console.print(Text(plain(text), style=style))


def print_volume(records: Iterable[Record], console: Console) -> None:
    """Print each document's paper, verdict, date and the messages of its flags.

    The messages stand beside the paper, or below it on a narrow terminal.
    """
    rows = [_row(record) for record in records]
    if console.width >= MIN_WIDTH_BESIDE:
        _print_beside(rows, console)
    else:
        _print_below(rows, console)


def _print_beside(rows: Sequence[_Row], console: Console) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("paper", overflow="fold", max_width=console.width // NAME_WIDTH_DIVISOR)
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
    column = min(widest, MAX_NAME_WIDTH)
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
        tuple(_sentences(record.flags)),
    )


def _sentences(flags: Sequence[Flag]) -> Iterator[str]:
    """The messages of the flags, safe for a terminal; the notes come last and are named so."""
    yield from (plain(flag.message) for flag in flags if flag.asks)
    yield from (f"Note: {plain(flag.message)}" for flag in flags if not flag.asks)


def _paper(record: Record) -> str:
    """The paper's key; the file's name when the document has no paper.

    The file's name is added to the key when another file counts for the paper.
    """
    if record.roster is None:
        return record.document.name
    counts = all(flag.code != "not_counted" for flag in record.flags)
    return record.roster.key if counts else f"{record.roster.key} ({record.document.name})"


def print_summary(summary: VolumeSummary, console: Console) -> None:
    """Print the number of papers in each state and the totals of the documents.

    Papers for which a person has to act are named.
    """
    if summary.status:
        print_line(papers_line(summary.status), console, "bold")
        for line in paper_lines(summary.status):
            print_line(line, console)
    for sentence in summary.void[:MAX_NAMED]:
        print_line(sentence, console)
    if (more := len(summary.void) - MAX_NAMED) > 0:
        print_line(f"and {more} more with void decisions: see documents.csv", console)
    if summary.forgotten:
        print_line(as_called(summary.forgotten_sentence), console)
    print_line(totals_line(summary.totals), console, "bold")


def papers_line(status: VolumeStatus) -> str:
    """Line with the number of papers in each state; the numbers add up to the total."""
    count = status.counts
    states = (
        f"{count['accepted']} accepted, {count['review']} to review,"
        f" {count['rejected']} rejected, {count['missing']} missing,"
        f" {count['duplicate']} with several files"
    )
    return f"{counted(len(status.papers), 'paper')}: {states}"


def paper_lines(status: VolumeStatus) -> Iterator[str]:
    """Lines that name papers without a file or with several, and files without a paper."""
    yield from _listed("missing", [p.key for p in status.papers if p.state == "missing"])
    several = [paper for paper in status.papers if paper.state == "duplicate"]
    for paper in several[:MAX_NAMED]:
        yield f"several files for {paper.key}: {paper.counts} counts, {paper.why}"
    if len(several) > MAX_NAMED:
        yield f"several files for {len(several) - MAX_NAMED} more: see papers.csv"
    yield from _listed("no paper of the roster", status.unmatched_files)


def _listed(heading: str, names: Sequence[str]) -> Iterator[str]:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    if names:
        yield f"{heading}: {', '.join(names[:MAX_NAMED])}{more}"


def totals_line(totals: Totals) -> str:
    """Line with the number of agreements by verdict, and the count of each flag and each note."""
    count = totals.verdicts
    flags = "; notes: ".join(filter(None, map(_counts, (totals.flags, totals.notes))))
    if totals.notes and not totals.flags:
        flags = f"notes: {flags}"
    total = (
        f"{counted(totals.documents, 'agreement')}: {count[Verdict.ACCEPTED]} accepted,"
        f" {count[Verdict.REVIEW]} to review, {count[Verdict.REJECTED]} rejected"
    )
    return f"{total} ({flags})" if flags else total


def _counts(codes: Mapping[str, int]) -> str:
    return ", ".join(f"{code} {n}" for code, n in codes.items())


def _with_gaps(value: str | None) -> str:
    """A date with its missing parts as question marks, such as 2025-??-??; "-" for no date."""
    return value + "-??" * (2 - value.count("-")) if value else "-"


def print_document(record: Record, console: Console) -> None:
    """Print the fields of one document, their readings, the flags and the damage."""
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
        name, style = ("flag", "yellow") if flag.asks else ("note", "")
        print_line(f"{name} {flag.code}: {flag.message}", console, style)
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
        line = f"    {candidate.probability:7.3f}  {candidate.value}  {candidate.reason}"
        print_line(line, console)
    for evidence in field.evidence:
        for reading in evidence.readings:
            print_line(f"    read by {reading.reader}: {plain(reading.best)!r}", console)


def print_history(
    entries: Sequence[tuple[str, Record | Mapping[str, Any]]], console: Console
) -> None:
    """Print all entries of a document, oldest first; of each record only what changed."""
    previous: dict[str, str] = {}
    for time, entry in entries:
        if not isinstance(entry, Record):
            details = ", ".join(
                f"{k} {v}"
                for k, v in entry.items()
                if v not in (None, "") and k not in UNPRINTED_COLUMNS
            )
            print_line(f"{time}  {details}", console)
            continue
        values = _values_of(entry)
        print_line(f"{time}  {entry.document.name}: {entry.verdict.value}", console, "bold")
        for name, value in values.items():
            if previous.get(name) != value:
                print_line(f"    {name}: {value}", console)
        previous = values


def _values_of(record: Record) -> dict[str, str]:
    """The values of a record by the name under which the history prints them."""
    fields = record.fields
    values = {
        name: f"{field.value or '-'} ({field.confidence:.3f})"
        for name in ("title", "author", "corresponding_author", "date")
        for field in [getattr(fields, name)]
    }
    values["date as written"] = fields.date.as_written or "-"
    values["signature"] = f"{fields.signature.present} ({fields.signature.confidence:.3f})"
    values["paper"] = record.roster.key if record.roster else "-"
    values["flags"] = " ".join(flag.code for flag in record.flags if flag.asks) or "-"
    values["notes"] = " ".join(flag.code for flag in record.flags if not flag.asks) or "-"
    return values
