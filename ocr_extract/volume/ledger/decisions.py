"""What people decided, and who looks at which item.

Decisions are appended and never changed: taking one back is a decision, too. What counts follows
from their order alone (see `standing`), so that it is the same after any crash.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite

from ocr_extract.errors import BadDecision, LedgerTrouble
from ocr_extract.records import Action, Decision
from ocr_extract.volume.ledger import trail
from ocr_extract.volume.ledger.connect import database_troubles, writing
from ocr_extract.volume.ledger.tables import decisions, holds

MAX_MESSAGE = 80
"""Largest length of a message's id, in characters (defined by its column)."""
Key = tuple[str, int, str]
"""What a decision is about: the content's SHA-256, the part of the file from 0, and the field."""


@dataclass(frozen=True)
class NewDecision:
    """A decision as it comes in. `message` is an id that the client chooses, unique in the ledger.
    `seen` is the number of the decision that stood when the person decided; None when none did.
    `undoes` is the number of the decision that it takes back. `path` and `paper` are those of the
    agreement at that time. `shown` is what the person saw, as JSON.
    """

    message: str
    sha256: str
    part: int
    field: str
    action: Action | Literal["undo"]
    value: str | None
    person: str
    note: str = ""
    before: str | None = None
    shown: str = "{}"
    undoes: int | None = None
    seen: int | None = None
    path: str | None = None
    paper: str | None = None

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.sha256, self.part, self.field


@dataclass(frozen=True)
class StoredDecision(NewDecision):
    """A decision in the ledger: its number, and when it was made (UTC, ISO 8601)."""

    number: int = 0
    made: str = ""

    @property
    def decision(self) -> Decision | None:
        """The decision as a record shows it; None for one that takes another back."""
        if self.action == "undo":
            return None
        return Decision(
            field=self.field,
            action=self.action,
            value=self.value,
            before=self.before,
            person=self.person,
            made=self.made,
            note=self.note,
        )


class Standing:
    """The decision that counts for each key, from all decisions in their order. A decision counts
    if the person had seen the one that stood before it: who decides later without knowing that
    does not overrule. After the last one is taken back, the one before it stands again.
    """

    def __init__(self, stored: Iterable[StoredDecision] = ()) -> None:
        self._by_key: dict[Key, list[StoredDecision]] = {}
        self._undone: set[int] = set()
        self._changed: dict[Key, int] = {}
        for decision in stored:
            self.add(decision)

    def add(self, decision: StoredDecision) -> None:
        """Add the next decision."""
        own = self._by_key.setdefault(decision.key, [])
        if decision.action != "undo":
            if decision.seen == (own[-1].number if own else None):
                own.append(decision)
                self._changed[decision.key] = decision.number
            return
        self._changed[decision.key] = decision.number
        self._undone.add(decision.undoes or 0)
        own[:] = [earlier for earlier in own if earlier.number != decision.undoes]
        if not own:
            del self._by_key[decision.key]

    def of(self, key: Key) -> StoredDecision | None:
        """The decision that counts; None when there is none."""
        own = self._by_key.get(key)
        return own[-1] if own else None

    def changed(self, key: Key) -> int:
        """The number of the decision that changed last what counts for a key; 0 without one."""
        return self._changed.get(key, 0)

    def is_undone(self, number: int) -> bool:
        """Whether the decision with that number was taken back."""
        return number in self._undone

    def all(self) -> tuple[StoredDecision, ...]:
        """Every decision that counts, in the order of their numbers."""
        last = (own[-1] for own in self._by_key.values() if own)
        return tuple(sorted(last, key=lambda decision: decision.number))


