"""`sc-agent status` tells, from any machine, which daemons are at work."""

from __future__ import annotations

from datetime import timedelta

from agent.clock import utc_now
from agent.store.database.engine import open_database, writing
from agent.store.processes import workers
from tests.support.processes.command import Agent

_LEASE = timedelta(seconds=15)


def test_it_says_when_no_daemon_is_at_work(agent: Agent) -> None:
    told = agent("status")
    assert (told.code, "no daemon is at work; 'sc-agent run' starts one" in told.out) == (0, True)


def test_it_tells_the_living_from_the_dead(agent: Agent) -> None:
    agent.add("A1")
    engine = open_database(f"sqlite:///{agent.folder / 'data' / 'agent.sqlite'}")
    now = utc_now()
    with writing(engine) as conn:
        workers.beat(conn, "w1", roles="mail,work", host="here", now=now, lease=_LEASE)
        workers.beat(conn, "w2", roles="work", host="there", now=now - timedelta(minutes=5), lease=_LEASE)
    engine.dispose()
    told = agent("status", "--json").document
    assert [(worker["worker"], worker["roles"], worker["host"], worker["alive"]) for worker in told["workers"]] == [
        ("w1", ["mail", "work"], "here", True),
        ("w2", ["work"], "there", False),
    ]
    assert "no daemon" not in agent("status").out
