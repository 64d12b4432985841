"""Forgetting a paper: everything that the ledger holds of its files, and what stays, and why.

The one place where a ledger's rows are removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, select, update

from ocr_extract.volume.ledger.connect import writing
from ocr_extract.volume.ledger.tables import (
    decisions,
    listing,
    messages,
    readings,
    records,
    run_records,
    runs,
)
from ocr_extract.volume.stored_reading import unpacked


@dataclass(frozen=True)
class Forgotten:
    """What was removed: rows by table, and the paths of the files. `kept` says in sentences
    what stays and why.
    """

    rows: Mapping[str, int]
    files: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    """A paper's rows: numbers of records, papers, paths, and the hashes that only it has."""

    numbers: frozenset[int]
    papers: frozenset[str]
    paths: frozenset[str]
    hashes: frozenset[str]
    shared: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(PurePosixPath(path).name for path in self.paths)


def of_paper(key: str) -> ColumnElement[bool]:
    """Records of a paper's key, a file's name or path, or a hash."""
    name = records.c.path.endswith(f"/{key}", autoescape=True)
    return (records.c.paper == key) | (records.c.sha256 == key) | (records.c.path == key) | name


def forget(engine: Engine, key: str) -> Forgotten | None:
    """Remove all that is held of a paper (its key, a file's name, or a hash), in one
    transaction; None where nothing is. SQLite's file is then written anew without it.
    """
    with writing(engine) as connection:
        found = _found(connection, key)
        if found is None:
            return None
        rows = _removed(connection, found)
        _clear_runs(connection, found)
        kept = tuple(_kept(connection, found))
    if engine.dialect.name == "sqlite":
        _write_anew(engine)
    return Forgotten(rows, tuple(sorted(found.paths)), kept)


def _write_anew(engine: Engine) -> None:
    """Have SQLite copy what is left: removed rows stay in its file's free pages otherwise."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        raw.close()


def _found(connection: Connection, key: str) -> _Found | None:
    columns = (records.c.id, records.c.paper, records.c.path, records.c.sha256)
    rows = connection.execute(select(*columns).where(of_paper(key))).all()
    if not rows:
        return None
    paths = frozenset(row[2] for row in rows)
    # Earlier records of the same files, from before they had a paper.
    same = connection.execute(select(*columns).where(records.c.path.in_(paths))).all()
    numbers = frozenset(row[0] for row in same) | {row[0] for row in rows}
    hashes = frozenset(row[3] for row in (*rows, *same) if row[3])
    others = select(records.c.sha256).where(
        records.c.sha256.in_(hashes), records.c.id.not_in(numbers)
    )
    shared = frozenset(connection.execute(others).scalars())
    papers = frozenset(row[1] for row in rows if row[1]) | {key}
    return _Found(numbers, papers, paths, hashes - shared, shared)


def _removed(connection: Connection, found: _Found) -> dict[str, int]:
    """Remove the rows; how many, by table."""
    wanted: Sequence[tuple[Table, ColumnElement[bool]]] = (
        (run_records, run_records.c.record_id.in_(found.numbers)),
        (records, records.c.id.in_(found.numbers)),
        (readings, readings.c.sha256.in_(found.hashes)),
        (listing, listing.c.path.in_(found.paths)),
        (decisions, decisions.c.sha256.in_(found.hashes)),
        (messages, messages.c.paper.in_(found.papers)),
    )
    return {t.name: connection.execute(delete(t).where(which)).rowcount for t, which in wanted}


def _clear_runs(connection: Connection, found: _Found) -> None:
    """Take the files' names out of what runs were given and have answered; the next run then
    judges anew.
    """
    for number, inputs, answer in connection.execute(
        select(runs.c.id, runs.c.inputs, runs.c.answer)
    ).all():
        row = {
            "inputs": json.dumps([p for p in json.loads(inputs) if not _named(p, found)]),
            "answer": json.dumps(_without(json.loads(answer), found)) if answer else answer,
            "judged": "",
        }
        connection.execute(update(runs).where(runs.c.id == number).values(row))


def _named(path: str, found: _Found) -> bool:
    return PurePosixPath(path).name in found.names


def _without(told: Any, found: _Found) -> Any:
    """A run's answer without any text that names one of the files."""
    if isinstance(told, dict):
        return {key: _without(value, found) for key, value in told.items()}
    if isinstance(told, list):
        return [_without(v, found) for v in told if not (isinstance(v, str) and _tells(v, found))]
    return "forgotten" if isinstance(told, str) and _tells(told, found) else told


def _tells(text: str, found: _Found) -> bool:
    return any(name in text for name in found.names)


def _kept(connection: Connection, found: _Found) -> Iterable[str]:
    if found.shared:
        yield "The reading of its content stays: another paper's file has the same content."
    mentions = sum(
        any(_tells(record.to_json(), found) for record in unpacked(content))
        for (content,) in connection.execute(select(records.c.content))
    )
    if mentions:
        yield (
            f"Records of other papers that name its files stay: {mentions}. The next run without"
            " these files renews them; earlier ones are the history of the other papers."
        )
    yield "Times and settings of the runs stay: they name no paper."
