"""The extraction pass over many files: workers read the files that have no stored reading."""

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
    lost_file,
)
from ocr_extract.volume.workers.pool import InlineWorkers, Workers

MAX_QUEUED = 2
"""Largest number of tasks per worker that wait or run (chosen); this limits the memory used."""
MAX_TRIES = 2
"""How often a file is read at most, when its worker is lost or its damage may be temporary
(chosen)."""
PASSING_DAMAGE = frozenset("missing unreadable reader_garbage tool_killed".split())
"""Kinds of damage that are often temporary: such a file is read once more at once."""
OnProgress = Callable[[Path, ExtractedFile], None]
"""Receives each file that was read."""


@dataclass(frozen=True)
class Task:
    """How files are read: the settings, what the editor or the roster says about the dates, and
    `ship`: whether the files' content is sent to the workers.
    """

    settings: Settings
    context: Context
    ship: bool = False

    def key(self, path: Path) -> str:
        """The key that a reading of this file is stored under, beside the hash of its bytes."""
        return reading_key(path.suffix.lower(), self.settings, self.context)


@dataclass(frozen=True)
class _Attempt:
    """The `count`-th time, from 1, that a file is read."""

    path: Path
    count: int = 1


_Running = dict[Future[ExtractedFile], _Attempt]
"""The tasks that wait or run."""


def read_all(
    paths: Sequence[Path], task: Task, workers: Workers, on_progress: OnProgress
) -> Iterator[tuple[Path, ExtractedFile]]:
    """Each file's reading, as soon as it is finished. A file whose worker is lost is tried once
    more. If that fails too, the file gets a record with the damage worker_died. Raises
    FilesNotShared, and the errors of a task that are not about its file.
    """
    running: _Running = {}
    for path in paths:
        _submit(_Attempt(path), running, task, workers)
        while len(running) >= MAX_QUEUED * workers.size:
            yield from _finished_files(running, task, workers, on_progress)
    while running:
        yield from _finished_files(running, task, workers, on_progress)


def _submit(attempt: _Attempt, running: _Running, task: Task, workers: Workers) -> None:
    """Give a file to a worker, in the way that this kind of worker needs."""
    path, arguments = attempt.path, (task.settings, task.context)
    future: Future[ExtractedFile]
    if isinstance(workers, InlineWorkers):
        future = workers.submit(extract_here, path, *arguments)
    elif task.ship and (content := _content_to_send(path, task.settings)) is not None:
        future = workers.submit(extract_sent_file, path.name, content, *arguments)
    else:
        # The path is absolute: a worker of a cluster has another working folder.
        future = workers.submit(extract_file, Path(identity(path)), *arguments)
    running[future] = attempt


def _content_to_send(path: Path, settings: Settings) -> bytes | None:
    """A file's bytes. None when the file is larger than `max_bytes` or cannot be read: then the
    worker opens the path and reports the damage.
    """
    try:
        return path.read_bytes() if path.stat().st_size <= settings.max_bytes else None
    except OSError:
        return None


def _finished_files(
    running: _Running, task: Task, workers: Workers, on_progress: OnProgress
) -> Iterator[tuple[Path, ExtractedFile]]:
    """Wait for the next task to finish, and give all files that are finished."""
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        attempt = running.pop(future)
        extracted = _result(future, attempt, running, task, workers)
        if extracted is not None:
            on_progress(attempt.path, extracted)
            yield attempt.path, extracted


def _result(
    future: Future[ExtractedFile],
    attempt: _Attempt,
    running: _Running,
    task: Task,
    workers: Workers,
) -> ExtractedFile | None:
    """The file's reading; None when the file is read again. Raises FilesNotShared."""
    error = CancelledError() if future.cancelled() else future.exception()
    if error is not None and not workers.lost(error):
        raise error
    path = attempt.path
    extracted = lost_file(path, task.settings, task.context) if error else future.result()
    if not workers.sees_our_files:
        _check_shared(path, extracted)
    may_pass = error is not None or PASSING_DAMAGE.intersection(extracted.reading.damage)
    if may_pass and attempt.count < MAX_TRIES:
        _submit(_Attempt(path, attempt.count + 1), running, task, workers)
        return None
    return extracted


def _check_shared(path: Path, extracted: ExtractedFile) -> None:
    """Raises FilesNotShared when a worker does not find a file that exists here: then the cluster
    has no access to the folder, and the document is not damaged.
    """
    if "missing" in extracted.reading.damage and path.is_file():
        advice = "Mount the same folder there, or send the files: add --ship-files."
        raise FilesNotShared(f"A worker of the cluster does not find {as_text(path)}.", advice)


def unread(
    files: Mapping[Path, str | None], task: Task, ledger: Ledger, *, again: bool
) -> list[Path]:
    """The files that have to be read: one file for each content without a reading, and the files
    without a hash. With `again` also those whose damage may be a fault of the machine.
    """
    readings = readings_of(files, task, ledger)
    to_repeat = ledger.transient(readings.values()) if again else set()
    first_of_content: dict[tuple[str, str], Path] = {}
    for path, sha256 in files.items():
        if path not in readings or readings[path] in to_repeat:
            first_of_content.setdefault((sha256 or str(path), path.suffix.lower()), path)
    return list(first_of_content.values())


def readings_of(files: Mapping[Path, str | None], task: Task, ledger: Ledger) -> dict[Path, int]:
    """The number of each file's latest reading. Files without a reading are left out."""
    stored = {key: ledger.known(key) for key in sorted({task.key(path) for path in files})}
    numbers = {path: stored[task.key(path)].get(sha256 or "") for path, sha256 in files.items()}
    return {path: number for path, number in numbers.items() if number is not None}
