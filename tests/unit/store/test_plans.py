"""The plans of what a worker asks again and again: on PostgreSQL, none walks a table that grows.

With `enable_seqscan` off the planner walks a table, or an index from end to end, only where no index serves, however
few rows there are now. In the long run, the same is asked of its own choice among a million rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from agent.clock import utc_now
from agent.store import accounts, fleet, insights, journal, timeline, visits
from agent.store.api import operations
from agent.store.audits import last_complete_audit
from agent.store.database.engine import connect, open_database
from agent.store.inbox import found_messages, messages
from agent.store.outbox.read import list_events
from agent.store.outbox.sequence import last_sequence
from agent.store.processes import leases, workers
from agent.store.webhooks import deliveries
from tests.support.servers.postgres import Postgres
from tests.support.stored.big_fleet import age, fill
from tests.support.stored.registry import NOW

_LEASE = timedelta(seconds=15)
_GROWS = (
    "accounts", "journal", "messages", "events", "visits", "audits", "acts", "invitations", "operations", "insights",
    "webhook_deliveries", "leases",
)  # fmt: skip
ASKED: dict[str, Callable[[Connection], object]] = {
    "what is due": lambda conn: accounts.list_due(conn, now=NOW, limit=200, free_at=(NOW, _LEASE), but={"A1"}),
    "what is due in quiet hours": lambda conn: accounts.list_due(conn, now=NOW, limit=200, urgent_only=True),
    "when the next is due": lambda conn: accounts.next_due(conn, after=NOW),
    "whose insights are due": lambda conn: insights.list_due_insights(conn, now=NOW, limit=10),
    "one account": lambda conn: accounts.get(conn, "A1") if accounts.find_by_email(conn, "a@b.example") else None,
    "visits of this minute by host": lambda conn: visits.started_by_host(conn, NOW),
    "visits of this day by account": lambda conn: visits.started_by_account(conn, NOW, ["A1", "A2"]),
    "the lease of an account": lambda conn: leases.holder_of(conn, "A1", now=NOW),
    "who is alive": lambda conn: workers.living(conn, since=NOW),
    "what was asked for": operations.is_any_open,
    "what may be taken up": lambda conn: operations.take(conn, worker="w", but=["A1"]),
    "what waits for an account": lambda conn: operations.tell_waiting(conn, "A1"),
    "mails to be judged": lambda conn: messages.list_judgeable(conn, now=NOW, limit=16),
    "the next mail to be tried": messages.next_try,
    "mails to be fetched": lambda conn: found_messages.list_to_fetch(conn, 1, 1),
    "known mails": lambda conn: found_messages.known_uids(conn, 1, 1, [1, 2, 3]),
    "the journal of an account": lambda conn: journal.history(conn, "A1"),
    "the story of an account": lambda conn: timeline.page(conn, "A1", after=None, limit=50),
    "the last complete audit": lambda conn: last_complete_audit(conn, "A1"),
    "events": lambda conn: list_events(conn, after=0),
    "the last event": last_sequence,
    "deliveries that are due": lambda conn: deliveries.due_heads(conn, now=NOW, but=(), limit=32),
    "the next delivery": lambda conn: deliveries.next_due(conn, after=NOW),
    "what changed lately": lambda conn: fleet.page(
        conn, fleet.Filter(changed_after=utc_now() - timedelta(minutes=1)), after=None, limit=50
    ),
    "the status documents asked for at once": lambda conn: accounts.find_all(conn, {"A1", "A2"}),
    "a page of the fleet": lambda conn: fleet.page(conn, fleet.Filter(), after="A1", limit=100),
}


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Iterator[Engine]:
    """A migrated database whose planner avoids walks."""
    url = postgres.new_database()
    open_database(url).dispose()
    opened = connect(url)
    yield opened
    opened.dispose()


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """What is asked while the block runs."""
    seen: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        seen.append((given[2], given[3]))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.postgres
@pytest.mark.parametrize("what", ASKED)
def test_a_hot_path_walks_no_table_that_grows(database: Engine, what: str) -> None:
    assert walked(database, ASKED[what]) == set()


@pytest.mark.postgres
def test_a_walk_is_seen(database: Engine) -> None:
    assert walked(database, lambda conn: fleet.with_failure(conn, "x", limit=9)) == {"accounts"}


@pytest.fixture(scope="module")
def grown(postgres: Postgres) -> Iterator[Engine]:
    """A hundred thousand accounts, a million rows of their journal and mails each."""
    url, count = postgres.new_database(), 100_000
    engine = open_database(url)
    fill(engine, count)
    age(engine, count, older=1_000_000, mails=1_000_000)
    engine.dispose()
    opened = connect(url)
    yield opened
    opened.dispose()


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.parametrize("what", ASKED)
def test_among_a_million_rows_a_hot_path_walks_no_table_either(grown: Engine, what: str) -> None:
    assert walked(grown, ASKED[what], may_walk=True) & {"accounts", "journal", "messages"} == set()


def walked(database: Engine, ask: Callable[[Connection], object], *, may_walk: bool = False) -> set[str]:
    """The tables that grow and that the server would walk."""
    with database.connect() as conn, conn.begin() as transaction:
        conn.exec_driver_sql(f"SET LOCAL enable_seqscan = {'on' if may_walk else 'off'}")
        with statements(database) as seen:
            ask(conn)
        plans = [plan_of(conn, *one) for one in seen if one[0].lstrip().upper().startswith(("SELECT", "UPDATE"))]
        transaction.rollback()
    assert plans
    return {name for plan in plans for name in walks(plan)}


def walks(node: dict[str, Any]) -> Iterator[str]:
    """The tables that a plan goes through from end to end, or whose index it does."""
    name = node.get("Relation Name")
    is_led = "Index Cond" in node or "Recheck Cond" in node
    if name in _GROWS and not is_led:
        yield str(name)
    for each in node.get("Plans", ()):
        yield from walks(each)


def plan_of(conn: Connection, statement: str, parameters: Any) -> dict[str, Any]:
    """How the server would do it."""
    found = conn.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    plan: dict[str, Any] = found[0]["Plan"]
    return plan
