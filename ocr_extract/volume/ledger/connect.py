"""Opens a ledger: creates its database, brings its tables up to date, and locks it for one run."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from ocr_extract.errors import LedgerBusy, LedgerTrouble, MissingTool
from ocr_extract.volume.ledger.tables import REVISION, alembic_version, metadata

Purpose = Literal["run", "send"]
"""What a ledger is locked for: a run, or sending messages."""
MIGRATIONS = Path(__file__).parent / "migrations"
"""The folder of the Alembic migrations."""
BUSY_MILLISECONDS = 30_000
"""Longest wait, in milliseconds, for another program that holds the SQLite database, before an
error is raised (chosen)."""
ADVISORY_LOCK = 0x0C4E47AC7
"""Key of the advisory lock in PostgreSQL: any number, the same for every run (chosen)."""
ADVISORY_LOCKS = {"run": ADVISORY_LOCK, "send": ADVISORY_LOCK + 1}
"""Keys of the advisory locks in PostgreSQL, by purpose."""
LOCK_SUFFIXES = {"run": ".lock", "send": ".send.lock"}
"""Endings of the lock files beside a SQLite ledger, by purpose."""
MESSAGES_NO_ROOM = ("disk is full", "No space left", "disk I/O error", "could not extend file")
"""Parts of database messages which mean that there is no room left."""
MESSAGES_DAMAGED = ("file is not a database", "disk image is malformed", "invalid page")
"""Parts of database messages which mean that the database is damaged."""
DAMAGED_ADVICE = (
    "Move it away and run the same command: every file is read anew. `sqlite3 OLD .recover` saves"
    " what can be saved of a SQLite ledger."
)
"""What to do with a damaged ledger."""
MESSAGES_READ_ONLY = ("readonly database", "read-only transaction")
"""Parts of database messages which mean that the database may only be read."""
MESSAGES_LOCKED = ("database is locked", "database table is locked", "lock timeout")
"""Parts of database messages which mean that another program holds the database."""


def engine_of(url: str | URL) -> Engine:
    """An engine for a ledger's URL. No connection is made. Raises LedgerTrouble when the URL cannot
    be used, and MissingTool when the database's driver is not installed.
    """
    try:
        parsed = make_url(url)
        return _sqlite_engine(parsed) if _is_sqlite(parsed) else _server_engine(parsed)
    except (ArgumentError, NoSuchModuleError) as error:
        advice = "Give sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
        raise LedgerTrouble(f"No ledger can be at {_without_password(url)}.", advice) from error
    except ModuleNotFoundError as error:
        advice = "Install it: `pip install 'ocr-extract[postgres]'`."
        raise MissingTool(f"The ledger's driver is missing ({error.name}).", advice) from error


def _without_password(url: str | URL) -> str:
    """A URL without its password, also when the URL cannot be parsed."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return re.sub(r"(?<=:)[^:@/]+(?=@)", "***", ascii(url))


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _server_engine(url: URL) -> Engine:
    """An engine for a database server."""
    # Without this a database with a C locale (SQL_ASCII) returns bytes.
    encoding = {"client_encoding": "utf8"} if url.get_backend_name() == "postgresql" else {}
    return create_engine(url, pool_pre_ping=True, connect_args=encoding)


def _sqlite_engine(url: URL) -> Engine:
    """An engine for a SQLite file or a ledger in memory. Creates the file when it is missing."""
    memory = not url.database or url.database == ":memory:"
    # A ledger in memory exists as long as its only connection.
    engine = create_engine(url, poolclass=StaticPool) if memory else create_engine(url)
    if not memory:
        make_private(Path(url.database or ""))

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        # The driver's own transactions do not include table definitions. Ours do: a run that
        # is killed while it creates the tables leaves no tables.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        if not memory:
            # WAL: readers never wait. FULL: a finished transaction survives a power failure.
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def make_private(path: Path) -> None:
    """Create a file that only its owner can read, unless the file exists. A problem with the folder
    is reported later, when the file is opened. SQLite gives its other files the same rights.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes. It gets the right to write before its first statement. SQLite then
    waits for another program; it would fail at once in a transaction that reads first and writes
    later (https://www.sqlite.org/lang_transaction.html, 2.2).
    """
    with engine.execution_options(writes=True).begin() as connection:
        yield connection


def migrate(engine: Engine) -> None:
    """Bring the tables up to date. Raises LedgerTrouble for a ledger of a later version of the
    program.
    """
    revision = revision_of(engine)
    if revision == REVISION:
        return
    with writing(engine) as connection:
        # Another program may have created the tables in the meantime.
        revision = _revision_in(connection)
        if revision is None and not inspect(connection).get_table_names():
            _make_tables(connection)
        elif revision != REVISION:
            _upgrade(connection, revision)


