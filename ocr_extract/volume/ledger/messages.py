"""The outbox in the ledger: messages, their states, and every change of a state.

A message is stored once: its id is unique. Its content never changes. Each change of its state is
appended to `message_states` and to the trail, in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ocr_extract.errors import LedgerTrouble
from ocr_extract.volume.ledger import trail
from ocr_extract.volume.ledger.connect import database_troubles, held, writing
from ocr_extract.volume.ledger.tables import message_states, messages

MessageKind = Literal["editors", "author", "webhook"]
MessageState = Literal[
    "prepared", "sending", "handed_over", "sent", "deferred", "failed", "unknown", "withdrawn"
]
NEXT_STATES: Mapping[MessageState, frozenset[MessageState]] = {
    "prepared": frozenset(("sending", "sent", "withdrawn")),
    "sending": frozenset(("handed_over", "prepared", "deferred", "failed")),
    "handed_over": frozenset(("sent", "deferred", "failed", "unknown")),
    "sent": frozenset(),
    "deferred": frozenset(("sending", "sent", "withdrawn")),
    "failed": frozenset(("prepared", "sent")),
    "unknown": frozenset(("prepared", "sent")),
    "withdrawn": frozenset(("prepared",)),
}
"""The states that may follow each state. `sending` is stored before a connection is opened, and
`handed_over` before the first byte of the content is sent."""
MAX_REPLY = 500
"""Number of characters that are kept of a server's reply (chosen)."""


@dataclass(frozen=True)
class NewMessage:
    """A message to store. `round` counts from 1. `paper` is its key, None for messages about the
    volume. `asked` is what is asked for: flag codes, or the paper's state. `message_id` is unique
    in the ledger. `content` is the bytes to send.
    """

    run: int
    round: int
    kind: MessageKind
    recipient: str
    paper: str | None
    template: str
    subject: str
    message_id: str
    asked: str
    content: bytes


@dataclass(frozen=True)
class StoredMessage:
    """A message in the ledger, without its content. Times are UTC, ISO 8601; `not_before` is in
    seconds since 1970. `attempts` counts how often sending began. `reply` is the server's last
    words.
    """

    number: int
    made: str
    run: int
    round: int
    kind: MessageKind
    recipient: str
    paper: str | None
    template: str
    subject: str
    message_id: str
    asked: str
    state: MessageState
    attempts: int
    not_before: float | None
    changed: str
    reply: str
    digest: str


@dataclass(frozen=True)
class Change:
    """A change of state as it comes in. `reply` are the server's words, or the person's name."""

    state: MessageState
    reply: str = ""
    not_before: float | None = None


class Messages:
    """The operations on the outbox. All methods raise LedgerBusy or LedgerTrouble when the database
    fails.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, new: Sequence[NewMessage]) -> tuple[tuple[StoredMessage, bool], ...]:
        """Store messages in one transaction: all of them or, after an error, none. Each is returned
        as it is stored, and whether it is new: one whose id is there already is left as it is.
        """
        with database_troubles(), writing(self._engine) as connection:
            return tuple(_add(connection, message) for message in new)

    def all(self) -> tuple[StoredMessage, ...]:
        """All messages in the order in which they were stored."""
        with database_troubles(), self._engine.connect() as connection:
            rows = connection.execute(select(*_SHOWN).order_by(messages.c.id)).mappings()
            return tuple(_stored(row) for row in rows)

    def of(self, number: int) -> StoredMessage:
        """The message with that number. Raises LedgerTrouble when there is none."""
        with database_troubles(), self._engine.connect() as connection:
            return _of(connection, number)

    def content(self, number: int) -> bytes:
        """A message's content; b"" when it was forgotten."""
        query = select(messages.c.content).where(messages.c.id == number)
        with database_troubles(), self._engine.connect() as connection:
            return bytes(connection.execute(query).scalar() or b"")

    def changes(self, number: int) -> tuple[tuple[str, MessageState, str], ...]:
        """All states of a message, oldest first: the time, the state, the reply."""
        columns = (message_states.c.made, message_states.c.state, message_states.c.reply)
        query = select(*columns).where(message_states.c.message == number)
        with database_troubles(), self._engine.connect() as connection:
            rows = connection.execute(query.order_by(message_states.c.id)).all()
        return tuple((row[0], row[1], row[2]) for row in rows)

    @contextmanager
    def sending_alone(self) -> Iterator[None]:
        """Lock the outbox for one program that sends; the system removes the lock when the process
        ends. What an earlier one left behind is put in order: a message of which nothing was handed
        over is prepared again; of the others it is not known whether they arrived. Raises
        LedgerBusy when another program is sending.
        """
        with database_troubles(), held(self._engine, "send"):
            self._put_in_order()
            yield

    def _put_in_order(self) -> None:
        with database_troubles(), writing(self._engine) as connection:
            left = or_(messages.c.state == "sending", messages.c.state == "handed_over")
            rows = connection.execute(select(*_SHOWN).where(left).order_by(messages.c.id))
            for message in [_stored(row) for row in rows.mappings()]:
                if message.state == "sending":
                    change = Change("prepared", "The program ended before it was handed over.")
                else:
                    change = Change("unknown", "The program ended while it was handed over.")
                _change(connection, message, change)

    def begin(self, number: int, now: float) -> StoredMessage | None:
        """Claim a message for sending: its state is `sending` afterwards, and its number of
        attempts one higher. None when it is no longer prepared, or is deferred for longer than
        `now` (seconds since 1970).
        """
        with database_troubles(), writing(self._engine) as connection:
            message = _of(connection, number)
            if message.state not in ("prepared", "deferred") or (message.not_before or 0.0) > now:
                return None
            return _change(connection, message, Change("sending"))

    def change(self, message: StoredMessage, change: Change) -> StoredMessage | None:
        """Change a message's state. None when its state is no longer that of `message`, or sending
        began again in the meantime. Raises LedgerTrouble when the state cannot follow.
        """
        with database_troubles(), writing(self._engine) as connection:
            return _change(connection, message, change)


