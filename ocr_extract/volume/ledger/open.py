"""Opens a ledger: for a run, for people who decide and send, or to read it only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine

from ocr_extract.errors import LedgerTrouble
from ocr_extract.volume.ledger.connect import database_troubles, engine_of, held, migrate
from ocr_extract.volume.ledger.ledger import Ledger
from ocr_extract.volume.ledger.read_only import may_be_written, read_only, sqlite_file


@contextmanager
def open_ledger(url: str | URL, *, alone: bool = True) -> Iterator[Ledger]:
    """A ledger whose tables are up to date. `alone` locks it against other runs. Raises LedgerBusy
    when another run has the lock, LedgerTrouble when the ledger cannot be used, and MissingTool
    when the database's driver is not installed.
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


@contextmanager
def read_ledger(url: str | URL, *, alone: bool = False) -> Iterator[Ledger]:
    """A ledger to read. Where its SQLite file may be written it is opened like any other; where
    not, nothing of it is changed, and nothing is locked. Raises the same errors, LedgerTrouble also
    when there is no file, or when its tables are of another version and may not be changed.
    """
    path = sqlite_file(url)
    if path is not None and not os.path.isfile(path):  # noqa: PTH113  is_file() may raise
        raise LedgerTrouble(f"There is no ledger {path}.", "Give its --out, or its --ledger.")
    if path is None or may_be_written(path):
        with open_ledger(url, alone=alone) as ledger:
            yield ledger
        return
    with database_troubles(), read_only(path) as engine:
        yield Ledger(engine)


def _migrated(engine: Engine) -> Ledger:
    """The ledger of an engine, after its tables are brought up to date."""
    migrate(engine)
    return Ledger(engine)


def sqlite_url(folder: Path) -> URL:
    """The URL of the ledger in an output folder, whatever characters the folder's name has."""
    return URL.create("sqlite", database=str(folder.resolve() / "ledger.sqlite"))


def present_ledger(folder: Path) -> URL:
    """The same. Raises LedgerTrouble when there is no ledger in the folder."""
    if not os.path.isfile(folder / "ledger.sqlite"):  # noqa: PTH113  is_file() may raise
        raise LedgerTrouble(f"There is no ledger in {folder}.", "Give its --out, or its --ledger.")
    return sqlite_url(folder)
