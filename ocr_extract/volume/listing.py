"""What the files' bytes are: hashed once, and again when size or time of change differ."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ocr_extract.records import as_text
from ocr_extract.volume.ledger.ledger import Ledger, Listed
from ocr_extract.volume.plan import identity


def list_files(files: Sequence[Path], ledger: Ledger) -> dict[Path, str | None]:
    """The SHA-256 of every file; None where it cannot be read."""
    before = ledger.listed()
    found = {path: _listed(path, before) for path in files}
    fresh = {as_text(Path(identity(path))): one for path, one in found.items() if one is not None}
    ledger.list_files({path: one for path, one in fresh.items() if before.get(path) != one})
    return {path: one.sha256 if one else None for path, one in found.items()}


def _listed(path: Path, before: Mapping[str, Listed]) -> Listed | None:
    try:
        status = path.stat()
        known = before.get(as_text(Path(identity(path))))
        if known and (known.size, known.mtime_ns) == (status.st_size, status.st_mtime_ns):
            return known
        if not path.is_file():
            return None
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None
    return Listed(status.st_size, status.st_mtime_ns, digest)
