"""What Alembic runs: the migrations, in the transaction of the caller."""

from __future__ import annotations

from alembic import context

from agent.store.database.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
