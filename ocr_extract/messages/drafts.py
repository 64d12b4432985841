"""Drafts: a file for each message that waits to be sent, which a mail program opens."""

from __future__ import annotations

import os
from pathlib import Path

from ocr_extract.errors import UnsafeOutput
from ocr_extract.messages.eml import draft_of, safe_name
from ocr_extract.messages.rounds import PENDING_STATES
from ocr_extract.reports.files import replace_file, writing
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.ledger.messages import StoredMessage

FOLDER = "messages"
"""The folder of the drafts in the folder of the results."""


def write_drafts(ledger: Ledger, out: Path) -> tuple[Path, ...]:
    """Write a draft of each message that waits to be sent, unless it is there, and remove the
    drafts of the others. Only their owner can read them. Returns the new ones. Raises UnsafeOutput.
    """
    folder = out / FOLDER
    if folder.is_symlink():
        raise UnsafeOutput(f"{folder} is a link.", "Remove it, or give another --out.")
    messages = [m for m in ledger.messages.all() if m.kind != "webhook"]
    waiting = {folder / draft_name(m): m for m in messages if m.state in PENDING_STATES}
    settled = {folder / draft_name(m) for m in messages} - set(waiting)
    if waiting:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in settled:
        path.unlink(missing_ok=True)
    missing = [path for path in waiting if not os.path.lexists(path)]
    return tuple(
        replace_file(path, draft_of(ledger.messages.content(waiting[path].number)))
        for path in missing
    )


def draft_name(message: StoredMessage) -> str:
    """The name of a message's draft: its number, its round, and its paper."""
    about = safe_name(message.paper or message.kind)
    return f"{message.number:04d}-round{message.round}-{about}.eml"


def remove_drafts(out: Path) -> tuple[Path, ...]:
    """Remove all drafts of a folder of results: those to the editors name every paper. Returns
    their paths. A folder that is a link is not the program's: nothing is removed there.
    """
    folder = out / FOLDER
    drafts = () if folder.is_symlink() else tuple(sorted(folder.glob("*.eml")))
    for draft in drafts:
        draft.unlink(missing_ok=True)
    return drafts
