"""The command line. Thin: it parses, calls, prints and exits."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from ocr_extract import __version__
from ocr_extract.agreement import find_all
from ocr_extract.delivery import tables, terminal
from ocr_extract.delivery.overlay import draw_pages
from ocr_extract.delivery.progress import progress_of
from ocr_extract.errors import ExitCode, LedgerTrouble, OcrExtractError
from ocr_extract.evaluate import figures, read_records, read_truth
from ocr_extract.findings import Findings
from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings, load_settings
from ocr_extract.sources.source import Damaged
from ocr_extract.tools import probe_all, require_all
from ocr_extract.volume.ledger import Ledger, open_ledger, sqlite_url
from ocr_extract.volume.plan import check_output, plan
from ocr_extract.volume.roster import Roster, read_roster
from ocr_extract.volume.run import Outcome, Volume, judged, run_volume
from ocr_extract.volume.workers.cluster import cluster
from ocr_extract.volume.workers.pool import LocalWorkers, Workers

app = typer.Typer(
    name="ocr-extract",
    help="Read signed publication agreements: who signed what, when, and how sure that is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
log = logging.getLogger("ocr_extract")
MOST_ROWS = 60
"""Documents that the terminal's table shows; of larger volumes those that are not accepted."""
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
TERMINATED = 143
"""Exit code after SIGTERM, likewise."""
LOG_WIDTH = 170
"""Columns of the table where no terminal states its own."""

RosterOption = Annotated[
    Path | None,
    typer.Option("--roster", help="The volume's .bib or .csv: its papers and its dates."),
]
YearOption = Annotated[
    int | None, typer.Option("--year", help="The volume's year, when no roster says it.")
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help="TOML file with settings.")]
ResultsArgument = Annotated[Path, typer.Argument(help="Folder that `run` has written.")]
TruthArgument = Annotated[
    Path, typer.Argument(help="CSV or TSV with the columns `file` and `date` (ISO).")
]
LedgerOption = Annotated[
    str | None,
    typer.Option("--ledger", help="The ledger's URL; without it, ledger.sqlite in --out."),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Log details and tracebacks.")]


@app.command("run")
def run_command(
    paths: Annotated[list[Path], typer.Argument(help="Agreements, or folders of them.")],
    roster: RosterOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("results"),
    year: YearOption = None,
    settings: SettingsOption = None,
    target_error: Annotated[
        float | None,
        typer.Option("--target-error", help="Share of accepted dates that may be wrong (0..1)."),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="Processes; 0: one per core.")] = 0,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="A Dask cluster instead: tcp://HOST:PORT.")
    ] = None,
    ship_files: Annotated[
        bool, typer.Option("--ship-files", help="Send the cluster each file; it has no such path.")
    ] = False,
    ledger: LedgerOption = None,
    again: Annotated[
        bool, typer.Option("--again", help="Read again what failed for the machine's sake.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the totals.")] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Progress and log as JSON lines, to stderr.")
    ] = False,
    verbose: VerboseOption = False,
) -> None:
    """Read agreements into the ledger; write records.jsonl and tables; print the answer.

    What the ledger has is not read again: a run that was killed goes on where it was.
    Exit code: 0 all accepted, 1 something needs a person, 2 wrong use, 3 a tool is
    missing, 4 internal error.
    """
    _log_to_stderr(verbose=verbose, as_json=log_json)
    chosen = _settings(settings, year).with_options(target_error=target_error)
    volume = Volume(plan(paths), chosen, _roster(roster), ship=ship_files, again=again)
    check_output(out, paths)
    require_all()
    with (
        open_ledger(ledger or sqlite_url(out)) as book,
        progress_of(quiet=quiet, as_json=log_json) as reporter,
    ):
        outcome = run_volume(volume, book, _workers(scheduler, jobs, chosen), reporter)
        tables.export(outcome, book, out)
        _report(outcome, book, out, quiet=quiet)
    raise typer.Exit(_exit_code(outcome.summary))


