"""`ocr-extract history`: what the ledger has of one paper."""

from __future__ import annotations

import os
from pathlib import Path

from ocr_extract.cli import terminal
from ocr_extract.errors import LedgerTrouble
from ocr_extract.volume.ledger import open_ledger, sqlite_url


def history(key: str, out: Path, ledger: str | None) -> None:
    """Print it, oldest first; raises LedgerTrouble where there is nothing."""
    if ledger is None and not (out / "ledger.sqlite").is_file():
        raise LedgerTrouble(f"There is no ledger in {out}.", "Give its --out, or its --ledger.")
    key = os.fsencode(key).decode("utf-8", "backslashreplace")  # as names are stored
    with open_ledger(ledger or sqlite_url(out), alone=False) as book:
        entries = book.history(key)
    if not entries:
        message = f"No paper, file or SHA-256 “{key}” is in the ledger."
        raise LedgerTrouble(message, "Give a key of the roster, or a file's name.")
    terminal.print_history(entries, terminal.console_of(soft_wrap=True))
