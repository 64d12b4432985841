"""The rows of records and readings: how a record becomes a row, and a row a record."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping

from sqlalchemy import Connection, Table, insert, select

from ocr_extract.errors import LedgerTrouble
from ocr_extract.records import Record
from ocr_extract.volume.ledger.connect import DAMAGED_ADVICE
from ocr_extract.volume.ledger.tables import records
from ocr_extract.volume.stored_reading import packed, unpacked


class DamagedReading(Exception):
    """A stored reading is no longer what was stored: its file has to be read again."""


def digest_of(record: Record) -> str:
    """SHA-256 in hexadecimal of a record without the time that it took."""
    content = record.model_copy(update={"seconds": 0.0}).to_json()
    return hashlib.sha256(content.encode()).hexdigest()


def records_of_reading(number: int, content: bytes) -> tuple[Record, ...]:
    """The records of a reading. Raises DamagedReading."""
    try:
        return unpacked(content)
    except (zlib.error, ValueError) as error:
        raise DamagedReading(number) from error


def stored_record(content: bytes) -> Record:
    """A stored record. Raises LedgerTrouble when the row is damaged."""
    try:
        return unpacked(content)[0]
    except (zlib.error, ValueError) as error:
        raise LedgerTrouble("A record in the ledger is damaged.", DAMAGED_ADVICE) from error


def store_record(connection: Connection, run: int, path: str, part: int, record: Record) -> int:
    """Append a record, unless the latest one of the same agreement is equal. Returns the record's
    number.
    """
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
    return insert_row(connection, records, row)


def insert_row(connection: Connection, table: Table, row: Mapping[str, object]) -> int:
    """Append a row. Returns its number. Raises LedgerTrouble when the database gives none."""
    key = connection.execute(insert(table).values(row)).inserted_primary_key
    if key is None:
        raise LedgerTrouble(f"The database gave the new row of {table.name} no number.")
    return int(key[0])
