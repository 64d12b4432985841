"""Decisions that count: messages, actions, undoing; holds; the volume of a run."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table. Earlier decisions are kept; each gets a message of its own."""
    op.add_column("runs", sa.Column("volume", sa.LargeBinary))
    for column in (
        sa.Column("message", sa.String(80), nullable=False, server_default=""),
        sa.Column("action", sa.String(8), nullable=False, server_default="set"),
        sa.Column("before", sa.Text),
        sa.Column("shown", sa.Text),
        sa.Column("undoes", sa.Integer),
        sa.Column("seen", sa.Integer),
        sa.Column("path", sa.Text),
        sa.Column("paper", sa.Text),
    ):
        op.add_column("decisions", column)
    op.execute("UPDATE decisions SET message = 'v1-' || CAST(id AS VARCHAR(20))")
    _let_earlier_decisions_follow_each_other()
    op.create_index("ix_decisions_message", "decisions", ["message"], unique=True)
    op.create_table(
        "holds",
        sa.Column("item", sa.String(120), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("item", name="pk_holds"),
    )


def _let_earlier_decisions_follow_each_other() -> None:
    """Of several decisions about one field the last one counts: each has seen the one before it."""
    op.execute(
        "UPDATE decisions SET seen = (SELECT max(earlier.id) FROM decisions AS earlier"
        " WHERE earlier.sha256 = decisions.sha256 AND earlier.part = decisions.part"
        " AND earlier.field = decisions.field AND earlier.id < decisions.id)"
    )


def downgrade() -> None:
    """Not supported: the older tables could not hold what people decided."""
    raise NotImplementedError