def _workers(
    scheduler: str | None, jobs: int, settings: Settings
) -> Callable[[int], AbstractContextManager[Workers]]:
    """Who reads so many files: the cluster, or processes of this machine."""
    if scheduler is not None:
        return lambda _: cluster(scheduler)
    most = jobs or os.cpu_count() or 1
    return lambda count: LocalWorkers(min(most, count), settings.document_timeout)


@app.command("history")
def history_command(
    key: Annotated[str, typer.Argument(help="A paper's key, a file's name, or a SHA-256.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("results"),
    ledger: LedgerOption = None,
) -> None:
    """Everything that was ever said of one paper: values, decisions, messages."""
    if ledger is None and not (out / "ledger.sqlite").is_file():
        raise LedgerTrouble(f"There is no ledger in {out}.", "Give its --out, or its --ledger.")
    with open_ledger(ledger or sqlite_url(out), alone=False) as book:
        entries = book.history(key)
    if not entries:
        raise LedgerTrouble(f"The ledger knows nothing of {key}.", "Give a key of the roster.")
    terminal.print_history(entries, Console(soft_wrap=True))


@app.command("show")
def show_command(
    file: Annotated[Path, typer.Argument(help="One agreement.")],
    roster: RosterOption = None,
    year: YearOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the pictures.")] = Path("results"),
    settings: SettingsOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Explain one document: what was read where, and why the values were chosen.

    Draws each page with the found places as PNG into the output folder.
    """
    _log_to_stderr(verbose=verbose)
    chosen, papers = _settings(settings, year), _roster(roster)
    check_output(out, [file])
    require_all()
    found = find_all(file, chosen)
    records = judged(found, chosen, papers)
    console = Console(soft_wrap=True)
    for findings, record in zip(found, records, strict=True):
        terminal.print_document(record, console)
        for note in findings.notes:
            console.print(escape(note), style="dim")
        _draw(record, findings, chosen, out, console)
    accepted = all(record.verdict is Verdict.ACCEPTED for record in records)
    raise typer.Exit(ExitCode.ALL_ACCEPTED if accepted else ExitCode.NEEDS_A_PERSON)


def _draw(
    record: Record, findings: Findings, settings: Settings, out: Path, console: Console
) -> None:
    try:
        for path in draw_pages(record, findings, settings, out):
            console.print(escape(f"picture: {path}"))
    except Damaged as trouble:
        console.print(escape(f"No picture: {trouble}"))


@app.command("evaluate")
def evaluate_command(
    results: ResultsArgument,
    truth: TruthArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for the plots.")] = Path("evaluation"),
) -> None:
    """Compare results with the truth: exact, wrong among the accepted, calibration.

    Draws reliability.png and risk-coverage.png into the output folder.
    """
    # Half a second that no run and none of its workers should wait for.
    from ocr_extract.delivery.plots import (  # noqa: PLC0415
        draw_reliability,
        draw_risk_coverage,
    )

    check_output(out, [truth])
    found = figures(read_records(results), read_truth(truth))
    for line in found.lines:
        sys.stdout.write(f"{line}\n")
    out.mkdir(parents=True, exist_ok=True)
    draw_reliability(found.shown, out / "reliability.png")
    draw_risk_coverage(found.shown, out / "risk-coverage.png")
    sys.stdout.write(f"Plots: {out}/reliability.png, risk-coverage.png\n")


@app.command("calibrate")
def calibrate_command(
    results: ResultsArgument,
    truth: TruthArgument,
    out: Annotated[Path, typer.Option("--out", help="The calibration to write.")] = Path(
        "calibration.json"
    ),
) -> None:
    """Fit the confidences anew on results whose truth is known.

    Use it with `calibration = "calibration.json"` in the settings.
    """
    from ocr_extract.recalibrate import fit, labels_of  # noqa: PLC0415  scipy, as slow

    check_output(out.parent, [truth])
    labels = labels_of(read_records(results), read_truth(truth))
    fitted = fit(labels, f"{len(labels)} dates of {results}, truth {truth}")
    tables.replace_file(out, fitted.model_dump_json(indent=1) + "\n")
    told = ", ".join(sorted(fitted.maps)) or "none: too few labels"
    sys.stdout.write(f"{len(labels)} labels; maps fitted for {told}. Written: {out}\n")


@app.command("doctor")
def doctor_command() -> None:
    """Say which tools are there, which are missing, and the command that installs each."""
    console = Console(soft_wrap=True)
    console.print(f"ocr-extract {__version__}, Python {sys.version.split()[0]}")
    found = probe_all()
    for tool in found:
        state = f"present, {tool.version}" if tool.present else f"MISSING. {tool.advice}"
        console.print(escape(f"{tool.name}: {state}"), highlight=False)
    missing = any(not tool.present for tool in found)
    raise typer.Exit(ExitCode.MISSING_TOOL if missing else ExitCode.ALL_ACCEPTED)


@app.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a record."""
    sys.stdout.write(tables.schema_text())


def _settings(path: Path | None, year: int | None) -> Settings:
    base = load_settings(path) if path else Settings()
    return base.with_options(year=year)


def _roster(path: Path | None) -> Roster | None:
    """The roster; what is wrong with it is said, and the run goes on."""
    if path is None:
        return None
    found = read_roster(path)
    for trouble in found.troubles:
        sys.stderr.write(f"roster {path.name}: {trouble}\n")
    return found


def _report(outcome: Outcome, ledger: Ledger, out: Path, *, quiet: bool) -> None:
    """The volume's answer first, then what a person has to look at, then where it lies."""
    console = Console(width=None if sys.stdout.isatty() else LOG_WIDTH)
    terminal.print_summary(outcome.summary, console)
    if not quiet:
        documents = outcome.summary["totals"]["documents"]
        shown = ledger.records_of(outcome.source, unaccepted=documents > MOST_ROWS)
        terminal.print_volume(islice(shown, MOST_ROWS), console)
    read = f"{outcome.read} files read" if outcome.read else "nothing new to read"
    papers = "papers.csv, " if outcome.summary["answer"] else ""
    files = f"{papers}documents.csv, fields.csv, records.jsonl"
    console.print(escape(f"Results in {out}: {files} ({read})"), highlight=False)


def _exit_code(summary: Mapping[str, Any]) -> ExitCode:
    """0 when every document, and with a roster every paper, is accepted."""
    totals, answer = summary["totals"], summary["answer"]
    accepted = totals["verdicts"]["accepted"] == totals["documents"]
    papers = all(one["state"] == "accepted" for one in answer["standings"]) if answer else True
    return ExitCode.ALL_ACCEPTED if accepted and papers else ExitCode.NEEDS_A_PERSON


def _log_to_stderr(*, verbose: bool, as_json: bool = False) -> None:
    level = logging.DEBUG if verbose else logging.CRITICAL
    handler = logging.StreamHandler()
    plain = logging.Formatter("%(levelname)s %(message)s")
    handler.setFormatter(JsonFormatter() if as_json else plain)
    # What libraries complain of is told by us, in the words of who runs this.
    logging.basicConfig(
        level=logging.WARNING, handlers=[handler if verbose else logging.NullHandler()]
    )
    log.addHandler(handler)
    log.propagate = False
    log.setLevel(level)


class JsonFormatter(logging.Formatter):
    """A log line as a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told = {"event": "log", "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told)


def _terminated(number: int, _: object) -> None:
    """End as after Ctrl-C: workers are ended, and what was read is kept. Process 1 of a
    container dies of no signal that it does not handle.
    """
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(TERMINATED)


def main() -> None:
    """The entry point, and the second of the two places where everything is caught."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app()
    except OcrExtractError as error:
        sys.stderr.write(f"ocr-extract: {error}\n")
        raise SystemExit(int(error.exit_code)) from None
    except SystemExit as end:
        if end.code in (INTERRUPTED, TERMINATED):  # typer has caught Ctrl-C
            sys.stderr.write("ocr-extract: interrupted; the same command goes on where it was.\n")
        raise
    except Exception as error:
        log.debug("internal error", exc_info=True)
        message = f"internal error ({type(error).__name__}: {error})."
        sys.stderr.write(f"ocr-extract: {message} Run again with --verbose for details.\n")
        raise SystemExit(int(ExitCode.INTERNAL)) from None
