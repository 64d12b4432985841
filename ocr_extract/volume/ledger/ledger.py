"""The ledger itself: the operations on its tables.

Readings are stored under the hash of a file's content and a key of the settings that matter. Runs,
records, decisions and messages are appended, and never changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from ocr_extract._version import __version__
from ocr_extract.errors import LedgerTrouble
from ocr_extract.records import MACHINE_FAULTS, Record, Verdict
from ocr_extract.volume.ledger.connect import database_troubles, writing
from ocr_extract.volume.ledger.decisions import Decisions
from ocr_extract.volume.ledger.forget import Forgotten, forget, of_paper
from ocr_extract.volume.ledger.messages import Messages
from ocr_extract.volume.ledger.rows import (
    DamagedReading,
    insert_row,
    records_of_reading,
    store_record,
    stored_record,
)
from ocr_extract.volume.ledger.tables import (
    decisions,
    listing,
    messages,
    readings,
    records,
    run_records,
    runs,
)
from ocr_extract.volume.ledger.trail import Trail
from ocr_extract.volume.stored_reading import StoredReading

BATCH_ROWS = 500
"""Largest number of rows in memory when many are fetched or written (chosen)."""

HISTORY_COLUMNS = (
    "made", "round", "kind", "recipient", "paper", "template", "subject", "asked", "state",
    "changed", "reply",
)  # fmt: skip
"""The columns of a message that the history shows: not the message itself."""


@dataclass(frozen=True)
class Listed:
    """A listed file: size in bytes, change time in nanoseconds, SHA-256 in hexadecimal."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True)
class Run:
    """A run that ended: its number; `judged`, the digest of everything that its answer depends on;
    `source`, the number of the run that has its records; its answer as JSON.
    """

    number: int
    judged: str
    source: int
    answer: str


