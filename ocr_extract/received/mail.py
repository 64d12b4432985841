"""One mail: what its headers say, and its attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime

from ocr_extract.received.arrival import Found, Letter, fault
from ocr_extract.received.limits import Budget, TooMuch
from ocr_extract.received.names import MAX_SHOWN_CHARACTERS, shown, why_no_agreement
from ocr_extract.records import Damage
from ocr_extract.sources.image import picture_size

MIN_PAGE_SIDE = 500
"""Shorter side, in pixels, below which a picture shown in a mail's text is a logo or the picture of
a signature (chosen): a page of letter paper at 60 dpi has 510 x 660 pixels and cannot be read."""
MAX_MULTIPARTS = 100
"""Most parts of a mail that have parts, before it is taken apart (chosen): a mail that was
forwarded ten times has fewer than forty."""
MAX_LINES = 4_000_000
"""Most lines of a mail (chosen): 200 MB of attachments have 2.6 million; each costs some 80 bytes
of memory."""
MAX_COMPARISONS = 100_000_000
"""Most lines of a mail, times its parts that have parts (chosen): the time grows with it, 12
million a second were measured."""
MAX_HEADER_CHARACTERS = 8 * MAX_SHOWN_CHARACTERS
"""Most characters of a header that are decoded (chosen)."""
BROKEN_MAIL = "The mail cannot be taken apart: save its attachments from a mail program."
CLOSED_MAIL = (
    "The mail is encrypted, or signed as a whole: save its attachments from a mail program."
)
_MULTIPART = re.compile(rb"^content-type:\s*multipart/", re.IGNORECASE | re.MULTILINE)
_CLOSED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SUFFIXES = {
    "application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tiff",
    "image/heic": ".heic", "image/heif": ".heic", "image/webp": ".webp", "image/avif": ".avif",
    "application/zip": ".zip", "application/msword": ".doc", "text/rtf": ".rtf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}  # fmt: skip
"""Suffixes of attachments without a name, by their type."""
_PICTURES = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_MAIL_ERRORS = (
    MessageError, ValueError, TypeError, KeyError, IndexError, AttributeError, LookupError,
    RecursionError, AssertionError,
)  # fmt: skip
"""What the reading of broken mails raises."""


def attachments(content: bytes, budget: Budget, level: int = 0) -> Iterator[Found]:
    """Each attachment of a mail. `level` is how many mails it is inside of. A mail without one
    gives one thing that says so. Raises TooMuch.
    """
    if _is_too_large(content, budget):
        yield Found("mail", damage=fault("too_large", f"It is too large. {BROKEN_MAIL}"))
        return
    try:
        message = BytesParser().parsebytes(content)
    except _MAIL_ERRORS:
        yield Found("mail", damage=fault("broken", BROKEN_MAIL))
        return
    yield from _of_message(message, budget, _Parts(budget.limits.parts), level)


def _is_too_large(content: bytes, budget: Budget) -> bool:
    """Whether a mail would take too much time or memory."""
    if len(content) > budget.limits.member_bytes:
        return True
    lines, multiparts = content.count(b"\n"), len(_MULTIPART.findall(content))
    many = lines > MAX_LINES or multiparts > MAX_MULTIPARTS
    return many or lines * multiparts > MAX_COMPARISONS


class _Parts:
    """How many parts of a mail may still be looked at."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self) -> None:
        """Count a part. Raises TooMuch."""
        self.left -= 1
        if self.left < 0:
            raise TooMuch(f"A mail has too many parts. {BROKEN_MAIL}")


def _of_message(message: Message, budget: Budget, parts: _Parts, level: int) -> Iterator[Found]:
    """The attachments of a mail, those of the mails that are attached to it included."""
    letter = letter_of(message)
    if level > budget.limits.mails:
        yield Found("mail", letter, damage=fault("nested", f"Too deep. {BROKEN_MAIL}"))
        return
    count = 0
    for part, depth in _leaves(message, 0, parts):
        if depth > budget.limits.depth:
            yield Found("mail", letter, damage=fault("nested", f"Too deep. {BROKEN_MAIL}"))
            return
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            count += 1
            yield from _of_message(part.get_payload(0), budget, parts, level + 1)  # type: ignore[arg-type]
        elif (found := _attachment(part, count + 1, budget)) is not None:
            count += not found.left_out
            yield replace(found, letter=letter)
    if not count:
        yield Found("", letter, left_out="the mail has no attachment")


