"""The outbox with the states of its messages, and the trail over decisions and messages."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from ocr_extract.volume.ledger.trail import (
    BEGIN,
    DECISION_COLUMNS,
    MESSAGE_COLUMNS,
    STATE_COLUMNS,
    digest_of,
    link_of,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. Earlier messages are kept as sent ones; earlier decisions are chained."""
    connection = op.get_bind()
    earlier = connection.execute(sa.text("SELECT * FROM messages ORDER BY id")).mappings().all()
    op.drop_index("ix_messages_paper", "messages")
    op.drop_table("messages")
    _make_messages()
    _make_trail()
    for row in earlier:
        _keep(connection, row)
    _chain(connection)


def downgrade() -> None:
    """Not supported: the older tables could not hold what was sent."""
    raise NotImplementedError


def _make_messages() -> None:
    """The outbox, and the changes of its messages' states."""
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("made", sa.String(40), nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("paper", sa.Text),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("asked", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("not_before", sa.Float),
        sa.Column("changed", sa.String(40), nullable=False),
        sa.Column("reply", sa.Text, nullable=False, server_default=""),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_messages_run_id"),
    )
    op.create_index("ix_messages_paper", "messages", ["paper"])
    op.create_index("ix_messages_message_id", "messages", ["message_id"], unique=True)
    op.create_table(
        "message_states",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("message", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made", sa.String(40), nullable=False),
        sa.Column("reply", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_message_states"),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name="fk_message_states_message"),
    )
    op.create_index("ix_message_states_message", "message_states", ["message"])


def _make_trail() -> None:
    """The trail."""
    op.create_table(
        "trail",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("made", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trail"),
    )


def _keep(connection: sa.Connection, row: Mapping[Any, Any]) -> None:
    """Store a message of the earlier tables, which had only messages that were sent."""
    old = {name: row[name] for name in ("run_id", "recipient", "paper", "subject", "sent")}
    nothing = hashlib.sha256(b"").hexdigest()
    connection.execute(
        sa.text(
            "INSERT INTO messages (made, run_id, round, kind, recipient, paper, template, subject,"
            " message_id, state, changed, content, digest) VALUES (:sent, :run_id, 1, 'author',"
            " :recipient, :paper, '', :subject, :message_id, 'sent', :sent, :content, :digest)"
        ),
        old | {"message_id": f"v2-{row['id']}", "content": b"", "digest": nothing},
    )
    connection.execute(
        sa.text(
            "INSERT INTO message_states (message, state, made)"
            " SELECT id, 'sent', made FROM messages WHERE message_id = :message_id"
        ),
        {"message_id": f"v2-{row['id']}"},
    )


def _chain(connection: sa.Connection) -> None:
    """Append an entry for every row that is there."""
    link, made = BEGIN, datetime.now(UTC).isoformat(timespec="milliseconds")
    for kind, table, names in (
        ("decision", "decisions", DECISION_COLUMNS),
        ("message", "messages", MESSAGE_COLUMNS),
        ("message_state", "message_states", STATE_COLUMNS),
    ):
        columns = sa.table(table, *(sa.column(name) for name in names))
        for row in connection.execute(sa.select(columns).order_by(columns.c.id)).mappings().all():
            digest = digest_of(kind, row["id"], made, dict(row))
            link = link_of(link, digest)
            connection.execute(
                sa.text(
                    'INSERT INTO trail (made, kind, "row", digest, link)'
                    " VALUES (:made, :kind, :row, :digest, :link)"
                ),
                {"made": made, "kind": kind, "row": row["id"], "digest": digest, "link": link},
            )
