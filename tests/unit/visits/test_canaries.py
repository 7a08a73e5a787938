"""What people adopt is tried on a few accounts before it counts for all; a worker may be for some accounts alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.engine import Connection, Engine

from agent.clock import utc_now
from agent.settings.groups.visits import WorkSettings
from agent.store import visits
from agent.store.database.engine import writing
from agent.store.people import adopted
from agent.visits.guards.canaries import Trial
from agent.visits.shared.adopted_catalogue import current_catalogue
from flows.catalogue.adopted import digest_of
from tests.support.stored.registry import add_account, invite
from tests.support.visits.adopted_screen import NAME, TEXT

NOW = utc_now()


@pytest.fixture
def fleet(engine: Engine) -> Engine:
    """Three accounts and one adopted screen."""
    with writing(engine) as conn:
        for number, name in enumerate(("A1", "A2", "A3")):
            add_account(conn, name)
            invite(conn, name, number=number, now=NOW - timedelta(minutes=1))
        told = {"kind": "screen", "name": NAME, "text": TEXT, "digest": digest_of(TEXT)}
        adopted.add(conn, **told, person="ada", reason="seen", now=NOW)  # type: ignore[arg-type]  # as typed there
    return engine


def visited(conn: Connection, account: str, *outcomes: str, minutes: int = 1) -> None:
    """Visits one after the other, the first one so many minutes after the adoption."""
    for number, outcome in enumerate(outcomes):
        moment = NOW + timedelta(minutes=minutes + number)
        visit = f"{account}-{minutes}-{number}"
        visits.start(conn, visit, account, kind="audit", host="h", worker="w", now=moment)
        visits.end(conn, visit, outcome=outcome, now=moment)


def knows_it(engine: Engine, account: str, **settings: object) -> bool:
    trial = Trial.of(account, WorkSettings.model_validate(settings))
    return NAME in current_catalogue(engine, trial=trial).adopted


def test_without_canaries_it_counts_for_all(fleet: Engine) -> None:
    assert [knows_it(fleet, account) for account in ("A1", "A2")] == [True, True]


def test_it_counts_for_canaries_at_once_and_for_others_when_it_went_well(fleet: Engine) -> None:
    named = {"canaries": "A1,A2"}
    assert [knows_it(fleet, account, **named) for account in ("A1", "A2", "A3")] == [True, True, False]
    with writing(fleet) as conn:
        visited(conn, "A3", "pass", "pass", "pass")  # which proves nothing: it was not used there
        visited(conn, "A1", "pass", "pass", minutes=-60)  # nor was it before it was adopted
        visited(conn, "A1", "pass", "site_refused", "interrupted")
        visited(conn, "A2", "accepted")
    assert not knows_it(fleet, "A3", **named)
    with writing(fleet) as conn:
        visited(conn, "A1", "fail", minutes=10)  # a verdict: the way was gone
    assert knows_it(fleet, "A3", **named)


def test_a_bad_end_of_a_canary_begins_the_count_anew(fleet: Engine) -> None:
    named = {"canaries": ["A1"], "canary_visits": 2}
    with writing(fleet) as conn:
        visited(conn, "A1", "pass", "pass", "unknown_screen", "pass")
    assert not knows_it(fleet, "A3", **named)
    with writing(fleet) as conn:
        visited(conn, "A1", "pass", minutes=10)
    assert knows_it(fleet, "A3", **named)
