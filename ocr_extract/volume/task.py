"""A worker's task: the extraction pass over one file, and its result in the form for the ledger."""

from __future__ import annotations

import math
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_extract.dates.priors import Context
from ocr_extract.errors import raise_if_no_room
from ocr_extract.records import Damage, Document, Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.stored_reading import StoredReading, packed

MAX_TRIES = 3
"""Times that a file is read which changes while it is read, at most (chosen)."""
TEMPORARY_PREFIX = "ocr-extract-"
"""Start of the names of temporary folders."""


@dataclass(frozen=True)
class ExtractedFile:
    """What a worker sends back: the reading; the SHA-256 of the bytes that were read, or None when
    none were read; and whether an agreement of the file is not accepted.
    """

    reading: StoredReading
    sha256: str | None
    flagged: bool


def preload() -> None:
    """Import everything that reading needs, before the first file arrives."""
    import ocr_extract.extraction  # noqa: F401, PLC0415


def extract_file(path: Path, settings: Settings, context: Context) -> ExtractedFile:
    """Read one file with a limit of `document_seconds` of processor time. When the limit is
    exceeded the system ends the worker (SIGXCPU), also inside a library call that never returns.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(usage.ru_utime + usage.ru_stime + settings.document_seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
    return extract_here(path, settings, context)


def extract_sent_file(
    name: str, content: bytes, settings: Settings, context: Context
) -> ExtractedFile:
    """Like `extract_file`, for a file whose bytes were sent to a worker that has no access to our
    folders. Raises NoRoom when the temporary folder is full.
    """
    with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX) as folder:
        path = Path(folder) / f"shipped{Path(name).suffix}"
        try:
            path.write_bytes(content)
        except OSError as error:
            raise_if_no_room(error)
            raise
        return extract_file(path, settings, context)


def extract_here(path: Path, settings: Settings, context: Context) -> ExtractedFile:
    """Read one file in this process, without a limit of processor time. A file that was moved or
    written while it was read is read again: some of its parts may have been missed.
    """
    from ocr_extract.extraction import extract_all  # noqa: PLC0415  only workers need it all

    started = time.monotonic()
    for _ in range(MAX_TRIES):
        before = _state(path)
        records = extract_all(path, settings=settings, context=context)
        if _state(path) == before:
            break
    return extracted_file(records, time.monotonic() - started)


def _state(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is moved, replaced or written; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_ctime_ns, status.st_size


def extracted_file(records: Sequence[Record], seconds: float = 0.0) -> ExtractedFile:
    """A file's records in the form in which a worker sends them; `seconds` is the time taken."""
    kinds = tuple(sorted({damage.kind for record in records for damage in record.damage}))
    return ExtractedFile(
        reading=StoredReading(packed(records), seconds, kinds),
        sha256=records[0].document.sha256,
        flagged=any(record.verdict is not Verdict.ACCEPTED for record in records),
    )


def lost_file(path: Path, settings: Settings, context: Context) -> ExtractedFile:
    """The result for a file whose worker was lost at each try: a record with that damage."""
    effect = "Reading it killed the worker, or took too long, twice: not read."
    damage = Damage(stage="read", kind="worker_died", effect=effect)
    return damaged_file(path, damage, settings, context)


def damaged_file(path: Path, damage: Damage, settings: Settings, context: Context) -> ExtractedFile:
    """The result for a file that is not read: a record with this damage."""
    from ocr_extract.decision.record import decide  # noqa: PLC0415
    from ocr_extract.fields.observations import Observations  # noqa: PLC0415

    observed = Observations(Document.at(path), damage=(damage,))
    return extracted_file([decide(observed, context, settings)])
