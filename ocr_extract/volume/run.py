"""A run over many files: list them, read the new ones, resolve the volume, one record each.

Everything is stored in the ledger first. A run that was killed continues where it stopped, and a
run over unchanged files reads nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ocr_extract.dates.priors import Context
from ocr_extract.received.arrival import Arrival
from ocr_extract.records import Damage, Record, as_text
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import (
    Outcome,
    ReadVolume,
    context_for,
    read_volume,
    store_answer,
)
from ocr_extract.volume.ledger import DamagedReading, Ledger, open_ledger
from ocr_extract.volume.listing import hash_of, list_files
from ocr_extract.volume.plan import identity
from ocr_extract.volume.roster.roster import Roster
from ocr_extract.volume.scheduler import OnProgress, Task, read_all, readings_of, unread
from ocr_extract.volume.stored_volume import StoredFile
from ocr_extract.volume.task import ExtractedFile, damaged_file
from ocr_extract.volume.workers.pool import InlineWorkers, LocalWorkers, Workers

MakeWorkers = Callable[[int], AbstractContextManager[Workers]]
"""Makes the workers for a given number of files."""
IN_MEMORY = "sqlite://"
"""URL of a ledger that exists only during the run."""
UNREAD_DAMAGE = frozenset(("missing", "unreadable", "not_a_file"))
"""Kinds of damage of a file whose content was not read at all."""
Files = Mapping[Path, str | None]
"""Every file with the SHA-256 of its content; None when it could not be read."""


class Reporter(Protocol):
    """Receives the number of files to read, and then each file that was read."""

    def begin(self, total: int) -> None:
        """`total` files will be read."""
        ...

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:
        """One file was read."""
        ...


@dataclass(frozen=True)
class Volume:
    """The input of a run: the files, how they are read, and the roster. `ship` sends the files'
    content to the workers. `again` reads files again whose damage may be a fault of the machine.
    `verify` hashes every file again. `arrived` is what was unpacked from containers, and `damaged`
    are files that are not read, with their damage.
    """

    files: Sequence[Path]
    settings: Settings
    roster: Roster | None = None
    ship: bool = False
    again: bool = False
    verify: bool = False
    arrived: tuple[Arrival, ...] = ()
    damaged: Mapping[Path, Damage] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        """What the editor says about the dates; otherwise what the roster says."""
        return context_for(self.settings, self.roster)

    @property
    def task(self) -> Task:
        """How each file is read."""
        return Task(self.settings, self.context, self.ship)


def run_volume(volume: Volume, ledger: Ledger, workers: MakeWorkers, progress: Reporter) -> Outcome:
    """A run over the files, with all results in the ledger. Workers are started only when a file
    has to be read. `progress` receives each file that was read. Raises MissingTool, LostCluster or
    LedgerTrouble; everything that was read until then is kept.
    """
    number = ledger.begin(volume.settings.model_dump_json(), [as_text(f) for f in volume.files])
    max_bytes = volume.settings.max_bytes
    readable = [file for file in volume.files if file not in volume.damaged]
    files = list_files(readable, ledger, max_bytes, verify=volume.verify)
    reading = _Reading(number, volume, ledger, workers, progress, files, _damaged(volume))
    reading.read(unread(files, volume.task, ledger, again=volume.again), renew=volume.again)
    reading.read(reading.left_out(), renew=False)
    try:
        return store_answer(number, reading.done(), ledger, reading.count)
    except DamagedReading:
        reading.read(_with_damaged_readings(files, volume.task, ledger), renew=True)
        return store_answer(number, reading.done(), ledger, reading.count)


def _damaged(volume: Volume) -> dict[Path, ExtractedFile]:
    """The readings of the files that cannot be read."""
    task = volume.task
    return {
        path: damaged_file(path, damage, task.settings, task.context)
        for path, damage in volume.damaged.items()
    }


def _with_damaged_readings(files: Files, task: Task, ledger: Ledger) -> list[Path]:
    """Files whose stored reading is damaged, one file for each content."""
    numbers = readings_of(files, task, ledger)
    damaged = ledger.damaged(sorted(set(numbers.values())))
    return list({n: path for path, n in numbers.items() if n in damaged}.values())


def _preload() -> None:
    """Import what the consensus pass needs, while the workers read: a tenth of a second."""
    import ocr_extract.volume.consensus  # noqa: F401, PLC0415


@dataclass
class _Reading:
    """The extraction pass of one run. Readings go into the ledger. Readings of files without a hash
    are kept in `unhashed`, for this run only.
    """

    run: int
    volume: Volume
    ledger: Ledger
    workers: MakeWorkers
    progress: Reporter
    files: dict[Path, str | None]
    unhashed: dict[Path, ExtractedFile] = field(default_factory=dict)
    count: int = 0
    """How many files had to be read."""

    def read(self, paths: Sequence[Path], *, renew: bool) -> None:
        """Read these files. No worker is started when there are none. With `renew` a reading is
        stored also when there is one of the same content.
        """
        self.count += len(paths)
        if not paths:
            return
        with self.workers(len(paths)) as pool:
            self.progress.begin(len(paths))
            threading.Thread(target=_preload, daemon=True).start()
            for path, extracted in read_all(paths, self.volume.task, pool, self.progress):
                self._keep(path, extracted, renew=renew)

    def _keep(self, path: Path, extracted: ExtractedFile, *, renew: bool) -> None:
        """Store a reading under the hash of the bytes that were read: the file may have changed or
        disappeared in the meantime.
        """
        listed, max_bytes = self.files[path], self.volume.settings.max_bytes
        sha256 = extracted.sha256 or _unchanged(path, extracted, listed, max_bytes)
        if sha256 is None:
            self.unhashed[path] = extracted
            return
        self.files[path] = sha256
        key = self.volume.task.key(path)
        self.ledger.add_reading(self.run, sha256, key, extracted.reading, renew=renew)

    def left_out(self) -> list[Path]:
        """Files that still have no reading: of equal files one is read for all, and that one could
        not be read.
        """
        if not self.unhashed:
            return []
        numbers = self.numbers()
        return [path for path in self.files if path not in numbers and path not in self.unhashed]

    def numbers(self) -> dict[Path, int]:
        """The number of each file's reading in the ledger; files without a hash have none."""
        return readings_of(self.files, self.volume.task, self.ledger)

    def done(self) -> ReadVolume:
        """What was read: every file with its reading."""
        numbers = self.numbers()
        files = (
            StoredFile(
                path,
                as_text(Path(identity(path))),
                numbers.get(path),
                b"" if path in numbers else self.unhashed[path].reading.content,
            )
            for path in self.volume.files
        )
        return read_volume(self.volume.settings, self.volume.roster, files, self.volume.arrived)


