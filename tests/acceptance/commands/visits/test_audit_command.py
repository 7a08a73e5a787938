"""`audit` and `policy` as processes against a stand-in.

Verdicts, exit codes, formats, what is stored.
"""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.clock import utc_now
from agent.domain.audit.document import PermissionDocument, unread_document
from agent.store.audits import record_audit
from agent.store.console import operator_log
from agent.store.database.engine import open_database, reading, writing
from agent.store.people.lost_rows import confirmed
from agent.store.vault.keys import new_key
from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.seller.rights_row import Level
from fixtures.stand_in.world import StandIn
from tests.standin.permissions.test_audit_visit import USER, world
from tests.support.processes.command import Agent, Ended

CONTRACT = json.loads((Path(__file__).parents[3] / "data" / "audit_contract.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with StandIn(Scenario()) as running:
        yield running


async def ready(stand_in: StandIn, tmp_path: Path, scenario: Scenario, *, shut_out: str = "") -> Agent:
    """A stand-in that plays the scenario, and an agent that knows its user as A1 and its administrator as ADMIN, or as
    `shut_out` who has
    a wrong password."""
    stand_in.load(scenario)
    told = stand_in.description()
    given = {
        "VAULT_KEY": new_key(),
        "BROWSER__HOST_RESOLVER_RULES": told["host_resolver_rules"],
        "BROWSER__TRUSTED_SPKI": json.dumps(list(told["spki"])),
    }
    agent = Agent(tmp_path, given)
    for name, user in zip(("A1", shut_out or "ADMIN"), scenario.users, strict=True):
        password = "not this one" if name == shut_out else user.password
        secrets = json.dumps({"password": password, "totp_secret": user.totp_secret})
        seller = scenario.sellers[0]
        options = (
            "--user-email",
            user.email,
            "--marketplace",
            "US",
            "--merchant-id",
            seller.merchant_id,
            "--api-authorized",
        )
        ended = await run(
            agent, "accounts", "add", name, *options, "--merchant-name", seller.name, "--secrets-stdin", stdin=secrets
        )
        assert ended.code == 0, ended.err
    return agent


async def run(agent: Agent, *arguments: str, stdin: str = "") -> Ended:
    return await asyncio.to_thread(lambda: agent(*arguments, stdin=stdin, timeout=110))


async def test_an_account_that_fails_stops_no_other_and_the_next_audit_says_what_changed(
    stand_in: StandIn, tmp_path: Path
) -> None:
    wrong = {"Orders > Manage Orders": "None", "Reports > Feedback": "None"}
    scenario = world("classic_g1", grant={"preset": "as_asked", "rows": wrong})
    agent = await ready(stand_in, tmp_path, scenario, shut_out="A0")
    first = await run(agent, "audit", "--all", "--since-last", "--format", "json")
    assert [(audit["account"], audit["verdict"]) for audit in first.document["audits"]] == [
        ("A0", "incomplete"),
        ("A1", "fail"),
    ], first.err
    assert (first.code, labels(first, "new")) == (
        3,
        {"Manage Orders", "Feedback"},
    )  # the worst of an account that failed and one that is wrong

    rights = stand_in.realm.grants.of(scenario.sellers[0].merchant_id)
    for section, label, level in (
        ("Orders", "Manage Orders", "View & Edit"),
        ("Reports", "Feedback", "View"),
        ("Settings", "User Permissions", "View & Edit"),
    ):
        rights.set_level(USER, "regional", section, label, 1, Level(level))
    second = await run(agent, "audit", "--all", "--since-last", "--format", "json")
    assert [audit["account"] for audit in second.document["audits"]] == ["A0", "A1"], second.err
    assert (labels(second, "new"), labels(second, "changed"), labels(second, "resolved")) == (
        {"User Permissions"},
        {"Feedback"},
        {"Manage Orders"},
    )
    assert second.code == 3


def labels(ended: Ended, kind: str) -> set[str]:
    """The permissions that changed in such a way for A1."""
    return {finding["permission"] for finding in ended.document["audits"][1]["changes"][kind]}


async def test_a_violation_exits_1_with_a_picture_in_the_report(stand_in: StandIn, tmp_path: Path) -> None:
    grant = {
        "preset": "as_asked",
        "rows": {"Settings > User Permissions": "View & Edit", "Orders > Manage Orders": "None"},
    }
    agent = await ready(stand_in, tmp_path, world("classic_g1", grant=grant))
    ended = await run(agent, "audit", "A1", "--as", "ADMIN", "--explain", "--format", "html", "--output", "report.html")
    assert ended.code == 1, ended.err
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert report.count("data:image/png;base64,") == 3  # of two rows, and of the whole page
    assert "What the audit made of the page" in report
    beside = ("report-A1-explained-1.png", "report-A1-explained.html")
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("report.html", *beside)} == {0o600}
    assert all(name in ended.err for name in beside)


async def test_a_refused_page_exits_3(stand_in: StandIn, tmp_path: Path) -> None:
    agent = await ready(stand_in, tmp_path, world("classic_g1", own_view=False, refusal="redirect"))
    ended = await run(agent, "audit", "A1", "--explain", "--format", "json")
    (refused,) = ended.document["audits"]
    assert (ended.code, refused["verdict"], refused["explained"]["pictures"]) == (3, "not_permitted", []), ended.err
    assert "A1: nothing was drawn: the site refused the permissions page (redirected)" in ended.err


async def test_a_row_that_is_gone_is_a_gap_until_a_person_says_why(stand_in: StandIn, tmp_path: Path) -> None:
    agent = await ready(stand_in, tmp_path, world("classic_g1"))
    audited_once(tmp_path / "data" / "agent.sqlite", "Orders", "Bulk Returns")
    lost = await run(agent, "audit", "A1", "--explain", "--format", "json")
    (audit,) = lost.document["audits"]
    assert (lost.code, audit["verdict"]) == (3, "incomplete"), lost.err
    assert [(gap["kind"], gap["words"], gap["picture"]) for gap in audit["gaps"]] == [
        ("lost_row", "Orders > Bulk Returns", None)  # it stands nowhere
    ]
    (mark,) = audit["explained"]["marks"]
    assert "audit A1 --confirm --reason" in mark["next"]
    assert all((tmp_path / "data" / path).is_file() for path in audit["evidence"])
    why = "Amazon merged it"
    said = await run(agent, "audit", "A1", "--confirm", "--fleet", "--reason", why)
    assert said.code == 0, said.err
    assert "confirmed as gone for every account" in said.err
    assert f"({why}): Orders > Bulk Returns" in said.out
    engine = open_database(f"sqlite:///{tmp_path / 'data' / 'agent.sqlite'}")
    with reading(engine) as conn:
        (entry,) = operator_log.page(conn, before=None, limit=10)
        gone = confirmed(conn, marketplace="US", layout="own_view")
    engine.dispose()
    assert (entry.subject, entry.reason, entry.person) == ("A1", why, getpass.getuser())
    assert entry.act == "confirm lost rows of every US account, own_view: Orders > Bulk Returns (regional)"
    assert {key: one.reason for key, one in gone.items()} == {("regional", "Orders", "Bulk Returns", 1): why}


def audited_once(database: Path, section: str, permission: str) -> None:
    """Keep a complete audit of A1 with one row, a day old."""
    then = utc_now() - timedelta(days=1)
    row = PermissionDocument(
        scope="regional", section=section, permission=permission, occurrence=1, offered=[], expected=None,
        actual="None", as_expected=True
    )  # fmt: skip
    kept = unread_document(account="A1", user_email=USER, now=then, reason="")
    kept |= {"verdict": "pass", "permissions": [row], "language": "en", "notes": []}
    engine = open_database(f"sqlite:///{database}")
    with writing(engine) as conn:
        record_audit(conn, account="A1", at=then, document=kept, visit_id="0" * 32)
    engine.dispose()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("audit",), 2, "--all"),
        (("audit", "A1", "--all"), 2, "--all"),
        (("audit", "NOBODY"), 2, "NOBODY"),
        (("audit", "A1", "--confirm"), 2, "--reason"),
        (("audit", "A1", "--confirm", "--reason", " "), 2, "--reason"),
        (("audit", "--all", "--confirm", "--reason", "merged"), 2, "one account"),
        (("audit", "A1", "--stored", "--confirm", "--reason", "merged"), 2, "one account"),
        (("audit", "A1", "--fleet", "--reason", "merged"), 2, "--confirm"),
        (("audit", "A1", "--explain", "--stored"), 2, "--explain"),
        (("audit", "A1", "--policy", "none.toml"), 2, "none.toml"),
        (("policy", "validate", "none.toml"), 2, "none.toml"),
    ],
)
def test_a_wrong_call_is_one_clear_line(agent: Agent, arguments: tuple[str, ...], code: int, said: str) -> None:
    agent.add("A1")
    ended = agent(*arguments)
    assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1), ended.err
    assert said in ended.err


def test_a_policy_with_an_expired_exception_exits_1(agent: Agent) -> None:
    lines = (
        'account="A1"',
        'section="Orders"',
        'permission="Manage Orders"',
        'level="View"',
        'reason="agreed"',
        'owner="x"',
        "ends=2020-01-01",
    )
    text = "\n".join(("[[exceptions]]", *lines))
    (agent.folder / "policy.toml").write_text(text, encoding="utf-8")
    ended = agent("policy", "validate", "policy.toml")
    assert (ended.code, "ended on 2020-01-01" in ended.err) == (1, True)
