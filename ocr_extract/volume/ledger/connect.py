"""Opening a ledger: its database made and brought up to date, and held by one run."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 30_000
"""How long another program may hold the database before we say that it does."""
ADVISORY_LOCK = 0x0C4E47AC7
"""PostgreSQL: any number, the same for every run."""
FULL = ("disk is full", "No space left", "disk I/O error", "could not extend file")
BROKEN = ("file is not a database", "disk image is malformed", "invalid page")
DAMAGED_ADVICE = (
    "Move it away and run the same command: every file is read anew. `sqlite3 OLD .recover` saves"
    " what can be saved of a SQLite ledger."
)
LOCKED = ("database is locked", "database table is locked", "lock timeout")


def engine_of(url: str | URL) -> Engine:
    """An engine for a ledger's URL; raises LedgerTrouble or MissingTool, no connection made."""
    try:
        parsed = make_url(url)
        return _sqlite(parsed) if _is_sqlite(parsed) else _server(parsed)
    except (ArgumentError, NoSuchModuleError) as error:
        advice = "Give sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
        raise LedgerTrouble(f"No ledger can be at {_shown(url)}.", advice) from error
    except ModuleNotFoundError as error:
        advice = "Install it: `pip install 'ocr-extract[postgres]'`."
        raise MissingTool(f"The ledger's driver is missing ({error.name}).", advice) from error


def _shown(url: str | URL) -> str:
    """A URL without its password, also where it is none that can be taken apart."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return re.sub(r"(?<=:)[^:@/]+(?=@)", "***", ascii(url))


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _server(url: URL) -> Engine:
    # A database that was made in a C locale (SQL_ASCII) would answer in bytes.
    encoding = {"client_encoding": "utf8"} if url.get_backend_name() == "postgresql" else {}
    return create_engine(url, pool_pre_ping=True, connect_args=encoding)


def _sqlite(url: URL) -> Engine:
    memory = not url.database or url.database == ":memory:"
    # A ledger in memory lives as long as its one connection.
    engine = create_engine(url, poolclass=StaticPool) if memory else create_engine(url)
    if not memory:
        make_private(Path(url.database or ""))

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        # The driver's own transactions leave table definitions out; ours do not, so that a
        # run that dies while it makes the tables leaves none.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        if not memory:
            # WAL: readers never wait. FULL: what was said to be stored survives power loss.
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def make_private(path: Path) -> None:
    """Make a file that its owner alone may read, unless it is there; what is wrong with its
    folder is said when it is opened. SQLite gives its other files the same rights.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes, with the right to do so from its first statement: SQLite
    waits for another program then, and fails at once where it read before it wants to write
    (https://www.sqlite.org/lang_transaction.html, 2.2).
    """
    with engine.execution_options(writes=True).begin() as connection:
        yield connection


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; a ledger of a later program is refused (LedgerTrouble)."""
    have = _revision(engine)
    if have == REVISION:
        return
    with writing(engine) as connection:
        # Another program may have made them meanwhile.
        have = _revision_in(connection)
        if have is None and not inspect(connection).get_table_names():
            _make_tables(connection)
        elif have != REVISION:
            _upgrade(connection, have)


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _revision_in(connection)


def _revision_in(connection: Connection) -> str | None:
    """The version of the tables, as Alembic keeps it."""
    if not inspect(connection).has_table(alembic_version.name):
        return None
    return connection.execute(select(alembic_version.c.version_num)).scalar()


def _make_tables(connection: Connection) -> None:
    """All tables of a fresh ledger at once: Alembic takes longer to import than they to make."""
    metadata.create_all(connection)
    alembic_version.create(connection)
    connection.execute(insert(alembic_version).values(version_num=REVISION))


def _upgrade(connection: Connection, have: str | None) -> None:
    from alembic import command  # noqa: PLC0415  slow, and seldom needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        message = f"The ledger was made by a later version of the program ({have})."
        raise LedgerTrouble(message, "Use that version, or another --ledger.") from error


@contextmanager
def held(engine: Engine) -> Iterator[None]:
    """Hold a ledger for one run; the system lets it go when the process dies, however it
    does. Raises LedgerBusy when another run holds it.
    """
    if not _is_sqlite(engine.url):
        with _held_in_database(engine):
            yield
    elif engine.url.database and engine.url.database != ":memory:":
        with _held_by_file(Path(engine.url.database)):
            yield
    else:
        yield


@contextmanager
def _held_by_file(database: Path) -> Iterator[None]:
    # Beside the database: a lock on itself would meet SQLite's own.
    path = database.with_name(f"{database.name}.lock")
    try:
        # A link that lies there would have another file written to.
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        lock = os.fdopen(number, "a+", encoding="ascii")
    except OSError as error:
        advice = "Give another --out or --ledger, in a folder that may be written to."
        raise LedgerTrouble(f"Cannot write {path}: {error.strerror}.", advice) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise _busy(f"process {lock.read(20).strip() or 'unknown'}") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _held_in_database(engine: Engine) -> Iterator[None]:
    with engine.connect() as connection:
        ask = text("SELECT pg_try_advisory_lock(:key)")
        if not connection.execute(ask, {"key": ADVISORY_LOCK}).scalar():
            raise _busy("another connection")
        connection.commit()
        yield


def _busy(holder: str) -> LedgerBusy:
    message = f"Another run is writing to this ledger ({holder})."
    return LedgerBusy(message, "Wait for it to end, or give another --out or --ledger.")


@contextmanager
def database_troubles() -> Iterator[None]:
    """What the database says in the words of our errors: no room, locked, not to be had."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig)
        if any(word in said for word in LOCKED):
            raise _busy("it is locked") from error
        if any(word in said for word in FULL):
            advice = "Make room and run the same command again: what was read is kept."
            raise LedgerTrouble(f"No room left for the ledger ({said}).", advice) from error
        if any(word in said for word in BROKEN):
            raise LedgerTrouble(f"The ledger is damaged ({said}).", DAMAGED_ADVICE) from error
        first = said.strip().splitlines()[0] if said.strip() else "no reason given"
        advice = "Check --ledger, and that the database is there and may be written to."
        raise LedgerTrouble(f"The ledger does not answer: {first}", advice) from error
