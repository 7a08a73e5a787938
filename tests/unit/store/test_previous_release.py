"""Workers of the release before go on beside those of this one: their statements run on the schema as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection, Engine

from agent.errors import ConfigurationError
from agent.store.database import migrate as migrations
from agent.store.database.engine import connect, open_database
from agent.store.database.migrate import RELEASED, migrate, newest_revision

_BEFORE = list(RELEASED.values())[-1]  # what the last release knows


@contextmanager
def released(url: str, revision: str) -> Iterator[tuple[Engine, sa.MetaData]]:
    """A database as a release left it, and its tables as that release knows them."""
    engine = connect(url)
    config = Config()
    config.set_main_option("script_location", str(migrations._SCRIPTS))
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
    known = sa.MetaData()
    known.reflect(engine)
    known.remove(known.tables["alembic_version"])
    try:
        yield engine, known
    finally:
        engine.dispose()


def fill(conn: Connection, known: sa.MetaData, number: int) -> None:
    """One row in each table, parents first, with a value in every column that a release knows."""
    for table in known.sorted_tables:
        row = {column.name: _value(column, number) for column in table.columns if not _is_given(column)}
        conn.execute(table.insert().values(row))


def _is_given(column: sa.Column[Any]) -> bool:
    """Whether the database gives the value itself."""
    alone = len(column.table.primary_key.columns) == 1
    return bool(column.primary_key and alone and isinstance(column.type, sa.Integer) and not column.foreign_keys)


def _value(column: sa.Column[Any], number: int) -> Any:
    match column.type:
        case sa.Boolean():
            return False
        case sa.DateTime():
            moment = datetime(2026, 1, number, tzinfo=UTC)
            return moment if column.type.timezone else moment.replace(tzinfo=None)
        case sa.Numeric() | sa.Integer():
            return number
        case sa.LargeBinary():
            return bytes([number])
        case sa.JSON():
            return {}
        case _:
            return str(number)


def test_statements_of_the_last_release_run_on_its_data_after_the_upgrade(any_url: str) -> None:
    with released(any_url, _BEFORE) as (engine, known):
        with engine.begin() as conn:
            fill(conn, known, 1)
        migrate(engine)
        with engine.begin() as conn:
            empty = [table.name for table in known.sorted_tables if not conn.execute(sa.select(table)).all()]
            assert empty == []  # SQLite makes tables anew, which must not take the rows of others along
            fill(conn, known, 2)  # as a worker that was started before the upgrade does
        for table in known.sorted_tables:
            with engine.begin() as conn:
                rows = conn.execute(sa.select(table)).all()
                assert len(rows) >= 2, table.name
                last = [column for column in table.columns if not column.primary_key and not column.foreign_keys][-1]
                conn.execute(table.update().values({last.name: last}))
        with engine.begin() as conn:
            for table in reversed(known.sorted_tables):
                conn.execute(table.delete())


def test_accounts_of_0_1_whose_merchant_a_mail_may_have_named_are_marked_so(any_url: str) -> None:
    accepted = [
        ("mail", "A1", "accepted"),
        ("other", "B2", "accepted"),
        ("open", "A1", "waiting"),
        ("none", "A1", "accepted"),
    ]
    with released(any_url, RELEASED["0.1.0"]) as (engine, known):
        accounts, invitations = known.tables["accounts"], known.tables["invitations"]
        with engine.begin() as conn:
            for number, (name, merchant, state) in enumerate(accepted, start=1):
                row = {c.name: _value(c, number) for c in accounts.columns}
                merchants = {"merchant_id": None if name == "none" else "A1", "merchant_name": None}
                conn.execute(
                    accounts.insert().values(row | {"id": name, "user_email": name, "audit_as": None} | merchants)
                )
                row = {c.name: _value(c, number) for c in invitations.columns if c.name not in ("id", "message_id")}
                told = {"account_id": name, "merchant_id": merchant, "global_account_id": None, "state": state}
                conn.execute(invitations.insert().values(row | told))
        migrate(engine)
        with engine.begin() as conn:
            rows = conn.execute(sa.text("SELECT id, merchant_source FROM accounts")).all()
    assert {row[0]: row[1] for row in rows} == {
        "mail": "invitation",
        "other": "registration",
        "open": "registration",
        "none": None,
    }


def test_this_program_goes_on_with_what_both_wrote(any_url: str) -> None:
    with released(any_url, _BEFORE) as (engine, known):
        migrate(engine)
        with engine.begin() as conn:
            fill(conn, known, 1)
        mine = sa.MetaData()
        mine.reflect(engine)
        with engine.begin() as conn:
            for table in known.sorted_tables:
                row = conn.execute(sa.select(mine.tables[table.name])).mappings().all()[-1]
                bare = [c.name for c in mine.tables[table.name].columns if not c.nullable and row.get(c.name) is None]
                assert bare == [], table.name


def test_a_program_goes_back_by_one_release_and_by_no_more(any_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database(any_url).dispose()
    engine = connect(any_url)
    newer = "9001"
    with engine.begin() as conn:  # what the release after this one leaves
        conn.execute(sa.text("UPDATE alembic_version SET version_num = :newer"), {"newer": newer})
        migrations.note_compatible(conn, newest=newer, works_with=[newest_revision(), "9000"])
    open_database(any_url).dispose()
    with engine.begin() as conn:
        migrations.note_compatible(conn, newest=newer, works_with=["9000"])
    with pytest.raises(ConfigurationError, match="schema 9001"):
        open_database(any_url)
    with engine.begin() as conn:  # a note that an older program left says nothing of a newer schema
        migrations.note_compatible(conn, newest="9000", works_with=[newest_revision()])
    with pytest.raises(ConfigurationError, match="schema 9001"):
        open_database(any_url)
    engine.dispose()


def test_an_upgrade_says_whom_it_still_works_with(any_url: str) -> None:
    with released(any_url, _BEFORE) as (engine, _), engine.connect() as conn:
        migrate(engine)
        found = migrations.compatible(conn)
    assert found is not None
    assert (found[0], found[1][0], found[1][-1]) == (newest_revision(), _BEFORE, newest_revision())
