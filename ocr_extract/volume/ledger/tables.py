"""The ledger's tables. A change here needs a migration: see migrations/versions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Patterns for the names of indexes and constraints."""
metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
REVISION = "0003"
"""The version of these tables: the latest one in migrations/versions."""
alembic_version = Table(  # where Alembic stores a database's revision, as Alembic creates it
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started", String(40), nullable=False),
    Column("ended", String(40)),
    Column("state", String(16), nullable=False),  # running, done
    Column("program", String(40), nullable=False),
    Column("settings", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("judged", String(64)),  # digest of everything that the answer depends on
    Column("same_as", Integer),  # the run with the same records, when nothing had changed
    Column("answer", Text),
    Column("volume", LargeBinary),  # the files and the roster, to resolve the run again
)

listing = Table(  # each file's hash when it was last listed; only a cache
    "listing",
    metadata,
    Column("path", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
)

readings = Table(  # a content's extraction pass, with the settings that matter for it
    "readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("setting", String(64), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("damage", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("sha256", "setting", "attempt"),
)

records = Table(  # the result for an agreement; a new row whenever it changed
    "records",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("sha256", String(64)),
    Column("paper", Text),
    Column("verdict", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("run_id", "path", "part"),
    Index(None, "path", "part"),
    Index(None, "paper"),
)

run_records = Table(  # the records of a run, in the order of its files
    "run_records",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("record_id", ForeignKey("records.id"), nullable=False),
)

decisions = Table(  # what a person decided; undoing is a row, too
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("made", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("part", Integer, nullable=False),
    Column("field", String(32), nullable=False),
    Column("value", Text),
    Column("person", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("message", String(80), nullable=False, server_default=""),  # the client's own id
    Column("action", String(8), nullable=False, server_default="set"),  # set, leave, ask, undo
    Column("before", Text),  # the value before the decision
    Column("shown", Text),  # what the person saw, as JSON
    Column("undoes", Integer),  # the decision that is taken back
    Column("seen", Integer),  # the decision that stood when the person decided
    Column("path", Text),  # the file, absolute
    Column("paper", Text),  # its paper at that time
    Index(None, "sha256"),
    Index(None, "message", unique=True),
)

holds = Table(  # who looks at which item until when: no history, and removed afterwards
    "holds",
    metadata,
    Column("item", String(120), primary_key=True),
    Column("person", Text, nullable=False),
    Column("session", Text, nullable=False),
    Column("until", Float, nullable=False),  # seconds since 1970
)

messages = Table(  # the outbox: what is to be sent, and what became of it
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("made", String(40), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("round", Integer, nullable=False),  # from 1; each reminder is a round of its own
    Column("kind", String(16), nullable=False),  # editors, author, webhook
    Column("recipient", Text, nullable=False),
    Column("paper", Text),
    Column("template", String(80), nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_id", String(255), nullable=False),
    Column("asked", Text, nullable=False, server_default=""),  # flags, or the paper's state
    Column("state", String(16), nullable=False),  # the last one in message_states
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Float),  # seconds since 1970
    Column("changed", String(40), nullable=False),
    Column("reply", Text, nullable=False, server_default=""),  # the server's last words
    Column("content", LargeBinary, nullable=False),  # the bytes to send
    Column("digest", String(64), nullable=False),  # SHA-256 of the content
    Index(None, "paper"),
    Index(None, "message_id", unique=True),
)

message_states = Table(  # every change of a message's state
    "message_states",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message", ForeignKey("messages.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("made", String(40), nullable=False),
    Column("reply", Text, nullable=False, server_default=""),
    Index(None, "message"),
)

trail = Table(  # a hash chain over what people decided and what was sent
    "trail",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("made", String(40), nullable=False),
    Column("kind", String(32), nullable=False),  # decision, message, message_state, forgotten, ...
    Column("row", Integer, nullable=False),
    Column("content", Text),  # canonical JSON, where it stands in no other table
    Column("digest", String(64), nullable=False),
    Column("link", String(64), nullable=False),
)
