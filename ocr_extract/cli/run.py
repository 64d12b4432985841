"""`ocr-extract run`: everything is checked, then read, then exported, then told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import URL

from ocr_extract.cli import terminal
from ocr_extract.cli.given import (
    check_scheduler,
    ledger_of,
    roster_of,
    settings_of,
)
from ocr_extract.cli.output import log_to_stderr, note
from ocr_extract.cli.progress import progress_of
from ocr_extract.cli.tools import require_all
from ocr_extract.errors import ExitCode
from ocr_extract.records import Verdict
from ocr_extract.reports import exports
from ocr_extract.reports.plain import counted
from ocr_extract.settings import Settings
from ocr_extract.volume.ledger import Ledger, open_ledger
from ocr_extract.volume.plan import check_output, linked_folders, plan
from ocr_extract.volume.run import Outcome, Volume, run_volume
from ocr_extract.volume.workers.cluster import cluster
from ocr_extract.volume.workers.pool import LocalWorkers, Workers
from ocr_extract.volume.workers.process import WorkerProcess

MAX_ROWS = 60
"""Documents that the terminal's table shows; of larger volumes those that are not accepted."""
LOG_WIDTH = 170
"""Columns of the table where no terminal states its own."""


@dataclass(frozen=True)
class RunOptions:
    """What was typed; docs/usage.md says what each option means."""

    paths: tuple[Path, ...]
    out: Path
    roster: Path | None = None
    no_roster: bool = False
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

    def note(self, text: str) -> None:
        """Say something beside the answer."""
        note(text, as_json=self.log_json)


def run(asked: RunOptions, early: WorkerProcess | None = None) -> ExitCode:
    """Read, export, tell; the exit code says what a person has to do. `early` is a worker
    that was started before.
    """
    log_to_stderr(verbose=asked.verbose, as_json=asked.log_json)
    volume, url = _checked(asked)
    with open_ledger(url) as book:
        with progress_of(quiet=asked.quiet, as_json=asked.log_json) as reporter:
            workers = _workers(asked, volume.settings, early)
            outcome = run_volume(volume, book, workers, reporter)
        # The bar is gone: what is printed from here on stands alone.
        for edited in exports.export(outcome, book, asked.out, asked.paths):
            asked.note(f"An edited file was kept as {edited}, beside the new one.")
        _report(outcome, book, asked)
        return _exit_code(outcome, book, asked.fail_on)


def _checked(asked: RunOptions) -> tuple[Volume, str | URL]:
    """What is run, and where its ledger is: all that can be wrong is found before anything
    is written or read.
    """
    files = plan(asked.paths)
    settings = settings_of(asked.settings, asked.year, asked.target_error)
    check_scheduler(asked.scheduler)
    url = ledger_of(asked.ledger, asked.out, [*asked.paths, *files, asked.roster, asked.settings])
    for folder in linked_folders(asked.paths):
        asked.note(f"{folder} is a link to a folder: not searched.")
    exports.check_covered(asked.out, asked.paths, replace=asked.replace)
    roster = roster_of(asked.roster, [] if asked.no_roster else asked.paths, asked.note)
    check_output(asked.out, asked.paths)
    require_all()
    volume = Volume(
        files, settings, roster, ship=asked.ship_files, again=asked.again, verify=asked.verify
    )
    return volume, url


def _workers(
    asked: RunOptions, settings: Settings, early: WorkerProcess | None
) -> Callable[[int], AbstractContextManager[Workers]]:
    """Who reads so many files: the cluster, or processes of this machine."""
    if (address := asked.scheduler) is not None:
        return lambda _: cluster(address)
    most = asked.jobs or os.cpu_count() or 1
    seconds = settings.document_timeout
    return lambda count: LocalWorkers(min(most, count), seconds, early=early)


def _report(outcome: Outcome, ledger: Ledger, asked: RunOptions) -> None:
    """The volume's answer first, then what a person has to look at, then where it lies."""
    console = terminal.console_of(None if sys.stdout.isatty() else LOG_WIDTH)
    terminal.print_summary(outcome.summary, console)
    if not asked.quiet:
        totals = outcome.summary.totals
        some = totals.documents > MAX_ROWS
        shown = ledger.records_of(outcome.source, unaccepted=some)
        terminal.print_volume(islice(shown, MAX_ROWS), console)
        left = totals.documents - totals.verdicts[Verdict.ACCEPTED] - MAX_ROWS
        if some and left > 0:
            terminal.print_line(f"and {left} more: see documents.csv", console)
    read = f"{counted(outcome.read, 'file')} read" if outcome.read else "nothing new to read"
    papers = "papers.csv, " if outcome.summary.status else ""
    files = f"{papers}documents.csv, fields.csv, records.jsonl"
    terminal.print_line(f"Results in {asked.out}: {files} ({read})", console)


def _exit_code(outcome: Outcome, ledger: Ledger, fail_on: str) -> ExitCode:
    """With `review` 0 when every document, and with a roster every paper, is accepted; with
    `error` 0 when of every file something could be read; with `never` 0.
    """
    failed = {"review": _is_open, "error": _is_unread, "never": lambda *_: False}[fail_on]
    return ExitCode.NEEDS_A_PERSON if failed(outcome, ledger) else ExitCode.ALL_ACCEPTED


def _is_open(outcome: Outcome, _: Ledger) -> bool:
    return not outcome.summary.is_settled


def _is_unread(outcome: Outcome, ledger: Ledger) -> bool:
    """Whether some file was rejected for its damage."""
    return any(
        record.verdict is Verdict.REJECTED and record.damage
        for record in ledger.records_of(outcome.source, unaccepted=True)
    )
