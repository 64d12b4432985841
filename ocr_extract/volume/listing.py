"""The SHA-256 of each file. A file is hashed again only when its size or change time differs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ocr_extract.records import as_text
from ocr_extract.volume.ledger.ledger import Ledger, Listed
from ocr_extract.volume.plan import identity


def list_files(
    files: Sequence[Path], ledger: Ledger, max_bytes: int, *, verify: bool = False
) -> dict[Path, str | None]:
    """The SHA-256 of every file. It is None for a file that cannot be read, or that has more than
    `max_bytes` bytes. `verify` hashes every file again, also those that look unchanged: a file's
    content can change while its size and time stay the same. New hashes are stored in the ledger.
    """
    before = ledger.listed()
    unchanged = {} if verify else before
    listed = {path: _listed(path, unchanged, max_bytes) for path in files}
    by_path = {
        as_text(Path(identity(path))): entry for path, entry in listed.items() if entry is not None
    }
    ledger.list_files({path: entry for path, entry in by_path.items() if before.get(path) != entry})
    return {path: entry.sha256 if entry else None for path, entry in listed.items()}


def _listed(path: Path, before: Mapping[str, Listed], max_bytes: int) -> Listed | None:
    """A file's entry: the earlier one when size and time are the same; None when it is not read."""
    try:
        status = path.stat()
        entry = before.get(as_text(Path(identity(path))))
        if entry and (entry.size, entry.mtime_ns) == (status.st_size, status.st_mtime_ns):
            return entry
    except OSError:
        return None
    digest = hash_of(path, max_bytes)
    return Listed(status.st_size, status.st_mtime_ns, digest) if digest else None


def hash_of(path: Path, max_bytes: int) -> str | None:
    """SHA-256 of a file's present content. None when it is not a file, has more than `max_bytes`
    bytes, or cannot be read.
    """
    try:
        if not path.is_file() or path.stat().st_size > max_bytes:
            return None
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None
