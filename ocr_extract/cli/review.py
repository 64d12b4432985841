"""`ocr-extract review`: opens the review page, or takes decisions from a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ocr_extract.cli import terminal
from ocr_extract.cli.output import say
from ocr_extract.cli.review_page import serve_page
from ocr_extract.cli.terminal import print_unwrapped
from ocr_extract.errors import BadDecision, ExitCode, LedgerBusy, UsageError
from ocr_extract.reports.plain import counted
from ocr_extract.review.finish import finish
from ocr_extract.review.notebook import write_notebook
from ocr_extract.review.queue import ReviewQueue
from ocr_extract.review.spreadsheet import Imported, export_open, import_decisions

READER = "nobody"
"""The name of who only looks: nothing is decided under it."""


@dataclass(frozen=True)
class ReviewOptions:
    """The options of the command; docs/review.md explains each of them."""

    out: Path
    ledger: str | None = None
    person: str | None = None
    export: Path | None = None
    table: Path | None = None
    listed: bool = False
    audit: float = 0.0
    port: int | None = None
    browse: bool = True
    notebook: Path | None = None
    search: str = ""

    @property
    def is_page(self) -> bool:
        """Whether the review page is asked for: nothing else is."""
        asked = (self.export, self.table, self.notebook)
        return not self.listed and all(path is None for path in asked)

    def queue(self, *, reading: bool = False) -> ReviewQueue:
        """The review queue, to decide or only to read it. Raises LedgerTrouble when there is no
        ledger or no run.
        """
        where, person = self.ledger or self.out, self.person or READER
        return ReviewQueue.open(where, person=person, audit=self.audit, reading=reading)


def review(options: ReviewOptions) -> ExitCode:
    """Serve the page, or import, then export, then list, as the options say; then print how much is
    open. The exit code says whether anything is open. Raises OcrExtractError on wrong use.
    """
    if options.is_page:
        where = options.ledger or options.out
        serve_page(
            where, options.out, options.person, options.audit, options.port,
            browse=options.browse, search=options.search,
        )  # fmt: skip
        _resolve(options)
    if options.table is not None:
        _import(options, options.table)
        _resolve(options)
    if options.notebook is not None:
        write_notebook(options.notebook, options.out, options.person, options.ledger)
        print_unwrapped(f"The notebook is {options.notebook}.")
    with options.queue(reading=True) as queue:
        if options.export is not None:
            count = export_open(queue, options.export)
            print_unwrapped(f"{counted(count, 'open item')} in {options.export}.")
        if options.listed:
            for item in queue.open_items():
                name = item.record.document.name
                print_unwrapped(f"{name}  {item.question.field}: {item.sentence}")
        counts = queue.counts()
    asked = f" ({counts.asked} by asking the author)" if counts.asked else ""
    print_unwrapped(f"{counted(counts.open, 'item')} open, {counts.settled} settled{asked}.")
    return ExitCode.NEEDS_A_PERSON if counts.open else ExitCode.ALL_ACCEPTED


def _import(options: ReviewOptions, table: Path) -> None:
    """Import a table and print what became of it. Raises UsageError without a name."""
    if not options.person:
        advice = "Give a name: --person NAME --import FILE."
        raise UsageError("Nobody is named who decided.", advice)
    with options.queue() as queue:
        imported = _imported(queue, table)
    known = f", {imported.known} stored before" if imported.known else ""
    print_unwrapped(f"{counted(imported.counted, 'decision')} stored{known}.")
    for sentence in imported.late:
        print_unwrapped(sentence)


def _imported(queue: ReviewQueue, table: Path) -> Imported:
    """Import a table. Prints each complaint, and raises BadDecision, when it cannot be taken."""
    try:
        return import_decisions(queue, table)
    except BadDecision as error:
        complaints = error.message.splitlines()
        if len(complaints) == 1:
            raise
        for complaint in complaints:
            say(complaint)
        message = f"{table.name} has {len(complaints)} errors."
        raise BadDecision(message, error.advice) from error


def _resolve(options: ReviewOptions) -> None:
    """Resolve the volume again, write the tables again, and print the answer. Raises LedgerBusy
    while a run uses the ledger.
    """
    try:
        outcome, kept = finish(options.ledger or options.out, options.out)
    except LedgerBusy as error:
        message = "The decisions are stored, but another run uses the ledger: no table is written."
        advice = "Run `ocr-extract run` over the volume again when it has ended."
        raise LedgerBusy(message, advice) from error
    for edited in kept:
        say(f"An edited file was kept as {edited}, beside the new one.")
    terminal.print_summary(outcome.summary, terminal.console_of(soft_wrap=True))
