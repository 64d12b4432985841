"""E-mail addresses: which are taken, and the table that gives authors theirs. None is guessed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from email.utils import parseaddr
from pathlib import Path

from ocr_extract.errors import BadMap, BadMessage
from ocr_extract.reports.plain import plain
from ocr_extract.volume.roster.name_map import joined, rows_of_table, text_of_table

MAX_ADDRESS = 254
"""Largest length of an address in characters (defined by RFC 5321, 4.5.3.1.3)."""
MAX_LOCAL = 64
"""Largest length of the part before the @ in characters (defined by RFC 5321, 4.5.3.1.1)."""
ADVICE = "Give a table with the columns key and email, one row for each paper."
"""What to do when a table of addresses cannot be taken."""
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


def read_addresses(path: Path, keys: Collection[str] | None = None) -> Mapping[str, str]:
    """The addresses of a table with the columns `key` and `email`, by the paper's key. The columns
    are separated as in any table of names (`volume.roster.name_map`). Raises BadMessage when it
    cannot be read, or with a complaint for each line that cannot be taken: an address that is none,
    a second address for a key, a key that is none of `keys`.
    """
    try:
        rows = list(rows_of_table(text_of_table(path)))
    except BadMap as error:
        raise BadMessage(error.message, ADVICE) from error
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    if not {"key", "email"} <= set(header):
        raise BadMessage(f"{path} has no columns key and email.", ADVICE)
    key_at, email_at = header.index("key"), header.index("email")
    found: dict[str, str] = {}
    complaints: list[str] = []
    for line, cells in rows[1:]:
        key, email = (cells[at] if at < len(cells) else "" for at in (key_at, email_at))
        if email and (complaint := _complaint(key, email, found, keys)):
            complaints.append(f"line {line}: {complaint}")
        elif email:
            found[key] = email
    if complaints:
        raise BadMessage(f"{path}, {joined(complaints)}", ADVICE)
    return found


def _complaint(
    key: str, email: str, found: Mapping[str, str], keys: Collection[str] | None
) -> str | None:
    """Why a row cannot be taken; None when it can."""
    name = plain(key[:MAX_SHOWN])
    if not is_address(email):
        return f"“{plain(email[:MAX_SHOWN])}” is no e-mail address."
    if not key:
        return "it has an address and no key."
    if keys is not None and key not in keys:
        return f"“{name}” is no key of the roster."
    if found.get(key, email) != email:
        return f"“{name}” has another address already."
    return None
