"""`ocr-extract forget`: removes a paper from the ledger and the results, not from the input."""

from __future__ import annotations

import os
from pathlib import Path

from ocr_extract.cli import terminal
from ocr_extract.cli.called import program
from ocr_extract.errors import LedgerTrouble
from ocr_extract.messages.drafts import FOLDER as DRAFTS
from ocr_extract.messages.drafts import remove_drafts
from ocr_extract.reports import exports
from ocr_extract.reports.plain import counted
from ocr_extract.volume.arrivals import FOLDER, remove_copies
from ocr_extract.volume.ledger import Forgotten, open_ledger, present_ledger


def forget(key: str, out: Path, ledger: str | None) -> None:
    """Remove everything stored about a paper, and print what was removed and what stays.

    `key` is a roster key, a file name or a SHA-256. Raises LedgerTrouble when there is no
    ledger or the key is not in it, and LedgerBusy while a run uses the ledger.
    """
    key = os.fsencode(key).decode("utf-8", "backslashreplace")  # as names are stored
    with open_ledger(ledger or present_ledger(out)) as opened_ledger:
        forgotten = opened_ledger.forget(key)
    if forgotten is None:
        message = f"No paper, file or SHA-256 “{key}” is in the ledger."
        raise LedgerTrouble(message, "Give a key of the roster, or a file's name.")
    copies = remove_copies(out, forgotten.files)
    removed = exports.remove(out, forgotten.files)
    _print_removed(forgotten, removed, remove_drafts(out), copies, out)


def _print_removed(
    forgotten: Forgotten,
    removed: tuple[Path, ...],
    drafts: tuple[Path, ...],
    copies: tuple[Path, ...],
    out: Path,
) -> None:
    console = terminal.console_of(soft_wrap=True)
    rows = ", ".join(f"{count} {name}" for name, count in forgotten.rows.items() if count)
    what = rows or "its entry in the roster"
    terminal.print_line(f"Removed from the ledger: {what}.", console)
    if removed:
        names = ", ".join(path.name for path in removed)
        terminal.print_line(f"Removed from {out}: {names}. The next run writes them.", console)
    if drafts:
        names = ", ".join(draft.name for draft in drafts)
        terminal.print_line(
            f"Removed from {out / DRAFTS}: {names}. `{program()} notify` writes the drafts of what"
            " still waits to be sent.",
            console,
        )
    if copies:
        names = ", ".join(copy.name for copy in copies)
        terminal.print_line(
            f"Removed from {out / FOLDER}: {names}. The archive or mail that it came in stays, and"
            " the next run over it unpacks it again. Remove it there first.",
            console,
        )
    for sentence in (*forgotten.kept, *_remaining_files(forgotten.files, out)):
        terminal.print_line(sentence, console)


def _remaining_files(files: tuple[str, ...], out: Path) -> list[str]:
    """Sentences about the input files and edited files that the program does not remove."""
    present = [path for path in files if os.path.lexists(path)]
    edited = sorted(path.name for path in out.glob("*.edited-*"))
    sentences = []
    if present:
        which = ", ".join(present)
        sentences.append(
            f"The input is never changed: {which} stays, and the next run over its folder reads"
            f" it again. Remove {counted(len(present), 'file')} there first."
        )
    if edited:
        sentences.append(f"Files that somebody edited stay: {', '.join(edited)}.")
    return sentences
