"""The trail: a hash chain over decisions, messages and their changes of state.

Each entry has the digest of a row, and a link: the digest of the previous link and its own digest.
Who changes, removes or inserts a row later changes all links after it. Somebody who has noted the
last link can tell that. Forgetting a paper is an entry, too: it names the rows that are gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select, text

from ocr_extract.volume.ledger.connect import database_troubles
from ocr_extract.volume.ledger.tables import decisions, message_states, messages, trail

DECISION_COLUMNS = (
    "id", "made", "sha256", "part", "field", "value", "person", "note", "message", "action",
    "before", "shown", "undoes", "seen", "path", "paper",
)  # fmt: skip
MESSAGE_COLUMNS = (
    "id", "made", "run_id", "round", "kind", "recipient", "paper", "template", "subject",
    "message_id", "asked", "digest",
)  # fmt: skip
STATE_COLUMNS = ("id", "message", "state", "made", "reply")
COLUMNS: Mapping[str, tuple[Table, tuple[str, ...]]] = {
    "decision": (decisions, DECISION_COLUMNS),
    "message": (messages, MESSAGE_COLUMNS),
    "message_state": (message_states, STATE_COLUMNS),
}
"""The table of each kind of entry, and the columns that never change. A column that is added later
does not belong here: the digests of earlier rows are without it.
"""
FORGOTTEN = "forgotten"
"""The kind of the entry that names rows whose content was removed on request."""
BEGIN = "0" * 64
"""The link before the first entry."""


@dataclass(frozen=True)
class BrokenLink:
    """An entry that does not fit: its number (0 without one), its kind, the number of its row, and
    what is wrong, as a sentence.
    """

    number: int
    kind: str
    row: int
    why: str


@dataclass(frozen=True)
class Head:
    """The last entry: its number and its link. An empty trail has the number 0."""

    number: int
    link: str


class Trail:
    """The trail of a ledger. All methods raise LedgerBusy or LedgerTrouble when the database
    fails.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def head(self) -> Head:
        """The last entry."""
        with database_troubles(), self._engine.connect() as connection:
            return _head(connection)

    def links(self) -> tuple[str, ...]:
        """The links of all entries, in their order."""
        with database_troubles(), self._engine.connect() as connection:
            return tuple(connection.execute(select(trail.c.link).order_by(trail.c.id)).scalars())

    def faults(self) -> tuple[BrokenLink, ...]:
        """Every entry that does not fit, and every row without an entry; () for a sound trail. Rows
        that were forgotten are no fault.
        """
        with database_troubles(), self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":  # all tables as they are at one moment
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            entries = connection.execute(select(trail).order_by(trail.c.id)).mappings().all()
            rows = {kind: dict(_rows(connection, kind)) for kind in COLUMNS}
            columns = select(messages.c.id, messages.c.state)
            states = {row[0]: row[1] for row in connection.execute(columns)}
        forgotten = _forgotten(entries)
        broken = [*_broken_entries(entries, rows, forgotten), *_rows_without_entry(entries, rows)]
        return (*broken, *_wrong_states(states, rows["message_state"]))


def canonical(content: Mapping[str, Any]) -> str:
    """The content as JSON: sorted keys, no blanks, ASCII only. Equal contents have equal texts."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest_of(kind: str, row: int, made: str, content: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of an entry: its kind, its row's number, its time, its content."""
    entry = {"kind": kind, "row": row, "made": made, "content": content}
    return hashlib.sha256(canonical(entry).encode()).hexdigest()


def link_of(previous: str, digest: str) -> str:
    """SHA-256, in hexadecimal, of the previous link followed by an entry's digest."""
    return hashlib.sha256((previous + digest).encode()).hexdigest()


