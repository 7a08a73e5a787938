"""`status` for an on-call: totals first, worst first, filters, what to read and what to copy."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.domain.sign_in_breaker import BreakerLimits
from agent.store import visits
from agent.store.database.engine import open_database, writing
from agent.store.database.schema import accounts, folders, journal
from agent.store.processes import workers
from agent.store.sign_in import sign_in_breaker
from tests.support.processes.command import Agent
from tests.support.stored.registry import add_account

AT = datetime(2026, 11, 23, 9, 19, tzinfo=UTC)


@pytest.fixture
def many(agent: Agent) -> Agent:
    """Twelve accounts: one that needs a person, one failed, ten waiting."""
    assert agent("pause", "--all").code == 0
    assert agent("resume", "--all").code == 0
    engine = open_database(f"sqlite:///{agent.folder / 'data' / 'agent.sqlite'}")
    with writing(engine) as conn:
        for number in range(12):
            add_account(conn, f"A{number:02}")
        told = {
            "authorization": State.NEEDS_HUMAN,
            "internal_reason": "the site shows a CAPTCHA",
            "failure_code": "challenge",
        }
        conn.execute(accounts.update().where(accounts.c.id == "A07").values(told))
        conn.execute(
            journal.insert().values(
                account_id="A07", at=AT, from_state=State.ACCEPTING, to_state=State.NEEDS_HUMAN, why="challenge"
            )
        )
        conn.execute(accounts.update().where(accounts.c.id == "A03").values(authorization=State.FAILED))
    engine.dispose()
    for visit in ("older", "newer"):
        (agent.folder / "data" / "evidence" / "A07" / visit).mkdir(parents=True)
    return agent


def test_totals_come_first_and_who_needs_a_person_before_all_others(many: Agent) -> None:
    ended = many("status")
    lines = [line for line in ended.out.splitlines() if not line.startswith("no daemon")]
    assert lines[0] == "12 accounts: 1 needs_human, 1 failed, 10 awaiting_invitation"
    assert [line.split()[0] for line in lines[1:] if line[:1] not in (" ", "")][:3] == ["A07", "A03", "A00"]
    assert ended.code == 0


def test_on_call_reads_code_time_evidence_section_and_command(many: Agent) -> None:
    told = many("status", "A07").out
    assert "on-call: [challenge] since 2026-11-23T09:19:00Z: the site shows a CAPTCHA" in told
    assert f"evidence: {many.folder / 'data' / 'evidence' / 'A07'}/" in told
    assert "see docs/operations.md#challenge, then: sc-agent accounts release A07" in told


def test_the_section_of_a_code_is_named_without_its_detail_and_also_where_nothing_waits_for_a_person(
    many: Agent,
) -> None:
    engine = open_database(f"sqlite:///{many.folder / 'data' / 'agent.sqlite'}")
    with writing(engine) as conn:
        told = {"failure_code": "invitation_closed:withdrawn", "internal_reason": "the site says withdrawn"}
        conn.execute(accounts.update().where(accounts.c.id == "A03").values(told))
    engine.dispose()
    lines = many("status", "A03").out.splitlines()
    assert "    see docs/operations.md#invitation_closed" in lines


def test_filters_show_what_is_asked_for(many: Agent) -> None:
    def shown(*options: str) -> list[str]:
        return [each["account"] for each in many("status", "--json", *options).document["accounts"]]

    assert shown("--needs-person") == ["A07"]
    assert shown("--state", "failed", "--state", "needs_human") == ["A03", "A07"]
    assert shown("--stale") == []
    engine = open_database(f"sqlite:///{many.folder / 'data' / 'agent.sqlite'}")
    with writing(engine) as conn:
        old = {"authorization": State.COMPLETE, "accepted_at": AT, "last_complete_read_at": AT - timedelta(days=400)}
        conn.execute(accounts.update().where(accounts.c.id == "A05").values(old))
    engine.dispose()
    assert shown("--stale") == ["A05"]
    assert len(shown()) == 12


def test_check_is_for_monitors(many: Agent) -> None:
    assert many("status", "--check").code == 3
    assert many("status", "--check", "--state", "failed").code == 0
    assert many("status", "--check", "--json", "A07").code == 3


def test_stopped_sign_ins_are_the_first_thing_it_says_and_a_person_lets_them_go_on(many: Agent) -> None:
    engine = open_database(f"sqlite:///{many.folder / 'data' / 'agent.sqlite'}")
    now = datetime.now(UTC)
    with writing(engine) as conn:
        for number in range(5):
            visits.start(conn, f"v{number}", f"A0{number}", kind="audit", host="h", worker="w", now=now)
            visits.end(conn, f"v{number}", outcome="unknown_screen", now=now)
            sign_in_breaker.observe(
                conn, f"A0{number}", f"v{number}", outcome="unknown_screen", now=now, limits=BreakerLimits()
            )
    engine.dispose()
    assert many("status").out.startswith("no password is typed since ")
    assert many("status", "--json").document["sign_ins"]["state"] == "open"
    assert many("resume", "--sign-ins").out == "sign-ins go on\n"
    assert many("resume", "--sign-ins").out == "sign-ins were not stopped\n"
    assert many("status", "--json").document["sign_ins"]["state"] == "closed"


@pytest.mark.parametrize(("roles", "watched"), [("", False), ("web,work", False), ("mail,web,work", True)])
def test_a_mailbox_that_nobody_watches_is_not_said_to_be_watched(many: Agent, roles: str, watched: bool) -> None:
    engine = open_database(f"sqlite:///{many.folder / 'data' / 'agent.sqlite'}")
    with writing(engine) as conn:
        conn.execute(folders.insert().values(mailbox="m@users.example", folder="INBOX", role="inbox", state="up"))
        if roles:
            workers.beat(conn, "w1", roles=roles, host="h", now=utc_now(), lease=timedelta(seconds=60))
    engine.dispose()
    (box,) = json.loads(many("status", "--json").out)["mailboxes"]
    assert (box["state"], box["watched"]) == ("up", watched)
    told = "no worker watches the mailboxes; 'sc-agent run --roles mail' starts one"
    assert (told in many("status").out) is (bool(roles) and not watched)
