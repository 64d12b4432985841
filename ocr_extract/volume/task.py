"""The task of a worker: one file, read and judged by itself, as bytes for the ledger."""

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
from ocr_extract.volume.packing import Reading, packed


@dataclass(frozen=True)
class ExtractedFile:
    """What a worker sends back: the reading, its file's hash as it was read (None where
    nothing was), and whether a person has to look.
    """

    reading: Reading
    sha256: str | None
    flagged: bool


def preload() -> None:
    """Import what reading takes, before there is a file to read."""
    import ocr_extract.extraction  # noqa: F401, PLC0415


def extract_file(path: Path, settings: Settings, given: Context) -> ExtractedFile:
    """Read one file; its processor time is bounded: past it the system ends the worker,
    also inside of a library that never returns (SIGXCPU).
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(usage.ru_utime + usage.ru_stime + settings.document_seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or allowed < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))
    return extract_here(path, settings, given)


def extract_sent_file(
    name: str, content: bytes, settings: Settings, given: Context
) -> ExtractedFile:
    """`first_look` at a file that was sent, for workers that do not see our folders."""
    with tempfile.TemporaryDirectory(prefix="ocr-extract-") as folder:
        path = Path(folder) / f"shipped{Path(name).suffix}"
        try:
            path.write_bytes(content)
        except OSError as error:
            raise_if_no_room(error)
            raise
        return extract_file(path, settings, given)


def extract_here(path: Path, settings: Settings, given: Context) -> ExtractedFile:
    """Read one file in this process."""
    from ocr_extract.extraction import extract_all  # noqa: PLC0415  only workers need it all

    started = time.monotonic()
    found = extract_all(path, settings=settings, context=given)
    return extracted_file(found, time.monotonic() - started)


def extracted_file(found: Sequence[Record], seconds: float = 0.0) -> ExtractedFile:
    """Records as a worker sends them."""
    kinds = tuple(sorted({damage.kind for record in found for damage in record.damage}))
    return ExtractedFile(
        reading=Reading(packed(found), seconds, kinds),
        sha256=found[0].document.sha256,
        flagged=any(record.verdict is not Verdict.ACCEPTED for record in found),
    )


def lost(path: Path, settings: Settings, given: Context) -> ExtractedFile:
    """Of a file that cost a worker its life twice: a record of that damage."""
    effect = "Reading it killed the worker, or took too long, twice: not read."
    damage = Damage(stage="read", kind="worker_died", effect=effect)
    from ocr_extract.decision.record import decide  # noqa: PLC0415
    from ocr_extract.fields.observations import Observations  # noqa: PLC0415

    found = Observations(Document.at(path), damage=(damage,))
    return extracted_file([decide(found, given, settings)])