class Decisions:
    """The operations on decisions and holds. All methods raise LedgerBusy or LedgerTrouble when the
    database fails.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def since(self, number: int = 0) -> tuple[StoredDecision, ...]:
        """All decisions after the one with that number, in their order."""
        query = select(decisions).where(decisions.c.id > number).order_by(decisions.c.id)
        with database_troubles(), self._engine.connect() as connection:
            return tuple(_stored(dict(row)) for row in connection.execute(query).mappings())

    def standing(self) -> Standing:
        """The decisions that count."""
        return Standing(self.since())

    def add(self, new: Sequence[NewDecision]) -> tuple[StoredDecision, ...]:
        """Append decisions in one transaction: all of them or, after an error, none. A message that
        is stored already is not stored again, and its stored decision is returned. Raises
        BadDecision when that one says something else.
        """
        with database_troubles(), writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                # Numbers are then in the order of the commits.
                connection.execute(text("LOCK TABLE decisions IN SHARE ROW EXCLUSIVE MODE"))
            return tuple(_add(connection, decision) for decision in new)

    def hold(self, item: str, person: str, session: str, now: float, until: float) -> bool:
        """Hold an item for a session until a time (`now` and `until` in seconds since 1970), or
        longer if the session holds it already. False when another session holds it.
        """
        row = {"item": item, "person": person, "session": session, "until": until}
        with database_troubles(), writing(self._engine) as connection:
            insert = _insert_of(connection)(holds).values(row)
            free = (holds.c.until <= now) | (holds.c.session == session)
            statement = insert.on_conflict_do_update(
                index_elements=[holds.c.item], set_=row, where=free
            )
            changed = connection.execute(statement.returning(holds.c.item)).first()
            return changed is not None

    def release(self, item: str, session: str) -> None:
        """End a session's hold of an item."""
        own = (holds.c.item == item) & (holds.c.session == session)
        with database_troubles(), writing(self._engine) as connection:
            connection.execute(delete(holds).where(own))

    def held(self, now: float) -> Mapping[str, tuple[str, str, float]]:
        """Person, session and end of each hold that has not ended, by item."""
        query = select(holds.c.item, holds.c.person, holds.c.session, holds.c.until)
        with database_troubles(), self._engine.connect() as connection:
            rows = connection.execute(query.where(holds.c.until > now)).all()
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def end_lost_holds(self, person: str) -> None:
        """End the person's holds of this process, and those of processes of this machine that are
        gone: they were killed, or the person opens the review anew.
        """
        with database_troubles(), writing(self._engine) as connection:
            rows = connection.execute(select(holds.c.item, holds.c.person, holds.c.session)).all()
            lost = [row[0] for row in rows if _is_lost(row[2], own=row[1] == person)]
            connection.execute(delete(holds).where(holds.c.item.in_(lost)))


def session_name(unique: str) -> str:
    """The name of a session of this process: its machine, its process, and a unique part."""
    return f"{socket.gethostname()}/{os.getpid()}/{unique}"


def _is_lost(session: str, *, own: bool) -> bool:
    """Whether a session of this machine has ended. `own`: it is the same person's."""
    host, _, rest = session.partition("/")
    number = rest.partition("/")[0]
    if host != socket.gethostname() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return own
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _add(connection: Connection, new: NewDecision) -> StoredDecision:
    """Append one decision, unless its message is stored already."""
    if not 0 < len(new.message) <= MAX_MESSAGE:
        raise BadDecision(f"A message's id has 1 to {MAX_MESSAGE} characters.")
    row = {**vars(new), "made": datetime.now(UTC).isoformat(timespec="milliseconds")}
    insert = _insert_of(connection)(decisions).values(row)
    fresh = insert.on_conflict_do_nothing(index_elements=[decisions.c.message])
    is_new = connection.execute(fresh.returning(decisions.c.id)).first() is not None
    query = select(decisions).where(decisions.c.message == new.message)
    found = connection.execute(query).mappings().first()
    if found is None:
        raise LedgerTrouble("The database did not store a decision.", "Decide it again.")
    stored = _stored(dict(found))
    same = (stored.key, stored.action, stored.value, stored.undoes)
    if same != (new.key, new.action, new.value, new.undoes):
        message = f"The message {new.message} was stored with another decision."
        raise BadDecision(message, "Give each decision an id of its own.")
    if is_new:
        trail.append_row(connection, "decision", dict(found))
    return stored


def _insert_of(connection: Connection) -> Any:
    """The insert of this database, which knows what to do with a row that is there already."""
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def _stored(row: Mapping[str, Any]) -> StoredDecision:
    """The decision in a row."""
    columns = {name: value for name, value in row.items() if name != "id"}
    columns["shown"] = columns["shown"] or "{}"
    return StoredDecision(**columns, number=row["id"])
