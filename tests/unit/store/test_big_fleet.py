"""What the fleet page asks for is answered from indexes, however many accounts there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.store import fleet
from agent.store.console.overview import overview, trend
from agent.store.database.engine import open_database, reading
from agent.store.fleet import Filter
from agent.store.people import tasks
from tests.support.servers.postgres import Postgres
from tests.support.stored.big_fleet import fill

pytestmark = pytest.mark.postgres
ACCOUNTS = 20_000


@pytest.fixture(scope="module")
def big(postgres: Postgres) -> Iterator[Engine]:
    engine = open_database(postgres.new_database())
    fill(engine, ACCOUNTS)
    yield engine
    engine.dispose()


@pytest.fixture
def asked(big: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Every query of the test, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        seen.append((statement, parameters))

    sa.event.listen(big, "before_cursor_execute", note)
    yield seen
    sa.event.remove(big, "before_cursor_execute", note)


def scanned(big: Engine, asked: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Tables of the fleet's size that a query would read from end to end."""
    found = []
    with big.connect() as conn:
        for statement, parameters in list(asked):
            if statement.lstrip().upper().startswith("SELECT"):
                rows = conn.exec_driver_sql("EXPLAIN " + statement, parameters).scalars().all()
                plan = "\n".join(rows)
                found += [(table, plan) for table in ("accounts", "journal") if f"Seq Scan on {table}" in plan]
    return found


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(state=State.FAILED),
        Filter(state=State.COMPLETE),
        Filter(needs_person=True),
        Filter(changed_after=utc_now()),
    ],
    ids=["all", "failed", "complete", "needs_person", "changed"],
)
def test_a_page_of_accounts_reads_an_index(big: Engine, asked: list[tuple[str, Any]], wanted: Filter) -> None:
    with reading(big) as conn:
        _, last = fleet.page(conn, wanted, after=None, limit=100)
        fleet.page(conn, wanted, after=last or "C009999", limit=100)
    assert scanned(big, asked) == []


def test_counts_extremes_and_the_trend_read_indexes(big: Engine, asked: list[tuple[str, Any]]) -> None:
    with reading(big) as conn:
        found = overview(conn, now=utc_now())
        trend(conn, now=utc_now())
    assert (found.total, found.oldest_read is not None) == (ACCOUNTS, True)
    assert scanned(big, asked) == []


def test_the_queue_reads_indexes(big: Engine, asked: list[tuple[str, Any]]) -> None:
    with reading(big) as conn:
        found = tasks.list_all(conn, now=utc_now(), limit=200)
    assert {task.kind for task in found} >= {tasks.TaskKind.RELEASE, tasks.TaskKind.INCOMPLETE, tasks.TaskKind.STALE}
    assert scanned(big, asked) == []
