"""Every file's first look, read by the workers where the ledger has none yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass
from pathlib import Path

from ocr_extract.dates.priors import Context
from ocr_extract.errors import FilesNotShared
from ocr_extract.records import as_text
from ocr_extract.settings import Settings
from ocr_extract.volume.keys import reading_key
from ocr_extract.volume.ledger.ledger import Ledger
from ocr_extract.volume.plan import identity
from ocr_extract.volume.task import (
    ExtractedFile,
    extract_file,
    extract_here,
    extract_sent_file,
    lost,
)
from ocr_extract.volume.workers.pool import InlineWorkers, Workers

QUEUED = 2
"""Tasks a worker that wait or run: what is in flight is all that memory holds."""
TRIES = 2
PASSING = frozenset("missing unreadable reader_garbage tool_killed".split())
"""Damage that is often over a moment later: such a file is read once more at once."""
OnProgress = Callable[[Path, ExtractedFile], None]


@dataclass(frozen=True)
class Task:
    """How files are read: settings, what the editor said of the dates, and whether files
    are sent to the workers.
    """

    settings: Settings
    given: Context
    ship: bool = False

    def key(self, path: Path) -> str:
        """What a reading of this file is stored under, beside the hash of its bytes."""
        return reading_key(path.suffix.lower(), self.settings, self.given)


@dataclass(frozen=True)
class _Try:
    path: Path
    count: int = 1


_Flight = dict[Future[ExtractedFile], _Try]
"""The tasks in flight."""


def read_all(
    wanted: Sequence[Path], task: Task, workers: Workers, told: OnProgress
) -> Iterator[tuple[Path, ExtractedFile]]:
    """First looks as they come. A file whose worker is lost is tried once more, and then has
    a record that says so.
    """
    flight: _Flight = {}
    for path in wanted:
        _start(_Try(path), flight, task, workers)
        while len(flight) >= QUEUED * workers.size:
            yield from _landed(flight, task, workers, told)
    while flight:
        yield from _landed(flight, task, workers, told)


def _start(one: _Try, flight: _Flight, task: Task, workers: Workers) -> None:
    given = (task.settings, task.given)
    future: Future[ExtractedFile]
    if isinstance(workers, InlineWorkers):
        future = workers.submit(extract_here, one.path, *given)
    elif task.ship and (content := _content(one.path, task.settings)) is not None:
        future = workers.submit(extract_sent_file, one.path.name, content, *given)
    else:
        # Absolute: a worker of a cluster stands in a folder of its own.
        future = workers.submit(extract_file, Path(identity(one.path)), *given)
    flight[future] = one


def _content(path: Path, settings: Settings) -> bytes | None:
    """A file's bytes to be sent; what is too large or cannot be read is left to the reader,
    which says so.
    """
    try:
        return path.read_bytes() if path.stat().st_size <= settings.max_bytes else None
    except OSError:
        return None


def _landed(
    flight: _Flight, task: Task, workers: Workers, told: OnProgress
) -> Iterator[tuple[Path, ExtractedFile]]:
    finished, _ = wait(flight, return_when=FIRST_COMPLETED)
    for future in finished:
        one = flight.pop(future)
        look = _result(future, one, flight, task, workers)
        if look is not None:
            told(one.path, look)
            yield one.path, look


def _result(
    future: Future[ExtractedFile], one: _Try, flight: _Flight, task: Task, workers: Workers
) -> ExtractedFile | None:
    """The first look; None when the file is tried again."""
    error = CancelledError() if future.cancelled() else future.exception()
    if error is not None and not workers.lost(error):
        raise error
    look = future.result() if error is None else lost(one.path, task.settings, task.given)
    if not workers.sees_our_files:
        _check_seen(one.path, look)
    passing = error is not None or PASSING.intersection(look.reading.damage)
    if passing and one.count < TRIES:
        _start(_Try(one.path, one.count + 1), flight, task, workers)
        return None
    return look


def _check_seen(path: Path, look: ExtractedFile) -> None:
    """Raises FilesNotShared where a file that is here was missing for its worker: that is
    how the cluster was set up, and no document's damage.
    """
    if "missing" in look.reading.damage and path.is_file():
        advice = "Mount the same folder there, or send the files: add --ship-files."
        raise FilesNotShared(f"A worker of the cluster does not find {as_text(path)}.", advice)


def unread(
    files: Mapping[Path, str | None], task: Task, ledger: Ledger, *, again: bool
) -> list[Path]:
    """The files that have to be read: those of unknown content, one file for each content,
    and those that cannot be hashed; with `again` also those whose damage may have been the
    machine's.
    """
    known = readings_of(files, task, ledger)
    renewed = ledger.transient(known.values()) if again else set()
    wanted: dict[tuple[str, str], Path] = {}
    for path, sha256 in files.items():
        if path not in known or known[path] in renewed:
            wanted.setdefault((sha256 or str(path), path.suffix.lower()), path)
    return list(wanted.values())


def readings_of(files: Mapping[Path, str | None], task: Task, ledger: Ledger) -> dict[Path, int]:
    """The number of each file's latest reading."""
    stored = {key: ledger.known(key) for key in sorted({task.key(path) for path in files})}
    found: dict[Path, int] = {}
    for path, sha256 in files.items():
        number = stored[task.key(path)].get(sha256 or "")
        if number is not None:
            found[path] = number
    return found