def revision_of(engine: Engine) -> str | None:
    """The version of a ledger's tables; None when it has none."""
    with engine.connect() as connection:
        return _revision_in(connection)


def _revision_in(connection: Connection) -> str | None:
    """The version of the tables as Alembic stores it; None when there is none."""
    if not inspect(connection).has_table(alembic_version.name):
        return None
    return connection.execute(select(alembic_version.c.version_num)).scalar()


def _make_tables(connection: Connection) -> None:
    """Create all tables of a new ledger at once: importing Alembic would take longer."""
    metadata.create_all(connection)
    alembic_version.create(connection)
    connection.execute(insert(alembic_version).values(version_num=REVISION))


def _upgrade(connection: Connection, revision: str | None) -> None:
    """Run the Alembic migrations. Raises LedgerTrouble when the revision is not known."""
    from alembic import command  # noqa: PLC0415  slow, and rarely needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise later_version(revision) from error


def later_version(revision: str | None) -> LedgerTrouble:
    """The error for a ledger whose tables this version does not know."""
    message = f"The ledger was made by a later version of the program ({revision})."
    return LedgerTrouble(message, "Use that version, or another --ledger.")


@contextmanager
def held(engine: Engine, purpose: Purpose = "run") -> Iterator[None]:
    """Lock a ledger for one run, or for one program that sends. The system removes the lock when
    the process ends, in whatever way. Raises LedgerBusy when another one has the lock, and
    LedgerTrouble when the lock file cannot be written.
    """
    if not _is_sqlite(engine.url):
        with _held_in_database(engine, purpose):
            yield
    elif engine.url.database and engine.url.database != ":memory:":
        with _held_by_lock_file(Path(engine.url.database), purpose):
            yield
    else:
        yield


@contextmanager
def _held_by_lock_file(database: Path, purpose: Purpose) -> Iterator[None]:
    """Lock a SQLite ledger by a lock on a file beside it."""
    # The lock file is beside the database: SQLite uses its own locks on the database file.
    path = database.with_name(f"{database.name}{LOCK_SUFFIXES[purpose]}")
    try:
        # A link is not followed: another file would be written to.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        lock = os.fdopen(descriptor, "a+", encoding="ascii")
    except OSError as error:
        advice = "Give another --out or --ledger, in a folder that may be written to."
        raise LedgerTrouble(f"Cannot write {path}: {error.strerror}.", advice) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = f"process {lock.read(20).strip() or 'unknown'}"
            raise _busy(holder, purpose) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _held_in_database(engine: Engine, purpose: Purpose) -> Iterator[None]:
    """Lock a PostgreSQL ledger by an advisory lock."""
    with engine.connect() as connection:
        query = text("SELECT pg_try_advisory_lock(:key)")
        if not connection.execute(query, {"key": ADVISORY_LOCKS[purpose]}).scalar():
            raise _busy("another connection", purpose)
        connection.commit()
        try:
            yield
        finally:
            # The pool keeps the connection, and with it the lock. A lost one has no lock.
            with suppress(DBAPIError):
                unlock = text("SELECT pg_advisory_unlock(:key)")
                connection.execute(unlock, {"key": ADVISORY_LOCKS[purpose]})


def _busy(holder: str, purpose: Purpose = "run") -> LedgerBusy:
    """The error for a ledger that `holder` is using."""
    if purpose == "send":
        message = f"Another program is sending this ledger's messages ({holder})."
        return LedgerBusy(message, "Wait for it to end: `ocr-extract notify --list` shows what is.")
    message = f"Another run is writing to this ledger ({holder})."
    return LedgerBusy(message, "Wait for it to end, or give another --out or --ledger.")


@contextmanager
def database_troubles() -> Iterator[None]:
    """Turn errors of the database into LedgerBusy or LedgerTrouble: locked, no room left, damaged,
    only to be read, or not available.
    """
    try:
        yield
    except DBAPIError as error:
        message = str(error.orig)
        if any(word in message for word in MESSAGES_LOCKED):
            raise _busy("it is locked") from error
        if any(word in message for word in MESSAGES_NO_ROOM):
            advice = "Make room and run the same command again: what was read is kept."
            raise LedgerTrouble(f"No room left for the ledger ({message}).", advice) from error
        if any(word in message for word in MESSAGES_DAMAGED):
            raise LedgerTrouble(f"The ledger is damaged ({message}).", DAMAGED_ADVICE) from error
        if any(word in message for word in MESSAGES_READ_ONLY):
            advice = "Copy it to where you may write, and give the copy's --out or --ledger."
            raise LedgerTrouble("The ledger may only be read here.", advice) from error
        first_line = message.strip().splitlines()[0] if message.strip() else "no reason given"
        advice = "Check --ledger, and that the database is there and may be written to."
        raise LedgerTrouble(
            f"The ledger does not answer: {first_line.rstrip('.')}.", advice
        ) from error
