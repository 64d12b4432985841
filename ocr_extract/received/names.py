"""Names of files in containers: shown, and safe to write."""

from __future__ import annotations

import re

from ocr_extract.sources.valid_text import valid_text

NOT_AGREEMENTS = frozenset(
    ".bib .csv .tsv .json .jsonl .toml .yaml .yml .py .sh .html .log .sqlite .db .tex".split()
)
"""Suffixes of files that are often in the same folder as agreements; a folder's files with these
suffixes are skipped. Any other file is taken for an agreement: a .docx gets a record that reports
it, and is not silently ignored."""
NOT_AGREEMENTS_IN_MAIL = frozenset(".ics .vcf .asc .p7s .htm .sig".split())
"""Further suffixes of attachments that are no agreements: calendars, cards and signatures."""
MAX_NAME_BYTES = 120
"""Longest name of an unpacked file, in bytes (chosen; file systems allow 255)."""
MAX_SUFFIX_CHARACTERS = 16
"""Longest suffix that is kept of a name that is shortened, with its dot (chosen)."""
MAX_SHOWN_CHARACTERS = 500
"""Most characters that are kept of a name or a header's text (chosen)."""
_UNSAFE = re.compile(r'[<>:"|?*\\/]')
_ATTACHED_TEXT = re.compile(r"att\d{5,}\.txt", re.IGNORECASE)
"""What Exchange calls the text around an attachment."""


def shown(text: str) -> str:
    """A text of a container in one line: no control characters, nothing that turns the direction of
    writing, at most MAX_SHOWN_CHARACTERS.
    """
    line = " ".join(valid_text(text[: 4 * MAX_SHOWN_CHARACTERS]).split())
    return "".join(c if c.isprintable() else "\ufffd" for c in line)[:MAX_SHOWN_CHARACTERS]


def file_name(name: str) -> str:
    """The name under which a member is written: the last part of its name, without anything that a
    path or a terminal could take for a command; "unnamed" when nothing is left.
    """
    last = re.split(r"[\\/]", shown(name[-4 * MAX_SHOWN_CHARACTERS :]))[-1]
    safe = _UNSAFE.sub("_", last.replace("\ufffd", "_")).strip(". ")
    if not safe:
        return "unnamed"
    stem, dot, suffix = safe.rpartition(".")
    if not dot or len(suffix) >= MAX_SUFFIX_CHARACTERS:
        stem, dot, suffix = safe, "", ""
    room = MAX_NAME_BYTES - len(f"{dot}{suffix}".encode())
    return f"{stem.encode()[: max(room, 1)].decode(errors='ignore').rstrip('. ')}{dot}{suffix}"


def why_no_agreement(name: str, *, in_mail: bool = False) -> str:
    """Why a member is no agreement by its name; "" when it may be one."""
    parts = [part for part in re.split(r"[\\/]", name) if part.strip(".")]
    if any(part.startswith(".") or part == "__MACOSX" for part in parts) and not in_mail:
        return "hidden"
    suffix = f".{name.rpartition('.')[2].lower()}"
    if suffix in NOT_AGREEMENTS or (in_mail and suffix in NOT_AGREEMENTS_IN_MAIL):
        return "no agreement by its name"
    return "a mail's text" if in_mail and _ATTACHED_TEXT.fullmatch(name) else ""
