"""Ends a review: the volume is resolved with all decisions, and the tables are written again."""

from __future__ import annotations

from pathlib import Path

from ocr_extract.reports import exports
from ocr_extract.review.queue import ledger_url
from ocr_extract.volume.answer import Outcome, last_volume, resolve_again
from ocr_extract.volume.inputs import input_paths
from ocr_extract.volume.ledger import open_ledger


def finish(where: str | Path, out: Path) -> tuple[Outcome, list[Path]]:
    """Resolve the volume of a ledger, given by its URL or the folder of its results, and write the
    tables into `out`. Returns the outcome, and where tables that somebody had edited were kept.
    Raises LedgerBusy while a run uses the ledger, and UnsafeOutput.
    """
    with open_ledger(ledger_url(where)) as ledger:
        outcome = resolve_again(ledger)
        volume = last_volume(ledger)[1].volume
        given = exports.exported_paths(out) or input_paths(volume, ledger)
        out.mkdir(parents=True, exist_ok=True)
        return outcome, list(exports.export(outcome, ledger, out, given))
