"""Opening, migrating and stamping the database."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from agent.errors import ConfigurationError
from agent.store.database.engine import connect, open_database, reading, stamp_data_dir, writing
from agent.store.database.schema import metadata, switches
from tests.support.servers.postgres import Postgres
from tests.support.stored.registry import NOW


def test_migrations_build_exactly_the_schema(any_engine: Engine) -> None:
    with any_engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_opening_twice_changes_nothing(any_url: str) -> None:
    open_database(any_url).dispose()
    engine = open_database(any_url)
    with reading(engine) as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM alembic_version")) == 1
    engine.dispose()


def test_a_newer_schema_is_refused(any_url: str) -> None:
    engine = open_database(any_url)
    with writing(engine) as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ConfigurationError, match="schema 9999"):
        open_database(any_url)


@pytest.mark.sampled(1)
def test_processes_that_start_together_migrate_once(any_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_open, args=(any_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]


def _open(url: str) -> None:
    open_database(url).dispose()


@pytest.mark.postgres
def test_a_server_whose_machine_is_gone_is_given_up_within_half_a_minute(postgres: Postgres) -> None:
    engine = open_database(postgres.new_database())
    with engine.connect() as conn:
        given = conn.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]  # it is psycopg's
    engine.dispose()
    assert int(given["keepalives_idle"]) + int(given["keepalives_interval"]) * int(given["keepalives_count"]) <= 30
    assert int(given["tcp_user_timeout"]) <= 30_000


def test_sqlite_is_opened_for_durability(engine: Engine) -> None:
    with engine.connect() as conn:
        found = [
            conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


def test_the_database_file_is_ours_alone(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    engine.dispose()
    assert stat.S_IMODE(Path(str(engine.url.database)).stat().st_mode) == 0o600


def test_reading_does_not_wait_for_a_writer(engine: Engine) -> None:
    with writing(engine) as busy:
        busy.execute(switches.insert().values(name="x", value="y", at=NOW))
        with reading(engine) as conn:
            assert conn.scalar(sa.select(sa.func.count()).select_from(switches)) == 0


def test_data_keep_the_stamp_of_their_first_use(any_engine: Engine) -> None:
    stamp_data_dir(any_engine, signs=["BROWSER__TRUSTED_SPKI"])
    stamp_data_dir(any_engine, signs=["BROWSER__TRUSTED_SPKI"])
    with pytest.raises(ConfigurationError, match="made in rehearsal"):
        stamp_data_dir(any_engine, signs=[])


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://u@h/d", "sqlite:///:memory:", "sqlite:////no/such/place/x.sqlite"]
)
def test_a_wrong_address_is_one_clear_line(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect(url)
    assert "\n" not in str(caught.value)


def test_a_server_that_does_not_answer_is_one_clear_line() -> None:
    with pytest.raises(ConfigurationError, match="cannot be used") as caught:
        open_database("postgresql://user:hidden-password@127.0.0.1:9/none")
    assert "hidden-password" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_error_of_the_database_repeats_no_value(any_engine: Engine) -> None:
    row = switches.insert().values(name="twice", value="somebody-s-value", at=NOW)
    with writing(any_engine) as conn:
        conn.execute(row)
    with writing(any_engine) as conn, pytest.raises(IntegrityError) as caught:
        conn.execute(row)
    assert "somebody-s-value" not in str(caught.value)


def test_times_come_back_aware_and_naive_ones_are_refused(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        conn.execute(switches.insert().values(name="x", value="y", at=NOW))
        assert conn.scalar(sa.select(switches.c.at)) == NOW
        with pytest.raises(sa.exc.StatementError, match="aware"):
            conn.execute(switches.insert().values(name="z", value="y", at=NOW.replace(tzinfo=None)))
