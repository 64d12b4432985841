"""Makes the bytes of a message (RFC 5322): text, HTML with pictures inside, attachments.

No text can add a header: control characters and characters that turn the writing direction are
replaced, and long texts are cut. The bytes are ASCII, so that every server takes them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import formatdate, parseaddr

from ocr_extract.messages.gather import shown

MAX_SUBJECT = 200
"""Largest number of characters of a subject (chosen)."""
MAX_NAME = 60
"""Largest number of characters of an attachment's or a draft's name (chosen)."""
DOMAIN = "ocr-extract.invalid"
"""The domain of message ids: it belongs to nobody (RFC 2606), and an id must not depend on the
sender, or a changed sender would send everything again."""
POLICY = SMTP.clone(cte_type="7bit")
"""Lines end with CR LF, and contents are encoded as ASCII."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Inline:
    """A picture inside the HTML, which names it `cid:NAME`; PNG or JPEG."""

    name: str
    content: bytes
    subtype: str = "png"


@dataclass(frozen=True)
class Attachment:
    """A file beside the text: its name, its type such as `text/csv`, its bytes."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True)
class Envelope:
    """Who writes to whom: addresses that were checked. `sender` and `reply_to` are a name and an
    address; an empty address leaves the header out.
    """

    recipient: str
    recipient_name: str = ""
    sender: tuple[str, str] = ("", "")
    reply_to: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Letter:
    """What is written: subject, text, HTML, pictures, attachments."""

    subject: str
    text: str
    html: str
    inlines: Sequence[Inline] = field(default=())
    attachments: Sequence[Attachment] = field(default=())


def encoded(letter: Letter, envelope: Envelope, message_id: str) -> bytes:
    """The bytes of a message without a date, which is added when it is sent."""
    message = EmailMessage(policy=POLICY)
    message["Subject"] = in_header(letter.subject, MAX_SUBJECT)
    message["To"] = _mailbox(envelope.recipient_name, envelope.recipient)
    if envelope.sender[1]:
        message["From"] = _mailbox(*envelope.sender)
    if envelope.reply_to[1]:
        message["Reply-To"] = _mailbox(*envelope.reply_to)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    html = list(message.iter_parts())[-1]
    for picture in letter.inlines:
        html.add_related(
            picture.content, "image", picture.subtype, cid=f"<{picture.name}>", disposition="inline"
        )
    for file in letter.attachments:
        kind, _, subtype = file.type.partition("/")
        message.add_attachment(
            file.content, maintype=kind, subtype=subtype, filename=safe_name(file.name)
        )
    _set_boundaries(message, message_id)
    return message.as_bytes()


def _set_boundaries(message: EmailMessage, message_id: str) -> None:
    """Boundaries that depend on the id alone: the same message has the same bytes."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            seed = hashlib.sha256(f"{message_id} {number}".encode()).hexdigest()
            part.set_boundary(f"=_{seed[:40]}")


def in_header(text: str, limit: int) -> str:
    """A text of at most `limit` characters as it may stand in a header: one printable line that has
    no encoded words (RFC 2047). The library would decode them, also to the end of a line.
    """
    return shown(text, limit).replace("=?", "= ?")


def _mailbox(name: str, address: str) -> Address:
    return Address(display_name=in_header(name, MAX_NAME), addr_spec=address)


def safe_name(name: str) -> str:
    """A name for a file: letters, digits, `.`, `_` and `-`, never a path or a hidden file."""
    return _UNSAFE.sub("_", name)[:MAX_NAME].lstrip(".-_") or "file"


def to_send(content: bytes, sender: tuple[str, str] = ("", ""), date: float | None = None) -> bytes:
    """The bytes as they are sent: with the date (seconds since 1970), and the sender if the message
    has none.
    """
    head = b"" if has_sender(content) or not sender[1] else _from(sender)
    return f"Date: {formatdate(date, usegmt=True)}\r\n".encode() + head + content


def with_id(content: bytes, old: str, new: str) -> bytes:
    """The bytes of a message with another id in its header."""
    return content.replace(f"Message-ID: {old}".encode(), f"Message-ID: {new}".encode(), 1)


def draft_of(content: bytes) -> bytes:
    """The bytes of a draft: mail programs open it to be sent."""
    return b"X-Unsent: 1\r\n" + content


def has_sender(content: bytes) -> bool:
    """Whether a message names who sends it."""
    return bool(sender_of(content))


def sender_of(content: bytes) -> str:
    """The address of who sends a message; "" when it does not say."""
    head = BytesHeaderParser(policy=POLICY).parsebytes(content.partition(b"\r\n\r\n")[0])
    return parseaddr(str(head["From"] or ""))[1]


def _from(sender: tuple[str, str]) -> bytes:
    message = EmailMessage(policy=POLICY)
    message["From"] = _mailbox(*sender)
    return message.as_bytes().removesuffix(b"\r\n")
