"""Run over many files: list, read what is new, judge all together, one record each.

Everything is in the ledger before it is anywhere else: a run that dies goes on where it
was, and a run over what has not changed reads nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.findings import Findings
from ocr_extract.judge import judge
from ocr_extract.records import Document, Record, as_text
from ocr_extract.settings import Settings
from ocr_extract.volume.consensus import judged_together
from ocr_extract.volume.first_look import FirstLook
from ocr_extract.volume.ledger import Ledger, open_ledger
from ocr_extract.volume.listing import list_files
from ocr_extract.volume.packing import unpacked
from ocr_extract.volume.plan import identity
from ocr_extract.volume.reading import (
    Task,
    Told,
    program_digest,
    read_all,
    readings_of,
    setting_of,
    unread,
)
from ocr_extract.volume.roster import Roster
from ocr_extract.volume.workers import Here, LocalWorkers, Workers


class Reporter(Protocol):
    """Is told how many files are to be read, and of each that was."""

    def begin(self, total: int) -> None:
        """So many files are to be read."""
        ...

    def __call__(self, path: Path, look: FirstLook) -> None:
        """One was read."""
        ...


IN_MEMORY = "sqlite://"
Files = Mapping[Path, str | None]
"""Every file with the hash of its content; None where it could not be read."""


@dataclass(frozen=True)
class Outcome:
    """A run's number in the ledger, the one whose records it has (itself, unless nothing
    had changed), how many files were read, and the summary as plain values.
    """

    run: int
    source: int
    read: int
    summary: Mapping[str, Any]


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
    files = list_files(volume.files, ledger)
    wanted = unread(files, volume.task, ledger, again=volume.again)
    nameless: dict[Path, FirstLook] = {}
    if wanted:
        with workers(len(wanted)) as pool:
            progress.begin(len(wanted))
            for path, look in read_all(wanted, volume.task, pool, progress):
                _keep(number, path, look, files, volume, ledger, nameless)
    return _judge(number, volume, files, nameless, ledger, len(wanted))


def _keep(
    run: int,
    path: Path,
    look: FirstLook,
    files: dict[Path, str | None],
    volume: Volume,
    ledger: Ledger,
    nameless: dict[Path, FirstLook],
) -> None:
    """Into the ledger, under the hash of what was read: a file may change meanwhile."""
    sha256 = look.sha256 or files[path]
    if sha256 is None:
        nameless[path] = look
        return
    files[path] = sha256
    ledger.add_reading(run, sha256, setting_of(path.suffix.lower(), volume.task), look.reading)


def _judge(
    number: int,
    volume: Volume,
    files: Files,
    nameless: Mapping[Path, FirstLook],
    ledger: Ledger,
    read: int,
) -> Outcome:
    numbers = readings_of(files, volume.task, ledger)
    digest = _digest(volume, numbers, nameless)
    last = ledger.last_done(number)
    if last is not None and last.judged == digest:
        ledger.end_as(number, last)
        return Outcome(number, last.source, read, json.loads(last.answer))

    def looks() -> Iterator[tuple[Path, tuple[Record, ...]]]:
        stored = ledger.looks([numbers[path] for path in files if path in numbers])
        for path in files:
            found = next(stored) if path in numbers else unpacked(nameless[path].reading.content)
            yield path, tuple(_of_file(record, path) for record in found)

    with judged_together(looks, volume.given, volume.settings, volume.roster) as judged:
        summary = judged.summary.to_json()
        found = (
            (as_text(Path(identity(path))), part, record) for path, part, record in judged.records
        )
        ledger.end(number, digest, json.dumps(summary), found)
    return Outcome(number, number, read, summary)


def _of_file(record: Record, path: Path) -> Record:
    """The record under its file's name: equal contents are read once."""
    own = Document.at(path)
    named = record.document.model_copy(update={"name": own.name, "path": own.path})
    return record.model_copy(update={"document": named})


def _digest(volume: Volume, numbers: Mapping[Path, int], nameless: Mapping[Path, FirstLook]) -> str:
    """Digest of all that the answer follows from."""
    calibration = volume.settings.calibration
    told = {
        "program": program_digest(reading_only=False),
        "calibration": calibration.read_text(encoding="utf-8") if calibration else None,
        "settings": volume.settings.model_dump(mode="json"),
        "roster": asdict(volume.roster) if volume.roster else None,
        "readings": [[as_text(path), number] for path, number in numbers.items()],
        "nameless": [
            [as_text(p), hashlib.sha256(one.reading.content).hexdigest()]
            for p, one in nameless.items()
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
    progress: Told | None = None,
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
        outcome = run_volume(volume, ledger, workers, _Told(progress))
        return tuple(ledger.records_of(outcome.run))


def _here(_: int) -> AbstractContextManager[Workers]:
    return nullcontext(Here())


@dataclass(frozen=True)
class _Told:
    """Tells a function of each file; nobody where there is none."""

    told: Told | None

    def begin(self, total: int) -> None:
        """How many there are is not asked."""

    def __call__(self, path: Path, look: FirstLook) -> None:
        """One was read."""
        if self.told is not None:
            self.told(path, look)


def judged(
    findings: Sequence[Findings], settings: Settings, roster: Roster | None = None
) -> tuple[Record, ...]:
    """Judge what was found: with the context that was given, then with what the documents
    say of one another. Nothing is kept.
    """
    given = Volume((), settings, roster).given
    looks = [(Path(f.document.path), (judge(f, given, settings),)) for f in findings]
    with judged_together(lambda: iter(looks), given, settings, roster) as together:
        return tuple(record for _, _, record in together.records)
