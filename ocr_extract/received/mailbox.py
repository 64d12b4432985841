"""A mailbox file, mail by mail. The library's own mailbox opens the file for writing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from ocr_extract.received.kinds import FROM_LINE

MAX_LINE_BYTES = 65_536
"""Most bytes of a line that are looked at at once (chosen)."""


def mails(file: IO[bytes], max_bytes: int) -> Iterator[bytes | None]:
    """Each mail of a mailbox; None for a mail of more than `max_bytes` bytes."""
    for start, end in list(_places(file)):
        if end - start > max_bytes:
            yield None
            continue
        file.seek(start)
        yield file.read(end - start)


def _places(file: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Where each mail begins and ends, in bytes, without the line before it. That line follows a
    blank one, or is the first.
    """
    file.seek(0)
    start, at, is_after_blank = -1, 0, True
    while line := file.readline(MAX_LINE_BYTES):
        if is_after_blank and FROM_LINE.match(line):
            if start >= 0:
                yield start, at
            start = at + len(line)
        at += len(line)
        is_after_blank = line in (b"\n", b"\r\n")
    if start >= 0:
        yield start, at
