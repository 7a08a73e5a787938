"""A database whose every free text is hostile, whoever wrote it and in whichever column there is today."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import metadata

# Words of our own, ids and digests: what nobody outside can write. A new column is hostile until it is named here.
OURS = frozenset({
    "id", "account_id", "visit_id", "message_id", "event_id", "endpoint_id", "takeover_id", "task_id", "key_id",
    "seed_id",
    "old_key_id", "user_digest", "password_digest", "digest", "previous", "sha256", "fingerprint", "key", "token",
    "session",
    "marketplace", "merchant_source", "api_authorization", "authorization", "resumes_to", "message_kind",
    "failure_code",
    "reading", "also_marketplaces", "condition_times", "kind", "state", "mark", "role", "roles", "type", "types",
    "scopes",
    "from_state", "to_state", "stage", "verdict", "act", "outcome", "line", "ending", "purpose", "errand", "language",
    "layout", "audit_as", "marketplace_id", "mailbox", "folder", "holder", "path", "method", "headers", "ref",
    "store_version", "text_of_draft", "counts", "name", "person", "who", "data", "secret_version", "host",
})  # fmt: skip
_OURS_IN_JSON = frozenset({
    "kind", "verdict", "source", "state", "screen", "scope", "account", "audited_at", "layout", "policy", "captured_at",
    "schema", "id", "file", "picture", "reason", "as_expected", "act", "name", "marketplaceId", "accountStatus", "band",
    "condition", "status", "passed", "evidence", "from", "to", "granularity", "digest", "language", "type", "date",
})  # fmt: skip


def poison(conn: Connection, words: str) -> int:
    """Put these words wherever free text is kept; returns how many columns that were."""
    told = 0
    for table in metadata.sorted_tables:
        for column in table.c:
            if column.primary_key or column.name in OURS or (table.name, column.name) == ("alarms", "key"):
                continue
            if isinstance(column.type, sa.JSON):
                told += _documents(conn, table, column, words)
            elif isinstance(column.type, sa.Text | sa.String):
                apart = sa.literal(words) + sa.cast(next(iter(table.primary_key)), sa.Text)  # some are unique
                told += conn.execute(table.update().values({column.name: apart})).rowcount > 0
    return told


def _documents(conn: Connection, table: sa.Table, column: sa.Column[Any], words: str) -> bool:
    keys = list(table.primary_key.columns)
    rows = conn.execute(sa.select(*keys, column.label("document")).where(column.is_not(None))).all()
    for row in rows:
        same = sa.and_(*(key == value for key, value in zip(keys, row[:-1], strict=True)))
        conn.execute(table.update().where(same).values({column.name: poisoned(row[-1], words)}))
    return bool(rows)


def poisoned(value: Any, words: str) -> Any:
    """The same document with every string replaced, but those that are words of our own."""
    match value:
        case str():
            return words
        case list():
            return [poisoned(one, words) for one in value]
        case dict():
            return {key: one if key in _OURS_IN_JSON else poisoned(one, words) for key, one in value.items()}
        case _:
            return value