class Ledger:
    """The operations on a ledger. Use `open_ledger` or `read_ledger` to get one. All methods raise
    LedgerBusy or LedgerTrouble when the database fails.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Runs

    def begin(self, settings: str, inputs: Sequence[str]) -> int:
        """Start a run. Returns its number."""
        row = {
            "started": _now(),
            "state": "running",
            "program": __version__,
            "settings": settings,
            "inputs": json.dumps(list(inputs)),
        }
        with self._writing() as connection:
            return insert_row(connection, runs, row)

    def last_done(self, before: int | None = None) -> Run | None:
        """The last finished run, or the last one before this one. None without one."""
        done = select(runs.c.id, runs.c.judged, runs.c.same_as, runs.c.answer).where(
            runs.c.state == "done"
        )
        earlier = done if before is None else done.where(runs.c.id < before)
        row = self._first(earlier.order_by(runs.c.id.desc()))
        return None if row is None else Run(row[0], row[1] or "", row[2] or row[0], row[3] or "")

    def end_as(self, run: int, earlier: Run) -> None:
        """End a run that found no change since an earlier one."""
        with self._writing() as connection:
            _mark_done(
                connection,
                run,
                judged=earlier.judged,
                same_as=earlier.source,
                answer=earlier.answer,
            )

    def end(
        self,
        run: int,
        judged: str,
        answer: str,
        resolved: Iterable[tuple[str, int, Record]],
        volume: bytes | None = None,
    ) -> None:
        """Store a run's records (path, index in the file, record) in their order and end the run,
        in one transaction: either the whole run is stored, or nothing of it. `volume` is what the
        run needs to be resolved again.
        """
        with self._writing() as connection:
            for position, (path, part, record) in enumerate(resolved):
                number = store_record(connection, run, path, part, record)
                row = {"run_id": run, "position": position, "record_id": number}
                connection.execute(insert(run_records).values(row))
            _mark_done(connection, run, judged=judged, answer=answer, volume=volume)

    def volume_of(self, run: int) -> tuple[str, bytes | None]:
        """A run's settings as JSON, and what it needs to be resolved again, if that is stored."""
        row = self._first(select(runs.c.settings, runs.c.volume).where(runs.c.id == run))
        if row is None:
            raise LedgerTrouble(f"The ledger has no run {run}.", "Run `ocr-extract run` first.")
        return row[0], row[1]

    def times_of(self, run: int) -> tuple[str, str, str]:
        """When a run started and when it ended (UTC, ISO 8601; "" while it runs), and the version
        of the program that made it.
        """
        row = self._first(
            select(runs.c.started, runs.c.ended, runs.c.program).where(runs.c.id == run)
        )
        return (row[0], row[1] or "", row[2]) if row else ("", "", "")

    # Files and readings

    def listed(self) -> dict[str, Listed]:
        """Every file that was ever listed, by its path."""
        rows = self._rows(select(listing))
        return {row[0]: Listed(*row[1:]) for row in rows}

    def list_files(self, files: Mapping[str, Listed]) -> None:
        """Store files as they were listed; earlier entries of the same paths are replaced."""
        rows = [{"path": path, **vars(entry)} for path, entry in files.items()]
        with self._writing() as connection:
            for start in range(0, len(rows), BATCH_ROWS):
                batch = rows[start : start + BATCH_ROWS]
                paths = [row["path"] for row in batch]
                connection.execute(listing.delete().where(listing.c.path.in_(paths)))
                connection.execute(insert(listing), batch)

    def known(self, setting: str) -> dict[str, int]:
        """The number of the latest reading for each content hash that was read with this setting
        key.
        """
        query = select(readings.c.sha256, func.max(readings.c.id)).where(
            readings.c.setting == setting
        )
        return dict(self._rows(query.group_by(readings.c.sha256)))

    def transient(self, numbers: Iterable[int]) -> set[int]:
        """Those of the readings whose damage may be a fault of the machine."""
        wanted = set(numbers)
        rows = self._rows(select(readings.c.id, readings.c.damage).where(readings.c.damage != ""))
        return {row[0] for row in rows if row[0] in wanted and MACHINE_FAULTS & set(row[1].split())}

    def add_reading(
        self, run: int, sha256: str, setting: str, reading: StoredReading, *, renew: bool = False
    ) -> int:
        """Append a reading, unless there is one of that content under that setting already: two
        equal files may be read at the same time. With `renew` it is appended in any case. Returns
        the number of the latest reading.
        """
        key = (readings.c.sha256 == sha256) & (readings.c.setting == setting)
        query = select(readings.c.id, readings.c.attempt).where(key)
        with self._writing() as connection:
            latest = connection.execute(query.order_by(readings.c.attempt.desc())).first()
            if latest is not None and not renew:
                return int(latest[0])
            row = {
                "sha256": sha256,
                "setting": setting,
                "attempt": latest[1] + 1 if latest is not None else 1,
                "run_id": run,
                "seconds": reading.seconds,
                "damage": " ".join(reading.damage),
                "content": reading.content,
            }
            return insert_row(connection, readings, row)

    def records_in(self, numbers: Sequence[int]) -> Iterator[tuple[Record, ...]]:
        """The records of the readings with these numbers, in the order of the numbers. Raises
        DamagedReading.
        """
        for start in range(0, len(numbers), BATCH_ROWS):
            batch = numbers[start : start + BATCH_ROWS]
            query = select(readings.c.id, readings.c.content).where(readings.c.id.in_(set(batch)))
            contents = dict(self._rows(query))
            yield from (records_of_reading(number, contents[number]) for number in batch)

    def damaged(self, numbers: Sequence[int]) -> set[int]:
        """The numbers of those readings whose content is no longer what was stored."""
        damaged: set[int] = set()
        for number in numbers:
            try:
                next(self.records_in([number]))
            except DamagedReading:
                damaged.add(number)
        return damaged

    # Records, decisions, messages

    def records_of(self, run: int, *, unaccepted: bool = False) -> Iterator[Record]:
        """A run's records in the order of its files; with `unaccepted` only those that are not
        accepted. Only a few are in memory at the same time.
        """
        for _, _, _, record in self.numbered_records(run, unaccepted=unaccepted):
            yield record

    def numbered_records(
        self, run: int, *, unaccepted: bool = False
    ) -> Iterator[tuple[int, str, int, Record]]:
        """The same with each record's number, its path, and its index in the file before it."""
        columns = (records.c.id, records.c.path, records.c.part, records.c.content)
        query = (
            select(*columns)
            .join(run_records, run_records.c.record_id == records.c.id)
            .where(run_records.c.run_id == run)
            .order_by(run_records.c.position)
        )
        if unaccepted:
            query = query.where(records.c.verdict != Verdict.ACCEPTED.value)
        with database_troubles(), self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=BATCH_ROWS).execute(query):
                yield row[0], row[1], row[2], stored_record(row[3])

    def record(self, number: int) -> Record:
        """The record with that number. Raises LedgerTrouble when it was forgotten."""
        row = self._first(select(records.c.content).where(records.c.id == number))
        if row is None:
            raise LedgerTrouble("The record is no longer in the ledger.", "Open the review anew.")
        return stored_record(row[0])

    def path_of(self, number: int) -> str:
        """The absolute path of the file of a record; "" when it was forgotten."""
        row = self._first(select(records.c.path).where(records.c.id == number))
        return str(row[0]) if row else ""

    def record_and_before(self, number: int, field: str) -> tuple[Record, Record]:
        """The record with that number, and what the program said of its agreement before people
        decided about a field: the latest version of the record without such a decision, or else the
        record itself. Raises LedgerTrouble when it was forgotten.
        """
        record = self.record(number)
        if not _decides(record, field):
            return record, record
        own = select(records.c.path, records.c.part, records.c.sha256)
        path, part, sha256 = self._first(own.where(records.c.id == number))
        same = (records.c.path == path) & (records.c.part == part) & (records.c.sha256 == sha256)
        earlier = select(records.c.content).where(same, records.c.id < number)
        rows = self._rows(earlier.order_by(records.c.id.desc()))
        versions = (stored_record(row[0]) for row in rows)
        return record, next((one for one in versions if not _decides(one, field)), record)

    @property
    def decisions(self) -> Decisions:
        """What people decided, and who looks at what."""
        return Decisions(self._engine)

    @property
    def messages(self) -> Messages:
        """What is to be sent, and what became of it."""
        return Messages(self._engine)

    @property
    def trail(self) -> Trail:
        """The hash chain over decisions and messages."""
        return Trail(self._engine)

    def history(self, key: str) -> tuple[tuple[str, Record | Mapping[str, Any]], ...]:
        """Everything that is stored about a paper, a file's name or path, or a hash, oldest first:
        pairs of a time (ISO 8601) and a record, or a row of a decision or a message.
        """
        query = select(runs.c.started, records.c.content, records.c.sha256).join(runs)
        query = query.where(of_paper(key))
        rows = list(self._rows(query.order_by(records.c.id)))
        hashes = {row[2] for row in rows if row[2]}
        of_decisions = (
            select(decisions).where(decisions.c.sha256.in_(hashes)).order_by(decisions.c.id)
        )
        shown = [column for column in messages.c if column.name in HISTORY_COLUMNS]
        of_messages = select(*shown).where(messages.c.paper == key).order_by(messages.c.id)
        entries: list[tuple[str, Record | Mapping[str, Any]]] = [
            *((row[0], stored_record(row[1])) for row in rows),
            *((row["made"], row) for row in self._mappings(of_decisions)),
            *((row["made"], row) for row in self._mappings(of_messages)),
        ]
        return tuple(sorted(entries, key=lambda item: item[0]))

    def forget(self, key: str) -> Forgotten | None:
        """Remove everything of a paper; None when there is nothing (see `forget`)."""
        with database_troubles():
            return forget(self._engine, key)

    # Access to the database

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


def _mark_done(connection: Connection, run: int, **columns: object) -> None:
    """Mark a run as finished."""
    row = {"state": "done", "ended": _now(), **columns}
    connection.execute(update(runs).where(runs.c.id == run).values(row))


def _now() -> str:
    """The present time in UTC, ISO 8601, in milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _decides(record: Record, field: str) -> bool:
    """Whether a person decided about a field of a record."""
    return any(decision.field == field for decision in record.decisions)
