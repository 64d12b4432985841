"""The package as a zip file: the same contents give the same bytes; a foreign one does no harm."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from ocr_extract.errors import UsageError

MAX_ENTRIES = 50_000
"""Files in a package, at most (chosen: five times the largest volume)."""
MAX_RATIO = 20
"""Size of a package's unpacked files, at most, as a multiple of its own size (chosen). Packages are
written without compression; documents that are packed again rarely become half as large."""
BLOCK = 1 << 20
"""Bytes read at once (chosen)."""
OLDEST = datetime(1980, 1, 1)
"""The oldest time that a zip file can state (defined by its format)."""
PRIVATE = 0o100600 << 16
"""Mode of a file that only its owner may read, as zip files state it (defined by their format)."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What the zip module raises on malformed or encrypted files."""


class NoPackage(UsageError):
    """The file is no package, or not one that can be read without harm."""


class PackageWriter:
    """Writes files into a zip file, all with one time, uncompressed."""

    def __init__(self, file: BinaryIO, time: str) -> None:
        """`time` is in ISO 8601."""
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        when = datetime.fromisoformat(time).replace(tzinfo=None)
        self._time = max(when, OLDEST).timetuple()[:6]

    def add(self, name: str, content: bytes) -> None:
        """Add a file."""
        entry = zipfile.ZipInfo(name, self._time)
        entry.external_attr = PRIVATE
        entry.create_system = 3  # Unix, also where the program runs elsewhere
        self._zip.writestr(entry, content)

    def close(self) -> None:
        """Write the list of files. Without it the zip file cannot be read."""
        self._zip.close()


class Package:
    """A package to read. Nothing is unpacked onto a disk."""

    def __init__(self, archive: zipfile.ZipFile, names: Sequence[str]) -> None:
        self._zip, self.names = archive, tuple(names)

    def size(self, name: str) -> int:
        """Size of a file in bytes, as the package states it."""
        return self._zip.getinfo(name).file_size

    def blocks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file, block by block. Raises NoPackage when it is damaged."""
        try:
            with self._zip.open(name) as file:
                while block := file.read(BLOCK):
                    yield block
        except (OSError, *BROKEN) as error:
            raise NoPackage(f"{name} in the package cannot be read ({error}).") from error

    def read(self, name: str, max_bytes: int) -> bytes:
        """The bytes of a file. Raises NoPackage when it is missing, too large, or damaged."""
        if name not in self.names:
            raise NoPackage(f"The package has no {name}.")
        if self.size(name) > max_bytes:
            raise NoPackage(f"{name} in the package is larger than {max_bytes} bytes.")
        return b"".join(self.blocks(name))


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """A package to read. Raises NoPackage when the file is no zip file, has too many files or two
    of one name, or would unpack to far more than its size.
    """
    try:
        size = path.stat().st_size
        archive = zipfile.ZipFile(path)
    except OSError as error:
        advice = "Give the zip file that `ocr-extract package` wrote."
        raise NoPackage(f"Cannot read {path}: {error.strerror}.", advice) from error
    except BROKEN as error:
        raise NoPackage(f"{path} is no zip file, or a damaged one.", "Get it again.") from error
    with archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries if not entry.is_dir()]
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_ENTRIES:
            raise NoPackage(f"{path} has {len(entries)} files: no package has so many.")
        if unpacked > MAX_RATIO * size:
            raise NoPackage(f"{path} unpacks to {unpacked} bytes, from {size}: it was not read.")
        if len(set(names)) < len(names):
            raise NoPackage(f"{path} has two files of the same name.", "Get it again.")
        yield Package(archive, names)
