"""`ocr-extract run`: checks the options, reads the files, exports and prints the answer."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from sqlalchemy import URL

from ocr_extract.cli import terminal
from ocr_extract.cli.called import program
from ocr_extract.cli.given import (
    check_scheduler,
    ledger_of,
    roster_of,
    settings_of,
    with_names,
)
from ocr_extract.cli.output import log_to_stderr, note
from ocr_extract.cli.progress import progress_of
from ocr_extract.cli.tools import require_all
from ocr_extract.errors import ExitCode, NothingToRead
from ocr_extract.records import Verdict
from ocr_extract.reports import exports
from ocr_extract.reports.plain import counted
from ocr_extract.reports.received import sentence_of
from ocr_extract.reports.workbook import WORKBOOK
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import Outcome
from ocr_extract.volume.arrivals import Arrivals, remove_unused, unpack_containers
from ocr_extract.volume.ledger import Ledger, open_ledger
from ocr_extract.volume.plan import check_output, linked_folders, plan
from ocr_extract.volume.run import Volume, run_volume
from ocr_extract.volume.workers.cluster import cluster
from ocr_extract.volume.workers.pool import LocalWorkers, Workers
from ocr_extract.volume.workers.process import WorkerProcess

MAX_ROWS = 60
"""Largest number of documents in the terminal's table (chosen); of a larger volume the table
shows only documents that are not accepted.
"""
LOG_WIDTH = 170
"""Width of the table in characters when the output is not a terminal (chosen)."""


@dataclass(frozen=True)
class RunOptions:
    """The options of the command; docs/usage.md explains each of them."""

    paths: tuple[Path, ...]
    out: Path
    roster: Path | None = None
    no_roster: bool = False
    names: Path | None = None
    replace: bool = False
    year: int | None = None
    settings: Path | None = None
    target_error: float | None = None
    jobs: int = 0
    scheduler: str | None = None
    ship_files: bool = False
    ledger: str | None = None
    again: bool = False
    verify: bool = False
    fail_on: str = "review"
    quiet: bool = False
    log_json: bool = False
    verbose: bool = False
    report: bool = True

    def note(self, text: str) -> None:
        """Print a message on the standard error, beside the answer."""
        note(text, as_json=self.log_json)


def run(options: RunOptions, early: WorkerProcess | None = None) -> ExitCode:
    """Read, export and print; the exit code says whether a person has to act.

    `early` is a worker process that was already started. Raises OcrExtractError on wrong
    use or a missing tool.
    """
    log_to_stderr(verbose=options.verbose, as_json=options.log_json)
    volume, url = _checked(options)
    with open_ledger(url) as ledger:
        volume, arrivals = _unpacked(volume, ledger, options)
        with progress_of(quiet=options.quiet, as_json=options.log_json) as reporter:
            workers = _workers(options, volume.settings, early)
            outcome = run_volume(volume, ledger, workers, reporter)
        remove_unused(options.out, arrivals)
        # The progress bar has ended: from here on only the answer is printed.
        wanted = exports.Wanted(report=options.report)
        for edited in exports.export(outcome, ledger, options.out, options.paths, wanted):
            options.note(f"An edited file was kept as {edited}, beside the new one.")
        _report(outcome, ledger, options)
        return _exit_code(outcome, ledger, options.fail_on)


def _checked(options: RunOptions) -> tuple[Volume, str | URL]:
    """The volume to read and its ledger's URL, after all options were checked.

    Wrong use is found here, before anything is written or read. Raises OcrExtractError.
    """
    files = plan(options.paths)
    settings = settings_of(options.settings, options.year, options.target_error)
    check_scheduler(options.scheduler)
    url = ledger_of(
        options.ledger,
        options.out,
        [*options.paths, *files, options.roster, options.settings, options.names],
    )
    for folder in linked_folders(options.paths):
        options.note(f"{folder} is a link to a folder: not searched.")
    exports.check_covered(options.out, options.paths, replace=options.replace)
    roster = roster_of(options.roster, [] if options.no_roster else options.paths, options.note)
    roster = with_names(roster, options.names)
    check_output(options.out, options.paths)
    require_all()
    volume = Volume(
        files, settings, roster, ship=options.ship_files, again=options.again, verify=options.verify
    )
    return volume, url


def _unpacked(volume: Volume, ledger: Ledger, options: RunOptions) -> tuple[Volume, Arrivals]:
    """The volume with what is in its archives and mails. Raises NothingToRead when nothing is."""
    arrivals = unpack_containers(
        volume.files, options.out, ledger, volume.settings, verify=volume.verify
    )
    if arrivals.arrived:
        options.note(sentence_of(arrivals.arrived, arrivals.opened))
    for package in arrivals.packages:
        options.note(f"{package} is a package that this program wrote: left out.")
    if not arrivals.files:
        message = "The mails hold no agreement." if arrivals.opened else "No agreement is left."
        raise NothingToRead(message, "Give mails with attachments, or the agreements themselves.")
    read = replace(volume, files=arrivals.files, arrived=arrivals.arrived, damaged=arrivals.damaged)
    return read, arrivals


def _workers(
    options: RunOptions, settings: Settings, early: WorkerProcess | None
) -> Callable[[int], AbstractContextManager[Workers]]:
    """Makes the workers for a number of files: a cluster, or processes of this machine."""
    if (address := options.scheduler) is not None:
        return lambda _: cluster(address)
    max_workers = options.jobs or os.cpu_count() or 1
    seconds = settings.document_timeout
    return lambda count: LocalWorkers(min(max_workers, count), seconds, early=early)


def _report(outcome: Outcome, ledger: Ledger, options: RunOptions) -> None:
    """Print the volume's summary, then its documents, then where the results are."""
    console = terminal.console_of(None if sys.stdout.isatty() else LOG_WIDTH)
    terminal.print_summary(outcome.summary, console)
    if not options.quiet:
        totals = outcome.summary.totals
        is_large = totals.documents > MAX_ROWS
        shown = ledger.records_of(outcome.source, unaccepted=is_large)
        terminal.print_volume(islice(shown, MAX_ROWS), console)
        unshown = totals.documents - totals.verdicts[Verdict.ACCEPTED] - MAX_ROWS
        if is_large and unshown > 0:
            terminal.print_line(f"and {unshown} more: see documents.csv", console)
    read = f"{counted(outcome.read, 'file')} read" if outcome.read else "nothing new to read"
    papers = "papers.csv, " if outcome.summary.status else ""
    workbook = f"{WORKBOOK}, " if options.report else ""
    files = f"{workbook}{papers}documents.csv, fields.csv, records.jsonl"
    # Not wrapped where no terminal shows it: paths and words are looked for in logs.
    results = f"Results in {options.out}: {files} ({read})"
    if sys.stdout.isatty():
        terminal.print_line(results, console)
    else:
        terminal.print_unwrapped(results)
    for pointer in () if options.quiet else _pointers(outcome, options):
        # Not wrapped: a path and a command are to be copied.
        terminal.print_unwrapped(pointer)


