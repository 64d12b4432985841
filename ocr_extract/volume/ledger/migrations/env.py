"""Alembic's entry point: migrates over the connection that the ledger has open."""

from alembic import context

from ocr_extract.volume.ledger.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
