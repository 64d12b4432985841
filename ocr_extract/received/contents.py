"""All that is in a container, also in the containers inside it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from ocr_extract.received.archive import members
from ocr_extract.received.arrival import Found, Letter, fault
from ocr_extract.received.kinds import Container, kind_of
from ocr_extract.received.limits import Budget
from ocr_extract.received.mail import attachments
from ocr_extract.received.mailbox import mails

NESTED = "Archives or mails inside each other, too deep: unpack them and give the folder."


def contents(
    file: IO[bytes], kind: Container, budget: Budget, depth: tuple[int, int] = (1, 0)
) -> Iterator[Found]:
    """Each file in a container. `depth` is how many archives and how many mails are around it, with
    itself. Raises TooMuch.
    """
    file.seek(0)
    if kind == "zip":
        found = members(file, budget)
    elif kind == "mbox":
        found = _of_mailbox(file, budget, depth[1])
    else:
        found = attachments(file.read(budget.limits.member_bytes + 1), budget, depth[1])
    for each in found:
        yield from _opened(each, budget, depth)


def _of_mailbox(file: IO[bytes], budget: Budget, level: int) -> Iterator[Found]:
    """Each attachment of each mail, with the number of its mail."""
    for number, mail in enumerate(mails(file, budget.limits.member_bytes), start=1):
        budget.take_member()
        if mail is None:
            effect = "The mail is too large: save its attachments from a mail program."
            yield Found(f"mail {number}", damage=fault("too_large", effect))
            continue
        for found in attachments(mail, budget, level):
            yield replace(found, name=f"mail {number}/{found.name}".rstrip("/"))


def _opened(found: Found, budget: Budget, depth: tuple[int, int]) -> Iterator[Found]:
    """What was found, or what is in it, when it is a container itself."""
    content = found.content
    kind = kind_of(found.name, io.BytesIO(content)) if content else None
    if content is None or kind is None:
        yield found
        return
    archives, levels = depth[0] + (kind == "zip"), depth[1] + (kind != "zip")
    if archives > budget.limits.archives or levels > budget.limits.mails:
        yield replace(found, content=None, damage=fault("nested", NESTED))
        return
    for inner in contents(io.BytesIO(content), kind, budget, (archives, levels)):
        name = f"{found.name}/{inner.name}".rstrip("/")
        letter = found.letter if inner.letter == Letter() else inner.letter
        yield replace(inner, name=name, letter=letter)