def _pointers(outcome: Outcome, options: RunOptions) -> list[str]:
    """What to open and to type next: the report and, where something is to review, the review."""
    verdicts = outcome.summary.totals.verdicts
    is_open = verdicts[Verdict.REVIEW] > 0
    elsewhere = " with the same --ledger" if options.ledger else ""
    out = shlex.quote(str(options.out))
    lines = [f"Report: {options.out / exports.REPORT}"] if options.report else []
    lines += [f"Settle what is open: {program()} review --out {out}{elsewhere}"] * is_open
    return lines


def _exit_code(outcome: Outcome, ledger: Ledger, fail_on: str) -> ExitCode:
    """ALL_ACCEPTED (0) or NEEDS_A_PERSON (1), as `fail_on` says.

    `review`: 0 when every document and every paper of the roster is accepted. `error`: 0
    when something could be read of every file. `never`: always 0.
    """
    has_failed = {"review": _is_open, "error": _is_unread, "never": lambda *_: False}[fail_on]
    return ExitCode.NEEDS_A_PERSON if has_failed(outcome, ledger) else ExitCode.ALL_ACCEPTED


def _is_open(outcome: Outcome, _: Ledger) -> bool:
    return not outcome.summary.is_settled


def _is_unread(outcome: Outcome, ledger: Ledger) -> bool:
    """Whether some file was rejected and is damaged."""
    return any(
        record.verdict is Verdict.REJECTED and record.damage
        for record in ledger.records_of(outcome.source, unaccepted=True)
    )
