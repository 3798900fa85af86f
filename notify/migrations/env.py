"""What alembic runs: the versions, on the connection and in the transaction that `notify.migrations` hands over."""

from alembic import context
from sqlalchemy import Connection

from notify.migrations.everything import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite changes a table by making it anew: batch operations do that there, and plain ALTER elsewhere.
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
