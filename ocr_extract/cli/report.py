"""`ocr-extract report`: writes the report and the tables again, from the ledger's last run."""

from __future__ import annotations

from pathlib import Path

from ocr_extract.cli import terminal
from ocr_extract.cli.output import say
from ocr_extract.errors import LedgerTrouble
from ocr_extract.reports import exports
from ocr_extract.reports.files import writing
from ocr_extract.reports.workbook import WORKBOOK
from ocr_extract.volume.answer import Outcome, last_volume
from ocr_extract.volume.inputs import input_paths
from ocr_extract.volume.ledger import Ledger, present_ledger, read_ledger
from ocr_extract.volume.volume_summary import VolumeSummary


def report(out: Path, ledger: str | None, *, full: bool, parquet: bool) -> None:
    """Write everything that a run exports, and say where the report is. Raises LedgerTrouble when
    there is no ledger or no finished run, LedgerBusy while a run uses the ledger, UnsafeOutput, and
    MissingTool when Parquet files are wanted without pyarrow.
    """
    if parquet:
        from ocr_extract.reports.parquet import check_parquet  # noqa: PLC0415

        check_parquet()
    with read_ledger(ledger or present_ledger(out), alone=True) as opened:
        outcome = _last_outcome(opened)
        given = _inputs(opened, out)
        exports.check_covered(out, given, replace=False)
        with writing(out):
            out.mkdir(parents=True, exist_ok=True)
        wanted = exports.Wanted(full=full, parquet=parquet, anew=True)
        kept = exports.export(outcome, opened, out, given, wanted)
    for edited in kept:
        say(f"An edited file was kept as {edited}, beside the new one.")
    console = terminal.console_of(soft_wrap=True)
    more = f", {', '.join(exports.PARQUET)}" if parquet else ""
    terminal.print_line(f"Report: {out / exports.REPORT}", console)
    terminal.print_line(f"Also in {out}: {WORKBOOK} and the tables{more}.", console)


def _last_outcome(ledger: Ledger) -> Outcome:
    """The answer of the last finished run. Raises LedgerTrouble when there is none."""
    last = ledger.last_done()
    if last is None:
        raise LedgerTrouble("The ledger has no finished run.", "Run `ocr-extract run` first.")
    return Outcome(last.number, last.source, 0, VolumeSummary.from_json(last.answer))


def _inputs(ledger: Ledger, out: Path) -> list[Path]:
    """The input paths: as they were exported last, or else the files of the last run."""
    exported = exports.exported_paths(out)
    if exported:
        return list(exported)
    return list(input_paths(last_volume(ledger)[1].volume, ledger))
