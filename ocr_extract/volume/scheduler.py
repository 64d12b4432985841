"""The extraction pass over many files: workers read those that the ledger has no reading of."""

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
"""Tasks per worker that wait or run (chosen): memory holds no more than these."""
MAX_TRIES = 2
"""How often a file is read when its worker is lost or its damage may pass (chosen)."""
PASSING_DAMAGE = frozenset("missing unreadable reader_garbage tool_killed".split())
"""Damage that is often over a moment later: such a file is read once more at once."""
OnProgress = Callable[[Path, ExtractedFile], None]
"""Is told of each file that was read."""


@dataclass(frozen=True)
class Task:
    """How files are read: settings, what the editor said of the dates, and whether files
    are sent to the workers.
    """

    settings: Settings
    context: Context
    ship: bool = False

    def key(self, path: Path) -> str:
        """What a reading of this file is stored under, beside the hash of its bytes."""
        return reading_key(path.suffix.lower(), self.settings, self.context)


@dataclass(frozen=True)
class _Try:
    path: Path
    count: int = 1


_Running = dict[Future[ExtractedFile], _Try]
"""The tasks that wait or run."""


def read_all(
    paths: Sequence[Path], task: Task, workers: Workers, on_progress: OnProgress
) -> Iterator[tuple[Path, ExtractedFile]]:
    """Each file's reading, as soon as it is there. A file whose worker is lost is tried once
    more, and then gets a record that says so.
    """
    running: _Running = {}
    for path in paths:
        _start(_Try(path), running, task, workers)
        while len(running) >= MAX_QUEUED * workers.size:
            yield from _finished(running, task, workers, on_progress)
    while running:
        yield from _finished(running, task, workers, on_progress)


def _start(attempt: _Try, running: _Running, task: Task, workers: Workers) -> None:
    path, arguments = attempt.path, (task.settings, task.context)
    future: Future[ExtractedFile]
    if isinstance(workers, InlineWorkers):
        future = workers.submit(extract_here, path, *arguments)
    elif task.ship and (content := _content(path, task.settings)) is not None:
        future = workers.submit(extract_sent_file, path.name, content, *arguments)
    else:
        # An absolute path: a worker of a cluster has another working folder.
        future = workers.submit(extract_file, Path(identity(path)), *arguments)
    running[future] = attempt


def _content(path: Path, settings: Settings) -> bytes | None:
    """A file's bytes to be sent; None for a file that is too large or cannot be read: the
    worker reports that.
    """
    try:
        return path.read_bytes() if path.stat().st_size <= settings.max_bytes else None
    except OSError:
        return None


def _finished(
    running: _Running, task: Task, workers: Workers, on_progress: OnProgress
) -> Iterator[tuple[Path, ExtractedFile]]:
    """Waits for the next task, and gives what is done."""
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        attempt = running.pop(future)
        extracted = _result(future, attempt, running, task, workers)
        if extracted is not None:
            on_progress(attempt.path, extracted)
            yield attempt.path, extracted


def _result(
    future: Future[ExtractedFile], attempt: _Try, running: _Running, task: Task, workers: Workers
) -> ExtractedFile | None:
    """The file's reading; None when the file is tried again."""
    error = CancelledError() if future.cancelled() else future.exception()
    if error is not None and not workers.lost(error):
        raise error
    path = attempt.path
    extracted = lost_file(path, task.settings, task.context) if error else future.result()
    if not workers.sees_our_files:
        _check_shared(path, extracted)
    passing = error is not None or PASSING_DAMAGE.intersection(extracted.reading.damage)
    if passing and attempt.count < MAX_TRIES:
        _start(_Try(path, attempt.count + 1), running, task, workers)
        return None
    return extracted


def _check_shared(path: Path, extracted: ExtractedFile) -> None:
    """Raises FilesNotShared where a worker did not find a file that is here: the cluster is set
    up wrongly, and the document is not damaged.
    """
    if "missing" in extracted.reading.damage and path.is_file():
        advice = "Mount the same folder there, or send the files: add --ship-files."
        raise FilesNotShared(f"A worker of the cluster does not find {as_text(path)}.", advice)


def unread(
    files: Mapping[Path, str | None], task: Task, ledger: Ledger, *, again: bool
) -> list[Path]:
    """The files that have to be read: those of unknown content, one file for each content, and
    those without a hash; with `again` also those whose damage may be the machine's.
    """
    readings = readings_of(files, task, ledger)
    renewed = ledger.transient(readings.values()) if again else set()
    wanted: dict[tuple[str, str], Path] = {}
    for path, sha256 in files.items():
        if path not in readings or readings[path] in renewed:
            wanted.setdefault((sha256 or str(path), path.suffix.lower()), path)
    return list(wanted.values())


def readings_of(files: Mapping[Path, str | None], task: Task, ledger: Ledger) -> dict[Path, int]:
    """The number of each file's latest reading, where there is one."""
    stored = {key: ledger.known(key) for key in sorted({task.key(path) for path in files})}
    numbers = {path: stored[task.key(path)].get(sha256 or "") for path, sha256 in files.items()}
    return {path: number for path, number in numbers.items() if number is not None}
