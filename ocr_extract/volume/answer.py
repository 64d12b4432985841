"""The answer of a run: its readings and what people decided become the volume's records.

No file is read here. So a run can be resolved again, after decisions, from what the ledger has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.errors import LedgerTrouble
from ocr_extract.received.arrival import Arrival
from ocr_extract.records import Document, Received, Record, as_text
from ocr_extract.settings import Settings
from ocr_extract.volume.keys import program_digest
from ocr_extract.volume.ledger import DamagedReading, Ledger
from ocr_extract.volume.ledger.decisions import StoredDecision
from ocr_extract.volume.roster.roster import Roster
from ocr_extract.volume.stored_reading import unpacked
from ocr_extract.volume.stored_volume import ADVICE, StoredFile, StoredVolume
from ocr_extract.volume.volume_summary import VolumeSummary


@dataclass(frozen=True)
class Outcome:
    """`run` is the run's number in the ledger. `source` is the number of the run that has its
    records: the run itself, unless nothing had changed. `read` is how many files were read.
    """

    run: int
    source: int
    read: int
    summary: VolumeSummary


@dataclass(frozen=True)
class ReadVolume:
    """A volume whose files have been read: the settings, and the files with their roster."""

    settings: Settings
    volume: StoredVolume

    @property
    def context(self) -> Context:
        """What is known about the volume's dates."""
        return context_for(self.settings, self.volume.roster)

    def records(self, ledger: Ledger) -> Iterator[tuple[Path, tuple[Record, ...]]]:
        """Every file, by its absolute path, with the records of its extraction pass. Files with
        equal content are read once, and each gets the records under its own name. Raises
        DamagedReading.
        """
        files, arrived = self.volume.files, self.volume.received
        stored = ledger.records_in([file.reading for file in files if file.reading is not None])
        for file in files:
            records = unpacked(file.content) if file.reading is None else next(stored)
            received = arrived.get(as_text(file.path))
            own = (_with_name_of_file(record, file.path, received) for record in records)
            yield Path(file.identity), tuple(own)

    def digest(self, decisions: tuple[StoredDecision, ...]) -> str:
        """Digest, in hexadecimal, of everything that the answer depends on."""
        calibration = self.settings.calibration
        files = self.volume.files
        causes = {
            "program": program_digest(),
            "calibration": calibration.read_text(encoding="utf-8") if calibration else None,
            "settings": self.settings.model_dump(mode="json"),
            "roster": asdict(self.volume.roster) if self.volume.roster else None,
            "files": [
                [as_text(file.path), file.reading, hashlib.sha256(file.content).hexdigest()]
                for file in files
            ],
            "arrived": [asdict(arrival) for arrival in self.volume.arrived],
            "forgotten": self.volume.forgotten,
            "decisions": [decision.number for decision in decisions],
        }
        return hashlib.sha256(json.dumps(causes, default=str).encode()).hexdigest()


def context_for(settings: Settings, roster: Roster | None) -> Context:
    """What the editor says about the dates; otherwise what the roster says."""
    stated = context_of(settings.year, settings.start, settings.end)
    return stated if stated.known or roster is None else roster.context


def store_answer(run: int, read: ReadVolume, ledger: Ledger, count: int) -> Outcome:
    """Resolve the volume and store the result. When nothing changed since the last finished run,
    that run's answer is used. `count` is how many files were read. Raises DamagedReading.
    """
    decisions = ledger.decisions.standing().all()
    digest = read.digest(decisions)
    last = ledger.last_done(run)
    if last is not None and last.judged == digest:
        ledger.end_as(run, last)
        return Outcome(run, last.source, count, VolumeSummary.from_json(last.answer))
    # Imported here: a run over files that did not change is over before (see run._preload).
    from ocr_extract.volume.consensus import resolve_volume  # noqa: PLC0415
    from ocr_extract.volume.decided import volume_decisions  # noqa: PLC0415

    roster = read.volume.roster
    with resolve_volume(
        partial(read.records, ledger),
        read.context,
        read.settings,
        roster,
        volume_decisions(decisions, roster),
    ) as resolved:
        records = ((as_text(path), part, record) for path, part, record in resolved.records)
        summary = replace(resolved.summary, forgotten=read.volume.forgotten)
        ledger.end(run, digest, summary.to_json(), records, read.volume.packed())
    return Outcome(run, run, count, summary)


def last_volume(ledger: Ledger) -> tuple[int, ReadVolume]:
    """The number of the run that has the records of the last finished run, and what it had read.
    Raises LedgerTrouble when there is none, or when an earlier version of the program made it.
    """
    last = ledger.last_done()
    if last is None:
        raise LedgerTrouble("The ledger has no finished run.", ADVICE)
    settings, content = ledger.volume_of(last.source)
    try:
        chosen = Settings.model_validate_json(settings)
    except ValidationError as error:
        raise LedgerTrouble(
            "The settings of the last run are of another version.", ADVICE
        ) from error
    return last.source, ReadVolume(chosen, StoredVolume.unpacked(content))


def resolve_again(ledger: Ledger) -> Outcome:
    """Resolve the last run again with its settings, its roster and its readings, and with all
    decisions that stand now. No file is read. The ledger must be open for this run alone. Raises
    LedgerTrouble when a reading is damaged, or nothing can be resolved.
    """
    _, read = last_volume(ledger)
    paths = [as_text(file.path) for file in read.volume.files]
    number = ledger.begin(read.settings.model_dump_json(), paths)
    try:
        return store_answer(number, read, ledger, 0)
    except DamagedReading as error:
        raise LedgerTrouble("A reading in the ledger is damaged.", ADVICE) from error


def read_volume(
    settings: Settings,
    roster: Roster | None,
    files: Iterator[StoredFile],
    arrived: tuple[Arrival, ...] = (),
) -> ReadVolume:
    """A volume that has just been read, with what arrived in containers."""
    return ReadVolume(settings, StoredVolume(tuple(files), roster, arrived))


def _with_name_of_file(record: Record, path: Path, received: Received | None) -> Record:
    """The record with the name and the path of this file, and with how it arrived."""
    document = Document.at(path)
    update = {"name": document.name, "path": document.path, "received": received}
    renamed = record.document.model_copy(update=update)
    return record.model_copy(update={"document": renamed})
