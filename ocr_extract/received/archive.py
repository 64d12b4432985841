"""The members of a zip archive."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from ocr_extract.received.arrival import Found, fault
from ocr_extract.received.limits import Budget, TooMuch
from ocr_extract.received.names import shown, why_no_agreement
from ocr_extract.records import Damage
from ocr_extract.sources.foreign import MAX_DIRECTORY_BYTES, directory_bytes

ENCRYPTED = 0x1
"""Bit of a member's flags: it needs a password (given by the format)."""
UTF_8 = 0x800
"""Bit of a member's flags: its name is UTF-8 (given by the format)."""
BROKEN_ARCHIVE = "The archive is damaged or cut off: ask for it again."
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError,
    RuntimeError, KeyError, OverflowError,
)  # fmt: skip
"""What the reading of broken archives raises."""


def members(file: IO[bytes], budget: Budget) -> Iterator[Found]:
    """Each member of an archive. Raises TooMuch, also for a directory that is too large; an archive
    that cannot be opened gives one thing without a name, with its damage.
    """
    try:
        if directory_bytes(file) > MAX_DIRECTORY_BYTES:
            raise TooMuch("The archive lists too many files: nothing was unpacked.")
        archive = zipfile.ZipFile(file)
    except (*_ZIP_ERRORS, NotImplementedError):
        yield Found("", damage=fault("broken", BROKEN_ARCHIVE))
        return
    with archive:
        for info in archive.infolist():
            if not info.filename.endswith("/"):
                budget.take_member()
                yield _member(archive, info, budget)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Found:
    name = shown(_name_of(info)) or "unnamed"
    if reason := why_no_agreement(name):
        return Found(name, left_out=reason)
    if damage := _refused(info, budget):
        return Found(name, damage=damage)
    budget.take_bytes(info.file_size)
    try:
        with archive.open(info) as content:
            return Found(name, content=content.read())
    except NotImplementedError:
        effect = "It is compressed in a way that is not known: unpack it and give the folder."
        return Found(name, damage=fault("unsupported", effect))
    except _ZIP_ERRORS:
        effect = "It is damaged in the archive: ask for it again."
        return Found(name, damage=fault("broken", effect))


def _refused(info: zipfile.ZipInfo, budget: Budget) -> Damage | None:
    """Why a member is not unpacked; None when it is."""
    limits = budget.limits
    if stat.S_ISLNK(info.external_attr >> 16):
        return fault("not_a_file", "A link in an archive: ask for the file itself.")
    if info.flag_bits & ENCRYPTED:
        effect = "It needs a password: unpack the archive, and give the folder."
        return fault("encrypted", effect)
    if info.file_size > limits.member_bytes:
        return fault("too_large", f"{info.file_size} bytes: not unpacked.")
    is_tight = info.file_size > limits.ratio * max(1, info.compress_size)
    if is_tight and info.file_size > limits.ratio_from:
        effect = f"It unpacks to more than {limits.ratio} times its size: not unpacked."
        return fault("too_large", effect)
    return None


def _name_of(info: zipfile.ZipInfo) -> str:
    """A member's name. Programs that do not say so write UTF-8, too."""
    if info.flag_bits & UTF_8 or info.orig_filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename
