"""Run over many files: list, read what is new, judge all together, one record each.

Everything is in the ledger before it is anywhere else: a run that dies goes on where it
was, and a run over what has not changed reads nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.decision.record import decide
from ocr_extract.fields.observations import Observations
from ocr_extract.records import Document, Record, as_text
from ocr_extract.settings import Settings
from ocr_extract.volume.consensus import resolve_volume
from ocr_extract.volume.keys import program_digest
from ocr_extract.volume.ledger import DamagedReading, Ledger, open_ledger
from ocr_extract.volume.listing import hash_of, list_files
from ocr_extract.volume.packing import unpacked
from ocr_extract.volume.plan import identity
from ocr_extract.volume.roster.roster import Roster
from ocr_extract.volume.scheduler import (
    OnProgress,
    Task,
    read_all,
    readings_of,
    unread,
)
from ocr_extract.volume.task import ExtractedFile
from ocr_extract.volume.volume_summary import VolumeSummary
from ocr_extract.volume.workers.pool import InlineWorkers, LocalWorkers, Workers


class Reporter(Protocol):
    """Is told how many files are to be read, and of each that was."""

    def begin(self, total: int) -> None:
        """So many files are to be read."""
        ...

    def __call__(self, path: Path, look: ExtractedFile) -> None:
        """One was read."""
        ...


IN_MEMORY = "sqlite://"
AWAY = frozenset(("missing", "unreadable", "not_a_file"))
"""Damage of a file whose content was not read at all."""
Files = Mapping[Path, str | None]
"""Every file with the hash of its content; None where it could not be read."""


@dataclass(frozen=True)
class Outcome:
    """A run's number in the ledger, the one whose records it has (itself, unless nothing
    had changed), how many files were read, and the summary.
    """

    run: int
    source: int
    read: int
    summary: VolumeSummary


@dataclass(frozen=True)
class Volume:
    """What a run is told: the files, how they are read, and the roster."""

    files: Sequence[Path]
    settings: Settings
    roster: Roster | None = None
    ship: bool = False
    again: bool = False
    verify: bool = False

    @property
    def given(self) -> Context:
        """What the editor has said of the dates."""
        stated = context_of(self.settings.year, self.settings.start, self.settings.end)
        return stated if stated.known or self.roster is None else self.roster.context

    @property
    def task(self) -> Task:
        """How each file is read."""
        return Task(self.settings, self.given, self.ship)


def run_volume(
    volume: Volume,
    ledger: Ledger,
    workers: Callable[[int], AbstractContextManager[Workers]],
    progress: Reporter,
) -> Outcome:
    """Run, with everything in the ledger; `workers` are made for as many files as have to
    be read, when any has, and `progress` is told of each. Raises MissingTool, LostCluster,
    LedgerTrouble: what was read until then is kept.
    """
    number = ledger.begin(volume.settings.model_dump_json(), [as_text(f) for f in volume.files])
    max_bytes = volume.settings.max_bytes
    files = list_files(volume.files, ledger, max_bytes, verify=volume.verify)
    wanted = unread(files, volume.task, ledger, again=volume.again)
    reader = _Reader(number, volume, ledger, workers, progress, files)
    reader.read(wanted)
    try:
        return _judge(number, volume, files, reader.unhashed, ledger, len(wanted))
    except DamagedReading:
        more = _with_damaged_readings(files, volume.task, ledger)
        reader.read(more)
        return _judge(number, volume, files, reader.unhashed, ledger, len(wanted) + len(more))


def _with_damaged_readings(files: Files, task: Task, ledger: Ledger) -> list[Path]:
    """Files whose stored reading is damaged, one for each content."""
    numbers = readings_of(files, task, ledger)
    damaged = ledger.damaged(sorted(set(numbers.values())))
    return list({n: path for path, n in numbers.items() if n in damaged}.values())


@dataclass
class _Reader:
    """Reads files into the ledger; what has no hash is kept in `nameless`."""

    run: int
    volume: Volume
    ledger: Ledger
    workers: Callable[[int], AbstractContextManager[Workers]]
    progress: Reporter
    files: dict[Path, str | None]
    unhashed: dict[Path, ExtractedFile] = field(default_factory=dict)

    def read(self, wanted: Sequence[Path]) -> None:
        """Read these; nobody is started for none."""
        if not wanted:
            return
        with self.workers(len(wanted)) as pool:
            self.progress.begin(len(wanted))
            for path, look in read_all(wanted, self.volume.task, pool, self.progress):
                self._keep(path, look)

    def _keep(self, path: Path, look: ExtractedFile) -> None:
        """Into the ledger, under the hash of what was read: a file may change meanwhile, or
        be away for a moment. Without that hash it is kept for this run only.
        """
        listed, max_bytes = self.files[path], self.volume.settings.max_bytes
        sha256 = look.sha256 or _unchanged(path, look, listed, max_bytes)
        if sha256 is None:
            self.unhashed[path] = look
            return
        self.files[path] = sha256
        self.ledger.add_reading(self.run, sha256, self.volume.task.key(path), look.reading)


def _unchanged(path: Path, look: ExtractedFile, listed: str | None, max_bytes: int) -> str | None:
    """The hash of content that a reader did not come to hash: as it was listed, if it still
    is that now; None where the file itself was not to be had.
    """
    if listed is None or AWAY.intersection(look.reading.damage):
        return None
    return listed if hash_of(path, max_bytes) == listed else None


def _judge(
    number: int,
    volume: Volume,
    files: Files,
    unhashed: Mapping[Path, ExtractedFile],
    ledger: Ledger,
    read: int,
) -> Outcome:
    numbers = readings_of(files, volume.task, ledger)
    digest = _digest(volume, numbers, unhashed)
    last = ledger.last_done(number)
    if last is not None and last.judged == digest:
        ledger.end_as(number, last)
        return Outcome(number, last.source, read, VolumeSummary.from_json(last.answer))

    def looks() -> Iterator[tuple[Path, tuple[Record, ...]]]:
        stored = ledger.looks([numbers[path] for path in files if path in numbers])
        for path in files:
            found = next(stored) if path in numbers else unpacked(unhashed[path].reading.content)
            yield path, tuple(_of_file(record, path) for record in found)

    with resolve_volume(looks, volume.given, volume.settings, volume.roster) as resolved:
        found = (
            (as_text(Path(identity(path))), part, record) for path, part, record in resolved.records
        )
        ledger.end(number, digest, resolved.summary.to_json(), found)
    return Outcome(number, number, read, resolved.summary)


def _of_file(record: Record, path: Path) -> Record:
    """The record under its file's name: equal contents are read once."""
    own = Document.at(path)
    named = record.document.model_copy(update={"name": own.name, "path": own.path})
    return record.model_copy(update={"document": named})