_SHOWN = tuple(column for column in messages.c if column.name != "content")
"""All columns but the content."""
_RENAMED = {"id": "number", "run_id": "run"}
"""Names of a stored message's parts, by the names of their columns, where they differ."""


def _stored(row: Mapping[Any, Any]) -> StoredMessage:
    return StoredMessage(**{_RENAMED.get(name, name): value for name, value in row.items()})


def _of(connection: Connection, number: int) -> StoredMessage:
    row = connection.execute(select(*_SHOWN).where(messages.c.id == number)).mappings().first()
    if row is None:
        advice = "`ocr-extract notify --list` shows their numbers."
        raise LedgerTrouble(f"There is no message {number}.", advice)
    return _stored(row)


def _add(connection: Connection, new: NewMessage) -> tuple[StoredMessage, bool]:
    """Store one message, unless its id is there already."""
    now = _now()
    row = {name: value for name, value in vars(new).items() if name != "run"}
    row |= {"run_id": new.run, "made": now, "changed": now, "state": "prepared"}
    row["digest"] = hashlib.sha256(new.content).hexdigest()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    fresh = dialect.insert(messages).values(row)
    fresh = fresh.on_conflict_do_nothing(index_elements=[messages.c.message_id])
    number = connection.execute(fresh.returning(messages.c.id)).scalar()
    if number is None:
        same = select(messages.c.id).where(messages.c.message_id == new.message_id)
        return _of(connection, connection.execute(same).scalar_one()), False
    trail.append_row(connection, "message", row | {"id": number})
    _append_state(connection, number, Change("prepared"), now)
    return _of(connection, number), True


def _change(connection: Connection, message: StoredMessage, change: Change) -> StoredMessage | None:
    """Change a message's state, if it is still as it was."""
    if change.state not in NEXT_STATES[message.state]:
        raise LedgerTrouble(
            f"Message {message.number} is {message.state}: it cannot become {change.state}.",
            "`ocr-extract notify --list` shows the states.",
        )
    now, reply = _now(), change.reply[:MAX_REPLY]
    is_begun = change.state == "sending"
    # The number of attempts makes sure that a program that was thought dead changes nothing.
    same = (messages.c.state == message.state) & (messages.c.attempts == message.attempts)
    row = {
        "state": change.state,
        "changed": now,
        "reply": reply,
        "not_before": change.not_before,
        "attempts": message.attempts + is_begun,
    }
    changed = update(messages).where(messages.c.id == message.number, same).values(row)
    if connection.execute(changed).rowcount != 1:
        return None
    _append_state(connection, message.number, Change(change.state, reply), now)
    return _of(connection, message.number)


def clear_content(connection: Connection, number: int, why: str) -> None:
    """Remove a message's content, in a transaction that writes. One that is not sent is withdrawn,
    so that an empty message is never sent; its digest stays.
    """
    message = _of(connection, number)
    if "withdrawn" in NEXT_STATES[message.state]:
        _change(connection, message, Change("withdrawn", why))
    connection.execute(update(messages).where(messages.c.id == number).values(content=b""))


def _append_state(connection: Connection, number: int, change: Change, now: str) -> None:
    row = {"message": number, "state": change.state, "made": now, "reply": change.reply}
    stored = insert(message_states).values(row).returning(message_states.c.id)
    key = connection.execute(stored).scalar_one()
    trail.append_row(connection, "message_state", row | {"id": key})


def _now() -> str:
    """The present time in UTC, ISO 8601, in milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
