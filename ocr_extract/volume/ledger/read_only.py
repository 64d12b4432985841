"""Reads a SQLite ledger that may not be written: in an archive, in somebody else's folder.

SQLite reads a file in WAL mode only with an index of the log, which it writes beside the file.
Where that cannot be done, it reads the file alone, as one that nobody changes (`immutable`,
https://www.sqlite.org/wal.html, "Read-Only Databases").
"""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from ocr_extract.errors import LedgerBusy, LedgerTrouble
from ocr_extract.volume.ledger.connect import BUSY_MILLISECONDS, later_version, revision_of
from ocr_extract.volume.ledger.tables import REVISION


def sqlite_file(url: str | URL) -> Path | None:
    """The file of a SQLite ledger; None for a server, for a ledger in memory, for SQLite's own
    kind of URL, and for a URL that cannot be used.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    name = parsed.database or ""
    if parsed.get_backend_name() != "sqlite" or name in ("", ":memory:"):
        return None
    return None if name.startswith("file:") else Path(name)


def may_be_written(path: Path) -> bool:
    """Whether this user may write a ledger's file, and the log that SQLite keeps beside it."""
    file = Path(os.path.realpath(path))
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK | os.X_OK)


@contextmanager
def read_only(path: Path) -> Iterator[Engine]:
    """An engine that only reads a SQLite ledger and changes nothing in its folder. Raises
    LedgerTrouble when it may not be read, is of another version, or has a log that cannot be read
    here; and LedgerBusy when somebody has changed it in the meantime.
    """
    file = Path(os.path.realpath(path))
    if not os.access(file, os.R_OK):
        raise LedgerTrouble(f"{path} may not be read.", "Ask its owner for the right to read it.")
    before, is_frozen = _state(file), _is_frozen(file)
    engine = _engine(file, is_frozen=is_frozen)
    try:
        _require_current(engine, file)
        yield engine
    finally:
        engine.dispose()
        # SQLite locks nothing here: pages of two states may have been read.
        if is_frozen and _state(file) != before:
            raise LedgerBusy("The ledger was changed while it was read.", "Type the command again.")


def _state(file: Path) -> tuple[int, int, int]:
    """What changes whenever somebody writes to a file: its inode, size and change time."""
    status = file.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _is_frozen(file: Path) -> bool:
    """Whether a file is to be read alone: nobody has it open for writing, and everything is in it.
    Raises LedgerTrouble when a log was left over whose index is missing.
    """
    log, index = (file.with_name(f"{file.name}{ending}") for ending in ("-wal", "-shm"))
    if log.exists() and index.exists():
        return False
    if log.exists() and log.stat().st_size > 0:
        message = f"The ledger's last changes are in {log}, and can only be read with it if"
        raise LedgerTrouble(f"{message} its folder may be written.", _copy_advice(file))
    return True


def _copy_advice(file: Path) -> str:
    """How to make a copy that may be written. Only its owner can read it, as before."""
    folder = shlex.quote(str(file.parent))
    copying = f"`cp -r {folder} COPY && chmod -R u+w COPY`"
    return f"Copy it, {copying}, and give the copy's --out or --ledger."


def _engine(file: Path, *, is_frozen: bool) -> Engine:
    query = {"mode": "ro", "uri": "true"} | ({"immutable": "1"} if is_frozen else {})
    name = f"file:{quote(os.fsencode(file))}"
    engine = create_engine(URL.create("sqlite", database=name, query=query))

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _require_current(engine: Engine, file: Path) -> None:
    """Raises LedgerTrouble unless the tables are of this version."""
    revision = revision_of(engine)
    if revision is None:
        raise LedgerTrouble(f"{file} is no ledger.", "Give another --out, or another --ledger.")
    if revision > REVISION:
        raise later_version(revision)
    if revision < REVISION:
        message = (
            f"The ledger was made by an earlier version of the program ({revision}). It has to be"
            " brought up to date, and may not be written here."
        )
        raise LedgerTrouble(message, _copy_advice(file))
