"""What the API leaves behind is forgotten in its time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.engine import Engine

from agent.domain.authorization import Event
from agent.settings.groups.operation import ObserveSettings
from agent.store import transitions
from agent.store.api import idempotency, operations
from agent.store.api.operations import OperationKind
from agent.store.database.engine import reading, writing
from agent.store.database.retention import forget_old
from agent.store.database.schema import task_claims
from agent.store.people import tasks
from tests.support.stored.registry import NOW, add_account

REQUEST = idempotency.Request(key_id="k", key="one", method="POST", path="/accounts", fingerprint="f")


def test_answers_go_after_a_day_and_operations_with_finished_work(any_engine: Engine) -> None:
    kept = idempotency.Stored(request=REQUEST, status=201, headers={}, body="{}", shows_secret=False)
    with writing(any_engine) as conn:
        add_account(conn)
        idempotency.keep(conn, kept, now=NOW)
        done = operations.add(conn, "A1", OperationKind.AUDIT, asked_by="a test", now=NOW)
        operations.finish(conn, done.id, outcome="pass", now=NOW)
        queued = operations.add(conn, "A1", OperationKind.AUDIT, asked_by="a test", now=NOW)
    first = forget_old(any_engine, ObserveSettings(), now=NOW + timedelta(hours=23))
    second = forget_old(any_engine, ObserveSettings(), now=NOW + timedelta(hours=25))
    third = forget_old(any_engine, ObserveSettings(), now=NOW + timedelta(days=15))
    assert [each.answers for each in (first, second, third)] == [0, 1, 0]
    assert [each.operations for each in (first, second, third)] == [0, 0, 1]
    with reading(any_engine) as conn:
        assert operations.get(conn, done.id) is None
        assert operations.get(conn, queued.id) is not None


def test_an_answer_older_than_a_day_is_not_given_again(any_engine: Engine) -> None:
    kept = idempotency.Stored(request=REQUEST, status=201, headers={}, body="{}", shows_secret=False)
    with writing(any_engine) as conn:
        idempotency.keep(conn, kept, now=NOW)
        assert idempotency.find(conn, REQUEST, now=NOW + timedelta(hours=24)) == kept
        assert idempotency.begin(conn, REQUEST, now=NOW + timedelta(hours=25)) is None


def test_a_claim_goes_with_what_it_was_for(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        transitions.apply(conn, "A1", Event.HUMAN_NEEDED, now=NOW, why="a test")
        tasks.claim(conn, "release:A1", who="Anna", now=NOW)
    forget_old(engine, ObserveSettings(), now=NOW)
    with writing(engine) as conn:
        assert len(conn.execute(task_claims.select()).all()) == 1
        transitions.apply(conn, "A1", Event.RELEASED, now=NOW, why="a test")
    forget_old(engine, ObserveSettings(), now=NOW)
    with reading(engine) as conn:
        assert conn.execute(task_claims.select()).all() == []
