"""`ocr-extract history`: prints what the ledger holds about one paper."""

from __future__ import annotations

import os
from pathlib import Path

from ocr_extract.cli import terminal
from ocr_extract.errors import LedgerTrouble
from ocr_extract.volume.ledger import present_ledger, read_ledger


def history(key: str, out: Path, ledger: str | None) -> None:
    """Print the entries of a paper, oldest first.

    `key` is a roster key, a file name or a SHA-256. Raises LedgerTrouble when there is no
    ledger or the key is not in it.
    """
    key = os.fsencode(key).decode("utf-8", "backslashreplace")  # as names are stored
    with read_ledger(ledger or present_ledger(out)) as opened_ledger:
        entries = opened_ledger.history(key)
    if not entries:
        message = f"No paper, file or SHA-256 “{key}” is in the ledger."
        raise LedgerTrouble(message, "Give a key of the roster, or a file's name.")
    terminal.print_history(entries, terminal.console_of(soft_wrap=True))
