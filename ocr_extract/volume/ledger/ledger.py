"""The ledger itself: a few verbs over its tables.

Results are keyed by a file's content and the settings that matter; runs, records,
decisions and messages are appended and never changed.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, func, insert, select, update

from ocr_extract._version import __version__
from ocr_extract.errors import LedgerTrouble
from ocr_extract.records import MACHINE_FAULTS, Record, Verdict
from ocr_extract.volume.ledger.connect import (
    DAMAGED_ADVICE,
    database_troubles,
    engine_of,
    held,
    migrate,
    writing,
)
from ocr_extract.volume.ledger.forget import Forgotten, forget, of_paper
from ocr_extract.volume.ledger.tables import (
    decisions,
    listing,
    messages,
    readings,
    records,
    run_records,
    runs,
)
from ocr_extract.volume.stored_reading import StoredReading, packed, unpacked

ROWS = 500
"""Rows that are held at a time when many are fetched."""


@dataclass(frozen=True)
class Listed:
    """A file as it was listed: size in bytes, time of change in nanoseconds, SHA-256."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True)
class Run:
    """A run that ended: its number, what it judged, and the run that bears its records."""

    number: int
    judged: str
    source: int
    answer: str


class DamagedReading(Exception):
    """A stored reading is no longer what was stored: its file has to be read again."""


class Ledger:
    """One run's hold on a ledger; `open_ledger` gives it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Runs

    def begin(self, settings: str, inputs: Sequence[str]) -> int:
        """A new run; its number."""
        row = {
            "started": _now(),
            "state": "running",
            "program": __version__,
            "settings": settings,
            "inputs": json.dumps(list(inputs)),
        }
        with self._writing() as connection:
            return _inserted(connection, runs, row)

    def last_done(self, before: int) -> Run | None:
        """The last run before this one that came to its end."""
        row = self._first(
            select(runs.c.id, runs.c.judged, runs.c.same_as, runs.c.answer)
            .where(runs.c.state == "done", runs.c.id < before)
            .order_by(runs.c.id.desc())
        )
        return None if row is None else Run(row[0], row[1] or "", row[2] or row[0], row[3] or "")

    def end_as(self, run: int, earlier: Run) -> None:
        """End a run that found everything as an earlier one had left it."""
        with self._writing() as connection:
            _end(
                connection,
                run,
                judged=earlier.judged,
                same_as=earlier.source,
                answer=earlier.answer,
            )

    def end(
        self, run: int, judged: str, answer: str, found: Iterable[tuple[str, int, Record]]
    ) -> None:
        """Store a run's records (path, part, record) in their order and end it, in one
        transaction: a run is there whole, or not at all.
        """
        with self._writing() as connection:
            for position, (path, part, record) in enumerate(found):
                number = _put(connection, run, path, part, record)
                row = {"run_id": run, "position": position, "record_id": number}
                connection.execute(insert(run_records).values(row))
            _end(connection, run, judged=judged, answer=answer)

    # Files and readings

    def listed(self) -> dict[str, Listed]:
        """Every file that was ever listed, by its path."""
        rows = self._rows(select(listing))
        return {row[0]: Listed(*row[1:]) for row in rows}

    def list_files(self, files: Mapping[str, Listed]) -> None:
        """Remember files as they were listed."""
        fresh = [{"path": path, **vars(one)} for path, one in files.items()]
        with self._writing() as connection:
            for start in range(0, len(fresh), ROWS):
                some = fresh[start : start + ROWS]
                paths = [row["path"] for row in some]
                connection.execute(listing.delete().where(listing.c.path.in_(paths)))
                connection.execute(insert(listing), some)

    def known(self, setting: str) -> dict[str, int]:
        """Number of the latest reading of each content that was read under a setting."""
        query = select(readings.c.sha256, func.max(readings.c.id)).where(
            readings.c.setting == setting
        )
        return dict(self._rows(query.group_by(readings.c.sha256)))

    def transient(self, numbers: Iterable[int]) -> set[int]:
        """Those readings whose damage may be the machine's."""
        wanted = set(numbers)
        rows = self._rows(select(readings.c.id, readings.c.damage).where(readings.c.damage != ""))
        return {row[0] for row in rows if row[0] in wanted and MACHINE_FAULTS & set(row[1].split())}

    def add_reading(self, run: int, sha256: str, setting: str, reading: StoredReading) -> int:
        """Append a reading; its number."""
        key = (readings.c.sha256 == sha256) & (readings.c.setting == setting)
        with self._writing() as connection:
            latest = connection.execute(select(func.max(readings.c.attempt)).where(key)).scalar()
            row = {
                "sha256": sha256,
                "setting": setting,
                "attempt": (latest or 0) + 1,
                "run_id": run,
                "seconds": reading.seconds,
                "damage": " ".join(reading.damage),
                "content": reading.content,
            }
            return _inserted(connection, readings, row)

    def records_in(self, numbers: Sequence[int]) -> Iterator[tuple[Record, ...]]:
        """The records of readings, in the order of their numbers given."""
        for start in range(0, len(numbers), ROWS):
            some = numbers[start : start + ROWS]
            query = select(readings.c.id, readings.c.content).where(readings.c.id.in_(set(some)))
            contents = dict(self._rows(query))
            yield from (_whole(number, contents[number]) for number in some)

    def damaged(self, numbers: Sequence[int]) -> set[int]:
        """Those readings whose content is no longer what was stored."""
        found: set[int] = set()
        for number in numbers:
            try:
                next(self.records_in([number]))
            except DamagedReading:
                found.add(number)
        return found

    # Records, decisions, messages

    def records_of(self, run: int, *, unaccepted: bool = False) -> Iterator[Record]:
        """A run's records, in the order of its files, or only those that were not accepted;
        few are held at a time.
        """
        query = (
            select(records.c.content)
            .join(run_records, run_records.c.record_id == records.c.id)
            .where(run_records.c.run_id == run)
            .order_by(run_records.c.position)
        )
        if unaccepted:
            query = query.where(records.c.verdict != Verdict.ACCEPTED.value)
        with database_troubles(), self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=ROWS).execute(query)
            for row in rows:
                yield _record_in(row[0])

    def decide(
        self, sha256: str, part: int, field: str, value: str | None, person: str, note: str = ""
    ) -> None:
        """Append what a person settled of a field."""
        row = {"sha256": sha256, "part": part, "field": field, "value": value}
        self._append(decisions, {**row, "made": _now(), "person": person, "note": note})

    def sent(self, run: int, recipient: str, subject: str, paper: str | None = None) -> None:
        """Append that a message went out."""
        row = {"run_id": run, "recipient": recipient, "subject": subject, "paper": paper}
        self._append(messages, {**row, "sent": _now()})

    def history(self, key: str) -> tuple[tuple[str, Record | Mapping[str, Any]], ...]:
        """Everything that was ever said of a paper, a file's name or a hash, oldest first:
        times with records, and with rows of decisions and messages.
        """
        query = select(runs.c.started, records.c.content, records.c.sha256).join(runs)
        query = query.where(of_paper(key))
        said = list(self._rows(query.order_by(records.c.id)))
        hashes = {row[2] for row in said if row[2]}
        decided = select(decisions).where(decisions.c.sha256.in_(hashes)).order_by(decisions.c.id)
        posted = select(messages).where(messages.c.paper == key).order_by(messages.c.id)
        found: list[tuple[str, Record | Mapping[str, Any]]] = [
            *((row[0], _record_in(row[1])) for row in said),
            *((row["made"], row) for row in self._mappings(decided)),
            *((row["sent"], row) for row in self._mappings(posted)),
        ]
        return tuple(sorted(found, key=lambda item: item[0]))

    def forget(self, key: str) -> Forgotten | None:
        """Remove all that is held of a paper; None where nothing is (see `forget`)."""
        with database_troubles():
            return forget(self._engine, key)

    # Underneath

    def _append(self, table: Table, row: Mapping[str, object]) -> None:
        with self._writing() as connection:
            connection.execute(insert(table).values(row))

    def _rows(self, query: Any) -> list[Any]:
        with database_troubles(), self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def _mappings(self, query: Any) -> list[dict[str, Any]]:
        with database_troubles(), self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _first(self, query: Any) -> Any:
        return next(iter(self._rows(query.limit(1))), None)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with database_troubles(), writing(self._engine) as connection:
            yield connection


