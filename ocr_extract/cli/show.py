"""`ocr-extract show`: explains one document and draws its pages."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from ocr_extract.cli import terminal
from ocr_extract.cli.given import roster_of, settings_of
from ocr_extract.cli.output import say
from ocr_extract.cli.tools import require_all
from ocr_extract.errors import ExitCode, NothingToRead
from ocr_extract.extraction import observe_all
from ocr_extract.fields.observations import Observations
from ocr_extract.records import Record, Verdict
from ocr_extract.reports.overlay import draw_pages
from ocr_extract.settings import Settings
from ocr_extract.sources.source import Damaged
from ocr_extract.volume.plan import check_given, check_output
from ocr_extract.volume.resolve import resolve


def show(
    file: Path, roster: Path | None, year: int | None, settings: Path | None, out: Path
) -> ExitCode:
    """Print what was found in a file and why, and draw its pages as PNG into `out`.

    Returns ALL_ACCEPTED (0) when every agreement of the file is accepted, else
    NEEDS_A_PERSON (1). Raises NothingToRead for a folder, and other OcrExtractErrors on
    wrong use.
    """
    check_given([file])
    if file.is_dir():
        raise NothingToRead(f"{file} is a folder.", "Give one file, or `ocr-extract run` it.")
    chosen, papers = settings_of(settings, year), roster_of(roster, [], say)
    check_output(out, [file])
    require_all()
    observed = observe_all(file, chosen)
    records = resolve(observed, chosen, papers)
    console = terminal.console_of(soft_wrap=True)
    for observations, record in zip(observed, records, strict=True):
        terminal.print_document(record, console)
        for note in observations.notes:
            terminal.print_line(note, console, style="dim")
        _draw(record, observations, chosen, out, console)
    accepted = all(record.verdict is Verdict.ACCEPTED for record in records)
    return ExitCode.ALL_ACCEPTED if accepted else ExitCode.NEEDS_A_PERSON


def _draw(
    record: Record, observations: Observations, settings: Settings, out: Path, console: Console
) -> None:
    try:
        for path in draw_pages(record, observations, settings, out):
            terminal.print_line(f"picture: {path}", console)
    except Damaged as trouble:
        terminal.print_line(f"No picture: {trouble}", console)
