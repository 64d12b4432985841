"""`ocr-extract forget`: a paper leaves the ledger and the results; the input is not touched."""

from __future__ import annotations

import os
from pathlib import Path

from ocr_extract.cli import terminal
from ocr_extract.errors import LedgerTrouble
from ocr_extract.reports import exports
from ocr_extract.reports.plain import counted
from ocr_extract.volume.ledger import Forgotten, open_ledger, sqlite_url


def forget(key: str, out: Path, ledger: str | None) -> None:
    """Remove all that is held of a paper, and say what went and what stays. Raises
    LedgerTrouble where there is nothing, LedgerBusy during a run.
    """
    if ledger is None and not (out / "ledger.sqlite").is_file():
        raise LedgerTrouble(f"There is no ledger in {out}.", "Give its --out, or its --ledger.")
    key = os.fsencode(key).decode("utf-8", "backslashreplace")  # as names are stored
    with open_ledger(ledger or sqlite_url(out)) as book:
        gone = book.forget(key)
    if gone is None:
        message = f"No paper, file or SHA-256 “{key}” is in the ledger."
        raise LedgerTrouble(message, "Give a key of the roster, or a file's name.")
    _say(gone, exports.remove(out, gone.files), out)


def _say(gone: Forgotten, removed: tuple[Path, ...], out: Path) -> None:
    console = terminal.console_of(soft_wrap=True)
    rows = ", ".join(f"{count} {name}" for name, count in gone.rows.items() if count)
    terminal.print_line(f"Removed from the ledger: {rows}.", console)
    if removed:
        names = ", ".join(path.name for path in removed)
        terminal.print_line(f"Removed from {out}: {names}. The next run writes them.", console)
    for sentence in (*gone.kept, *_left(gone.files, out)):
        terminal.print_line(sentence, console)


def _left(files: tuple[str, ...], out: Path) -> list[str]:
    """What the program does not remove."""
    there = [path for path in files if os.path.lexists(path)]
    edited = sorted(path.name for path in out.glob("*.edited-*"))
    said = []
    if there:
        which = ", ".join(there)
        said.append(
            f"The input is never changed: {which} stays, and the next run over its folder reads"
            f" it again. Remove {counted(len(there), 'file')} there first."
        )
    if edited:
        said.append(f"Files that somebody edited stay: {', '.join(edited)}.")
    return said