@contextmanager
def open_ledger(url: str | URL, *, alone: bool = True) -> Iterator[Ledger]:
    """A ledger, its tables up to date; `alone` holds it against other runs. Raises
    LedgerBusy, LedgerTrouble, or MissingTool when the database's driver is not installed.
    """
    engine = engine_of(url)
    try:
        with database_troubles():
            if not alone:
                yield _migrated(engine)
                return
            with held(engine):
                yield _migrated(engine)
    finally:
        engine.dispose()


def _migrated(engine: Engine) -> Ledger:
    migrate(engine)
    return Ledger(engine)


def digest_of(record: Record) -> str:
    """SHA-256 of all that a record says, but for the time that it took."""
    plain = record.model_copy(update={"seconds": 0.0}).to_json()
    return hashlib.sha256(plain.encode()).hexdigest()


def _whole(number: int, content: bytes) -> tuple[Record, ...]:
    """A reading's records; raises DamagedReading."""
    try:
        return unpacked(content)
    except (zlib.error, ValueError) as error:
        raise DamagedReading(number) from error


def _record_in(content: bytes) -> Record:
    """A stored record; raises LedgerTrouble where the row is damaged."""
    try:
        return unpacked(content)[0]
    except (zlib.error, ValueError) as error:
        raise LedgerTrouble("A record in the ledger is damaged.", DAMAGED_ADVICE) from error


def _put(connection: Connection, run: int, path: str, part: int, record: Record) -> int:
    """A record's number: that of the latest one where it says the same."""
    digest = digest_of(record)
    same = (records.c.path == path) & (records.c.part == part)
    query = (
        select(records.c.id, records.c.digest).where(same).order_by(records.c.id.desc()).limit(1)
    )
    latest = connection.execute(query).first()
    if latest is not None and latest[1] == digest:
        return int(latest[0])
    row = {
        "run_id": run,
        "path": path,
        "part": part,
        "sha256": record.document.sha256,
        "paper": record.roster.key if record.roster else None,
        "verdict": record.verdict.value,
        "digest": digest,
        "content": packed([record]),
    }
    return _inserted(connection, records, row)


def _inserted(connection: Connection, table: Table, row: Mapping[str, object]) -> int:
    """Append a row; its number."""
    key = connection.execute(insert(table).values(row)).inserted_primary_key
    if key is None:
        raise LedgerTrouble(f"The database gave the new row of {table.name} no number.")
    return int(key[0])


def _end(connection: Connection, run: int, **columns: object) -> None:
    row = {"state": "done", "ended": _now(), **columns}
    connection.execute(update(runs).where(runs.c.id == run).values(row))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def sqlite_url(folder: Path) -> URL:
    """The ledger of an output folder, whatever characters its name has."""
    return URL.create("sqlite", database=str(folder.resolve() / "ledger.sqlite"))