def _leaves(part: Message, depth: int, parts: _Parts) -> Iterator[tuple[Message, int]]:
    """The parts that hold something, in their order, each with its depth; no deeper than Python
    allows, as the number of parts that have parts is limited.
    """
    parts.take()
    if part.is_multipart() and part.get_content_maintype() != "message":
        for inner in part.get_payload():
            if isinstance(inner, Message):
                yield from _leaves(inner, depth + 1, parts)
    else:
        yield part, depth


def _attachment(part: Message, number: int, budget: Budget) -> Found | None:
    """An attachment; None for the text of the mail itself. Raises TooMuch."""
    try:
        kind, name = part.get_content_type(), _name_of(part)
        is_attached = part.get_content_disposition() == "attachment"
        if not name and not is_attached and part.get_content_maintype() in ("text", "message"):
            return None
        budget.take_member()
        return _unpacked(
            part, kind, name or f"attachment-{number}{_SUFFIXES.get(kind, '')}", budget
        )
    except _MAIL_ERRORS:
        return Found(f"attachment-{number}", damage=fault("broken", BROKEN_MAIL))


def _unpacked(part: Message, kind: str, name: str, budget: Budget) -> Found:
    """An attachment with its content, or why it is not unpacked. Raises TooMuch."""
    if kind in _CLOSED or kind == "application/pgp-encrypted":
        return Found(name, damage=fault("encrypted", CLOSED_MAIL))
    if kind.startswith("message/"):
        return Found(name, left_out="a report, or a file elsewhere")
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    if reason := why_no_agreement(name, in_mail=True) or _why_decoration(part, content):
        return Found(name, left_out=reason)
    damage = _refused(content, budget)
    return Found(name, damage=damage) if damage else Found(name, content=content)


def _refused(content: bytes, budget: Budget) -> Damage | None:
    """Why an attachment is not unpacked. Raises TooMuch."""
    budget.take_bytes(len(content))
    if len(content) > budget.limits.member_bytes:
        return fault("too_large", f"{len(content)} bytes: not unpacked.")
    return None


def _why_decoration(part: Message, content: bytes) -> str:
    """Why a picture is no agreement: it is shown in the text, and smaller than a page."""
    is_shown = part.get_content_disposition() == "inline" or part.get("Content-ID")
    if not is_shown or part.get_content_maintype() != "image":
        return ""
    size = picture_size(content, _PICTURES)
    is_small = size is not None and min(size) < MIN_PAGE_SIDE
    return "a small picture in the mail's text" if is_small else ""


def letter_of(message: Message) -> Letter:
    """What a mail says of its sender, its time and its subject."""
    name, address = _address(_header(message, "From"))
    sender = f"{shown(name)} <{shown(address)}>" if name else shown(address)
    return Letter(
        sender=sender,
        sent=_time(_header(message, "Date")),
        subject=shown(_decoded(_header(message, "Subject"))),
        message_id=shown(_header(message, "Message-ID")),
    )


def _address(text: str) -> tuple[str, str]:
    """The name and the address of a sender."""
    try:
        name, address = parseaddr(text)
    except _MAIL_ERRORS:
        return "", text
    return _decoded(name), address


def _time(text: str) -> str:
    """A mail's time in ISO 8601; "" when it is none."""
    try:
        return parsedate_to_datetime(text[:100]).isoformat()
    except (*_MAIL_ERRORS, OverflowError):
        return ""


def _header(message: Message, name: str) -> str:
    """A header as it stands; "" without one."""
    try:
        return str(message.get(name, ""))[:MAX_HEADER_CHARACTERS]
    except _MAIL_ERRORS:
        return ""


def _decoded(text: str) -> str:
    """A header's text with encoded words decoded (RFC 2047)."""
    try:
        return str(make_header(decode_header(text)))
    except (*_MAIL_ERRORS, HeaderParseError):
        return text


def _name_of(part: Message) -> str:
    """The name of an attachment, in whichever way it is encoded; "" without one."""
    return shown(_decoded(str(part.get_filename() or "")[:MAX_HEADER_CHARACTERS]))
