"""`sc-agent backup` and `restore`: taken while others write, put back, and nothing believed that may have changed."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.api import operations
from agent.store.api.operations import OperationKind, OperationState
from agent.store.database.engine import open_database, writing
from agent.store.database.schema import accounts
from agent.store.sign_in import acts
from agent.worker.data_lock import only_daemon
from flows.models import Act
from tests.support.processes.command import PASSWORD, Agent, Ended
from tests.support.servers.postgres import running_postgres


def refused(ended: Ended, code: int, *words: str) -> None:
    """One line on standard error, and nothing else."""
    assert (ended.code, ended.out) == (code, ""), ended.err
    assert ended.err.count("\n") == 1
    for word in words:
        assert word in ended.err


def test_a_backup_is_restored_with_its_accounts_and_secrets(agent: Agent) -> None:
    agent.add("A1")
    before = agent("accounts", "export").out
    file = back_up(agent)
    assert agent("accounts", "remove", "A1", "--yes").code == 0
    agent.add("B2")
    refused(agent("restore", str(file)), 2, "1 accounts", "--replace")
    assert agent("accounts", "list", "--json").document["accounts"][0]["account"] == "B2"
    assert agent("restore", str(file), "--replace").code == 0
    assert agent("accounts", "export").out == before
    assert agent("accounts", "show", "A1", "--json").document["account"]["has_secrets"] is True


def test_a_backup_is_one_private_file_without_a_secret_in_clear(agent: Agent) -> None:
    agent.add("A1")
    file = back_up(agent)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in agent.folder.iterdir() if path.name.startswith((".", "backup"))] == [file.name]
    assert [path.name for path in (agent.folder / "data").iterdir() if path.name.startswith(".sc-agent-copy")] == []
    assert PASSWORD.encode() not in file.read_bytes()


def test_a_backup_holds_what_is_committed_while_somebody_writes(agent: Agent) -> None:
    agent.add("A1")
    with closing(sqlite3.connect(database_of(agent), isolation_level=None)) as writer, only_daemon(url_of(agent)):
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE accounts SET merchant_name = 'not committed'")
        file = back_up(agent)
        writer.execute("ROLLBACK")
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT id, merchant_name FROM accounts").fetchall() == [("A1", None)]


def test_after_restoring_nothing_is_believed_that_may_have_changed(agent: Agent) -> None:
    agent.add("A1", "--api-authorized")
    later = datetime.now(UTC) + timedelta(hours=6)
    with store(agent) as conn:
        conn.execute(sa.update(accounts).values(authorization="complete", due=later))
        operation = operations.add(conn, "A1", OperationKind.AUDIT, asked_by="test", now=datetime.now(UTC))
    file = back_up(agent)
    assert agent("restore", str(file), "--replace").code == 0
    with store(agent) as conn:
        assert acts.doubted_since_release(conn, "A1", Act.TYPE_PASSWORD)
        ended = operations.get(conn, operation.id)
        assert ended is not None
        assert (ended.state, ended.outcome) == (OperationState.DONE, "restored")
        due = conn.scalar(sa.select(accounts.c.due))
    assert due is not None
    assert due <= datetime.now(UTC)


def test_the_numbers_of_events_go_on_above_all_that_were_given(agent: Agent) -> None:
    agent.add("A1")
    file = back_up(agent)
    agent.add("A2")
    seen = last_number(agent)
    assert agent("restore", str(file), "--replace").code == 0
    agent.add("A3")
    assert last_number(agent) > seen + 1000


def test_the_tickets_of_visits_are_not_kept(agent: Agent) -> None:
    agent.add("A1")
    file = back_up(agent)
    tickets = agent.folder / "data" / "agent-engine.sqlite"
    tickets.write_bytes(b"of before")
    assert agent("restore", str(file), "--replace").code == 0
    assert not tickets.exists()


def test_a_backup_is_restored_where_nothing_was(agent: Agent) -> None:
    agent.add("A1")
    file = back_up(agent)
    (agent.folder / "other").mkdir()
    other = Agent(agent.folder / "other", agent.settings)
    assert other("restore", str(file)).code == 0
    assert stat.S_IMODE(database_of(other).stat().st_mode) == 0o600
    assert [each["account"] for each in other("accounts", "list", "--json").document["accounts"]] == ["A1"]


def test_nothing_is_restored_while_a_daemon_runs(agent: Agent) -> None:
    agent.add("A1")
    file = back_up(agent)
    agent.add("A2")
    with only_daemon(url_of(agent)):
        refused(agent("restore", str(file), "--replace"), 4, "another daemon", "stop it first")
    assert len(agent("accounts", "list", "--json").document["accounts"]) == 2


def test_a_backup_of_a_newer_program_is_refused(agent: Agent) -> None:
    agent.add("A1")
    file = back_up(agent)
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
        copy.commit()
    agent.add("A2")
    refused(agent("restore", str(file), "--replace"), 4, "9999", "newer version")
    assert len(agent("accounts", "list", "--json").document["accounts"]) == 2


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_a_file_that_is_no_backup_is_refused(agent: Agent, content: bytes) -> None:
    agent.add("A1")
    file = agent.folder / "backup.sqlite"
    file.write_bytes(content)
    refused(agent("restore", str(file), "--replace"), 2, "nothing was changed")
    assert len(agent("accounts", "list", "--json").document["accounts"]) == 1


def test_the_database_itself_is_no_place_for_a_backup(agent: Agent) -> None:
    agent.add("A1")
    refused(agent("backup", str(database_of(agent))), 2, "database itself")
    refused(agent("restore", str(database_of(agent)), "--replace"), 2, "database itself")
    refused(agent("backup", str(agent.folder / "nowhere" / "file")), 4, "cannot be written")


@pytest.mark.parametrize(("command", "word"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_postgresql_is_left_to_its_own_tools(agent: Agent, command: str, word: str) -> None:
    agent.settings["DATABASE_URL"] = "postgresql://user:hidden-word@127.0.0.1:1/db"
    ended = agent(command, str(agent.folder / "backup"))
    refused(ended, 4, word)
    assert "hidden-word" not in ended.err


@pytest.mark.postgres
def test_a_sqlite_database_is_moved_to_postgresql_whole(agent: Agent) -> None:
    agent.add("A1")
    agent.add("A2")
    assert agent("accounts", "pause", "A2").code == 0
    file, before = back_up(agent), agent("status", "--json").document
    refused(agent("restore", str(file), "--moved"), 2, "PostgreSQL")
    with running_postgres() as server:
        url = agent.settings["DATABASE_URL"] = server.new_database()
        moved = agent("restore", str(file), "--moved")
        assert (moved.code, "2 accounts" in moved.out) == (0, True)
        assert agent("status", "--json").document == before
        assert agent("accounts", "show", "A1", "--json").document["account"]["has_secrets"]
        refused(agent("restore", str(file), "--moved"), 2, "accounts already")
        assert agent.add("A3").code == 0  # numbers go on
        with closing(sqlite3.connect(file)) as old, psycopg.connect(url) as new:
            for table in ("accounts", "secrets", "journal", "events", "outbox", "password_marks", "sealed_keys"):
                query = f"SELECT count(*) FROM {table}"  # noqa: S608 - ours
                (kept,) = old.execute(query).fetchone()
                (there,) = new.execute(query).fetchone() or (0,)
                assert there >= kept, table


def back_up(agent: Agent) -> Path:
    """A backup of what there is now."""
    file = agent.folder / "backup.sqlite"
    assert agent("backup", str(file)).code == 0
    return file


def last_number(agent: Agent) -> int:
    """The number of the newest event."""
    return int(agent("events").out.splitlines()[-1].split()[0])


def database_of(agent: Agent) -> Path:
    """Its SQLite file."""
    return agent.folder / "data" / "agent.sqlite"


def url_of(agent: Agent) -> sa.URL:
    """The same as an address."""
    return sa.make_url(f"sqlite:///{database_of(agent)}")


@contextmanager
def store(agent: Agent) -> Iterator[Connection]:
    """One transaction on its database."""
    engine = open_database(str(url_of(agent)))
    try:
        with writing(engine) as conn:
            yield conn
    finally:
        engine.dispose()
