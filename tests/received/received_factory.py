"""Makes small archives and mails."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

from PIL import Image

from ocr_extract.received.arrival import Arrival
from ocr_extract.received.kinds import kind_of_file
from ocr_extract.received.limits import Limits
from ocr_extract.received.unpack import unpack
from ocr_extract.volume.listing import hash_of

SENDER = "Mira Feldmann <mira@example.org>"
DATE = "Mon, 12 May 2025 10:00:00 +0200"


def zip_of(members: Mapping[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with these members."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", kind) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member, kind)
    return content.getvalue()


def mail_of(
    attached: Mapping[str, bytes], sender: str = SENDER, subject: str = "Agreement"
) -> EmailMessage:
    """A mail with these attachments."""
    mail = EmailMessage()
    mail["From"], mail["Date"], mail["Subject"] = sender, DATE, subject
    mail["Message-ID"] = "<1@example.org>"
    mail.set_content("Dear editors,\nhere it is.\n")
    for name, content in attached.items():
        mail.add_attachment(content, "application", "octet-stream", filename=name)
    return mail


def mbox_of(*mails: EmailMessage) -> bytes:
    """A mailbox with these mails."""
    line = b"From mira@example.org Mon May 12 10:00:00 2025\n"
    return b"".join(line + mail.as_bytes() + b"\n" for mail in mails)


def picture(width: int, height: int) -> bytes:
    """A white PNG."""
    content = io.BytesIO()
    Image.new("L", (width, height), 255).save(content, "PNG")
    return content.getvalue()


def unpacked(
    container: Path, limits: Limits | None = None, *, verify: bool = False
) -> tuple[Arrival, ...]:
    """What arrives in a container, unpacked beside it."""
    parent = container.parent / "received"
    parent.mkdir(exist_ok=True)
    kind, sha256 = kind_of_file(container), hash_of(container, 10**9)
    assert kind is not None
    assert sha256 is not None
    return unpack(container, sha256, kind, parent, limits or Limits(), verify=verify)
