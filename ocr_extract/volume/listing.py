"""What the files' bytes are: hashed once, and again when size or time of change differ."""

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
    """The SHA-256 of every file; None where it cannot be read, or has more than `max_bytes`
    bytes and is not read either. `verify` hashes also what looks unchanged: a file can be
    changed with its size and time kept.
    """
    before = ledger.listed()
    known = {} if verify else before
    found = {path: _listed(path, known, max_bytes) for path in files}
    fresh = {as_text(Path(identity(path))): one for path, one in found.items() if one is not None}
    ledger.list_files({path: one for path, one in fresh.items() if before.get(path) != one})
    return {path: one.sha256 if one else None for path, one in found.items()}


def _listed(path: Path, before: Mapping[str, Listed], max_bytes: int) -> Listed | None:
    try:
        status = path.stat()
        known = before.get(as_text(Path(identity(path))))
        if known and (known.size, known.mtime_ns) == (status.st_size, status.st_mtime_ns):
            return known
    except OSError:
        return None
    digest = hash_of(path, max_bytes)
    return Listed(status.st_size, status.st_mtime_ns, digest) if digest else None


def hash_of(path: Path, max_bytes: int) -> str | None:
    """SHA-256 of a file's content now; None where it is not read."""
    try:
        if not path.is_file() or path.stat().st_size > max_bytes:
            return None
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None
