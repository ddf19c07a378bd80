"""Alembic's way to the database: the connection that `opening` hands over."""

from alembic import context

from learnstrata.layer.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, transaction_per_migration=False
)
context.run_migrations()