def append(
    connection: Connection,
    kind: str,
    row_id: int,
    content: Mapping[str, Any],
    *,
    keep: bool = False,
) -> Head:
    """Append an entry, in the transaction that stores the row. `keep` also stores the content, for
    a kind that has no table of its own. Returns the new head. Other writers wait until the
    transaction ends, so that the chain has no forks.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE trail IN SHARE ROW EXCLUSIVE MODE"))
    made = datetime.now(UTC).isoformat(timespec="milliseconds")
    digest = digest_of(kind, row_id, made, content)
    link = link_of(_head(connection).link, digest)
    row = {"made": made, "kind": kind, "row": row_id, "digest": digest, "link": link}
    stored = insert(trail).values(row | {"content": canonical(content) if keep else None})
    return Head(int(connection.execute(stored.returning(trail.c.id)).scalar_one()), link)


def append_row(connection: Connection, kind: str, row: Mapping[str, Any]) -> Head:
    """Append an entry for a row of one of the tables in COLUMNS, which was just stored."""
    return append(connection, kind, row["id"], content_of(kind, row))


def content_of(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a row: the columns that never change."""
    return {name: row[name] for name in COLUMNS[kind][1]}


def append_forgotten(connection: Connection, rows: Mapping[str, Sequence[int]]) -> None:
    """Append that the rows of these numbers, by their kind, have lost their content on request."""
    gone = {kind: sorted(numbers) for kind, numbers in rows.items() if numbers}
    if gone:
        append(connection, FORGOTTEN, 0, gone, keep=True)


def _head(connection: Connection) -> Head:
    query = select(trail.c.id, trail.c.link).order_by(trail.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return Head(row[0], row[1]) if row else Head(0, BEGIN)


def _rows(connection: Connection, kind: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The contents of a table's rows, by their numbers."""
    table, names = COLUMNS[kind]
    for row in connection.execute(select(*(table.c[name] for name in names))).mappings():
        yield row["id"], dict(row)


def _forgotten(entries: Iterable[Mapping[Any, Any]]) -> frozenset[tuple[str, int]]:
    return frozenset(
        (kind, number)
        for entry in entries
        if entry["kind"] == FORGOTTEN and (gone := _kept(entry)) is not None
        for kind, numbers in gone.items()
        for number in numbers
    )


def _kept(entry: Mapping[Any, Any]) -> dict[str, Any] | None:
    """The content that an entry itself has; None without one, or when it is damaged."""
    try:
        content = json.loads(entry["content"] or "null")
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _broken_entries(
    entries: Iterable[Mapping[Any, Any]],
    rows: Mapping[str, Mapping[int, dict[str, Any]]],
    forgotten: frozenset[tuple[str, int]],
) -> Iterator[BrokenLink]:
    previous = BEGIN
    for entry in entries:
        number, kind, row = entry["id"], entry["kind"], entry["row"]
        if entry["link"] != link_of(previous, entry["digest"]):
            yield BrokenLink(number, kind, row, "The entry does not follow the one before it.")
        previous = entry["link"]
        own = _kept(entry) if kind not in rows else rows[kind].get(row)
        if (kind, row) in forgotten or (kind not in rows and not entry["content"]):
            continue
        if own is None:
            yield BrokenLink(number, kind, row, f"The {kind} is gone, and was not forgotten.")
        elif digest_of(kind, row, entry["made"], own) != entry["digest"]:
            yield BrokenLink(number, kind, row, f"The {kind} was changed.")


def _rows_without_entry(
    entries: Iterable[Mapping[Any, Any]], rows: Mapping[str, Mapping[int, dict[str, Any]]]
) -> Iterator[BrokenLink]:
    known = {(entry["kind"], entry["row"]) for entry in entries}
    for kind, own in rows.items():
        for row in sorted(own):
            if (kind, row) not in known:
                yield BrokenLink(0, kind, row, f"The {kind} has no entry in the trail.")


def _wrong_states(
    states: Mapping[int, str], changes: Mapping[int, dict[str, Any]]
) -> Iterator[BrokenLink]:
    """Messages whose state is another one than their last change says."""
    last = {changes[number]["message"]: changes[number]["state"] for number in sorted(changes)}
    for number, state in sorted(states.items()):
        if last.get(number) != state:
            yield BrokenLink(0, "message", number, f"Its state “{state}” is not its last change.")
