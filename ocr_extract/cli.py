"""The command line: run, show, doctor, schema. Thin: it parses, calls, prints and exits."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ocr_extract import __version__
from ocr_extract.agreement import find_all
from ocr_extract.delivery import tables, terminal
from ocr_extract.delivery.overlay import draw_pages
from ocr_extract.delivery.plots import draw_reliability, draw_risk_coverage
from ocr_extract.delivery.progress import progress_of
from ocr_extract.errors import ExitCode, OcrExtractError
from ocr_extract.evaluate import figures, read_records, read_truth
from ocr_extract.findings import Findings
from ocr_extract.recalibrate import fit, labels_of
from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings, load_settings
from ocr_extract.sources.source import Damaged
from ocr_extract.tools import probe_all, require_all
from ocr_extract.volume.plan import check_output, plan
from ocr_extract.volume.roster import Roster, read_roster
from ocr_extract.volume.run import judged, run

app = typer.Typer(
    name="ocr-extract",
    help="Read signed publication agreements: who signed what, when, and how sure that is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
log = logging.getLogger("ocr_extract")
LOG_WIDTH = 170
"""Columns of the table where no terminal states its own."""

RosterOption = Annotated[
    Path | None, typer.Option("--roster", help="The volume's .bib: its papers and its dates.")
]
YearOption = Annotated[
    int | None, typer.Option("--year", help="The volume's year, when no roster says it.")
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help="TOML file with settings.")]
ResultsArgument = Annotated[Path, typer.Argument(help="Folder that `run` has written.")]
TruthArgument = Annotated[
    Path, typer.Argument(help="CSV or TSV with the columns `file` and `date` (ISO).")
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
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the totals.")] = False,
    verbose: VerboseOption = False,
) -> None:
    """Read agreements; write records.jsonl, documents.csv and fields.csv; print a table.

    Exit code: 0 all accepted, 1 something needs a person, 2 wrong use, 3 a tool is
    missing, 4 internal error.
    """
    _log_to_stderr(verbose=verbose)
    chosen = _settings(settings, year).with_options(target_error=target_error)
    papers = read_roster(roster) if roster else None
    files = plan(paths)
    check_output(out, paths)
    require_all()
    with progress_of(len(files), quiet=quiet) as advance:
        records = run(
            files,
            chosen,
            roster=papers,
            jobs=jobs or os.cpu_count() or 1,
            isolated=True,
            progress=advance,
        )
    tables.write_results(records, out)
    _report(records, out, quiet=quiet)
    raise typer.Exit(_exit_code(records))


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
    chosen = _settings(settings, year)
    papers: Roster | None = read_roster(roster) if roster else None
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
    raise typer.Exit(_exit_code(records))


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


def _report(records: tuple[Record, ...], out: Path, *, quiet: bool) -> None:
    console = Console(width=None if sys.stdout.isatty() else LOG_WIDTH)
    if quiet:
        console.print(terminal.totals(records), highlight=False)
    else:
        terminal.print_volume(records, console)
    console.print(escape(f"Results: {out}/records.jsonl, documents.csv, fields.csv"))


def _exit_code(records: tuple[Record, ...]) -> ExitCode:
    accepted = all(record.verdict is Verdict.ACCEPTED for record in records)
    return ExitCode.ALL_ACCEPTED if accepted else ExitCode.NEEDS_A_PERSON


def _log_to_stderr(*, verbose: bool) -> None:
    level = logging.DEBUG if verbose else logging.CRITICAL
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    log.setLevel(level)


def main() -> None:
    """The entry point, and the second of the two places where everything is caught."""
    try:
        app()
    except OcrExtractError as error:
        sys.stderr.write(f"ocr-extract: {error}\n")
        raise SystemExit(int(error.exit_code)) from None
    except KeyboardInterrupt:
        sys.stderr.write("ocr-extract: interrupted; nothing was written.\n")
        raise SystemExit(130) from None
    except Exception as error:
        log.debug("internal error", exc_info=True)
        message = f"internal error ({type(error).__name__}: {error})."
        sys.stderr.write(f"ocr-extract: {message} Run again with --verbose for details.\n")
        raise SystemExit(int(ExitCode.INTERNAL)) from None
