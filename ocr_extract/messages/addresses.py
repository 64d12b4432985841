"""E-mail addresses: which are taken, and the table that gives authors theirs. None is guessed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path

from ocr_extract.errors import BadMessage
from ocr_extract.reports.plain import plain

MAX_ADDRESS = 254
"""Largest length of an address in characters (defined by RFC 5321, 4.5.3.1.3)."""
MAX_LOCAL = 64
"""Largest length of the part before the @ in characters (defined by RFC 5321, 4.5.3.1.1)."""
MAX_TABLE_BYTES = 10_000_000
"""Largest size of a table of addresses, in bytes (chosen: ten thousand papers have 1 MB)."""
MAX_SHOWN = 80
"""Number of characters of a refused address that are shown (chosen)."""
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
"""Matches an address without quotes and comments, in ASCII: what every server takes."""


def is_address(text: str) -> bool:
    """Whether a text is one address, `name@example.org`, and nothing else."""
    is_short = len(text) <= MAX_ADDRESS and len(text.partition("@")[0]) <= MAX_LOCAL
    return is_short and _ADDRESS.fullmatch(text) is not None


def checked_address(text: str, where: str) -> str:
    """The address in a text, without blanks around it. `where` says for the error where it stands.
    Raises BadMessage when it is none.
    """
    address = text.strip()
    if not is_address(address):
        shown = plain(address[:MAX_SHOWN])
        message = f"{where}: “{shown}” is no e-mail address."
        raise BadMessage(message, "Give one address, as name@example.org.")
    return address


def checked_mailbox(text: str, where: str) -> tuple[str, str]:
    """Name ("" without one) and address of `NAME <ADDRESS>` or `ADDRESS`. Raises BadMessage."""
    if not text.isprintable():
        raise BadMessage(f"{where}: “{plain(text[:MAX_SHOWN])}” has control characters.")
    name, address = parseaddr(text)
    return name, checked_address(address or text, where)


def read_addresses(path: Path) -> Mapping[str, str]:
    """The addresses of a table with the columns `key` and `email`, by the paper's key. Raises
    BadMessage when the table cannot be read, or with the line of the first bad address.
    """
    rows = csv.DictReader(io.StringIO(_text_of(path)))
    names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if not {"key", "email"} <= set(names):
        raise BadMessage(f"{path} has no columns key and email.", "Give a CSV file with both.")
    rows.fieldnames = names
    found: dict[str, str] = {}
    try:
        for row in rows:
            key, email = (str(row.get(name) or "").strip() for name in ("key", "email"))
            if key and email:
                found[key] = checked_address(email, f"{path}, line {rows.line_num}")
    except csv.Error as error:
        raise BadMessage(f"{path}, line {rows.line_num + 1}: no row of a table.") from error
    return found


def _text_of(path: Path) -> str:
    """A table's text. Raises BadMessage."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_TABLE_BYTES + 1)
    except OSError as error:
        raise BadMessage(f"Cannot read {path}: {error.strerror}.") from error
    if len(content) > MAX_TABLE_BYTES:
        raise BadMessage(f"{path} is larger than {MAX_TABLE_BYTES // 1_000_000} MB.")
    return content.decode("utf-8-sig", errors="replace")