def _unchanged(
    path: Path, extracted: ExtractedFile, listed: str | None, max_bytes: int
) -> str | None:
    """The hash of the file when it was listed, if its content still has that hash. None when the
    content changed, or when the file was not read.
    """
    if listed is None or UNREAD_DAMAGE.intersection(extracted.reading.damage):
        return None
    return listed if hash_of(path, max_bytes) == listed else None


def run(
    files: Sequence[Path],
    settings: Settings,
    *,
    roster: Roster | None = None,
    jobs: int = 1,
    isolated: bool = False,
    progress: OnProgress | None = None,
) -> tuple[Record, ...]:
    """The records of all agreements, in the order of the files. Every file gets at least one
    record, also when it cannot be read. Nothing is stored on disk.

    `jobs` is the number of worker processes; with 1 the files are read in this process. `isolated`
    uses a worker process also with one job: memory and processor time are limited only there.
    Raises MissingTool when tesseract or poppler is not installed.
    """
    inline = jobs <= 1 and not isolated

    def workers(count: int) -> AbstractContextManager[Workers]:
        if inline:
            return nullcontext(InlineWorkers())
        return LocalWorkers(min(jobs, count), settings.document_timeout)

    with open_ledger(IN_MEMORY) as ledger:
        outcome = run_volume(
            Volume(files, settings, roster), ledger, workers, _PerFileReporter(progress)
        )
        return tuple(ledger.records_of(outcome.run))


@dataclass(frozen=True)
class _PerFileReporter:
    """Passes each file on to the function, if there is one."""

    on_progress: OnProgress | None

    def begin(self, total: int) -> None:
        """The total is not passed on."""

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:
        """One file was read."""
        if self.on_progress is not None:
            self.on_progress(path, extracted)