def _digest(
    volume: Volume, numbers: Mapping[Path, int], unhashed: Mapping[Path, ExtractedFile]
) -> str:
    """Digest of all that the answer follows from."""
    calibration = volume.settings.calibration
    told = {
        "program": program_digest(),
        "calibration": calibration.read_text(encoding="utf-8") if calibration else None,
        "settings": volume.settings.model_dump(mode="json"),
        "roster": asdict(volume.roster) if volume.roster else None,
        "readings": [[as_text(path), number] for path, number in numbers.items()],
        "nameless": [
            [as_text(p), hashlib.sha256(one.reading.content).hexdigest()]
            for p, one in unhashed.items()
        ],
    }
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def run(
    files: Sequence[Path],
    settings: Settings,
    *,
    roster: Roster | None = None,
    jobs: int = 1,
    isolated: bool = False,
    progress: OnProgress | None = None,
) -> tuple[Record, ...]:
    """A record for every agreement, in the order of the files, whatever happens to any of
    them; a file has one at least, also when nothing of it can be read. Nothing is kept.

    `isolated` reads in worker processes also with one job: only there are memory and
    processor time bounded. Raises MissingTool when tesseract or poppler is not installed.
    """
    here = jobs <= 1 and not isolated
    volume = Volume(files, settings, roster)
    with open_ledger(IN_MEMORY) as ledger:
        workers = (
            _here
            if here
            else (lambda count: LocalWorkers(min(jobs, count), settings.document_timeout))
        )
        outcome = run_volume(volume, ledger, workers, _Progress(progress))
        return tuple(ledger.records_of(outcome.run))


def _here(_: int) -> AbstractContextManager[Workers]:
    return nullcontext(InlineWorkers())


@dataclass(frozen=True)
class _Progress:
    """Tells a function of each file; nobody where there is none."""

    told: OnProgress | None

    def begin(self, total: int) -> None:
        """How many there are is not asked."""

    def __call__(self, path: Path, look: ExtractedFile) -> None:
        """One was read."""
        if self.told is not None:
            self.told(path, look)


def judged(
    findings: Sequence[Observations], settings: Settings, roster: Roster | None = None
) -> tuple[Record, ...]:
    """Judge what was found: with the context that was given, then with what the documents
    say of one another. Nothing is kept.
    """
    given = Volume((), settings, roster).given
    looks = [(Path(f.document.path), (decide(f, given, settings),)) for f in findings]
    with resolve_volume(lambda: iter(looks), given, settings, roster) as together:
        return tuple(record for _, _, record in together.records)
